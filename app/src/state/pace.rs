//! Foretelling what a method takes: its passes, and with the device's measured pace its seconds.

use tessera_core::experiment::MethodSpec;
use tessera_core::network::plan::Plan;

/// Seconds that a device takes for one picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Forward.
    pub forward: f64,
    /// Back.
    pub backward: f64,
}

/// What a method is foretold to take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Foretold {
    /// Passes, the forward one that all share included.
    pub passes: f64,
    /// Seconds beside the shared pass; none where the device was not measured.
    pub seconds: Option<f64>,
}

impl Foretold {
    /// What a method takes with these settings; none where they do not fit.
    #[must_use]
    pub fn of(spec: &MethodSpec, plan: &Plan, pace: Option<Pace>) -> Option<Self> {
        let settings = spec.complete().ok()?;
        let cost = tessera_core::method::cost(&spec.id, &settings, plan);
        let seconds = pace.map(|pace| (cost.forward - 1.0).max(0.0) * pace.forward + cost.backward * pace.backward);
        Some(Self { passes: cost.passes(), seconds })
    }

    /// What several take together: the forward pass is theirs in common.
    #[must_use]
    pub fn together(all: &[Foretold]) -> Self {
        let passes = 1.0 + all.iter().map(|one| (one.passes - 1.0).max(0.0)).sum::<f64>();
        Self { passes, seconds: all.iter().map(|one| one.seconds).sum() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_and_seconds_follow_the_settings() {
        let plan = Plan { suffix: 0.5, ..Plan::default() };
        let pace = Some(Pace { forward: 0.1, backward: 0.3 });
        let foretell = |id: &str, pace| Foretold::of(&MethodSpec::plain(id), &plan, pace).unwrap();
        assert_eq!(foretell("gradcam", None), Foretold { passes: 1.5, seconds: None });
        assert!((foretell("gradcam", pace).seconds.unwrap() - 0.15).abs() < 1e-12);
        let smooth = foretell("smoothgrad", pace);
        assert_eq!(smooth.passes, 101.0);
        assert!((smooth.seconds.unwrap() - 20.0).abs() < 1e-9);
        let both = Foretold::together(&[smooth, foretell("gradcam", pace)]);
        assert_eq!(both.passes, 101.5);
        assert_eq!(Foretold::together(&[smooth, foretell("gradcam", None)]).seconds, None);
    }
}
