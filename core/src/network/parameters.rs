//! A network's weights on the host, by name, before they go to a device.

use std::collections::BTreeMap;

/// One weight tensor on the host.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Lengths of its axes.
    pub shape: Vec<usize>,
    /// Its numbers, last axis fastest.
    pub values: Vec<f32>,
}

/// All weights by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters(pub BTreeMap<String, Parameter>);

impl Parameters {
    /// The numbers of one weight.
    ///
    /// # Panics
    /// If it is missing: [`super::load::open`] has compared graph and weights before.
    #[must_use]
    pub fn values(&self, name: &str) -> &[f32] {
        &self.get(name).values
    }

    /// One weight.
    ///
    /// # Panics
    /// If it is missing: [`super::load::open`] has compared graph and weights before.
    #[must_use]
    pub fn get(&self, name: &str) -> &Parameter {
        self.0.get(name).unwrap_or_else(|| panic!("weight {name} is missing"))
    }

    /// Takes the numbers of one weight out, for a device.
    ///
    /// # Panics
    /// If it is missing: [`super::load::open`] has compared graph and weights before.
    #[must_use]
    pub fn take(&mut self, name: &str) -> Vec<f32> {
        self.0.remove(name).unwrap_or_else(|| panic!("weight {name} is missing")).values
    }

    /// Numbers in all.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.values().map(|parameter| parameter.values.len()).sum()
    }
}
