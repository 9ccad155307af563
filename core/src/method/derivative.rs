//! Derivatives at the input: what the methods of the gradient family and the wrappers around them share.

use super::prelude::*;
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
        Ok(self.of(work.session, &work.objective))
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
