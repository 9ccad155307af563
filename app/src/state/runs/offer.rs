//! A link that was opened: what it would run, and what it needs that is not here. Nothing of it runs by itself.

use super::super::study::design::MOST;
use super::listed::{asked, short, units};
use tessera_core::experiment::link::{self, Claim};
use tessera_core::experiment::verify::{Line, Verdict};
use tessera_core::experiment::{Spec, Subject};

/// A link that was opened.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// What it says.
    pub claim: Claim,
    /// Digest of its Spec.
    pub id: String,
    /// Its text, as it stands in the address.
    pub text: String,
}

/// Something that an offer needs and that is not here.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Lack {
    /// A network: its name and the digest of its weights.
    Network(String, String),
    /// The network is here, but pictures are made ready for it in another way.
    Preprocess,
    /// A photo of that digest.
    Photo(String),
    /// Photos: their name, how many there are, and the digest of their table.
    Photos(String, usize, String),
    /// A table of mosaics of that digest.
    Table(String),
    /// What the page can not run at all.
    Never(String),
}

impl Lack {
    /// What to do about it, in one sentence.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Network(id, sha256) => {
                format!(
                    "Bring the model file of {id} whose SHA-256 begins with {}, or get it in Models.",
                    short(sha256)
                )
            }
            Self::Preprocess => {
                "The network in use makes pictures ready in another way: set that in Models as this link says it."
                    .into()
            }
            Self::Photo(sha256) => format!("Bring the photo whose SHA-256 begins with {}.", short(sha256)),
            Self::Photos(name, photos, sha256) => {
                format!("Bring the {photos} photos of “{name}”, whose table’s SHA-256 begins with {}.", short(sha256))
            }
            Self::Table(sha256) => format!("Bring the table of mosaics whose SHA-256 begins with {}.", short(sha256)),
            Self::Never(why) => why.clone(),
        }
    }
}

impl Offer {
    /// Reads a link. Nothing is fetched and nothing runs.
    ///
    /// # Errors
    /// One sentence: what, why, what to do.
    pub fn read(text: &str) -> Result<Offer, String> {
        let claim = link::read(text).map_err(|error| error.to_string())?;
        let text = text.trim();
        let text = text.rsplit_once("run=").map_or(text, |(_, link)| link);
        Ok(Offer { id: claim.spec.digest(), claim, text: text.to_owned() })
    }

    /// What is claimed.
    #[must_use]
    pub fn of(claim: Claim) -> Offer {
        Offer { id: claim.spec.digest(), text: link::write(&claim), claim }
    }

    /// What it would run.
    #[must_use]
    pub fn spec(&self) -> &Spec {
        &self.claim.spec
    }

    /// Photos or mosaics that it would run, where that is known before it runs.
    #[must_use]
    pub fn units(&self) -> Option<usize> {
        units(self.spec()).or_else(|| self.claim.found.as_ref().map(|found| found.units))
    }

    /// What it would run, in few words.
    #[must_use]
    pub fn asked(&self) -> String {
        self.units().map_or_else(|| "A study".into(), |units| asked(self.spec(), units))
    }

    /// Why the page can never run it, whatever is brought.
    #[must_use]
    pub fn never(&self) -> Option<Lack> {
        let cells = match &self.spec().subject {
            Subject::Photo(_) => 1,
            Subject::Mosaics(mosaics) => mosaics.cells(),
            Subject::Photos(_) => {
                let why = "The page runs one photo or mosaics; a set of photos is run by the command `tessera verify`.";
                return Some(Lack::Never(why.into()));
            }
        };
        if self.spec().methods.is_empty() {
            return Some(Lack::Never("This link names no method, so that there is nothing to run.".into()));
        }
        let units = self.units().unwrap_or(0);
        (units.saturating_mul(cells) > MOST).then(|| {
            Lack::Never(format!(
                "{units} mosaics are more than a page can keep: the command `tessera verify` has no such limit."
            ))
        })
    }
}

/// How far the run of an offer is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Check {
    /// Nobody asked for it.
    #[default]
    Idle,
    /// It runs.
    Running,
    /// It did not come to its end: why.
    Failed(String),
    /// It ran; what became of each number that was claimed. None where nothing was.
    Done(Vec<Line>),
}

/// One sentence over all numbers.
#[must_use]
pub fn verdict(lines: &[Line]) -> String {
    let (same, other, cannot) = tessera_core::experiment::verify::count(lines);
    match (lines.len(), other, cannot) {
        (0, ..) => "It ran; the link claims no numbers to hold against it.".into(),
        (all, 0, 0) => format!("Reproduced: all {all} numbers came out within tolerance."),
        (all, 0, cannot) => {
            format!("Reproduced as far as it can be: {same} of {all} numbers came out, {cannot} could not be found.")
        }
        (all, other, cannot) => {
            let worst = lines.iter().filter_map(|line| match line.verdict {
                Verdict::Differs(by, allowed) => Some((by / allowed.max(f64::MIN_POSITIVE), line)),
                _ => None,
            });
            let worst = worst.max_by(|one, two| one.0.total_cmp(&two.0)).map_or("", |(_, line)| line.what.as_str());
            let rest = if cannot > 0 { format!(", {cannot} could not be found") } else { String::new() };
            format!("Differs: {other} of {all} numbers came out otherwise{rest}; the most, {worst}.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::study::course::tests::spec;
    use super::*;
    use tessera_core::descriptor::Settings;
    use tessera_core::experiment::MethodSpec;
    use tessera_core::experiment::link::Found;
    use tessera_core::experiment::subject::PhotoSpec;
    use tessera_core::experiment::{NetworkSpec, Target};
    use tessera_core::photo::Crop;

    /// A comparison of three methods with settings of their own, all their maps' signatures, and a full network.
    fn comparison() -> Claim {
        let card = crate::state::network::tests::card();
        let digest = |salt: u32| tessera_core::digest::sha256(&salt.to_le_bytes());
        let mut smooth = Settings::default();
        smooth.0.insert("samples".into(), 32.0.into());
        let letters = |salt: u32| digest(salt).bytes().map(|byte| char::from(b'A' + byte % 25)).collect::<String>();
        let methods =
            vec![MethodSpec::of("smoothgrad", smooth), MethodSpec::plain("gradcam"), MethodSpec::plain("lrp")];
        let spec = Spec {
            network: NetworkSpec { weights: digest(1), ..NetworkSpec::of(&card) },
            subject: Subject::Photo(PhotoSpec { sha256: digest(2), crop: Crop::default() }),
            target: Target::Class(285),
            methods,
            metrics: vec![],
            ..spec()
        };
        let found = Found {
            version: "0.1.0".into(),
            device: "CPU".into(),
            units: 1,
            target: Some((285, 0.645_321)),
            signatures: (3..6).map(|salt| Some(letters(salt))).collect(),
            means: vec![],
        };
        Claim { spec, found: Some(found) }
    }

    #[test]
    fn a_link_of_three_methods_is_short_and_comes_back() {
        let offer = Offer::of(comparison());
        let address = format!("https://example.org/tessera/#/runs?run={}", offer.text);
        assert!(address.len() < 2000, "{} characters", address.len());
        assert_eq!(Offer::read(&address), Ok(offer));
    }

    #[test]
    fn a_broken_link_is_one_sentence() {
        for text in ["", "1.", "1.AAAA", "2.abc", "1.\u{1f600}", &format!("1.{}", "A".repeat(200_000))] {
            let why = Offer::read(text).unwrap_err();
            assert!(why.ends_with('.') && why.len() < 200, "{why}");
        }
    }

    #[test]
    fn what_can_never_run_is_said() {
        let offer = Offer::of(comparison());
        assert_eq!((offer.never(), offer.units()), (None, Some(1)));
        let mut empty = comparison();
        empty.spec.methods.clear();
        assert!(matches!(Offer::of(empty).never(), Some(Lack::Never(why)) if why.contains("no method")));
    }

    #[test]
    fn a_verdict_names_the_worst() {
        let line = |what: &str, verdict| Line { what: what.into(), claimed: "1".into(), found: "2".into(), verdict };
        let lines = [
            line("one", Verdict::Reproduced(0.1)),
            line("two", Verdict::Differs(0.2, 0.1)),
            line("three", Verdict::Differs(0.9, 0.1)),
        ];
        assert!(verdict(&lines[..1]).starts_with("Reproduced: all 1"));
        let words = verdict(&lines);
        assert!(words.starts_with("Differs: 2 of 3") && words.ends_with("three."), "{words}");
        assert!(verdict(&[line("x", Verdict::Cannot("No.".into()))]).contains("could not be found"));
    }
}
