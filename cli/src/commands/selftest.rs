//! `tessera selftest`: may this device be trusted with this network? Its numbers against the processor's, and its speed.

use super::DeviceName;
use crate::model;
use clap::Args;
use serde_json::json;
use std::time::Instant;
use tessera_core::network::Network;
use tessera_engine::device;
use tessera_engine::protocol::{DeviceKind, TestReport};
use tessera_engine::selftest::{self, Numbers};

/// Compare a device's numbers with the processor's on a fixed input, and say how fast both are
#[derive(Args)]
pub struct SelfTest {
    /// Network: an id of a bundled one, or the path of a model file (.safetensors, .pth, .onnx) or card.json
    #[arg(long, default_value = "efficientnet-lite0", value_name = "ID|PATH")]
    model: String,
    /// The device to test
    #[arg(long, value_enum, default_value_t = DeviceName::Wgpu)]
    device: DeviceName,
    /// Print one JSON document instead of a table
    #[arg(long)]
    json: bool,
}

/// What one device gave.
struct Ran {
    name: String,
    numbers: Numbers,
    /// Seconds of a forward and a backward pass, the second time round.
    seconds: f64,
}

impl SelfTest {
    /// Runs it.
    ///
    /// # Errors
    /// If a device fails, or its numbers are not the processor's.
    pub fn run(self) -> Result<(), String> {
        let reference = self.on(DeviceKind::Cpu)?;
        let found = self.on(self.device.into())?;
        let report = selftest::compare(&found.numbers, &reference.numbers);
        if self.json {
            let device = |ran: &Ran| json!({ "device": ran.name, "seconds": ran.seconds });
            println!("{:#}", json!({ "found": device(&found), "reference": device(&reference), "report": report }));
        } else {
            print(&found, &reference, &report);
        }
        if report.agrees {
            Ok(())
        } else {
            Err(format!("{} gives other numbers than the processor: use --device cpu, and report it.", found.name))
        }
    }

    fn on(&self, kind: DeviceKind) -> Result<Ran, String> {
        let (device, facts) = pollster::block_on(device::open(kind))?;
        let name = if kind == DeviceKind::Cpu { "CPU".into() } else { facts.name };
        let network = model::read(&self.model, None)?.upload(&device).map_err(|error| error.to_string())?;
        test(&network)?;
        let start = Instant::now();
        let numbers = test(&network)?;
        Ok(Ran { name, numbers, seconds: start.elapsed().as_secs_f64() })
    }
}

fn test(network: &Network) -> Result<Numbers, String> {
    pollster::block_on(selftest::run(network)).map_err(|error| error.to_string())
}

fn print(found: &Ran, reference: &Ran, report: &TestReport) {
    println!("{} against {}", found.name, reference.name);
    println!("  logits    {:.1e} apart at most, allowed {:.0e}", report.logits, report.logits_limit);
    println!("  gradient  {:.1e} apart of its length, allowed {:.0e}", report.gradient, report.gradient_limit);
    for ran in [found, reference] {
        let milliseconds = ran.seconds * 1e3;
        println!("  {:<9} {milliseconds:.1} ms forward and backward, {:.1} a second", ran.name, 1.0 / ran.seconds);
    }
    println!("{}", if report.agrees { "They agree." } else { "They do not agree." });
}
