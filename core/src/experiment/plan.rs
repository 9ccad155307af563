//! What a Spec costs before anything runs.

use super::run::RunError;
use super::spec::{MethodSpec, Spec};
use crate::method;
use crate::network::plan::{Pass, Plan};

/// What a run will take.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// Photos or mosaics.
    pub units: usize,
    /// Passes for one of them, forward and backward counted alike: the shared forward pass, then each method's own.
    pub passes: f64,
    /// Passes of each method beside the shared one.
    pub methods: Vec<f64>,
    /// Bytes held at once beside the weights: values of the largest batch.
    pub memory: u64,
}

impl Forecast {
    /// Of so many units on a network.
    ///
    /// # Errors
    /// A method or setting that does not exist.
    pub fn of(spec: &Spec, network: &Plan, units: usize) -> Result<Forecast, RunError> {
        let own = |method: &MethodSpec| {
            let settings = method.complete()?;
            Ok((method::cost(&method.id, &settings, network).passes() - 1.0).max(0.0))
        };
        let methods = spec.methods.iter().map(own).collect::<Result<Vec<f64>, RunError>>()?;
        let passes = 1.0 + methods.iter().sum::<f64>();
        Ok(Forecast { units, passes, methods, memory: network.memory(Pass::Gradient) })
    }

    /// Passes of all units.
    #[must_use]
    pub fn all(&self) -> f64 {
        self.passes * self.units as f64
    }

    /// Seconds of all units where so many passes are made in a second.
    #[must_use]
    pub fn seconds(&self, passes_a_second: f64) -> f64 {
        self.all() / passes_a_second
    }
}
