//! Derivatives at the input: what the methods of the gradient family and the wrappers around them share.

use super::prelude::*;
use crate::network::Network;
use crate::network::op::Kind;
use crate::network::rule::Rules;
use crate::network::value::ReadError;

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

/// The parameter that says whether the network is as it answers or as in training. Its words are those of batch norms, of
/// which dropout was added later.
pub const STATISTICS: Param = Param {
    id: "statistics",
    sentence: "Whether the network is as it answers or as in training: what batch norms take mean and variance of, and whether dropout is at work.",
    unit: "",
    domain: Domain::Choice(&[
        ("training", "Of the photos the network was trained on, and no dropout: the network that answers."),
        (
            "batch",
            "Of the pictures that go through together, and dropout drawn by the seed, as in training: another network than the one that answers.",
        ),
    ]),
};

/// The parameter that says which network chooses the class.
pub const CLASS: Param = Param {
    id: "class",
    sentence: "Whose predicted or least likely class is explained, where one of these is asked for; a class that is named stays.",
    unit: "",
    domain: Domain::Choice(&[
        ("answer", "That of the network as it answers."),
        ("own", "That of the network whose derivative is taken, which with `statistics` batch is another one."),
    ]),
};

/// Whether the network is to be as in training.
#[must_use]
pub fn is_in_training(settings: &Settings) -> bool {
    settings.word(STATISTICS.id) == Some("batch")
}

/// Passes forward for each picture that a derivative is taken at: in training the shared one is another network's.
#[must_use]
pub fn forward(settings: &Settings) -> f64 {
    if is_in_training(settings) { 2.0 } else { 1.0 }
}

/// The network as in training, if that is set.
///
/// # Errors
/// If it is set and training would be no different.
pub fn in_training(work: &Work<'_, '_>) -> Result<Option<Network>, MethodError> {
    if !is_in_training(&work.settings) {
        return Ok(None);
    }
    let refused = || {
        let why = "The network has neither batch norms that could take a batch's own statistics nor a dropout that is known: set statistics to training.";
        MethodError::Refused(why.into())
    };
    work.session.network.in_training(work.seed).map(Some).ok_or_else(refused)
}

/// Whether the network whose derivative is taken chooses the class, and is another than the one that answers.
#[must_use]
pub fn chooses(settings: &Settings) -> bool {
    is_in_training(settings) && settings.word(CLASS.id) == Some("own")
}

/// The logits of the network whose derivative is taken, where that one is to choose the class and is another than the one
/// that answers.
///
/// # Errors
/// If the device fails.
pub async fn own_logits(settings: &Settings, session: &Session<'_>, seed: u64) -> Result<Option<Vec<f32>>, ReadError> {
    let network = chooses(settings).then(|| session.network.in_training(seed));
    let Some(network) = network.flatten() else { return Ok(None) };
    let mut session = session.on(&network, session.input()).expect("it takes what the network itself takes");
    session.logits().await.map(Some)
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
