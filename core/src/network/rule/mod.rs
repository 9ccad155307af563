//! Backward rules: what a node makes of the signal that comes back to it.
//!
//! A method chooses rules by an ordered list of (where, rule), the first that fits wins; a node that nothing in the list
//! fits takes the plain derivative. So a rule needs no code in any op, and an op none for any rule.
//!
//! In relevance propagation the signal is relevance itself, a share of the explained number, and not relevance over the
//! input. Its rules for layers with weights are lists of [`term::Term`]s, which are data: forward passes of the same op
//! with other inputs and weights, and their gradients.

mod absorbed;
mod alpha_beta;
pub mod composite;
mod deconvolution;
mod epsilon;
mod facct;
mod flat;
mod gamma;
mod gate;
mod guided;
mod held_deviation;
mod nonnegative;
mod rescale;
pub mod stabiliser;
mod taylor;
pub mod term;
mod w_square;
mod z_box;
mod z_plus;

use super::graph::{Graph, NodeId};
use super::op::{Keeps, Kept, Kind, Op, Weights};
use super::value::Value;
pub use absorbed::absorbed;
pub use facct::Facct;
pub use gate::factors;
pub use nonnegative::nonnegative;
pub use stabiliser::Stabiliser;
pub use term::Bounds;

/// How relevance is shared among what a number was summed up from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sharing {
    /// What keeps the division by the sum from failing.
    pub by: Stabiliser,
    /// Whether a bias takes its share, which then is lost; without, all is handed on.
    pub bias: bool,
}

/// What a node does with the signal at its output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rule {
    /// The derivative.
    Gradient,
    /// Guided backpropagation (Springenberg et al. 2014, arXiv 1412.6806).
    Guided,
    /// Deconvolution (Zeiler and Fergus 2013, arXiv 1311.2901).
    Deconvolution,
    /// No signal passes: what comes out counts as constant.
    Stop,
    /// The signal as it is.
    Pass,
    /// DeepLIFT's rescale rule (Shrikumar et al. 2017, arXiv 1704.02685). A batch holds pictures and then as many
    /// baselines.
    Rescale,
    /// Relevance by what each input adds to the sum (Bach et al. 2015); pools, sums and means too.
    Epsilon(Sharing),
    /// By what raises the sum alone (Montavon et al. 2017, arXiv 1512.02479).
    ZPlus(Sharing),
    /// `alpha` by what raises the sum, less `beta` by what lowers it (Bach et al. 2015).
    AlphaBeta {
        /// Weight of what raises.
        alpha: f32,
        /// Weight of what lowers.
        beta: f32,
        /// How it is shared.
        sharing: Sharing,
    },
    /// By the sum in which what has its sign counts more (Montavon et al. 2019; for inputs of both signs Andéol et al.
    /// 2021).
    Gamma {
        /// By how much more.
        gamma: f32,
        /// How it is shared.
        sharing: Sharing,
    },
    /// The same to each input that a number was summed up from (Lapuschkin et al. 2019).
    Flat(Sharing),
    /// By the squares of the weights (Montavon et al. 2017, arXiv 1512.02479).
    WSquare(Sharing),
    /// By how far each input is from its bounds (Montavon et al. 2017, arXiv 1512.02479): for the first layer.
    ZBox(Bounds, Sharing),
    /// Of a product, all to what is no factor held constant (Arras et al. 2017, arXiv 1706.07206); half to each side if
    /// neither is one.
    Gate(Stabiliser),
    /// Of a product, half to each side (Achtibat et al. 2024, arXiv 2402.05602).
    Halves(Stabiliser),
    /// Of a softmax, by its first Taylor polynomial (Achtibat et al. 2024, arXiv 2402.05602).
    Taylor,
    /// Of a layer norm, as if its deviation were a weight (Ali et al. 2022, arXiv 2202.07304).
    HeldDeviation(Stabiliser),
    /// One of the FAccT 2024 study (doi 10.1145/3630106.3658537).
    Facct(Facct),
}

/// Where a rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// At every op of a kind.
    Kind(Kind),
    /// At the first convolution or linear op.
    First,
    /// At every batch norm before a rectifier whose shift can be part of the next layer's bias.
    Absorbed,
}

/// An ordered list of rules.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules(pub Vec<(Where, Rule)>);

/// A node as a rule sees it.
pub struct Site<'a> {
    /// What it computes.
    pub op: &'a Op,
    /// By these weights.
    pub weights: &'a Weights,
    /// What is left of its forward pass.
    pub kept: Kept<'a>,
    /// Whether no number of its first input can be below zero.
    pub nonnegative: bool,
    /// Which of its inputs are factors that count as constant.
    pub factors: Vec<bool>,
    /// What of its first input belongs to a batch norm's shift, `[1, channels, 1]`.
    pub shift: Option<&'a Value>,
}

impl Rules {
    /// The derivative everywhere.
    #[must_use]
    pub fn gradient() -> Rules {
        Rules(vec![])
    }

    /// Guided backpropagation at rectifiers.
    #[must_use]
    pub fn guided() -> Rules {
        Rules(vec![(Where::Kind(Kind::Rectifier), Rule::Guided)])
    }

    /// Deconvolution at rectifiers.
    #[must_use]
    pub fn deconvolution() -> Rules {
        Rules(vec![(Where::Kind(Kind::Rectifier), Rule::Deconvolution)])
    }

    /// B-cos networks with their scales held fixed (Böhle et al. 2022, arXiv 2205.10268): what comes back to the input is
    /// the matrix by which the network multiplies it.
    #[must_use]
    pub fn explanation() -> Rules {
        Rules(vec![(Where::Kind(Kind::Detachable), Rule::Stop)])
    }

    /// DeepLIFT's multipliers, for a batch of pictures and then as many baselines.
    #[must_use]
    pub fn rescale() -> Rules {
        let kinds = [Kind::Rectifier, Kind::Activation, Kind::MaxPool, Kind::Multiply, Kind::MatMul];
        Rules(kinds.map(|kind| (Where::Kind(kind), Rule::Rescale)).to_vec())
    }

    /// The rule of each node.
    #[must_use]
    pub fn of(&self, graph: &Graph) -> Vec<Rule> {
        let weighted = |op: &Op| matches!(op.kind(), Kind::Convolution | Kind::Linear);
        let first = graph.nodes.iter().position(|node| weighted(&node.op));
        let absorbed: Vec<NodeId> = absorbed(graph).into_iter().flatten().collect();
        let at = |(id, op): (usize, &Op)| {
            let fits = |place: Where| match place {
                Where::Kind(kind) => kind == op.kind(),
                Where::First => first == Some(id),
                Where::Absorbed => absorbed.contains(&id),
            };
            self.0.iter().find(|(place, _)| fits(*place)).map_or(Rule::Gradient, |(_, rule)| *rule)
        };
        graph.nodes.iter().map(|node| &node.op).enumerate().map(at).collect()
    }
}

impl Rule {
    /// What has to be kept of the forward pass at a node of that op.
    #[must_use]
    pub fn keeps(self, op: &Op) -> Keeps {
        match self {
            Rule::Gradient | Rule::Guided => op.keeps(),
            Rule::Deconvolution | Rule::Stop | Rule::Pass | Rule::Flat(_) | Rule::WSquare(_) => Keeps::NOTHING,
            Rule::Gate(_) if op.kind() != Kind::MatMul => Keeps::NOTHING,
            Rule::Rescale => rescale::keeps(op),
            Rule::Gamma { .. } | Rule::Taylor => Keeps { inputs: true, output: true },
            _ => Keeps::INPUTS,
        }
    }

    /// Whether a trace of that op will do in place of what has to be kept.
    #[must_use]
    pub fn follows_trace(self, op: &Op) -> bool {
        matches!(self, Rule::Gradient | Rule::Guided) && op.leaves_trace()
    }

    /// The signal at each of the node's inputs; none where nothing passes. Zeros instead would be walked on to the
    /// input, and would come back as NaN from a derivative that is infinite: that of a root at zero, say.
    #[must_use]
    pub fn signals(self, site: &Site, signal: Value) -> Vec<Option<Value>> {
        let signals = match self {
            Rule::Gradient => site.gradient(signal),
            Rule::Guided => guided::signals(site, signal),
            Rule::Deconvolution => deconvolution::signals(signal),
            Rule::Stop => vec![],
            Rule::Pass => vec![signal],
            Rule::Rescale => rescale::signals(site, signal),
            Rule::Epsilon(sharing) => term::share(site, signal, &epsilon::terms(sharing), sharing.by),
            Rule::ZPlus(sharing) => term::share(site, signal, &z_plus::terms(sharing), sharing.by),
            Rule::AlphaBeta { alpha, beta, sharing } => {
                term::share(site, signal, &alpha_beta::terms(alpha, beta, sharing), sharing.by)
            }
            Rule::Gamma { gamma, sharing } => term::share(site, signal, &gamma::terms(gamma, sharing), sharing.by),
            Rule::Flat(sharing) => term::share(site, signal, &flat::terms(), sharing.by),
            Rule::WSquare(sharing) => term::share(site, signal, &w_square::terms(sharing), sharing.by),
            Rule::ZBox(bounds, sharing) => term::share(site, signal, &z_box::terms(bounds), sharing.by),
            Rule::Gate(by) => return gate::signals(site, signal, by),
            Rule::Halves(by) => gate::halves(site, signal, by),
            Rule::Taylor => taylor::signals(site, signal),
            Rule::HeldDeviation(by) => held_deviation::signals(site, signal, by),
            Rule::Facct(rule) => rule.signals(site, signal),
        };
        signals.into_iter().map(Some).collect()
    }
}

impl Site<'_> {
    /// The derivative's signal at each input.
    fn gradient(&self, signal: Value) -> Vec<Value> {
        self.op.gradient(self.weights, &self.kept, signal)
    }

    /// All inputs.
    fn inputs(&self) -> Vec<Value> {
        (0..self.kept.inputs.len()).map(|at| self.kept.input(at)).collect()
    }
}
