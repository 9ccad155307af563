//! Derivatives at the input: what the methods of the gradient family and the wrappers around them share.

use super::prelude::*;
use crate::network::Network;
use crate::network::op::Kind;
use crate::network::rule::Rules;

/// A derivative at the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derivative {
    /// The gradient.
    Gradient,
    /// The gradient times the input.
    InputTimesGradient,
    /// Guided backpropagation.
    Guided,
    /// Deconvolution.
    Deconvolution,
}

/// The parameter that says what batch norms do.
pub const STATISTICS: Param = Param {
    id: "statistics",
    sentence: "What batch norms take mean and variance of.",
    unit: "",
    domain: Domain::Choice(&[
        ("training", "Of the photos the network was trained on, as for its answer."),
        (
            "batch",
            "Of the pictures that go through together, as while training: another network than the one that answers.",
        ),
    ]),
};

/// Passes forward for each picture that a derivative is taken at: with a batch's own statistics the shared one is another
/// network's.
#[must_use]
pub fn forward(settings: &Settings) -> f64 {
    if settings.word(STATISTICS.id) == Some("batch") { 2.0 } else { 1.0 }
}

/// The network with batch norms that take statistics of the pictures that go through together, if that is set.
///
/// # Errors
/// If it is set and the network has no batch norms that could.
pub fn in_training(work: &Work<'_, '_>) -> Result<Option<Network>, MethodError> {
    if work.settings.word(STATISTICS.id) != Some("batch") {
        return Ok(None);
    }
    let refused = || {
        let why =
            "The network has no batch norms that could take a batch's own statistics: set statistics to training.";
        MethodError::Refused(why.into())
    };
    work.session.network.in_training().map(Some).ok_or_else(refused)
}

/// The parameter that chooses one.
pub const OF: Param = Param {
    id: "of",
    sentence: "Which method's maps are taken at the changed pictures.",
    unit: "",
    domain: Domain::Choice(&[
        ("gradient", "The gradient."),
        ("input_x_gradient", "Input times gradient."),
        ("guided_backpropagation", "Guided backpropagation."),
        ("deconvolution", "Deconvolution."),
    ]),
};

impl Derivative {
    /// The one of that name.
    ///
    /// # Panics
    /// If there is none: settings are checked before.
    #[must_use]
    pub fn named(name: &str) -> Derivative {
        match name {
            "gradient" => Derivative::Gradient,
            "input_x_gradient" => Derivative::InputTimesGradient,
            "guided_backpropagation" => Derivative::Guided,
            "deconvolution" => Derivative::Deconvolution,
            other => panic!("{other} is no derivative"),
        }
    }

    /// At the input itself.
    ///
    /// # Errors
    /// If the network has no rectifiers and the derivative is about them.
    pub fn here(self, work: &mut Work<'_, '_>) -> Result<Value, MethodError> {
        self.fits(work)?;
        let Some(network) = in_training(work)? else { return Ok(self.of(work.session, &work.objective)) };
        let mut session =
            work.session.on(&network, work.session.input()).expect("it takes what the network itself takes");
        Ok(self.of(&mut session, &work.objective))
    }

    /// At other inputs.
    ///
    /// # Shapes
    /// `inputs` and result: `[n, 3, H, W]`.
    #[must_use]
    pub fn at(self, work: &Work<'_, '_>, inputs: Tensor<4>) -> Value {
        self.of(&mut work.session.again(Value::from(inputs)), &work.objective)
    }

    /// Whether the network has what it is about.
    ///
    /// # Errors
    /// If not.
    pub fn fits(self, work: &Work<'_, '_>) -> Result<(), MethodError> {
        let graph = &work.session.network.graph;
        let about_rectifiers = matches!(self, Derivative::Guided | Derivative::Deconvolution);
        if about_rectifiers && !graph.nodes.iter().any(|node| node.op.kind() == Kind::Rectifier) {
            let why =
                "The network has no rectifiers (ReLU, ReLU6 ...), which this method is about: choose another method.";
            return Err(MethodError::Refused(why.into()));
        }
        Ok(())
    }

    fn of(self, session: &mut Session<'_>, objective: &Objective) -> Value {
        match self {
            Derivative::Gradient => session.gradient(objective, 0),
            Derivative::InputTimesGradient => {
                let gradient = session.gradient(objective, 0);
                session.input().zip(gradient, |x, g| x * g)
            }
            Derivative::Guided => session.pull(objective, &Rules::guided(), &[0]).remove(0),
            Derivative::Deconvolution => session.pull(objective, &Rules::deconvolution(), &[0]).remove(0),
        }
    }
}
