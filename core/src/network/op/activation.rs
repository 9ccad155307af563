//! Activations: each number by itself.
//!
//! At a kink the derivative is the one PyTorch takes, so that gradients can be compared number by number.

use super::{Keeps, Kept, Trace, Value, Want, Weights};
use crate::network::parameters::Parameters;
use crate::network::processor::Numbers;
use burn::tensor::{Device, Tensor, activation::gelu};
use tessera_kernels::{Mask, clamp, mask, memory};

/// A function of one number. `x` is what comes in, `y` what goes out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// `max(x, 0)`; at 0 the derivative is 0.
    Relu,
    /// `x` above zero, `slope x` below.
    LeakyRelu {
        /// Below zero.
        slope: f32,
    },
    /// `min(max(x, low), high)`; ReLU6 is 0 and 6 (Krizhevsky 2010). At the limits the derivative is 0.
    Clip {
        /// Least value that passes.
        low: f32,
        /// Greatest value that passes.
        high: f32,
    },
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
    /// `min(max(slope x + shift, 0), 1)`.
    HardSigmoid {
        /// Between the limits.
        slope: f32,
        /// At zero.
        shift: f32,
    },
    /// `x min(max(x / 6 + 1/2, 0), 1)` (Howard et al. 2019, arXiv 1905.02244).
    HardSwish,
    /// `x sigmoid(x)` (Elfwing et al. 2017, arXiv 1702.03118).
    Silu,
    /// `x Phi(x)`, `Phi` the normal distribution (Hendrycks and Gimpel 2016, arXiv 1606.08415).
    Gelu,
    /// The same with `Phi(x)` as `(1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2`.
    GeluTanh,
    /// `x` above zero, `scale (exp(x) - 1)` below.
    Elu {
        /// Below zero.
        scale: f32,
    },
    /// `log(1 + exp(x))`.
    Softplus,
    /// The error function.
    Erf,
    /// Hyperbolic tangent.
    Tanh,
    /// `exp(x)`.
    Exp,
    /// Natural logarithm.
    Log,
    /// Square root.
    Sqrt,
    /// `1 / x`.
    Reciprocal,
    /// `x^2`.
    Square,
    /// `|x|`; at 0 the derivative is 0.
    Abs,
    /// `scale x + shift`.
    Affine {
        /// Factor.
        scale: f32,
        /// Summand.
        shift: f32,
    },
}

const TWO_OVER_SQRT_PI: f32 = std::f32::consts::FRAC_2_SQRT_PI;
/// `sqrt(2 / pi)`.
const GELU_SCALE: f32 = 0.797_884_6;
const GELU_CUBE: f32 = 0.044_715;

impl Activation {
    pub(super) fn keeps(self) -> Keeps {
        use Activation as A;
        match self {
            A::Affine { .. } => Keeps::NOTHING,
            A::Relu | A::Clip { .. } | A::Sigmoid | A::HardSigmoid { .. } => Keeps::OUTPUT,
            A::Tanh | A::Exp | A::Sqrt | A::Reciprocal => Keeps::OUTPUT,
            _ => Keeps::INPUTS,
        }
    }

    /// What goes out, of the same shape.
    #[must_use]
    pub fn forward(self, input: Value) -> Value {
        let limits = self.limits().filter(|(low, high)| low <= high);
        let clamped = limits.and_then(|limits| clamped(&input, limits));
        clamped.unwrap_or_else(|| input.map(|x| self.value(x)))
    }

    fn value(self, x: Tensor<1>) -> Tensor<1> {
        use burn::tensor::activation as burn;
        match self {
            Activation::Relu => burn::relu(x),
            Activation::LeakyRelu { slope } => burn::leaky_relu(x, f64::from(slope)),
            Activation::Clip { low, high } => clipped(x, low, high),
            Activation::Sigmoid => burn::sigmoid(x),
            Activation::HardSigmoid { slope, shift } => (x * slope + shift).clamp(0.0, 1.0),
            Activation::HardSwish => x.clone() * (x / 6.0 + 0.5).clamp(0.0, 1.0),
            Activation::Silu => burn::silu(x),
            Activation::Gelu => gelu(x),
            Activation::GeluTanh => x.clone() * ((gelu_angle(x).tanh() + 1.0) * 0.5),
            Activation::Elu { scale } => x.clone().clamp_min(0.0) + ((x.clamp_max(0.0).exp() - 1.0) * scale),
            // log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)), which cannot overflow.
            Activation::Softplus => x.clone().clamp_min(0.0) + (x.abs().neg().exp() + 1.0).log(),
            Activation::Erf => x.erf(),
            Activation::Tanh => x.tanh(),
            Activation::Exp => x.exp(),
            Activation::Log => x.log(),
            Activation::Sqrt => x.sqrt(),
            Activation::Reciprocal => x.recip(),
            Activation::Square => x.powi_scalar(2),
            Activation::Abs => x.abs(),
            Activation::Affine { scale, shift } => affine(x, scale, shift),
        }
    }

    /// The signal times the derivative.
    #[must_use]
    pub fn gradient(self, kept: &Kept, signal: Value) -> Value {
        if let Some(Trace::Passed(passed)) = self.limits().and_then(|limits| kept.passed(limits)) {
            return masked(&signal, &passed);
        }
        match self {
            Activation::Affine { scale, .. } => signal.map(|s| affine(s, scale, 0.0)),
            _ if self.keeps() == Keeps::OUTPUT => signal.zip(kept.output(), |s, y| self.by_output(s, y)),
            _ => signal.zip(kept.input(0), |s, x| self.by_input(s, x)),
        }
    }

    /// The limits between which it passes numbers as they are, if that is all it does.
    #[must_use]
    pub fn limits(self) -> Option<(f32, f32)> {
        match self {
            Activation::Relu => Some((0.0, f32::INFINITY)),
            Activation::Clip { low, high } => Some((low, high)),
            _ => None,
        }
    }

    fn by_output(self, s: Tensor<1>, y: Tensor<1>) -> Tensor<1> {
        match self {
            Activation::Relu => s.mask_fill(y.lower_equal_elem(0.0), 0.0),
            Activation::Clip { low, high } => between(s, y, low, high),
            Activation::Sigmoid => s * (y.clone() * (y.neg() + 1.0)),
            Activation::HardSigmoid { slope, .. } => between(s * slope, y, 0.0, 1.0),
            Activation::Tanh => s * (y.powi_scalar(2).neg() + 1.0),
            Activation::Exp => s * y,
            Activation::Sqrt => s / (y * 2.0),
            Activation::Reciprocal => (s * y.powi_scalar(2)).neg(),
            _ => unreachable!("{self:?} keeps its input"),
        }
    }

    fn by_input(self, s: Tensor<1>, x: Tensor<1>) -> Tensor<1> {
        use burn::tensor::activation::sigmoid;
        match self {
            Activation::LeakyRelu { slope } => s.clone().mask_where(x.lower_equal_elem(0.0), s * slope),
            Activation::HardSwish => {
                let inner = s.clone() * (x.clone() / 3.0 + 0.5);
                inner.mask_where(x.clone().greater_equal_elem(3.0), s).mask_fill(x.lower_equal_elem(-3.0), 0.0)
            }
            Activation::Silu => {
                let y = sigmoid(x.clone());
                s * (y.clone() * (x * (y.neg() + 1.0) + 1.0))
            }
            Activation::Gelu => {
                let density = (x.clone().powi_scalar(2) * -0.5).exp()
                    * (TWO_OVER_SQRT_PI * 0.5 * std::f32::consts::FRAC_1_SQRT_2);
                let share = ((x.clone() * std::f32::consts::FRAC_1_SQRT_2).erf() + 1.0) * 0.5;
                s * (share + x * density)
            }
            Activation::GeluTanh => {
                let tanh = gelu_angle(x.clone()).tanh();
                let slope = (x.clone().powi_scalar(2) * (3.0 * GELU_CUBE) + 1.0) * GELU_SCALE;
                let bend = (tanh.clone().powi_scalar(2).neg() + 1.0) * slope * x;
                s * ((tanh + 1.0 + bend) * 0.5)
            }
            Activation::Elu { scale } => {
                let below = s.clone() * (x.clone().clamp_max(0.0).exp() * scale);
                s.mask_where(x.lower_equal_elem(0.0), below)
            }
            Activation::Softplus => s * sigmoid(x),
            Activation::Erf => s * ((x.powi_scalar(2).neg()).exp() * TWO_OVER_SQRT_PI),
            Activation::Log => s / x,
            Activation::Square => s * (x * 2.0),
            Activation::Abs => s * x.sign(),
            _ => unreachable!("{self:?} keeps its output"),
        }
    }
}

/// Numbers between limits, if they lie on the processor.
fn clamped(input: &Value, (low, high): (f32, f32)) -> Option<Value> {
    let numbers = Numbers::of(input.clone().flat())?;
    let mut output = memory::take(input.count());
    clamp(numbers.slice(), low, high, &mut output);
    Some(Value::from_floats(output, input.shape(), &input.device()))
}

/// The signal where numbers were let through, on the processor.
fn masked(signal: &Value, passed: &Mask) -> Value {
    let numbers = Numbers::of(signal.clone().flat()).expect("a trace lies on the processor, and its signal too");
    let mut gradient = memory::take(signal.count());
    mask(numbers.slice(), passed, &mut gradient);
    Value::from_floats(gradient, signal.shape(), &signal.device())
}

/// `sqrt(2 / pi) (x + 0.044715 x^3)`.
fn gelu_angle(x: Tensor<1>) -> Tensor<1> {
    (x.clone().powi_scalar(3) * GELU_CUBE + x) * GELU_SCALE
}

fn affine(x: Tensor<1>, scale: f32, shift: f32) -> Tensor<1> {
    let scaled = if scale == 1.0 { x } else { x * scale };
    if shift == 0.0 { scaled } else { scaled + shift }
}

/// `min(max(x, low), high)`. An infinite limit never reaches the device: WebGPU's shaders may not hold one.
fn clipped(x: Tensor<1>, low: f32, high: f32) -> Tensor<1> {
    match (low > f32::NEG_INFINITY, high < f32::INFINITY) {
        // Where the least is above the greatest, all is the greatest.
        (true, true) => x.clamp(low.min(high), high),
        (true, false) => x.clamp_min(low),
        (false, true) => x.clamp_max(high),
        (false, false) => x,
    }
}

/// The signal where `y` lies strictly between the limits, zero elsewhere.
fn between(s: Tensor<1>, y: Tensor<1>, low: f32, high: f32) -> Tensor<1> {
    let above = if low > f32::NEG_INFINITY { s.mask_fill(y.clone().lower_equal_elem(low), 0.0) } else { s };
    if high < f32::INFINITY { above.mask_fill(y.greater_equal_elem(high), 0.0) } else { above }
}

/// `x` above zero, `slope x` below, with a learned slope per channel (He et al. 2015, arXiv 1502.01852).
#[derive(Clone, Debug, PartialEq)]
pub struct PRelu {
    /// Name of the slopes `[channels]`, or `[1]` for all.
    pub slope: String,
    /// How many slopes.
    pub channels: usize,
}

impl PRelu {
    pub(super) fn wants(&self) -> Vec<Want> {
        vec![(self.slope.clone(), vec![self.channels])]
    }

    pub(super) fn upload(&self, parameters: &mut Parameters, device: &Device) -> Vec<Value> {
        vec![Value::from_floats(parameters.take(&self.slope), &[1, self.channels, 1], device)]
    }

    pub(super) fn shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        match input {
            [_, c, ..] if self.channels == 1 || *c == self.channels => Ok(input.to_vec()),
            _ => Err(format!("expected [N, {}, ...], found {input:?}", self.channels)),
        }
    }

    pub(super) fn forward(&self, weights: &Weights, input: Value) -> Value {
        let shape = input.shape().to_vec();
        let x = input.around(1);
        Value::along(x.clone().clamp_min(0.0) + x.clamp_max(0.0) * weights.tensors[0].clone().tensor(), &shape)
    }

    pub(super) fn gradient(&self, weights: &Weights, kept: &Kept, signal: Value) -> Value {
        let shape = signal.shape().to_vec();
        let below = signal.clone().around(1) * weights.tensors[0].clone().tensor();
        let negative = kept.input(0).around(1).lower_equal_elem(0.0);
        Value::along(signal.around(1).mask_where(negative, below), &shape)
    }
}

/// `exp(x) / sum exp(x)` along an axis, or its logarithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Softmax {
    /// The axis.
    pub axis: usize,
    /// Whether the logarithm is given.
    pub log: bool,
}

impl Softmax {
    pub(super) fn shape(self, input: &[usize]) -> Result<Vec<usize>, String> {
        if self.axis < input.len() { Ok(input.to_vec()) } else { Err(format!("no axis {} in {input:?}", self.axis)) }
    }

    pub(super) fn forward(self, input: Value) -> Value {
        use burn::tensor::activation::{log_softmax, softmax};
        let shape = input.shape().to_vec();
        let x = input.around(self.axis);
        Value::along(if self.log { log_softmax(x, 1) } else { softmax(x, 1) }, &shape)
    }

    pub(super) fn gradient(self, kept: &Kept, signal: Value) -> Value {
        let shape = signal.shape().to_vec();
        let (s, y) = (signal.around(self.axis), kept.output().around(self.axis));
        let gradient = if self.log {
            s.clone() - y.exp() * s.sum_dim(1)
        } else {
            let spread = (s.clone() * y.clone()).sum_dim(1);
            y * (s - spread)
        };
        Value::along(gradient, &shape)
    }
}
