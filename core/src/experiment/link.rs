//! A link: a Spec and what came out of it, as text short enough for an address.
//!
//! `1.` and then the claim as JSON, deflated, in base 64 with the alphabet for addresses (RFC 4648, section 5). It stands
//! behind the `#` of an address, which no browser sends to a server.

use super::record::Record;
use super::spec::{Spec, SpecError};
use super::summary::Summary;
use crate::undefined::Told;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::{Read, Write};

/// What somebody says came out of a Spec.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// What was run.
    pub spec: Spec,
    /// What came out; none of a Spec that is only proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
}

/// What came out of a run, in few numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// Version of Tessera.
    pub version: String,
    /// Name of the device.
    pub device: String,
    /// Photos or mosaics that were run.
    pub units: usize,
    /// Index and probability of the class that was explained, where there is one unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<(usize, f64)>,
    /// What each method's map looks like, where there is one unit; none where a method had none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<Option<String>>,
    /// Mean scores.
    ///
    /// # Shapes
    /// `[metrics, methods]`
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub means: Vec<Vec<Told>>,
}

/// Longest text that is read: a Spec names methods and digests only.
const LONGEST: usize = 1 << 17;

/// Most bytes that it may unpack to.
const UNPACKED: u64 = 1 << 20;

/// What stands before the packed text.
const VERSION: &str = "1.";

impl Found {
    /// Of a record.
    #[must_use]
    pub fn of(record: &Record) -> Found {
        Found::summed(record, &Summary::of(record, 0))
    }

    /// Of a record that was summed up already.
    #[must_use]
    pub fn summed(record: &Record, summary: &Summary) -> Found {
        let round = |told: Told| told.number().map_or(told, |number| Told::Number(rounded(number)));
        let means = |metric: &super::summary::MetricSummary| {
            metric.methods.iter().map(|method| round(method.mean.value)).collect()
        };
        let only = if let [unit] = &record.units[..] { Some(unit) } else { None };
        let signature = |outcome: &super::record::Outcome| outcome.made().map(|made| made.signature.clone());
        Found {
            version: record.version.clone(),
            device: record.device.clone(),
            units: record.units.len(),
            target: only.map(|unit| (unit.target.index, rounded(unit.target.probability))),
            signatures: only.map(|unit| unit.outcomes.iter().map(signature).collect()).unwrap_or_default(),
            means: summary.metrics.iter().map(means).collect(),
        }
    }
}

/// To six decimals: a link has no room for more, and no two devices agree on more.
fn rounded(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}

/// The text of a claim.
///
/// # Panics
/// Never: it is plain data, and memory takes it.
#[must_use]
pub fn write(claim: &Claim) -> String {
    // By way of a value, so that keys are in order and equal claims are equal texts.
    let json = serde_json::to_value(claim).expect("a claim is plain data").to_string();
    let mut packer = DeflateEncoder::new(vec![], Compression::best());
    packer.write_all(json.as_bytes()).expect("memory takes it");
    format!("{VERSION}{}", URL_SAFE_NO_PAD.encode(packer.finish().expect("memory takes it")))
}

/// Reads a claim from the text of a link, or from an address that ends in one. Nothing is fetched and nothing runs.
///
/// # Errors
/// One sentence: what, why, what to do.
pub fn read(text: &str) -> Result<Claim, SpecError> {
    let text = text.trim();
    let text = text.rsplit_once("run=").map_or(text, |(_, link)| link);
    let broken = |why: &str| SpecError(format!("This link cannot be read ({why}): ask for it again."));
    if text.len() > LONGEST {
        return Err(broken("it is too long"));
    }
    let packed = text.strip_prefix(VERSION).ok_or_else(|| broken("it is of no version that this Tessera knows"))?;
    let packed = URL_SAFE_NO_PAD.decode(packed).map_err(|_| broken("it is cut off or was changed on its way"))?;
    let mut json = String::new();
    let mut reader = DeflateDecoder::new(&packed[..]).take(UNPACKED + 1);
    reader.read_to_string(&mut json).map_err(|_| broken("it is cut off or was changed on its way"))?;
    if json.len() as u64 > UNPACKED {
        return Err(broken("it unpacks to more than a Spec needs"));
    }
    let mut value: Value = serde_json::from_str(&json).map_err(|_| broken("it holds no Spec"))?;
    // The Spec by its own reader, which knows versions; what came out by its type.
    let spec = value.get_mut("spec").map(Value::take).ok_or_else(|| broken("it holds no Spec"))?;
    let spec = Spec::read(&spec.to_string())?;
    let found = value.get_mut("found").map(Value::take).filter(|found| !found.is_null());
    let found = found.map(serde_json::from_value).transpose().map_err(|_| broken("what came out is not readable"))?;
    Ok(Claim { spec, found })
}
