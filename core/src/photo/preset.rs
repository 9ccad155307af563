//! The usual ways to turn pixels into the numbers a network takes.

use super::input::Order;

/// A usual way. Values are for channels that run from 0 to 255, in the network's order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preset {
    /// Name in commands and files.
    pub id: &'static str,
    /// Name as a person reads it.
    pub title: &'static str,
    /// What is taken from each channel's value.
    pub mean: [f32; 3],
    /// What the difference is divided by.
    pub std: [f32; 3],
    /// The network's order of channels.
    pub order: Order,
}

/// Numbers from 0 to 1, as B-cos networks want them.
pub const UNIT: Preset =
    Preset { id: "unit", title: "0 to 1 (B-cos)", mean: [0.0; 3], std: [255.0; 3], order: Order::Rgb };

/// All of them; the first is the most usual.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "imagenet",
        title: "ImageNet mean and deviation (torchvision)",
        mean: [0.485 * 255.0, 0.456 * 255.0, 0.406 * 255.0],
        std: [0.229 * 255.0, 0.224 * 255.0, 0.225 * 255.0],
        order: Order::Rgb,
    },
    Preset {
        id: "signed",
        title: "-1 to 1 (TensorFlow, Inception)",
        mean: [127.5; 3],
        std: [127.5; 3],
        order: Order::Rgb,
    },
    Preset {
        id: "lite",
        title: "(v - 127) / 128 (EfficientNet-Lite)",
        mean: [127.0; 3],
        std: [128.0; 3],
        order: Order::Rgb,
    },
    UNIT,
    Preset { id: "bytes", title: "0 to 255, as they are", mean: [0.0; 3], std: [1.0; 3], order: Order::Rgb },
    Preset {
        id: "caffe",
        title: "BGR less the ImageNet mean (Caffe)",
        mean: [103.939, 116.779, 123.68],
        std: [1.0; 3],
        order: Order::Bgr,
    },
];

/// The preset of that id.
#[must_use]
pub fn preset(id: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.id == id)
}
