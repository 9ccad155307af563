//! Times every convolution of three networks at 224 x 224, forward and input gradient, one thread: the least of some
//! rounds for each layer, summed by kind. Layers hand their output on in two buffers, as a network would.
//!
//!     cargo run --release -p tessera-kernels --example networks -- [rounds] [batch] [lite0|mobilenet|resnet50] [layers]
//!
//! In WebAssembly: build for wasm32-wasip1 with `-C target-feature=+simd128` (or `+simd128,+relaxed-simd`) and run
//! it with `node kernels/examples/wasi.mjs FILE [arguments]`.

use std::time::Instant;
use tessera_kernels::{Convolution, ConvolutionGradient, Epilogue, Geometry, Isa, Mask, Scratch};

/// A convolution of a network and the size of its input.
struct Layer {
    geometry: Geometry,
    size: [usize; 2],
    clamp: Option<(f32, f32)>,
    residual: bool,
}

impl Layer {
    fn kind(&self) -> &'static str {
        let Geometry { inputs, groups, kernel, stride, .. } = self.geometry;
        match (groups > 1, kernel, stride) {
            (true, _, [1, 1]) => "depthwise",
            (true, ..) => "depthwise, stride 2",
            (_, [1, 1], _) => "pointwise",
            _ if inputs == 3 => "first",
            _ => "dense",
        }
    }

    fn multiplications(&self) -> usize {
        let Geometry { inputs, outputs, groups, kernel, .. } = self.geometry;
        let [rows, columns] = self.geometry.output_size(self.size);
        inputs / groups * outputs * kernel[0] * kernel[1] * rows * columns
    }
}

/// The layers of a network, written down in order.
struct Plan {
    layers: Vec<Layer>,
    channels: usize,
    size: usize,
    /// Pads as TensorFlow does: as much as the stride needs, the odd zero at the end.
    same: bool,
}

impl Plan {
    fn new(same: bool) -> Self {
        Self { layers: Vec::new(), channels: 3, size: 224, same }
    }

    fn add(
        &mut self,
        outputs: usize,
        kernel: usize,
        stride: usize,
        depthwise: bool,
        clamp: Option<(f32, f32)>,
        residual: bool,
    ) {
        let needed = if self.same {
            ((self.size.div_ceil(stride) - 1) * stride + kernel).saturating_sub(self.size)
        } else {
            kernel / 2 * 2
        };
        let (before, after) = (needed / 2, needed - needed / 2);
        let geometry = Geometry {
            inputs: self.channels,
            outputs,
            groups: if depthwise { outputs } else { 1 },
            kernel: [kernel; 2],
            stride: [stride; 2],
            dilation: [1; 2],
            padding: [before, after, before, after],
        };
        self.layers.push(Layer { geometry, size: [self.size; 2], clamp, residual });
        self.size = geometry.output_size([self.size; 2])[0];
        self.channels = outputs;
    }
}

const RELU: Option<(f32, f32)> = Some((0.0, f32::INFINITY));
const RELU6: Option<(f32, f32)> = Some((0.0, 6.0));

/// EfficientNet-Lite0 and MobileNetV2: rows of kernel, stride, expansion, outputs, repetitions.
fn inverted_bottlenecks(same: bool, rows: &[[usize; 5]]) -> Vec<Layer> {
    let mut plan = Plan::new(same);
    plan.add(32, 3, 2, false, RELU6, false);
    for &[kernel, stride, expansion, outputs, repetitions] in rows {
        for repetition in 0..repetitions {
            let wide = plan.channels * expansion;
            if expansion > 1 {
                plan.add(wide, 1, 1, false, RELU6, false);
            }
            plan.add(wide, kernel, if repetition == 0 { stride } else { 1 }, true, RELU6, false);
            plan.add(outputs, 1, 1, false, None, repetition > 0);
        }
    }
    plan.add(1280, 1, 1, false, RELU6, false);
    plan.layers
}

fn lite0() -> Vec<Layer> {
    let rows = [
        [3, 1, 1, 16, 1],
        [3, 2, 6, 24, 2],
        [5, 2, 6, 40, 2],
        [3, 2, 6, 80, 3],
        [5, 1, 6, 112, 3],
        [5, 2, 6, 192, 4],
        [3, 1, 6, 320, 1],
    ];
    inverted_bottlenecks(true, &rows)
}

fn mobilenet() -> Vec<Layer> {
    let rows = [
        [3, 1, 1, 16, 1],
        [3, 2, 6, 24, 2],
        [3, 2, 6, 32, 3],
        [3, 2, 6, 64, 4],
        [3, 1, 6, 96, 3],
        [3, 2, 6, 160, 3],
        [3, 1, 6, 320, 1],
    ];
    inverted_bottlenecks(false, &rows)
}

/// The later form, with the stride on the 3x3.
fn resnet50() -> Vec<Layer> {
    let mut plan = Plan::new(false);
    plan.add(64, 7, 2, false, RELU, false);
    plan.size = 56;
    for (stage, repetitions) in [3, 4, 6, 3].into_iter().enumerate() {
        let width = 64 << stage;
        for repetition in 0..repetitions {
            let (inputs, size) = (plan.channels, plan.size);
            let stride = if repetition == 0 && stage > 0 { 2 } else { 1 };
            if repetition == 0 {
                plan.add(4 * width, 1, stride, false, None, false);
                (plan.channels, plan.size) = (inputs, size);
            }
            plan.add(width, 1, 1, false, RELU, false);
            plan.add(width, 3, stride, false, RELU, false);
            plan.add(4 * width, 1, 1, false, RELU, true);
        }
    }
    plan.layers
}

/// Least milliseconds of each layer.
fn time(isa: Isa, layers: &[Layer], batch: usize, rounds: usize, backward: bool) -> Vec<f64> {
    let numbers = |channels: usize, [height, width]: [usize; 2]| batch * channels * height * width;
    let input = |layer: &Layer| numbers(layer.geometry.inputs, layer.size);
    let output = |layer: &Layer| numbers(layer.geometry.outputs, layer.geometry.output_size(layer.size));
    let largest = layers.iter().map(|layer| input(layer).max(output(layer))).max().unwrap_or(0);
    let weights: Vec<f32> = (0..4 << 20).map(|at| ((at * 7919) % 1013) as f32 / 5e4 - 0.01).collect();
    let mut buffers = [vec![0.5; largest], vec![0.5; largest]];
    let kept = vec![0.5; largest];
    let mut scratch = Scratch::default();
    let forward: Vec<_> = layers.iter().map(|layer| prepare(isa, layer, &weights)).collect();
    let gradient: Vec<_> = forward.iter().map(ConvolutionGradient::of).collect();
    let mask = |layer: &Layer| layer.clamp.map(|(low, high)| Mask::new(&kept[..output(layer)], low, high));
    let masks: Vec<Option<Mask>> = layers.iter().map(mask).collect();
    let mut least = vec![f64::INFINITY; layers.len()];
    for _ in 0..rounds {
        for step in 0..layers.len() {
            let at = if backward { layers.len() - 1 - step } else { step };
            let layer = &layers[at];
            let [from, to] = &mut buffers;
            let start = Instant::now();
            if backward {
                gradient[at].run(
                    &from[..output(layer)],
                    masks[at].as_ref(),
                    batch,
                    layer.size,
                    &mut to[..input(layer)],
                    &mut scratch,
                );
            } else {
                let epilogue =
                    Epilogue { residual: layer.residual.then_some(&kept[..output(layer)]), clamp: layer.clamp };
                forward[at].run(
                    &from[..input(layer)],
                    batch,
                    layer.size,
                    epilogue,
                    &mut to[..output(layer)],
                    &mut scratch,
                );
            }
            least[at] = least[at].min(start.elapsed().as_secs_f64() * 1e3);
            buffers.swap(0, 1);
        }
    }
    least
}

fn part<'a>(layer: &Layer, weights: &'a [f32]) -> &'a [f32] {
    let Geometry { inputs, outputs, groups, kernel, .. } = layer.geometry;
    &weights[..inputs / groups * outputs * kernel[0] * kernel[1]]
}

fn prepare(isa: Isa, layer: &Layer, weights: &[f32]) -> Convolution {
    Convolution::for_isa(isa, layer.geometry, part(layer, weights), Some(&weights[..layer.geometry.outputs]))
}

fn report(isa: Isa, name: &str, layers: &[Layer], batch: usize, rounds: usize, each: bool) {
    for backward in [false, true] {
        let least = time(isa, layers, batch, rounds, backward);
        let total: f64 = least.iter().sum();
        let all: usize = layers.iter().map(|layer| batch * layer.multiplications()).sum();
        let pass = if backward { "gradient" } else { "forward" };
        println!("{name} {pass} {} batch {batch}: {total:.2} ms, {:.0} GFLOP/s", isa.name(), all as f64 * 2e-6 / total);
        for kind in ["first", "pointwise", "depthwise", "depthwise, stride 2", "dense"] {
            let of_kind = || layers.iter().zip(&least).filter(|(layer, _)| layer.kind() == kind);
            let ms: f64 = of_kind().map(|(_, ms)| ms).sum();
            let work: usize = of_kind().map(|(layer, _)| batch * layer.multiplications()).sum();
            if work > 0 {
                println!("    {kind:20} {ms:8.2} ms {:6.0} GFLOP/s", work as f64 * 2e-6 / ms);
            }
        }
        for (layer, ms) in layers.iter().zip(&least).filter(|_| each) {
            let Geometry { inputs, outputs, kernel, stride, .. } = layer.geometry;
            let rate = (batch * layer.multiplications()) as f64 * 2e-6 / ms;
            println!(
                "        {inputs:4} -> {outputs:4} {0}x{0} /{1} @{2:3} {ms:7.3} ms {rate:6.0}",
                kernel[0], stride[0], layer.size[0]
            );
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, default: usize| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(default);
    let (rounds, batch) = (number(0, 20), number(1, 1));
    let wanted = arguments.get(2).map(String::as_str);
    for isa in Isa::available().into_iter().skip(1) {
        for (name, layers) in [("lite0", lite0()), ("mobilenet", mobilenet()), ("resnet50", resnet50())] {
            if wanted.is_none_or(|wanted| wanted == name) {
                report(isa, name, &layers, batch, rounds, arguments.len() > 3);
            }
        }
    }
}
