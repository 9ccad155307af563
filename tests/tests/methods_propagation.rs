//! Relevance propagation and DeepLIFT against zennit, captum and definitions of the papers in f64
//! (tests/golden/methods), and what they say of themselves on a trained network.
//!
//! Tolerances are relative lengths: thirty times what the reference's own f32 answer is off its f64 answer, and no less than
//! 1e-5.

use burn::tensor::{Device, Tensor};
use tessera_core::experiment::Target;
use tessera_core::method::MethodError;
use tessera_core::network::Objective;
use tessera_core::network::rule::composite::Choices;
use tessera_core::network::rule::{Bounds, Rules};
use tessera_core::network::value::Value;
use tessera_tests::explained::{Explained, map, spec};
use tessera_tests::methods::{Golden, Small};

/// The settings of the reference.
fn choices(bias: bool) -> Choices {
    Choices { epsilon: 1e-6, bias, bounds: Bounds::Channels { low: [-3.0; 3], high: [3.0; 3] } }
}

type Composite = fn(&Choices) -> Rules;

const COMPOSITES: [(&str, Composite); 5] = [
    ("lrp.epsilon", Rules::epsilon),
    ("lrp.epsilon_plus", Rules::epsilon_plus),
    ("lrp.epsilon_plus_flat", Rules::epsilon_plus_flat),
    ("lrp.epsilon_gamma_box", Rules::epsilon_gamma_box),
    ("lrp.epsilon_alpha2_beta1", Rules::alpha2_beta1),
];

fn read(value: Value) -> Vec<f32> {
    pollster::block_on(value.read()).unwrap()
}

fn relevance(small: &Small, golden: &Golden, rules: &Rules) -> Vec<f32> {
    read(small.session().relevance(&Objective::logit(golden.target), rules, &[0]).remove(0))
}

/// Prints how far a map is, and notes it if that is too far.
fn judge(bad: &mut Vec<String>, golden: &Golden, name: &str, found: &[f32]) {
    let (far, limit) = golden.compare(name, found);
    let line = format!("{} {name}: {:.1e} of {limit:.1e}, 1 - cosine {:.1e}", golden.id, far.relative, far.turned);
    println!("{line}");
    if far.relative > limit {
        bad.push(line);
    }
}

fn assert_none(bad: &[String]) {
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn composites_are_zennits() {
    let mut bad = vec![];
    for id in ["vgg11", "resnet18", "densenet121", "squeezenet1_1", "mobilenet_v2"] {
        let (golden, small) = (Golden::open(id), Small::new(id, true));
        for (name, composite) in COMPOSITES {
            judge(&mut bad, &golden, name, &relevance(&small, &golden, &composite(&choices(true))));
            let without = format!("{name}.no_bias");
            if golden.has(&without) {
                judge(&mut bad, &golden, &without, &relevance(&small, &golden, &composite(&choices(false))));
            }
        }
    }
    assert_none(&bad);
}

#[test]
fn sums_at_layers_are_zennits() {
    let mut bad = vec![];
    let (golden, small) = (Golden::open("resnet18"), Small::new("resnet18", true));
    for (name, composite) in COMPOSITES {
        for (name, bias) in [(format!("{name}.sums"), true), (format!("{name}.no_bias.sums"), false)] {
            if !golden.has(&name) {
                continue;
            }
            let (rules, objective) = (composite(&choices(bias)), Objective::logit(golden.target));
            let sums = pollster::block_on(small.session().relevance_sums(&objective, &rules)).unwrap();
            let nodes: Vec<String> = serde_json::from_value(golden.about(&name, "nodes").clone()).unwrap();
            let node = |name: &String| small.network.graph.node(name).unwrap();
            let found: Vec<f32> = nodes.iter().map(|name| sums[node(name)] as f32).collect();
            judge(&mut bad, &golden, &name, &found);
        }
    }
    assert_none(&bad);
}

/// With batch norms as they are, and taken apart again where they were folded.
#[test]
fn rules_of_the_facct_study_are_its_own() {
    let mut bad = vec![];
    for (id, folded) in [("vgg11", true), ("resnet18", false), ("resnet18", true)] {
        let (golden, small) = (Golden::open(id), Small::new(id, folded));
        let map = relevance(&small, &golden, &Rules::facct24());
        let places = map.len() / 3;
        let flat: Vec<f32> = (0..places).map(|i| map[i] + map[places + i] + map[2 * places + i]).collect();
        judge(&mut bad, &golden, "lrp.facct24", &flat);
    }
    assert_none(&bad);
}

#[test]
fn relevance_through_attention_is_its_definition() {
    let mut bad = vec![];
    let (golden, small) = (Golden::open("vit_b_16"), Small::new("vit_b_16", true));
    judge(&mut bad, &golden, "attnlrp", &relevance(&small, &golden, &Rules::attention(&choices(true))));
    judge(&mut bad, &golden, "cp_lrp", &relevance(&small, &golden, &Rules::epsilon(&choices(true))));
    assert_none(&bad);
}

#[test]
fn deeplift_is_captums() {
    let mut bad = vec![];
    for id in ["vgg11", "resnet18", "densenet121", "squeezenet1_1"] {
        let (golden, small) = (Golden::open(id), Small::new(id, true));
        let session = small.session();
        let x = session.input().pictures();
        let mut pair = session.again(Value::from(Tensor::cat(vec![x.clone(), x.zeros_like()], 0)));
        let multipliers = pair.pull(&Objective::logit(golden.target), &Rules::rescale(), &[0]).remove(0);
        let found = read(Value::from(x * multipliers.pictures().narrow(0, 0, 1)));
        judge(&mut bad, &golden, "deeplift", &found);
        let (sum, expected) = (found.iter().map(|&v| f64::from(v)).sum::<f64>(), golden.about("deeplift", "sum"));
        let expected = expected.as_f64().unwrap();
        assert!((sum - expected).abs() <= 1e-4 * expected.abs(), "{id}: {sum} of {expected}");
    }
    assert_none(&bad);
}

#[test]
fn a_trained_network_says_what_is_missing() {
    let network = tessera_tests::lite0(&Device::flex());
    let input = tessera_tests::golden::lite0().swap_remove(0).input;
    let composites = ["epsilon", "epsilon_plus", "epsilon_plus_flat", "epsilon_gamma_box", "alpha2_beta1", "facct24"];
    let mut seen: Vec<Vec<f32>> = vec![];
    for composite in composites {
        let map = map(&network, &input, 285, "lrp", &[("composite", composite)]);
        let residual = map.facts.provenance.residual.unwrap();
        println!("{composite}: {residual:?}");
        assert!(residual.sum.is_finite() && !seen.contains(&map.values), "{composite}");
        seen.push(map.values);
    }
    // Where nothing raises a sum but its bias, relevance is lost all the same.
    let gap = |bias: &str| {
        let map = map(&network, &input, 285, "lrp", &[("composite", "epsilon_plus"), ("bias", bias)]);
        map.facts.provenance.residual.unwrap().share().unwrap()
    };
    assert!(gap("handed_on") < gap("lost"));
}

#[test]
fn deeplift_on_a_trained_network_is_complete_for_every_baseline() {
    let network = tessera_tests::lite0(&Device::flex());
    let input = tessera_tests::golden::lite0().swap_remove(0).input;
    for baseline in ["zero", "black", "white", "mean", "blur", "noise"] {
        let map = map(&network, &input, 285, "deeplift", &[("baseline", baseline)]);
        let residual = map.facts.provenance.residual.unwrap();
        println!("{baseline}: {residual:?}");
        assert!(residual.share().unwrap().abs() < 1e-3, "{baseline}: {residual:?}");
    }
}

#[test]
fn deeplift_refuses_attention() {
    let small = Small::new("vit_b_16", true);
    let input = tessera_tests::explained::stripes(64, 64);
    let ran = Explained::default().run(&small.network, &input, Target::Class(1), &[spec("deeplift", &[])]).unwrap();
    assert!(matches!(&ran.maps[..], [Err(MethodError::Refused(_))]), "{:?}", ran.maps);
}
