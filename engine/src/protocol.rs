//! What a page and its workers say to each other.
//!
//! A message is one of these enums as JSON text and a list of binary buffers that are transferred, not copied.
//! Each variant says which buffers go with it. A worker answers requests in the order they came, one at a time;
//! [`Request::Stop`] is read between the passes of the request that runs.

use serde::{Deserialize, Serialize};
use tessera_core::descriptor::Scale;
use tessera_core::experiment::record::Made;
use tessera_core::experiment::{Judge, MethodSpec, Mosaics, Summary, Target};
use tessera_core::map;
pub use tessera_core::method::gathered::{self, Portion};
use tessera_core::network::card::Card;
use tessera_core::network::load::Sums;
use tessera_core::network::plan::Outline;
use tessera_core::photo::{Crop, PhotoFacts, Preprocess, Region};
pub use tessera_core::statistics::alpha::Level;
use tessera_core::undefined::Told;

/// Number the page gives to a piece of work; all events about it carry it.
pub type Job = u32;

/// From the page to a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Opens the worker's device and puts the network on it. Buffers: the weight file, then those beside it in the card's
    /// order. Answer: `Opened` or `Refused`.
    Open {
        /// What is known of the network.
        card: Card,
    },
    /// Reads a model file that came without a card. Buffers: the file, then those beside it. Needs no open network.
    /// Answer: `Inspected` or `Failed`.
    Inspect {
        /// Number of the work.
        job: Job,
        /// Name of the file.
        name: String,
        /// Names of the files beside it, in which an ONNX file may keep its weights.
        beside: Vec<String>,
    },
    /// Decodes a photo and cuts out what the network will see. Buffers: the file's bytes. Needs no open network.
    /// Answer: `Prepared` or `Failed`.
    Prepare {
        /// Number of the work.
        job: Job,
        /// Which part of the photo the network sees.
        crop: Crop,
        /// What is known of the network, for its input size and resampling.
        card: Card,
        /// Longest side of the preview in pixels.
        preview: usize,
    },
    /// Puts the photos of one mosaic together. Buffers: the photos' files, one a cell. Needs no open network.
    /// Answer: `Composed` or `Failed`.
    Compose {
        /// Number of the work.
        job: Job,
        /// How mosaics are made.
        mosaics: Box<Mosaics>,
        /// What is done to it before the network sees it.
        preprocess: Preprocess,
        /// Longest side of the preview in pixels.
        preview: usize,
    },
    /// Classifies a prepared photo or a mosaic and draws maps of it. Buffers: RGB bytes, `height * width * 3`, then the
    /// numbers of what is begun. Answers: `Answered`, then one `Mapped` or `Missing` a method with `Progress` and `Sketched`
    /// between, then `Finished`; or `Stopped` or `Failed`. Before a map that was stopped comes `Gathered`, instead of one of
    /// which a portion was asked for.
    Explain {
        /// Number of the work.
        job: Job,
        /// Rows of the input.
        height: usize,
        /// Columns of the input.
        width: usize,
        /// What is explained.
        target: Target,
        /// On which scale.
        #[serde(default)]
        scale: Scale,
        /// Seed of everything drawn at random.
        #[serde(default)]
        seed: u64,
        /// The methods, in the order wanted. None: classify only.
        methods: Vec<MethodSpec>,
        /// What is done to the input before the network sees it, where not what the card says.
        #[serde(default)]
        preprocess: Option<Preprocess>,
        /// Where relevance ought to fall, and what is measured; none of a photo.
        #[serde(default)]
        judge: Option<Box<Judge>>,
        /// Which of the samples of its one method are drawn, where not all.
        #[serde(default, skip_serializing_if = "Portion::is_whole")]
        portion: Portion<gathered::Facts>,
    },
    /// Sums a record up. Buffers: the record as JSON. Needs no open network. Answer: `Summarised` or `Failed`.
    Summarise {
        /// Number of the work.
        job: Job,
        /// Resamples for intervals; 0 leaves them out.
        resamples: usize,
    },
    /// Packs files into a ZIP file. Buffers: the files. Needs no open network. Answer: `Packed` or `Failed`.
    Pack {
        /// Number of the work.
        job: Job,
        /// Names of the files.
        names: Vec<String>,
    },
    /// Unpacks a ZIP file. Buffers: the file. Needs no open network. Answer: `Unpacked` or `Failed`.
    Unpack {
        /// Number of the work.
        job: Job,
    },
    /// Works out numbers of a file of any tool. Buffers: the file. Needs no open network. Answer: `Numbered` or `Failed`.
    Number {
        /// Number of the work.
        job: Job,
        /// What is asked.
        what: Numbers,
    },
    /// Runs the known-answer test on this worker's device. Buffers: none to give a reference, or the reference's two
    /// buffers (logits, gradient) to be compared with. Answer: `Tested` or `Failed`.
    Test {
        /// Number of the work.
        job: Job,
    },
    /// Stops the work of that number, running or waiting. Answer: `Stopped`, unless it was already over.
    Stop {
        /// Number of the work.
        job: Job,
    },
}

/// From a worker to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The worker's code has been loaded and it listens.
    Loaded,
    /// Device and network are ready.
    Opened {
        /// What runs.
        device: DeviceFacts,
        /// What can be known of the network before it runs.
        network: Box<Outline>,
        /// Seconds from the request to here.
        seconds: f64,
    },
    /// Device or network could not be opened; the sentence says why and what to do.
    Refused {
        /// What, why, what to do.
        sentence: String,
    },
    /// A model file can be used.
    Inspected {
        /// Number of the work.
        job: Job,
        /// What was inferred of it: a draft that a person may correct before it is opened.
        card: Card,
        /// Sums over its layers.
        sums: Sums,
        /// What a person should know of how it was read.
        notes: Vec<String>,
    },
    /// A photo is decoded. Buffers: preview (RGBA bytes, `preview.0 * preview.1 * 4`, rows first), input (RGB bytes, `input.0 * input.1 * 3`).
    Prepared {
        /// Number of the work.
        job: Job,
        /// What is known of the photo.
        photo: PhotoFacts,
        /// Rows and columns of the preview.
        preview: (usize, usize),
        /// Rows and columns of the input.
        input: (usize, usize),
        /// Which part of the upright photo the input shows.
        region: Region,
    },
    /// A mosaic is put together. Buffers: preview (RGBA bytes, as of `Prepared`), input (RGB bytes).
    Composed {
        /// Number of the work.
        job: Job,
        /// What is known of the mosaic.
        mosaic: PhotoFacts,
        /// Rows and columns of the preview.
        preview: (usize, usize),
        /// Rows and columns of the input.
        input: (usize, usize),
        /// Which part of the mosaic the input shows: all of it.
        region: Region,
        /// SHA-256 of the input's RGB bytes.
        pixels: String,
    },
    /// The network's answer. Buffers: the logits, f32, one a class.
    Answered {
        /// Number of the work.
        job: Job,
        /// Index of the class the maps will explain.
        target: usize,
        /// Seconds of the forward pass, read-back included.
        seconds: f64,
    },
    /// How far the work is.
    Progress {
        /// Number of the work.
        job: Job,
        /// Which of the methods runs.
        at: usize,
        /// Passes done.
        done: usize,
        /// Passes in all.
        all: usize,
    },
    /// What a map looks like so far. Buffers: its values, f32, `channels * height * width`.
    Sketched {
        /// Number of the work.
        job: Job,
        /// Which of the methods it is by.
        at: usize,
        /// What is known of the map.
        map: map::Facts,
    },
    /// What samples of a method came to. Buffers: its numbers, f32.
    Gathered {
        /// Number of the work.
        job: Job,
        /// Which of the methods.
        at: usize,
        /// What is known of it.
        gathered: gathered::Facts,
        /// Seconds that the samples took that were drawn here.
        seconds: f64,
    },
    /// A method has no map here; the others go on.
    Missing {
        /// Number of the work.
        job: Job,
        /// Which of the methods.
        at: usize,
        /// What, why, what to do.
        sentence: String,
    },
    /// One map is done. Buffers: its values, f32, `channels * height * width`.
    Mapped {
        /// Number of the work.
        job: Job,
        /// Which of the methods it is by.
        at: usize,
        /// What is known of the map: its facts, digests and scores.
        made: Box<Made>,
    },
    /// A record is summed up. Buffers: its tables, CSV, and with intervals its figures too, SVG.
    Summarised {
        /// Number of the work.
        job: Job,
        /// What it says.
        summary: Box<Summary>,
        /// Names of the tables and figures.
        tables: Vec<String>,
    },
    /// Files are packed. Buffers: the ZIP file.
    Packed {
        /// Number of the work.
        job: Job,
    },
    /// A ZIP file is unpacked. Buffers: the files.
    Unpacked {
        /// Number of the work.
        job: Job,
        /// Names of the files.
        names: Vec<String>,
    },
    /// Numbers of a file.
    Numbered {
        /// Number of the work.
        job: Job,
        /// What came out.
        figures: Figures,
    },
    /// All of the work is done.
    Finished {
        /// Number of the work.
        job: Job,
    },
    /// The work was stopped before its end; what came before stays valid.
    Stopped {
        /// Number of the work.
        job: Job,
    },
    /// The known-answer test ran. Buffers: logits and gradient, f32.
    Tested {
        /// Number of the work.
        job: Job,
        /// How this device compares with the reference; none where no reference was given.
        report: Option<TestReport>,
        /// Seconds of a forward pass, the second time round.
        forward: f64,
        /// Seconds of a forward and backward pass, the second time round.
        seconds: f64,
    },
    /// The work failed; the sentence says what, why and what to do.
    Failed {
        /// Number of the work.
        job: Job,
        /// What, why, what to do.
        sentence: String,
    },
}

/// What is asked of a file of any tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Numbers {
    /// All scores of a mosaic's map, a .npy file.
    Map {
        /// Whether each cell shows the target, row after row.
        targets: Vec<bool>,
        /// Cells of a row.
        columns: usize,
    },
    /// Krippendorff's alpha of a table, CSV, and Spearman's rho between its rows.
    Table {
        /// What differences between values mean.
        level: Level,
    },
}

/// Numbers in rows and columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// What was understood of the file.
    pub note: String,
    /// Names of the rows.
    pub rows: Vec<String>,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// `[rows, columns]`
    pub values: Vec<Vec<Told>>,
    /// Alpha, where the file is a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpha: Option<Told>,
}

/// What runs the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceFacts {
    /// Which kind.
    pub kind: DeviceKind,
    /// Name of the adapter as the system gives it; empty if it keeps it to itself.
    pub name: String,
}

/// A kind of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DeviceKind {
    /// The processor, through burn's Flex back end.
    Cpu,
    /// The graphics processor, through burn's wgpu back end: WebGPU in a browser, Vulkan, Metal or DirectX natively.
    Gpu,
}

/// How one device's numbers compare with another's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestReport {
    /// Whether both numbers below keep their limits.
    pub agrees: bool,
    /// Greatest difference of a logit.
    pub logits: f64,
    /// Its limit.
    pub logits_limit: f64,
    /// Relative L2 distance of the input gradients.
    pub gradient: f64,
    /// Its limit.
    pub gradient_limit: f64,
}
