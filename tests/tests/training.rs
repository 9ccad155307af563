//! Which class a map explains where the network as in training is asked, and what is told of it.

use tessera_core::descriptor::Settings;
use tessera_core::experiment::{Answer, MethodSpec, Target};
use tessera_core::map::Provenance;
use tessera_core::method::preset::preset;
use tessera_tests::explained::{Explained, spec, stripes};
use tessera_tests::scene::Scene;

const OWN: [(&str, &str); 2] = [("statistics", "batch"), ("class", "own")];

/// Provenance of the only map, for a target.
fn explained(scene: &Scene, target: Target, spec: &MethodSpec) -> Provenance {
    let (height, width) = (scene.input.height, scene.input.width);
    let input = stripes(height, width);
    let ran = Explained::default().run(&scene.network, &input, target, std::slice::from_ref(spec)).unwrap();
    let map = ran.maps.into_iter().next().unwrap().unwrap_or_else(|why| panic!("{spec}: {why}"));
    map.facts.provenance
}

/// Classes of the greatest and of the least logit: of the answer, and as in training.
fn classes(scene: &Scene) -> [(usize, usize); 2] {
    let input = stripes(scene.input.height, scene.input.width);
    let session = scene.session_of(input.normalised(&scene.network.card.preprocess));
    let training = scene.network.in_training(0).unwrap();
    [&scene.network, &training].map(|network| {
        let mut session = session.on(network, session.input()).unwrap();
        let logits = pollster::block_on(session.logits()).unwrap();
        let ranking = Answer { logits, output: network.card.output }.ranking();
        (ranking[0], ranking[ranking.len() - 1])
    })
}

#[test]
fn the_class_is_the_own_networks_where_that_is_set_and_none_is_named() {
    let mut apart = 0;
    for file in ["vgg16_bn", "resnet18", "vgg11"] {
        let scene = Scene::formula(file);
        let [answer, own] = classes(&scene);
        apart += usize::from(answer.0 != own.0) + usize::from(answer.1 != own.1);
        for id in ["gradient", "guided_backpropagation", "integrated_gradients"] {
            let of = |target, settings: &[(&str, &str)]| {
                let steps: &[(&str, &str)] = if id == "integrated_gradients" { &[("steps", "3")] } else { &[] };
                let from = explained(&scene, target, &spec(id, &[settings, steps].concat()));
                assert_eq!(from.seed, (!settings.is_empty()).then_some(0), "dropout is drawn by the seed");
                (from.target, from.answered)
            };
            assert_eq!(of(Target::Predicted, &OWN), (own.0, Some(answer.0)), "{file}, {id}");
            assert_eq!(of(Target::Least, &OWN), (own.1, Some(answer.1)), "{file}, {id}");
            assert_eq!(of(Target::Predicted, &OWN[..1]), (answer.0, None), "{file}, {id}: only batch norms were set");
            assert_eq!(of(Target::Least, &[]), (answer.1, None), "{file}, {id}");
            assert_eq!(of(Target::Class(1), &OWN), (1, None), "{file}, {id}: a named class stays");
        }
    }
    assert!(apart > 1, "the two have to differ somewhere for this to show anything");
}

/// The pass that asked for the class is counted.
#[test]
fn passes_are_those_that_were_made() {
    let scene = Scene::formula("resnet18");
    let passes = |target, settings: &[(&str, &str)]| explained(&scene, target, &spec("gradient", settings)).passes;
    assert_eq!(passes(Target::Predicted, &[]), 2.0);
    assert_eq!(passes(Target::Class(0), &OWN), 3.0);
    assert_eq!(passes(Target::Predicted, &OWN), 4.0);
}

#[test]
fn the_acml_preset_explains_in_training_and_asks_there_for_the_class() {
    let members = preset("acml24").unwrap().members.iter();
    let set = |settings: &Settings| OWN.iter().all(|&(id, word)| settings.word(id) == Some(word));
    let own: Vec<&str> = members.filter(|member| set(&member.settings())).map(|member| member.method).collect();
    assert_eq!(own, ["gradient", "integrated_gradients", "guided_backpropagation"]);
}
