//! Composites: rules of relevance propagation for whole networks.
//!
//! What all share: sums, means and average pools hand relevance back by parts, max pools to the greatest, what moves
//! numbers about moves relevance, activations let it pass (Montavon et al. 2019; Kohlbrenner et al. 2020, arXiv 1910.09840).
//! Of a product, gates, attention weights and other factors count as constant. A layer norm's deviation is held fixed. A
//! batch norm that stands before a rectifier goes into the next layer, and one that no layer could take in is an affine
//! layer for the epsilon rule.

use super::{Bounds, Facct, Rule, Rules, Sharing, Stabiliser, Where};
use crate::network::op::Kind;

/// What keeps divisions from failing where nothing else is said.
const STABLE: Stabiliser = Stabiliser::Signed(1e-6);

/// Of the gamma rule, how much more what has the output's sign counts.
const GAMMA: f32 = 0.25;

/// What can be set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choices {
    /// What the epsilon rule adds to the size of a sum.
    pub epsilon: f32,
    /// Whether biases take their share, which then is lost.
    pub bias: bool,
    /// Least and greatest value of a pixel.
    pub bounds: Bounds,
}

impl Choices {
    fn by_epsilon(&self) -> Sharing {
        Sharing { by: Stabiliser::Signed(self.epsilon), bias: self.bias }
    }

    fn stable(&self) -> Sharing {
        Sharing { by: STABLE, bias: self.bias }
    }

    fn z_plus(&self) -> Rule {
        Rule::ZPlus(self.stable())
    }

    /// The shared rules and those of convolutions.
    fn around(&self, convolution: Rule) -> Rules {
        let epsilon = Rule::Epsilon(self.by_epsilon());
        let parts = Rule::Epsilon(Sharing { by: STABLE, bias: true });
        let linear = Stabiliser::Signed(self.epsilon);
        let rules = [
            (Kind::Convolution, convolution),
            (Kind::Linear, epsilon),
            (Kind::BatchNorm, Rule::Epsilon(Sharing { bias: true, ..self.by_epsilon() })),
            (Kind::LayerNorm, Rule::HeldDeviation(linear)),
            (Kind::Softmax, Rule::Stop),
            (Kind::MatMul, Rule::Gate(linear)),
            (Kind::Detachable, Rule::Stop),
            (Kind::Rectifier, Rule::Pass),
            (Kind::Activation, Rule::Pass),
            (Kind::Multiply, Rule::Gate(STABLE)),
            (Kind::Divide, Rule::Gate(STABLE)),
            (Kind::Power, Rule::Gate(STABLE)),
            (Kind::AveragePool, parts),
            (Kind::GlobalAveragePool, parts),
            (Kind::Resample, parts),
            (Kind::Reduce, parts),
            (Kind::Add, parts),
            (Kind::Subtract, parts),
        ];
        let rules = Rules(rules.map(|(kind, rule)| (Where::Kind(kind), rule)).to_vec());
        rules.after(&[(Where::Absorbed, Rule::Pass)])
    }
}

impl Rules {
    /// The same with other rules in front.
    #[must_use]
    pub fn after(self, first: &[(Where, Rule)]) -> Rules {
        Rules(first.iter().copied().chain(self.0).collect())
    }

    /// The epsilon rule for all layers with weights; attention weights count as constant (CP-LRP, Ali et al. 2022, arXiv
    /// 2202.07304).
    #[must_use]
    pub fn epsilon(choices: &Choices) -> Rules {
        choices.around(Rule::Epsilon(choices.by_epsilon()))
    }

    /// z+ for convolutions, epsilon for linear layers.
    #[must_use]
    pub fn epsilon_plus(choices: &Choices) -> Rules {
        choices.around(choices.z_plus())
    }

    /// The same with the flat rule for the first layer.
    #[must_use]
    pub fn epsilon_plus_flat(choices: &Choices) -> Rules {
        Rules::epsilon_plus(choices).after(&[(Where::First, Rule::Flat(choices.stable()))])
    }

    /// Gamma for convolutions, epsilon for linear layers, z-box for the first layer.
    #[must_use]
    pub fn epsilon_gamma_box(choices: &Choices) -> Rules {
        let gamma = Rule::Gamma { gamma: GAMMA, sharing: choices.stable() };
        choices.around(gamma).after(&[(Where::First, Rule::ZBox(choices.bounds, choices.stable()))])
    }

    /// Alpha 2 and beta 1 for convolutions, epsilon for linear layers.
    #[must_use]
    pub fn alpha2_beta1(choices: &Choices) -> Rules {
        choices.around(Rule::AlphaBeta { alpha: 2.0, beta: 1.0, sharing: choices.stable() })
    }

    /// AttnLRP (Achtibat et al. 2024, arXiv 2402.05602) with the epsilon rule for all layers with weights: relevance goes
    /// through the attention weights too, half of a product to each side.
    #[must_use]
    pub fn attention(choices: &Choices) -> Rules {
        let halves = Rule::Halves(Stabiliser::Signed(choices.epsilon));
        let own = [(Kind::Softmax, Rule::Taylor), (Kind::MatMul, halves)];
        Rules::epsilon(choices).after(&own.map(|(kind, rule)| (Where::Kind(kind), rule)))
    }

    /// The rules of the FAccT 2024 study (doi 10.1145/3630106.3658537), defects included: nothing is stabilised but by what
    /// linear layers add, a quarter of the root of their outputs' mean square, whatever the sign.
    #[must_use]
    pub fn facct24() -> Rules {
        let parts = Rule::Epsilon(Sharing { by: Stabiliser::Added(0.0), bias: true });
        let linear = Rule::Epsilon(Sharing { by: Stabiliser::Spread(0.25), bias: false });
        let own = [
            (Kind::Convolution, Rule::Facct(Facct::Convolution)),
            (Kind::Linear, linear),
            (Kind::BatchNorm, Rule::Facct(Facct::BatchNorm)),
            (Kind::MaxPool, parts),
            (Kind::AveragePool, parts),
            (Kind::GlobalAveragePool, parts),
            (Kind::Resample, parts),
            (Kind::Reduce, parts),
            (Kind::Add, parts),
        ];
        let choices = Choices { epsilon: 1e-6, bias: true, bounds: Bounds::Picture };
        let all = Rules::epsilon(&choices).after(&own.map(|(kind, rule)| (Where::Kind(kind), rule)));
        all.after(&[(Where::First, Rule::Facct(Facct::First))])
    }
}
