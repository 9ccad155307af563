//! Pictures to other sizes: each output row (and column) is a weighted sum of input rows, so both directions are two
//! matrix products.

use super::{Kept, Value};
use burn::tensor::{Device, Tensor};

/// Pictures `[N, C, H, W]` to another size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resample {
    /// Rows and columns it gives.
    pub size: Target,
    /// How an output is made from inputs.
    pub kernel: Kernel,
}

/// The size wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// So many rows and columns.
    Size([usize; 2]),
    /// So many times as many, rounded down.
    Scale([f32; 2]),
}

/// How an output is made from inputs along one axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kernel {
    /// Mean of the inputs `floor(i n / m)` to `ceil((i + 1) n / m)`: PyTorch's adaptive average pool.
    AdaptiveAverage,
    /// One input.
    Nearest {
        /// Where an output lies.
        place: Place,
        /// Which input is the nearest.
        rounding: Rounding,
    },
    /// The two inputs beside it, weighted by nearness.
    Linear(Place),
    /// The four inputs around it (Keys 1981), `slope` often -0.75 or -0.5.
    Cubic {
        /// Where an output lies.
        place: Place,
        /// The kernel's slope at distance one.
        slope: f32,
    },
}

/// Where output `i` of `m` lies among inputs `0..n`, as ONNX calls it. `scale` is `m / n`, or as given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `(i + 1/2) / scale - 1/2`.
    HalfPixel,
    /// The same, but 0 for a single output.
    PytorchHalfPixel,
    /// `i (n - 1) / (m - 1)`.
    AlignCorners,
    /// `i / scale`.
    Asymmetric,
}

/// Which input is the nearest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// The lesser of two that are equally near.
    PreferFloor,
    /// The greater of two that are equally near.
    PreferCeil,
    /// The one below.
    Floor,
    /// The one above.
    Ceil,
}

impl Resample {
    fn size_of(&self, input: [usize; 2]) -> [usize; 2] {
        match self.size {
            Target::Size(size) => size,
            Target::Scale(scale) => [0, 1].map(|axis| (input[axis] as f32 * scale[axis]).floor() as usize),
        }
    }

    /// Numerator and denominator of the step from one output to the next, in inputs. Whole numbers where a size is given,
    /// so that places which fall on an input are that input's and not just below.
    fn step_along(&self, axis: usize, input: usize, output: usize) -> (f64, f64) {
        match self.size {
            Target::Size(_) => (input as f64, output as f64),
            Target::Scale(scale) => (1.0, f64::from(scale[axis])),
        }
    }

    pub(super) fn shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        let &[n, c, h, w] = input else { return Err(format!("expected [N, C, H, W], found {input:?}")) };
        let [rows, columns] = self.size_of([h, w]);
        let fits = |length: usize| (1..=1 << 15).contains(&length);
        if ![h, w, rows, columns].into_iter().all(fits) {
            return Err(format!("pictures of {h} x {w} cannot be resampled to {rows} x {columns}"));
        }
        Ok(vec![n, c, rows, columns])
    }

    /// The matrix `[outputs, inputs]` along an axis.
    fn matrix(&self, axis: usize, inputs: usize, device: &Device) -> Tensor<3> {
        let outputs = self.size_of([inputs; 2])[axis];
        let step = self.step_along(axis, inputs, outputs);
        let mut weights = vec![0.0; outputs * inputs];
        for (i, row) in weights.chunks_exact_mut(inputs).enumerate() {
            for (input, weight) in self.kernel.taps(i, inputs, outputs, step) {
                row[input] += weight as f32;
            }
        }
        Value::from_floats(weights, &[1, outputs, inputs], device).tensor()
    }

    pub(super) fn forward(&self, input: Value) -> Value {
        let shape = self.shape(input.shape()).unwrap_or_else(|reason| panic!("{reason}"));
        let (rows, columns) = self.matrices(input.shape(), &input.device());
        let &[n, c, h, w] = input.shape() else { unreachable!("shape inference saw four axes") };
        let planes = input.flat().reshape([n * c, h, w]);
        Value::along(rows.matmul(planes).matmul(columns.transpose()), &shape)
    }

    pub(super) fn gradient(&self, kept: &Kept, signal: Value) -> Value {
        let (rows, columns) = self.matrices(kept.shapes[0], &signal.device());
        let &[n, c, h, w] = signal.shape() else { unreachable!("shape inference saw four axes") };
        let planes = signal.flat().reshape([n * c, h, w]);
        Value::along(rows.transpose().matmul(planes).matmul(columns), kept.shapes[0])
    }

    fn matrices(&self, input: &[usize], device: &Device) -> (Tensor<3>, Tensor<3>) {
        (self.matrix(0, input[2], device), self.matrix(1, input[3], device))
    }
}

impl Place {
    fn of(self, i: usize, inputs: usize, outputs: usize, (over, under): (f64, f64)) -> f64 {
        let i = i as f64;
        match self {
            Place::PytorchHalfPixel if outputs == 1 => 0.0,
            Place::HalfPixel | Place::PytorchHalfPixel => (i + 0.5) * over / under - 0.5,
            Place::AlignCorners if outputs == 1 => 0.0,
            Place::AlignCorners => i * (inputs as f64 - 1.0) / (outputs as f64 - 1.0),
            Place::Asymmetric => i * over / under,
        }
    }
}

impl Kernel {
    /// Inputs and weights of output `i`; inputs beyond the edge are those at the edge.
    fn taps(self, i: usize, inputs: usize, outputs: usize, step: (f64, f64)) -> Vec<(usize, f64)> {
        let inside = |place: f64| place.clamp(0.0, inputs as f64 - 1.0) as usize;
        match self {
            Kernel::AdaptiveAverage => {
                let (start, end) = (i * inputs / outputs, ((i + 1) * inputs).div_ceil(outputs));
                (start..end).map(|input| (input, 1.0 / (end - start) as f64)).collect()
            }
            Kernel::Nearest { place, rounding } => {
                vec![(inside(rounding.round(place.of(i, inputs, outputs, step))), 1.0)]
            }
            Kernel::Linear(place) => {
                let at = place.of(i, inputs, outputs, step).clamp(0.0, inputs as f64 - 1.0);
                let share = at - at.floor();
                vec![(inside(at.floor()), 1.0 - share), (inside(at.floor() + 1.0), share)]
            }
            Kernel::Cubic { place, slope } => {
                let at = place.of(i, inputs, outputs, step);
                (-1..3)
                    .map(|tap| {
                        let input = at.floor() + f64::from(tap);
                        (inside(input), cubic(at - input, f64::from(slope)))
                    })
                    .collect()
            }
        }
    }
}

/// Keys' cubic convolution kernel.
fn cubic(x: f64, a: f64) -> f64 {
    let x = x.abs();
    if x <= 1.0 {
        ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * a
    } else {
        0.0
    }
}

impl Rounding {
    fn round(self, place: f64) -> f64 {
        match self {
            Rounding::PreferFloor => (place - 0.5).ceil(),
            Rounding::PreferCeil => (place + 0.5).floor(),
            Rounding::Floor => place.floor(),
            Rounding::Ceil => place.ceil(),
        }
    }
}
