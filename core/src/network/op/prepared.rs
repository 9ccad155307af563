//! A convolution prepared for the processor: kernels of our own in place of burn's.
//!
//! burn's convolution copies asymmetric padding, has no fast strided depthwise kernel, and writes its result before a clip
//! or a sum reads it again (docs/bench.md has the profile this answers). The same numbers come out, but for rounding.

use super::{Change, Value, Window};
use crate::network::processor::Numbers;
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use tessera_kernels::{Convolution, ConvolutionGradient, Epilogue, Geometry, Mask, memory};

/// What is done to a convolution's sums on their way to memory, in this order.
#[derive(Debug, Default)]
pub struct Finish {
    /// Added.
    pub residual: Option<Value>,
    /// Then clipped to these limits.
    pub clip: Option<(f32, f32)>,
}

/// A convolution with its weights in the order in which the kernels read them.
///
/// "SAME" padding depends on the picture's size, so kernels are made for each padding that occurs: one, in general. A clone
/// shares those that were made.
#[derive(Clone)]
pub struct Prepared {
    window: Window,
    channels: [usize; 2],
    groups: usize,
    /// As they came, until a kernel holds them.
    weights: RefCell<Vec<f32>>,
    bias: Option<Vec<f32>>,
    forward: RefCell<Vec<([usize; 4], Rc<Convolution>)>>,
    backward: RefCell<Vec<([usize; 4], Rc<ConvolutionGradient>)>>,
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("window", &self.window).field("channels", &self.channels).finish()
    }
}

impl Prepared {
    pub(super) fn new(
        window: Window,
        channels: [usize; 2],
        groups: usize,
        weights: Vec<f32>,
        bias: Option<Vec<f32>>,
    ) -> Prepared {
        let (forward, backward, weights) = (RefCell::default(), RefCell::default(), RefCell::new(weights));
        Prepared { window, channels, groups, weights, bias, forward, backward }
    }

    /// The same convolution with other weights, for the paddings that have occurred so far.
    pub(super) fn changed(&self, matrix: Change, bias: Change) -> Prepared {
        let (weights, biases) = (|w: &[f32]| matrix.numbers(w), |b: &[f32]| bias.numbers(b));
        let forward = self.forward.borrow().clone().into_iter();
        let pairs = forward.map(|(padding, kernel)| {
            let gradient = self.gradient(*kernel.geometry());
            let changed = kernel.mapped(&weights, &biases);
            let gradient = gradient.mapped(&weights, &changed);
            ((padding, Rc::new(changed)), (padding, Rc::new(gradient)))
        });
        let (forward, backward): (Vec<_>, Vec<_>) = pairs.unzip();
        let weights = RefCell::new(matrix.numbers(&self.weights.borrow()));
        let bias = self.bias.as_deref().map(biases);
        let (forward, backward) = (RefCell::new(forward), RefCell::new(backward));
        Prepared { weights, bias, forward, backward, ..*self }
    }

    /// What is added to each output.
    pub(super) fn bias(&self) -> Option<&[f32]> {
        self.bias.as_deref()
    }

    fn geometry(&self, size: [usize; 2]) -> Geometry {
        let ((top, bottom), (left, right)) = (self.window.room_along(0, size[0]), self.window.room_along(1, size[1]));
        Geometry {
            inputs: self.channels[0],
            outputs: self.channels[1],
            groups: self.groups,
            kernel: self.window.kernel,
            stride: self.window.stride,
            dilation: self.window.dilation,
            padding: [top, bottom, left, right],
        }
    }

    /// The kernel for a padding. Weights are held once: the first kernel takes them over, later ones share them with it.
    fn kernel(&self, geometry: Geometry) -> Rc<Convolution> {
        let first = self.forward.borrow().first().map(|(_, kernel)| kernel.clone());
        made(&self.forward, geometry.padding, || match first {
            Some(kernel) => kernel.padded(geometry.padding),
            None => Convolution::new(geometry, &self.weights.take(), self.bias.as_deref()),
        })
    }

    /// The gradient's kernel for a padding.
    fn gradient(&self, geometry: Geometry) -> Rc<ConvolutionGradient> {
        made(&self.backward, geometry.padding, || ConvolutionGradient::of(&self.kernel(geometry)))
    }

    /// The convolution of pictures, finished on the way to memory.
    ///
    /// # Shapes
    /// `[N, C, H, W]`; the residual that of the result.
    #[must_use]
    pub fn forward(&self, input: Value, finish: Finish) -> Value {
        let &[_, _, h, w] = input.shape() else { panic!("expected [N, C, H, W], found {:?}", input.shape()) };
        self.finished(self.geometry([h, w]), input, finish)
    }

    fn finished(&self, geometry: Geometry, input: Value, finish: Finish) -> Value {
        let &[n, _, h, w] = input.shape() else { panic!("expected [N, C, H, W], found {:?}", input.shape()) };
        let device = input.device();
        let kernel = self.kernel(geometry);
        let [rows, columns] = geometry.output_size([h, w]);
        let shape = [n, self.channels[1], rows, columns];
        let (input, residual) = (numbers(input), finish.residual.map(numbers));
        let mut output = memory::take(shape.iter().product());
        let epilogue = Epilogue { residual: residual.as_ref().map(Numbers::slice), clamp: finish.clip };
        memory::with_scratch(|scratch| kernel.run(input.slice(), n, [h, w], epilogue, &mut output, scratch));
        [Some(input), residual].into_iter().flatten().for_each(give_back);
        Value::from_floats(output, &shape, &device)
    }

    /// The same where all that the kernels see is there: nothing is put around the pictures.
    #[must_use]
    pub fn bare(&self, input: Value, finish: Finish) -> Value {
        let &[_, _, h, w] = input.shape() else { panic!("expected [N, C, H, W], found {:?}", input.shape()) };
        self.finished(Geometry { padding: [0; 4], ..self.geometry([h, w]) }, input, finish)
    }

    /// The gradient at pictures of that `size`, of a signal before the convolution or, with what a clip after it let
    /// `passed`, before that clip.
    #[must_use]
    pub fn backward(&self, signal: Value, passed: Option<&Mask>, size: [usize; 2]) -> Value {
        let (geometry, device, n) = (self.geometry(size), signal.device(), signal.shape()[0]);
        let kernel = self.gradient(geometry);
        let shape = [n, self.channels[0], size[0], size[1]];
        let signal = numbers(signal);
        let mut gradient = memory::take(shape.iter().product());
        memory::with_scratch(|scratch| kernel.run(signal.slice(), passed, n, size, &mut gradient, scratch));
        give_back(signal);
        Value::from_floats(gradient, &shape, &device)
    }
}

/// The kernel for a padding, made when it is first asked for.
fn made<K>(kernels: &RefCell<Vec<([usize; 4], Rc<K>)>>, padding: [usize; 4], make: impl FnOnce() -> K) -> Rc<K> {
    let mut kernels = kernels.borrow_mut();
    if let Some((_, kernel)) = kernels.iter().find(|(of, _)| *of == padding) {
        return kernel.clone();
    }
    let kernel = Rc::new(make());
    kernels.push((padding, kernel.clone()));
    kernel
}

fn numbers(value: Value) -> Numbers {
    Numbers::of(value.flat()).expect("a network and its input lie on one device")
}

fn give_back(numbers: Numbers) {
    if let Some(memory) = numbers.into_memory() {
        memory::give(memory);
    }
}
