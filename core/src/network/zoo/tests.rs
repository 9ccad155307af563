//! What can be said of the builders without weights: counts, shapes, names.

use super::*;
use crate::descriptor::Need;
use crate::network::describe::listing;
use crate::network::graph::Graph;
use crate::network::op::{Kind, Op};
use crate::network::plan::{Outline, Pass, Plan};
use crate::network::shape::infer;
use burn::tensor::Device;
use std::collections::BTreeSet;

/// Architecture, learned weights, multiply-adds for a picture of 224 x 224 without those of attention's own products:
/// counted in torchvision 0.29.2, timm 1.0.31, efficientnet_lite_pytorch 0.1.0 and bcos 0.1.3 (which count neither the
/// statistics of batch norms nor the sums of squares of B-cos layers). The sums of learned weights are also those that
/// the papers and torchvision's documentation give: 61.1 M, 138.4 M, 25.6 M, 8.0 M, 3.5 M, 28.6 M, 86.6 M.
const PUBLISHED: &[(&str, usize, u64)] = &[
    ("alexnet", 61_100_840, 714_188_480),
    ("vgg11", 132_863_336, 7_609_090_048),
    ("vgg11_bn", 132_868_840, 7_609_090_048),
    ("vgg13", 133_047_848, 11_308_466_176),
    ("vgg13_bn", 133_053_736, 11_308_466_176),
    ("vgg16", 138_357_544, 15_470_264_320),
    ("vgg16_bn", 138_365_992, 15_470_264_320),
    ("vgg19", 143_667_240, 19_632_062_464),
    ("vgg19_bn", 143_678_248, 19_632_062_464),
    ("resnet18", 11_689_512, 1_814_073_344),
    ("resnet34", 21_797_672, 3_663_761_408),
    ("resnet50", 25_557_032, 4_089_184_256),
    ("resnet101", 44_549_160, 7_801_405_440),
    ("resnet152", 60_192_808, 11_513_626_624),
    ("squeezenet1_0", 1_248_424, 818_924_576),
    ("squeezenet1_1", 1_235_496, 349_151_936),
    ("densenet121", 7_978_856, 2_834_161_664),
    ("mobilenet_v2", 3_504_872, 300_774_272),
    ("mobilenet_v2_folded", 3_487_816, 300_774_272),
    ("convnext_tiny", 28_589_128, 4_455_531_264),
    ("timm_convnext_tiny", 28_589_128, 4_455_531_264),
    ("vit_b_16", 86_567_656, 16_848_500_736),
    ("timm_vit_base_patch16_224", 86_567_656, 16_848_500_736),
    ("deit_small_patch16_224", 22_050_664, 4_241_218_560),
    ("efficientnet_lite0", 4_652_008, 385_187_552),
    ("timm_tf_efficientnet_lite0", 4_652_008, 385_187_552),
    ("efficientnet_lite1", 5_416_680, 502_467_680),
    ("efficientnet_lite2", 6_092_072, 576_509_424),
    ("efficientnet_lite3", 8_197_096, 852_099_536),
    ("efficientnet_lite4", 13_006_568, 1_347_665_152),
    ("bcos_resnet18", 11_693_120, 1_956_663_296),
    ("bcos_resnet34", 21_797_568, 3_806_351_360),
    ("bcos_resnet50", 25_538_880, 4_305_502_208),
    ("bcos_resnet101", 44_504_896, 8_017_723_392),
    ("bcos_resnet152", 60_125_504, 11_729_944_576),
    ("bcos_vgg11_bnu", 132_855_872, 13_630_210_048),
    ("bcos_densenet121", 7_945_440, 3_001_327_616),
    ("bcos_simple_vit_ti_patch16", 5_800_128, 1_098_444_288),
    ("bcos_simple_vit_s_patch16", 22_217_088, 4_277_787_648),
];

/// How many, and the sum of their shares.
type Drops = (usize, f64);

/// What a fresh network of the same packages drops in training: dropouts, and stochastic depths. All others drop nothing.
const DROPPED: &[(&str, Drops, Drops)] = &[
    ("alexnet", (2, 1.0), (0, 0.0)),
    ("vgg11", (2, 1.0), (0, 0.0)),
    ("vgg11_bn", (2, 1.0), (0, 0.0)),
    ("vgg13", (2, 1.0), (0, 0.0)),
    ("vgg13_bn", (2, 1.0), (0, 0.0)),
    ("vgg16", (2, 1.0), (0, 0.0)),
    ("vgg16_bn", (2, 1.0), (0, 0.0)),
    ("vgg19", (2, 1.0), (0, 0.0)),
    ("vgg19_bn", (2, 1.0), (0, 0.0)),
    ("squeezenet1_0", (1, 0.5), (0, 0.0)),
    ("squeezenet1_1", (1, 0.5), (0, 0.0)),
    ("mobilenet_v2", (1, 0.2), (0, 0.0)),
    ("convnext_tiny", (0, 0.0), (17, 0.9)),
    ("efficientnet_lite0", (1, 0.2), (9, 0.9625)),
    ("efficientnet_lite1", (1, 0.2), (14, 1.447_619)),
    ("efficientnet_lite2", (1, 0.3), (14, 1.447_619)),
    ("efficientnet_lite3", (1, 0.3), (17, 1.766_667)),
    ("efficientnet_lite4", (1, 0.3), (23, 2.366_667)),
];

/// Weights that training learns: all but the statistics of batch norms.
fn learned(graph: &Graph) -> usize {
    let wants = graph.nodes.iter().flat_map(|node| node.op.wants());
    let learned = wants.filter(|(name, _)| !name.contains(".running_"));
    learned.map(|(_, shape)| shape.iter().product::<usize>()).sum()
}

fn multiply_adds(graph: &Graph) -> u64 {
    let shapes = infer(graph, [1, 3, 224, 224]).unwrap_or_else(|error| panic!("{error}"));
    let cost = |(node, shape): (&crate::network::graph::Node, &Vec<usize>)| {
        let inputs: Vec<&[usize]> = node.inputs.iter().map(|&input| shapes[input].as_slice()).collect();
        if node.op.kind() == Kind::MatMul { 0 } else { node.op.cost(&inputs, shape) }
    };
    graph.nodes.iter().zip(&shapes).map(cost).sum()
}

#[test]
fn counts_are_the_published_ones() {
    for &(id, weights, cost) in PUBLISHED {
        let graph = build(id, &Dimensions::default()).unwrap();
        assert_eq!((learned(&graph), multiply_adds(&graph)), (weights, cost), "{id}");
    }
}

#[test]
fn a_listing_ends_with_the_sums() {
    let text = listing(&build("efficientnet_lite0", &Dimensions::default()).unwrap(), [1, 3, 224, 224]).unwrap();
    // 4 652 008 learned weights and 42 016 fixed statistics of the batch norms.
    assert!(text.ends_with(" 4694024 weights, 385187552 multiply-adds\n"), "{text}");
}

#[test]
fn every_architecture_takes_its_own_size_and_others_where_it_can() {
    for architecture in ARCHITECTURES {
        let dimensions = Dimensions { divisor: 4, ..architecture.dimensions() };
        let graph = architecture.graph(&dimensions);
        let size = dimensions.picture;
        let shapes = infer(&graph, [2, 3, size, size]).unwrap_or_else(|error| panic!("{}: {error}", architecture.id));
        assert_eq!(shapes[graph.output()], [2, architecture.classes], "{}", architecture.id);
        let large = infer(&graph, [1, 3, 448, 448]);
        match graph.picture {
            None => assert!(large.is_ok(), "{}: {large:?}", architecture.id),
            Some(_) => assert_eq!(
                large.unwrap_err().to_string(),
                "The network does not take this input at its layer input: it takes pictures of 224 x 224 alone, found \
                 448 x 448. Choose another crop or size."
            ),
        }
    }
}

#[test]
fn features_have_places() {
    for architecture in ARCHITECTURES {
        let graph = architecture.graph(&architecture.dimensions());
        let size = architecture.preprocess.size;
        let features = &infer(&graph, [1, 3, size, size]).unwrap()[graph.features];
        match graph.tokens {
            Some(tokens) => assert_eq!(features[1], tokens.before + tokens.grid[0] * tokens.grid[1]),
            None => assert!(features.len() == 4 && features[2] > 1, "{}: {features:?}", architecture.id),
        }
    }
}

#[test]
fn names_are_unique() {
    let ids: BTreeSet<&str> = ARCHITECTURES.iter().map(|architecture| architecture.id).collect();
    assert_eq!(ids.len(), ARCHITECTURES.len());
    for architecture in ARCHITECTURES {
        let graph = architecture.graph(&architecture.dimensions());
        let names: BTreeSet<&str> = graph.nodes.iter().map(|node| node.name.as_str()).collect();
        assert_eq!(names.len(), graph.nodes.len(), "{}", architecture.id);
    }
}

#[test]
fn networks_with_a_sigmoid_are_the_bcos_ones_and_see_the_inverse_too() {
    for architecture in ARCHITECTURES {
        let graph = architecture.graph(&architecture.dimensions());
        let bcos = architecture.output == Output::Sigmoid;
        assert_eq!(bcos, architecture.id.starts_with("bcos_"));
        assert_eq!(bcos, graph.node("add_inverse").is_some());
        assert_eq!(bcos, graph.nodes.iter().any(|node| node.op == Op::Detachable));
    }
}

#[test]
fn another_naming_is_the_same_network() {
    let pairs = (0..5).map(|n| (format!("efficientnet_lite{n}"), format!("timm_tf_efficientnet_lite{n}")));
    let twins = [("convnext_tiny", "timm_convnext_tiny"), ("vit_b_16", "timm_vit_base_patch16_224")];
    for (one, other) in pairs.chain(twins.map(|(one, other)| (one.into(), other.into()))) {
        let [one, other] = [one, other].map(|id: String| build(&id, &Dimensions::default()).unwrap());
        assert_eq!((one.nodes.len(), one.features), (other.nodes.len(), other.features));
        for (a, b) in one.nodes.iter().zip(&other.nodes) {
            let numbers = |op: &Op| op.wants().iter().map(|(_, shape)| shape.iter().product()).collect::<Vec<usize>>();
            let same = a.op.kind() == b.op.kind() && a.inputs == b.inputs && numbers(&a.op) == numbers(&b.op);
            assert!(same, "{} and {}", a.name, b.name);
        }
    }
}

#[test]
fn no_width_makes_a_builder_panic() {
    for architecture in ARCHITECTURES {
        for divisor in [2, 3, 5, 7, 64, 100_000] {
            let graph = architecture.graph(&Dimensions { divisor, classes: 1, ..architecture.dimensions() });
            let size = architecture.preprocess.size;
            let _ = infer(&graph, [1, 3, size, size]);
        }
    }
}

#[test]
fn a_plan_counts_what_a_network_does() {
    let graph = architecture("resnet18").map(|known| known.graph(&known.dimensions())).unwrap();
    let plan = Plan::new(&graph, [224, 224], &Device::default()).unwrap();
    assert_eq!(plan.features, [512, 7, 7]);
    // torchvision's documentation gives 1.81 giga multiply-adds.
    assert!((plan.multiply_adds as f64 / 1.81e9 - 1.0).abs() < 0.01, "{}", plan.multiply_adds);
    // Behind the features there is the classifier alone: 512 x 1000.
    assert!((plan.suffix - 512_000.0 / plan.multiply_adds as f64).abs() < 1e-9);
    assert!(plan.affine && plan.attention == 0);
    assert!(plan.batch(Pass::Forward) >= plan.batch(Pass::Gradient) && plan.batch(Pass::Gradient) >= 1);
}

#[test]
fn an_outline_names_layers_and_what_is_missing() {
    let outline = |id: &str| {
        let graph = architecture(id).map(|known| known.graph(&known.dimensions())).unwrap();
        Outline::new(&graph, [224, 224], &Device::default()).unwrap()
    };
    let resnet = outline("resnet18");
    assert_eq!(resnet.lacks, [Need::Attention, Need::Scales]);
    let last = resnet.layers.iter().find(|layer| layer.name == resnet.features).unwrap();
    assert_eq!(last.size, [512, 7, 7]);
    assert!(!resnet.layers.iter().any(|layer| layer.name == "fc"));
    let vit = outline("vit_b_16");
    assert_eq!(vit.lacks, [Need::Rectifiers, Need::Scales, Need::Pointwise]);
    assert!(vit.layers.iter().any(|layer| layer.name == vit.features && layer.size[1..] == [14, 14]));
}

#[test]
fn training_drops_what_the_published_networks_drop() {
    for architecture in ARCHITECTURES.iter().filter(|known| known.id != "efficientnet_lite_tiny") {
        let graph = architecture.graph(&architecture.dimensions());
        let none = (architecture.id, (0, 0.0), (0, 0.0));
        let &(id, numbers, pictures) = DROPPED.iter().find(|known| known.0 == architecture.id).unwrap_or(&none);
        for (whole, (count, sum)) in [(false, numbers), (true, pictures)] {
            let shares: Vec<f64> = graph.dropped.iter().filter(|one| one.whole == whole).map(|one| one.share).collect();
            assert_eq!(shares.len(), count, "{id}");
            assert!((shares.iter().sum::<f64>() - sum).abs() < 1e-6, "{id}: {shares:?}");
        }
        assert!(graph.dropped.is_sorted_by_key(|one| one.node), "{id}: numbered as they come");
    }
}
