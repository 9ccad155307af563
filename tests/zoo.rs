//! What the references of the zoo computed (tests/golden/zoo), and the formula that stands for their weights and inputs.

use crate::{bytes, root};
use burn::tensor::Device;
use safetensors::SafeTensors;
use std::collections::{BTreeMap, HashMap};
use tessera_core::network::backward;
use tessera_core::network::card::Output;
use tessera_core::network::cone::Along;
use tessera_core::network::forward::{self, Tape};
use tessera_core::network::graph::{Graph, NodeId};
use tessera_core::network::incremental::Incremental;
use tessera_core::network::load;
use tessera_core::network::op::Weights;
use tessera_core::network::parameters::{Parameter, Parameters};
use tessera_core::network::rule::Rules;
use tessera_core::network::value::Value;
use tessera_core::network::zoo::{self, Dimensions};

/// FNV-1a of 64 bits.
fn seed(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

/// `count` numbers in [0, 1): the upper 53 bits of the first outputs of splitmix64.
pub fn uniform(name: &str, count: usize) -> impl Iterator<Item = f64> {
    let start = seed(name);
    (1..=count as u64).map(move |i| {
        let mut z = start.wrapping_add(i.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 * 2f64.powi(-53)
    })
}

/// Least and greatest value of a tensor, by the last part of its name.
fn bounds(name: &str, shape: &[usize], gain: f64, spread: Option<f64>) -> (f64, f64) {
    let last = name.rsplit('.').next().unwrap_or(name);
    match last {
        "class_token" | "cls_token" | "pos_embedding" | "pos_embed" => (-0.5, 0.5),
        "layer_scale" | "gamma" => (0.1, 0.5),
        "running_mean" => (-0.1, 0.1),
        _ if last.ends_with("bias") => (-0.1, 0.1),
        "running_var" => {
            let scale = spread.map_or(1.0, |spread| spread / shape[0] as f64);
            (0.8 * scale, 1.2 * scale)
        }
        _ if shape.len() == 1 => (0.8, 1.2),
        _ => {
            let high = gain * (3.0 / shape[1..].iter().product::<usize>() as f64).sqrt();
            (-high, high)
        }
    }
}

/// The weight of that name: worked out in f64, rounded once.
#[must_use]
pub fn weight(name: &str, shape: &[usize], gain: f64, spread: Option<f64>) -> Parameter {
    let (low, high) = bounds(name, shape, gain, spread);
    let values = uniform(name, shape.iter().product()).map(|u| (low + (high - low) * u) as f32).collect();
    Parameter { shape: shape.to_vec(), values }
}

/// A golden file of one network.
pub struct Golden {
    /// Name of the file without its ending.
    pub file: String,
    /// Which network.
    pub id: String,
    /// Its sizes.
    pub dimensions: Dimensions,
    /// Rows and columns of the picture.
    pub size: [usize; 2],
    /// The class whose gradient was taken.
    pub target: usize,
    /// What is known of the file.
    pub metadata: HashMap<String, String>,
    /// Tensors by name.
    pub tensors: BTreeMap<String, Vec<f32>>,
}

impl Golden {
    /// All files, those at full width or those in small.
    ///
    /// # Panics
    /// If one is damaged.
    #[must_use]
    pub fn all(full: bool) -> Vec<Golden> {
        let folder = root().join("tests/golden/zoo");
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let files = names.filter_map(|name| name.strip_suffix(".safetensors").map(String::from));
        let mut files: Vec<String> = files.filter(|file| file.contains(".full") == full).collect();
        files.sort_unstable();
        files.iter().map(|file| Golden::open(file)).collect()
    }

    /// The numbers of one network.
    ///
    /// # Panics
    /// If the file is damaged.
    #[must_use]
    pub fn open(file: &str) -> Golden {
        let bytes = bytes(root().join(format!("tests/golden/zoo/{file}.safetensors")));
        let (_, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
        let metadata = metadata.metadata().clone().unwrap();
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        let floats = |data: &[u8]| data.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect();
        let tensors = tensors.iter().map(|(name, view)| (name.to_string(), floats(view.data()))).collect();
        let number = |key: &str| metadata[key].parse::<usize>().unwrap();
        let size: [usize; 2] = serde_json::from_str(&metadata["size"]).unwrap();
        let dimensions = Dimensions { picture: size[0], classes: number("classes"), divisor: number("divisor") };
        let (id, target) = (metadata["network"].clone(), number("target"));
        Golden { file: file.into(), id, dimensions, size, target, metadata, tensors }
    }

    /// The graph, as built.
    ///
    /// # Panics
    /// If the zoo does not know it.
    #[must_use]
    pub fn graph(&self) -> Graph {
        zoo::build(&self.id, &self.dimensions).unwrap_or_else(|| panic!("{} is not in the zoo", self.id))
    }

    /// Whether it is a B-cos network.
    ///
    /// # Panics
    /// If the zoo does not know it.
    #[must_use]
    pub fn bcos(&self) -> bool {
        zoo::architecture(&self.id).unwrap().output == Output::Sigmoid
    }

    /// The weights that a graph wants.
    #[must_use]
    pub fn parameters(&self, graph: &Graph) -> Parameters {
        let wants = graph.nodes.iter().flat_map(|node| node.op.wants());
        Parameters(wants.map(|(name, shape)| (name.clone(), self.weight(&name, &shape))).collect())
    }

    /// The weight of that name.
    ///
    /// # Panics
    /// If the file does not say how large it is.
    #[must_use]
    pub fn weight(&self, name: &str, shape: &[usize]) -> Parameter {
        let gain = match self.metadata["gain"].as_str() {
            "sqrt(2)" => 2f64.sqrt(),
            gain => gain.parse().unwrap(),
        };
        weight(name, shape, gain, self.metadata.get("spread").map(|spread| spread.parse().unwrap()))
    }

    /// What the network sees, `[1, 3, H, W]`.
    #[must_use]
    pub fn input(&self) -> Vec<f32> {
        let u = uniform(&self.metadata["input"], 3 * self.size[0] * self.size[1]).map(|u| u as f32);
        if self.bcos() { u.collect() } else { u.map(|u| (u - 0.5) / 0.25).collect() }
    }

    /// A JSON text of the metadata.
    ///
    /// # Panics
    /// If it is none.
    #[must_use]
    pub fn json(&self, key: &str) -> serde_json::Value {
        serde_json::from_str(&self.metadata[key]).unwrap()
    }

    /// The reference's own deviation of f32 from f64, the greater of that of one run and of runs with noise.
    #[must_use]
    pub fn deviation(&self, of: &str) -> f64 {
        let all = self.json("f32_against_f64");
        let one = |key: String| all[&key].as_f64().unwrap_or(0.0);
        one(of.into()).max(one(format!("{of}_with_noise")))
    }
}

/// Windows of the same numbers at several places.
pub struct Windows {
    /// Rows and columns of each.
    pub side: usize,
    /// `[3, side, side]`.
    pub numbers: Vec<f32>,
    /// Where they begin, every row with every column.
    pub rows: Vec<usize>,
    /// The same to the right.
    pub columns: Vec<usize>,
}

impl Windows {
    /// A picture with one of them in it.
    #[must_use]
    pub fn laid(&self, picture: &[f32], [height, width]: [usize; 2], [top, left]: [usize; 2]) -> Vec<f32> {
        let mut picture = picture.to_vec();
        for (line, numbers) in self.numbers.chunks_exact(self.side).enumerate() {
            let (channel, row) = (line / self.side, top + line % self.side);
            picture[(channel * height + row) * width + left..][..self.side].copy_from_slice(numbers);
        }
        picture
    }
}

/// A graph with its weights on a device.
pub struct Ready {
    /// The graph.
    pub graph: Graph,
    weights: Vec<Weights>,
    device: Device,
}

impl Ready {
    /// Moves the weights to the processor.
    #[must_use]
    pub fn new(graph: Graph, parameters: Parameters) -> Ready {
        let device = Device::flex();
        let weights = load::upload(&graph, parameters, &device);
        Ready { graph, weights, device }
    }

    /// The forward pass of one picture.
    #[must_use]
    pub fn run(&self, picture: Vec<f32>, [rows, columns]: [usize; 2], taps: &[NodeId], rules: &Rules) -> Tape {
        let input = Value::from_floats(picture, &[1, 3, rows, columns], &self.device);
        forward::run(&self.graph, &self.weights, input, taps, &[rules])
    }

    /// The logits of a picture with a window of another, on the way that computes only what the window changes.
    ///
    /// # Panics
    /// If there is no such way.
    #[must_use]
    pub fn windowed(&self, picture: Vec<f32>, [rows, columns]: [usize; 2], windows: &Windows) -> Vec<Vec<f32>> {
        let picture = Value::from_floats(picture, &[1, 3, rows, columns], &self.device);
        let along = |starts: &[usize]| Along { size: windows.side, starts: starts.to_vec() };
        let region = [along(&windows.rows), along(&windows.columns)];
        let way = Incremental::new(&self.graph, &self.weights, picture, region).expect("weights lie on the processor");
        let places: Vec<[usize; 2]> = (0..windows.rows.len())
            .flat_map(|row| (0..windows.columns.len()).map(move |column| [row, column]))
            .collect();
        let numbers = windows.numbers.repeat(places.len());
        let shape = [places.len(), 3, windows.side, windows.side];
        let logits = read(way.logits(Value::from_floats(numbers, &shape, &self.device), &places));
        logits.chunks_exact(logits.len() / places.len()).map(<[f32]>::to_vec).collect()
    }

    /// What comes back to a node from one class.
    #[must_use]
    pub fn back(&self, tape: &Tape, target: usize, rules: &Rules, wanted: NodeId) -> Vec<f32> {
        let output = self.graph.output();
        let mut seed = vec![0.0; tape.shapes[output].iter().product()];
        seed[target] = 1.0;
        let seeds = vec![(output, Value::from_floats(seed, &tape.shapes[output], &self.device))];
        read(backward::run(&self.graph, &self.weights, tape, seeds, rules, &[wanted]).remove(0))
    }

    /// A kept value's numbers.
    ///
    /// # Panics
    /// If it was not kept.
    #[must_use]
    pub fn value(&self, tape: &Tape, node: NodeId) -> Vec<f32> {
        read(tape.values[node].clone().expect("asked for"))
    }
}

fn read(value: Value) -> Vec<f32> {
    pollster::block_on(value.read()).unwrap()
}

/// Means over blocks of `side` x `side` of maps `[channels, rows, columns]`.
#[must_use]
pub fn blocks(maps: &[f32], [rows, columns]: [usize; 2], side: usize) -> Vec<f32> {
    let (high, wide) = (rows / side, columns / side);
    let mut sums = vec![0f64; maps.len() / (side * side)];
    for (i, &value) in maps.iter().enumerate() {
        let (map, row, column) = (i / (rows * columns), i / columns % rows, i % columns);
        sums[(map * high + row / side) * wide + column / side] += f64::from(value);
    }
    sums.into_iter().map(|sum| (sum / (side * side) as f64) as f32).collect()
}
