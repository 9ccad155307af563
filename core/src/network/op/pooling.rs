//! Pooling over places.

use super::convolution::{slide, slide_back};
use super::{Keeps, Kept, Trace, Value, Window};
use crate::network::processor::Numbers;
use burn::tensor::ops::{MaxPoolOptions, PadMode};
use burn::tensor::{Int, Tensor, module};
use std::rc::Rc;
use tessera_kernels::{MaxPool, memory};

/// What a pool makes of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// The greatest; its derivative goes to the first of several.
    Maximum,
    /// The mean; `with_padding` says whether the padding's zeros count.
    Average {
        /// Whether the padding's zeros count.
        with_padding: bool,
    },
}

/// A pool over a sliding window, each channel by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// What is made of a window.
    pub pooling: Pooling,
    /// How it slides.
    pub window: Window,
}

impl Pool {
    pub(super) fn keeps(&self) -> Keeps {
        if self.pooling == Pooling::Maximum { Keeps::INPUTS } else { Keeps::NOTHING }
    }

    pub(super) fn shape(&self, input: &[usize]) -> Result<Vec<usize>, String> {
        match *input {
            [n, c, h, w] => {
                let [rows, columns] = self.window.outputs([h, w])?;
                Ok(vec![n, c, rows, columns])
            }
            _ => Err(format!("expected [N, C, H, W], found {input:?}")),
        }
    }

    pub(super) fn forward(&self, input: Value) -> Value {
        match self.pooling {
            Pooling::Maximum => self
                .greatest_on_processor(&input)
                .unwrap_or_else(|| Value::from(self.greatest(self.roomy(input.pictures())).0)),
            Pooling::Average { with_padding } => {
                let shape = self.shape(input.shape()).unwrap_or_else(|reason| panic!("{reason}"));
                let &[n, c, h, w] = input.shape() else { panic!("expected [N, C, H, W]") };
                let planes = input.pictures().reshape([n * c, 1, h, w]);
                let counts = self.counts([h, w], with_padding, &planes);
                let ones = Tensor::ones([1, 1, self.window.kernel[0], self.window.kernel[1]], &planes.device());
                Value::along(slide(&self.window, 1, planes, ones, None) / counts, &shape)
            }
        }
    }

    pub(super) fn gradient(&self, kept: &Kept, signal: Value) -> Value {
        let &[n, c, h, w] = kept.shapes[0] else { panic!("expected [N, C, H, W], found {:?}", kept.shapes[0]) };
        match self.pooling {
            Pooling::Maximum => {
                let found = || self.traced(kept.inputs[0]?).map(|(_, trace)| trace);
                match kept.trace.cloned().or_else(found) {
                    Some(Trace::Winners(winners)) => self.spread(&winners, kept.shapes[0], &signal),
                    _ => self.to_greatest(kept.input(0).pictures(), signal.pictures()),
                }
            }
            Pooling::Average { with_padding } => {
                let signal = signal.pictures();
                let [_, _, rows, columns] = signal.dims();
                let counts = self.counts([h, w], with_padding, &signal);
                let planes = signal.reshape([n * c, 1, rows, columns]) / counts;
                let ones = Tensor::ones([1, 1, self.window.kernel[0], self.window.kernel[1]], &planes.device());
                Value::along(slide_back(&self.window, 1, planes, ones, [h, w]), kept.shapes[0])
            }
        }
    }

    /// A kernel of our own, by which burn's takes ten times as long; there is none for windows with gaps.
    fn kernel(&self, [h, w]: [usize; 2]) -> Option<MaxPool> {
        let Window { kernel, stride, dilation, .. } = self.window;
        let ((top, bottom), (left, right)) = (self.window.room_along(0, h), self.window.room_along(1, w));
        (dilation == [1, 1]).then_some(MaxPool { kernel, stride, padding: [top, bottom, left, right] })
    }

    /// The greatest of each window, if the pictures lie on the processor.
    fn greatest_on_processor(&self, input: &Value) -> Option<Value> {
        let found = self.searched(input, |kernel, numbers, size, output| kernel.run(numbers, size, output))?;
        Some(found.0)
    }

    /// What our own kernel finds by such a search, if there is one and the pictures lie on the processor.
    fn searched<T>(
        &self,
        input: &Value,
        search: impl FnOnce(MaxPool, &[f32], [usize; 2], &mut [f32]) -> T,
    ) -> Option<(Value, T)> {
        let &[_, _, h, w] = input.shape() else { panic!("expected [N, C, H, W], found {:?}", input.shape()) };
        let (kernel, numbers) = (self.kernel([h, w])?, Numbers::of(input.clone().flat())?);
        let shape = self.shape(input.shape()).unwrap_or_else(|reason| panic!("{reason}"));
        let mut output = memory::take(shape.iter().product());
        let found = search(kernel, numbers.slice(), [h, w], &mut output);
        Some((Value::from_floats(output, &shape, &input.device()), found))
    }

    /// Whether our own kernel can tell which number of each window is the greatest.
    pub(super) fn leaves_trace(&self) -> bool {
        let places = self.window.kernel[0] * self.window.kernel[1];
        self.pooling == Pooling::Maximum && self.window.dilation == [1, 1] && places <= MaxPool::TRACEABLE
    }

    /// The greatest of each window and which it is, if the pictures lie on the processor.
    pub(super) fn traced(&self, input: &Value) -> Option<(Value, Trace)> {
        if !self.leaves_trace() {
            return None;
        }
        self.searched(input, |kernel, numbers, size, output| {
            let mut winners = vec![0; output.len()];
            kernel.run_traced(numbers, size, output, &mut winners);
            Trace::Winners(Rc::from(winners))
        })
    }

    /// The signal where each window's greatest stood, on the processor.
    fn spread(self, winners: &[u8], shape: &[usize], signal: &Value) -> Value {
        let &[_, _, h, w] = shape else { panic!("expected [N, C, H, W], found {shape:?}") };
        let kernel = self.kernel([h, w]).expect("it has told the winners");
        let numbers = Numbers::of(signal.clone().flat()).expect("a trace lies on the processor, and its signal too");
        let mut gradient = memory::take(shape.iter().product());
        kernel.gradient(winners, [h, w], numbers.slice(), &mut gradient);
        Value::from_floats(gradient, shape, &signal.device())
    }

    /// How many places each window takes in, `[1, 1, rows, columns]`, beside `other`.
    fn counts(&self, [h, w]: [usize; 2], with_padding: bool, other: &Tensor<4>) -> Tensor<4> {
        let rows = self.window.counts_along(0, h, with_padding);
        let columns = self.window.counts_along(1, w, with_padding);
        let counts = rows.iter().flat_map(|r| columns.iter().map(move |c| (r * c).max(1) as f32)).collect();
        Value::from_floats(counts, &[1, 1, rows.len(), columns.len()], &other.device()).pictures()
    }

    /// The pictures with room for every window. What is put there is never the greatest: it is the lowest finite
    /// number, because an infinity keeps a WebGPU shader from running (cubecl issue 68).
    fn roomy(&self, input: Tensor<4>) -> Tensor<4> {
        let [_, _, h, w] = input.dims();
        let (rows, columns) = (self.window.room_along(0, h), self.window.room_along(1, w));
        if rows == (0, 0) && columns == (0, 0) {
            return input;
        }
        input.pad([rows, columns], PadMode::Constant(f32::MIN))
    }

    /// The greatest of each window and where it stands in its plane.
    fn greatest(&self, roomy: Tensor<4>) -> (Tensor<4>, Tensor<4, Int>) {
        let mut options = MaxPoolOptions::new(self.window.kernel).with_stride(self.window.stride);
        options.dilation = self.window.dilation;
        module::max_pool2d_with_indices(roomy, options)
    }

    fn to_greatest(self, input: Tensor<4>, signal: Tensor<4>) -> Value {
        let [_, _, h, w] = input.dims();
        let (above, left) = (self.window.room_along(0, h).0, self.window.room_along(1, w).0);
        let roomy = self.roomy(input);
        let (_, places) = self.greatest(roomy.clone());
        let gradient = module::max_pool2d_with_indices_backward(
            roomy,
            self.window.kernel,
            self.window.stride,
            [0, 0],
            self.window.dilation,
            false,
            signal,
            places,
        );
        Value::from(gradient.narrow(2, above, h).narrow(3, left, w))
    }
}

/// Shape of the mean over all places: `[N, C, ...]` to `[N, C, 1, ...]`.
///
/// # Errors
/// If the value has no places.
pub fn global_average_shape(input: &[usize]) -> Result<Vec<usize>, String> {
    match input {
        [n, c, places @ ..] if !places.is_empty() && places.iter().product::<usize>() > 0 => {
            Ok([&[*n, *c][..], &vec![1; places.len()]].concat())
        }
        _ => Err(format!("expected [N, C, H, W] with places, found {input:?}")),
    }
}

/// Mean over all places.
pub(super) fn global_average_forward(input: Value) -> Value {
    let shape = global_average_shape(input.shape()).unwrap_or_else(|reason| panic!("{reason}"));
    let channels = shape[0] * shape[1];
    let places = input.count() / channels;
    Value::along(input.flat().reshape([channels, places]).mean_dim(1), &shape)
}

/// The signal spread evenly over all places.
pub(super) fn global_average_gradient(kept: &Kept, signal: Value) -> Value {
    let channels = signal.count();
    let places = kept.shapes[0].iter().product::<usize>() / channels;
    let even = signal.flat().reshape([channels, 1]) / places as f32;
    Value::along(even.expand([channels, places]), kept.shapes[0])
}
