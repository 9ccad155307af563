//! The devices that may run the network, what their self-test said, and which one is used.

use super::pace::Pace;
use tessera_engine::protocol::{DeviceKind, TestReport};

/// How far the graphics processor is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Gpu {
    /// It has not been asked for yet.
    #[default]
    Unasked,
    /// The browser gives none, or it was lost: the sentence says what and why.
    None(String),
    /// Its engine is on the way.
    Starting,
    /// It is open and takes the self-test.
    Testing,
    /// The test ran.
    Tested,
}

/// What is known of the devices.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Devices {
    /// How far the graphics processor is.
    pub gpu: Gpu,
    /// Its name, where the browser tells.
    pub gpu_name: String,
    /// How its numbers compare with the CPU's.
    pub report: Option<TestReport>,
    /// Seconds of the test on the CPU.
    pub cpu_seconds: Option<f64>,
    /// Seconds of its forward half.
    pub cpu_forward: Option<f64>,
    /// Seconds of the test on the graphics processor.
    pub gpu_seconds: Option<f64>,
    /// Seconds of its forward half.
    pub gpu_forward: Option<f64>,
    /// CPU workers that have been started.
    pub workers: usize,
    /// The device a person chose; none: the faster one that agrees.
    pub chosen: Option<DeviceKind>,
    /// Why a device that was in use is not any more.
    pub fallback: Option<String>,
}

impl Devices {
    /// Whether the graphics processor may be used: it ran the test, whatever came out.
    #[must_use]
    pub fn gpu_usable(&self) -> bool {
        self.gpu == Gpu::Tested
    }

    /// Whether its numbers agree with the CPU's.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.report.as_ref().is_some_and(|report| report.agrees)
    }

    /// The device to use: the chosen one, else the graphics processor if it agrees and is not slower.
    #[must_use]
    pub fn preferred(&self) -> DeviceKind {
        if !self.gpu_usable() {
            return DeviceKind::Cpu;
        }
        let faster = match (self.gpu_seconds, self.cpu_seconds) {
            (Some(gpu), Some(cpu)) => gpu <= cpu,
            _ => false,
        };
        let best = if self.agrees() && faster { DeviceKind::Gpu } else { DeviceKind::Cpu };
        self.chosen.unwrap_or(best)
    }

    /// What the device in use takes for a picture, if its test ran.
    #[must_use]
    pub fn pace(&self) -> Option<Pace> {
        let (all, forward) = match self.preferred() {
            DeviceKind::Cpu => (self.cpu_seconds?, self.cpu_forward?),
            DeviceKind::Gpu => (self.gpu_seconds?, self.gpu_forward?),
        };
        Some(Pace { forward, backward: (all - forward).max(0.0) })
    }

    /// Forgets what the tests of another network said; what a person chose stays.
    pub fn forget_tests(&mut self) {
        *self = Self { workers: self.workers, chosen: self.chosen, ..Self::default() };
    }

    /// How many times as long the graphics processor takes as the CPU.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        Some(self.gpu_seconds? / self.cpu_seconds?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tested(agrees: bool, gpu: f64, cpu: f64, chosen: Option<DeviceKind>) -> DeviceKind {
        let report = TestReport { agrees, logits: 1e-5, logits_limit: 1e-4, gradient: 1e-4, gradient_limit: 2e-2 };
        Devices {
            gpu: Gpu::Tested,
            report: Some(report),
            gpu_seconds: Some(gpu),
            cpu_seconds: Some(cpu),
            chosen,
            ..Devices::default()
        }
        .preferred()
    }

    #[test]
    fn the_gpu_takes_over_only_if_it_agrees_and_is_not_slower() {
        assert_eq!(tested(true, 0.01, 0.2, None), DeviceKind::Gpu);
        assert_eq!(tested(true, 7.0, 0.2, None), DeviceKind::Cpu);
        assert_eq!(tested(false, 0.01, 0.2, None), DeviceKind::Cpu);
    }

    #[test]
    fn a_choice_by_hand_counts_more() {
        assert_eq!(tested(true, 7.0, 0.2, Some(DeviceKind::Gpu)), DeviceKind::Gpu);
        assert_eq!(tested(true, 0.01, 0.2, Some(DeviceKind::Cpu)), DeviceKind::Cpu);
    }

    #[test]
    fn a_choice_waits_for_the_test() {
        let devices = Devices { chosen: Some(DeviceKind::Gpu), gpu: Gpu::Testing, ..Devices::default() };
        assert_eq!(devices.preferred(), DeviceKind::Cpu);
    }
}
