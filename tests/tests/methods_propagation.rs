//! What relevance propagation and DeepLIFT say beside their maps: sums at layers against zennit's, the FAccT study's rules
//! with batch norms as they are, and what is missing on a trained network. Their maps are in `methods.rs`.

use burn::tensor::Device;
use tessera_core::experiment::Target;
use tessera_core::method::MethodError;
use tessera_core::network::Objective;
use tessera_core::network::rule::composite::Choices;
use tessera_core::network::rule::{Bounds, Rules};
use tessera_tests::explained::{Explained, map, spec, stripes};
use tessera_tests::methods::References;
use tessera_tests::scene::Scene;

type Composite = fn(&Choices) -> Rules;

const COMPOSITES: [(&str, Composite); 5] = [
    ("lrp.epsilon", Rules::epsilon),
    ("lrp.epsilon_plus", Rules::epsilon_plus),
    ("lrp.epsilon_plus_flat", Rules::epsilon_plus_flat),
    ("lrp.epsilon_gamma_box", Rules::epsilon_gamma_box),
    ("lrp.epsilon_alpha2_beta1", Rules::alpha2_beta1),
];

/// The sums at the layers that the reference names, `tensor`.
fn sums(scene: &Scene, references: &References, tensor: &str, rules: &Rules) -> Vec<f32> {
    let objective = Objective::logit(references.target);
    let sums = pollster::block_on(scene.session().relevance_sums(&objective, rules)).unwrap();
    let nodes: Vec<String> = serde_json::from_value(references.maps[tensor]["nodes"].clone()).unwrap();
    nodes.iter().map(|name| sums[scene.network.graph.node(name).unwrap()] as f32).collect()
}

#[test]
fn sums_at_layers_are_zennits() {
    let (scene, references) = (Scene::formula("resnet18"), References::open("resnet18"));
    let bounds = Bounds::Channels { low: [-3.0; 3], high: [3.0; 3] };
    let mut count = 0;
    for (name, composite) in COMPOSITES {
        for (tensor, bias) in [(format!("{name}.sums"), true), (format!("{name}.no_bias.sums"), false)] {
            if references.tensors.contains_key(&tensor) {
                let found = sums(&scene, &references, &tensor, &composite(&Choices { epsilon: 1e-6, bias, bounds }));
                assert!(references.off(&tensor, &found, false) <= 1.0, "{tensor}: {found:?}");
                count += 1;
            }
        }
    }
    assert_eq!(count, 7);
}

#[test]
fn the_facct_study_treats_batch_norms_as_layers() {
    let (scene, references) = (Scene::as_built("resnet18"), References::open("resnet18"));
    let map = scene.map(references.target, &spec("lrp", &[("composite", "facct24")])).unwrap();
    assert!(references.off("lrp.facct24", &map.flat(), false) <= 1.0);
}

#[test]
fn a_trained_network_says_what_is_missing() {
    let network = tessera_tests::lite0(&Device::flex());
    let input = tessera_tests::golden::lite0().swap_remove(0).input;
    let residual = |settings: &[(&str, &str)]| {
        let found = map(&network, &input, 285, "lrp", settings).facts.provenance.residual.unwrap();
        println!("{settings:?}: {found:?}");
        found
    };
    for composite in ["epsilon", "epsilon_plus_flat", "epsilon_gamma_box", "alpha2_beta1", "facct24"] {
        assert!(residual(&[("composite", composite)]).sum.is_finite());
    }
    // Where nothing raises a sum but its bias, relevance is lost all the same.
    let [lost, handed_on] = ["lost", "handed_on"].map(|bias| residual(&[("bias", bias)]).share().unwrap());
    assert!(handed_on < lost);
}

#[test]
fn deeplift_on_a_trained_network_is_complete_for_every_baseline() {
    let network = tessera_tests::lite0(&Device::flex());
    let input = tessera_tests::golden::lite0().swap_remove(0).input;
    for baseline in ["zero", "black", "white", "mean", "blur", "noise"] {
        let map = map(&network, &input, 285, "deeplift", &[("baseline", baseline)]);
        let residual = map.facts.provenance.residual.unwrap();
        println!("{baseline}: {residual:?}");
        // Found: 3e-7. What f32 loses at thousands of quotients of small differences.
        assert!(residual.share().unwrap().abs() < 1e-5, "{baseline}: {residual:?}");
    }
}

#[test]
fn deeplift_refuses_attention() {
    let scene = Scene::formula("vit_b_16");
    let ran = Explained::default().run(&scene.network, &stripes(64, 64), Target::Class(1), &[spec("deeplift", &[])]);
    assert!(matches!(&ran.unwrap().maps[..], [Err(MethodError::Refused(_))]));
}
