//! Every method on every kind of network and on inputs that leave little to say: finite or a sentence, never a panic.

use tessera_core::descriptor::{Need, Settings, Sign};
use tessera_core::experiment::{MethodSpec, Target};
use tessera_core::map::steps::sign_after;
use tessera_core::method::preset::preset;
use tessera_core::method::{ENTRIES, MethodError};
use tessera_core::network::parameters::Parameters;
use tessera_tests::explained::{Explained, cheap, spec, stripes};
use tessera_tests::scene::Scene;

/// A network of each kind: in sequence, with sums, concatenations, clips, layer norms, attention, scales.
const NETWORKS: [&str; 7] =
    ["vgg11", "resnet18", "squeezenet1_1", "mobilenet_v2", "convnext_tiny", "vit_b_16", "bcos_resnet18"];

/// Runs every method and fails unless each gives finite numbers or a sentence that says why not.
fn check(what: &str, scene: &Scene) {
    for entry in ENTRIES {
        match scene.map(0, &cheap(entry, 2)) {
            Ok(map) => {
                let facts = &map.facts;
                assert_eq!(map.values.len(), facts.channels * facts.height * facts.width, "{what}, {}", entry.id);
                assert!(map.values.iter().all(|v| v.is_finite()), "{what}, {}", entry.id);
            }
            Err(MethodError::Refused(why) | MethodError::Undefined(why)) => {
                assert!(why.ends_with('.') && !why.contains("NaN"), "{what}, {}: {why}", entry.id);
            }
            Err(why) => panic!("{what}, {}: {why}", entry.id),
        }
    }
}

#[test]
fn constant_pictures() {
    for name in NETWORKS {
        check(name, &Scene::formula(name).seeing(0.0));
    }
}

#[test]
fn saturated_pictures() {
    for name in NETWORKS {
        check(name, &Scene::formula(name).seeing(1.0));
    }
}

/// What is the same everywhere has no deviation of its own.
#[test]
fn batch_norms_with_nothing_to_take_statistics_of() {
    for name in NETWORKS {
        let zero = Scene::changed(name, |parameters| fill(parameters, 0.0));
        for scene in [Scene::formula(name).seeing(0.0), zero] {
            for id in ["gradient", "guided_backpropagation", "integrated_gradients"] {
                match scene.map(0, &spec(id, &[("statistics", "batch")])) {
                    Ok(map) => assert!(map.values.iter().all(|v| v.is_finite()), "{name}, {id}"),
                    Err(MethodError::Refused(why) | MethodError::Undefined(why)) => {
                        assert!(why.ends_with('.'), "{why}")
                    }
                    Err(why) => panic!("{name}, {id}: {why}"),
                }
            }
        }
    }
}

#[test]
fn networks_of_one_class() {
    for name in NETWORKS {
        check(name, &Scene::of_one_class(name));
    }
}

fn fill(parameters: &mut Parameters, number: f32) {
    parameters.0.values_mut().for_each(|parameter| parameter.values.fill(number));
}

#[test]
fn weights_that_are_all_zero() {
    for name in NETWORKS {
        check(name, &Scene::changed(name, |parameters| fill(parameters, 0.0)));
    }
}

#[test]
fn weights_that_are_no_numbers_give_no_map() {
    for name in ["resnet18", "vit_b_16"] {
        let scene = Scene::changed(name, |parameters| fill(parameters, f32::NAN));
        check(name, &scene);
        for id in ["gradcam", "gradient", "integrated_gradients", "smoothgrad", "rise", "lime", "kernelshap"] {
            let entry = ENTRIES.iter().find(|entry| entry.id == id).unwrap();
            let map = scene.map(0, &cheap(entry, 8));
            assert!(matches!(map, Err(MethodError::Undefined(_))), "{name}, {id}: {map:?}");
        }
    }
}

#[test]
fn what_a_network_lacks_is_said() {
    let refused = |name: &str, need: Need| {
        let scene = Scene::formula(name);
        for entry in ENTRIES.iter().filter(|entry| entry.needs.contains(&need)) {
            let map = scene.map(0, &cheap(entry, 2));
            assert!(matches!(map, Err(MethodError::Refused(_))), "{name}, {}: {map:?}", entry.id);
        }
    };
    refused("convnext_tiny", Need::Rectifiers);
    refused("resnet18", Need::Attention);
    refused("resnet18", Need::Scales);
    let map = Scene::formula("resnet18").map(0, &spec("gradcam", &[("layer", "layer9")]));
    assert!(matches!(map, Err(MethodError::Refused(why)) if why.contains("layer9")));
}

#[test]
fn batches_change_no_bit() {
    for name in ["resnet18", "vit_b_16"] {
        let mut scene = Scene::formula(name);
        for entry in ENTRIES.iter().filter(|entry| !entry.params.is_empty()) {
            scene.batch = None;
            let many = scene.map(1, &cheap(entry, 21));
            for batch in [3, 4] {
                scene.batch = Some(batch);
                assert_eq!(many, scene.map(1, &cheap(entry, 21)), "{name}, {}", entry.id);
            }
        }
    }
}

#[test]
fn samples_come_to_a_map_bit_by_bit_and_may_be_stopped() {
    let network = Scene::formula("resnet18").network;
    let methods: Vec<MethodSpec> = vec![spec("smoothgrad", &[("samples", "64")])];
    let input = stripes(64, 48);
    let run = |observer: Explained| observer.run(&network, &input, Target::Class(0), &methods).unwrap();
    let whole = run(Explained { showing: true, ..Explained::default() });
    let errors: Vec<f64> = whole.sketches.iter().filter_map(|map| map.facts.provenance.error).collect();
    assert!(errors.len() >= 3 && errors[errors.len() - 1] < errors[0], "{errors:?}");
    let half = run(Explained { stop_after: Some(2), ..Explained::default() });
    let map = half.maps[0].as_ref().unwrap();
    let (done, asked) = map.facts.provenance.samples.unwrap();
    assert!(0 < done && done < asked && asked == 64, "{done} of {asked}");
    // What was drawn before the stop is what would have been drawn.
    let short = [spec("smoothgrad", &[("samples", &done.to_string())])];
    let again = Explained::default().run(&network, &input, Target::Class(0), &short).unwrap();
    assert_eq!(again.maps[0].as_ref().unwrap().values, map.values);
}

#[test]
fn differences_of_two_classes_are_differences_of_their_maps() {
    let network = Scene::formula("vgg11").network;
    let input = stripes(64, 48);
    let gradient = [MethodSpec::plain("gradient")];
    let map = |target| Explained::default().run(&network, &input, target, &gradient).unwrap().maps.remove(0).unwrap();
    let (one, other, both) = (map(Target::Class(2)), map(Target::Class(5)), map(Target::Difference(2, 5)));
    let most = one.values.iter().fold(0.0f32, |most, v| most.max(v.abs()));
    for ((a, b), d) in one.values.iter().zip(&other.values).zip(&both.values) {
        assert!((a - b - d).abs() < 1e-5 * most);
    }
    assert_eq!((both.facts.provenance.target, both.facts.provenance.against), (2, Some(5)));
}

/// The FAccT 2024 study knows which of its maps reach below zero, and leaves the others out of most metrics.
#[test]
fn maps_of_the_facct_study_are_signed_as_it_says() {
    let scene = Scene::formula("resnet18");
    let members = preset("facct24").expect("the study's").members;
    for member in members.iter().filter(|member| member.method != "bcos") {
        let few = cheap(member.entry(), 60);
        let set = member.settings().0.into_iter().filter(|(id, _)| !few.settings.0.contains_key(id));
        let settings = Settings(few.settings.0.clone().into_iter().chain(set).collect());
        let map = scene.map(0, &MethodSpec::of(member.method, settings)).unwrap_or_else(|why| panic!("{why}"));
        let sign = sign_after(&member.steps(), &map.facts).expect("the steps fit");
        let signed = ["lrp", "integrated_gradients", "kernelshap"].contains(&member.method);
        assert_eq!(sign == Sign::Signed, signed, "{}", member.method);
    }
}
