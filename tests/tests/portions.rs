//! Samples of one method, drawn in portions: broken off and gone on with, or shared; the map is the same, bit by bit.

use std::future::ready;
use tessera_core::experiment::MethodSpec;
use tessera_core::map::Map;
use tessera_core::method::gathered::Facts;
use tessera_core::method::{Flow, Gathered, MethodError, Moment, Portion, Watcher};
use tessera_tests::explained::spec;
use tessera_tests::scene::Scene;

/// Keeps what it is told, and stops after so many batches.
#[derive(Default)]
struct Told {
    stop_after: Option<usize>,
    shares: Vec<f64>,
    sketches: usize,
    gathered: Option<Gathered>,
}

impl Watcher for Told {
    fn went(&mut self, share: f64) -> Moment<'_, Flow> {
        self.shares.push(share);
        let stop = self.stop_after.is_some_and(|after| self.shares.len() >= after);
        Box::pin(ready(if stop { Flow::Stop } else { Flow::Show }))
    }

    fn sketch(&mut self, _: Map) -> Moment<'_, ()> {
        self.sketches += 1;
        Box::pin(ready(()))
    }

    fn gathered(&mut self, gathered: Gathered) -> Moment<'_, ()> {
        self.gathered = Some(gathered);
        Box::pin(ready(()))
    }
}

/// Every method of samples that do not know of each other.
fn methods() -> Vec<MethodSpec> {
    let counted = [
        ("rise", "masks", "21"),
        ("smoothgrad", "samples", "21"),
        ("vargrad", "samples", "21"),
        ("expected_gradients", "samples", "21"),
        ("integrated_gradients", "steps", "21"),
        ("lime", "samples", "41"),
        ("kernelshap", "samples", "41"),
        ("occlusion", "stride", "16"),
    ];
    let counted = counted.iter().map(|&(id, count, number)| spec(id, &[(count, number)]));
    counted.chain([spec("scorecam", &[])]).collect()
}

fn scene(batch: usize) -> Scene {
    Scene { batch: Some(batch), ..Scene::formula("resnet18") }
}

/// What comes of a portion, in batches of that size.
fn drawn(
    batch: usize,
    spec: &MethodSpec,
    portion: &Portion,
    stop_after: Option<usize>,
) -> (Result<Map, MethodError>, Told) {
    let mut told = Told { stop_after, ..Told::default() };
    (scene(batch).portion(1, spec, portion, &mut told), told)
}

/// What samples of a range come to.
fn share(batch: usize, spec: &MethodSpec, range: (usize, usize), stop_after: Option<usize>) -> Gathered {
    let portion = Portion { range: Some(range), apart: true, ..Portion::default() };
    let (map, told) = drawn(batch, spec, &portion, stop_after);
    assert_eq!(map, Err(MethodError::Apart), "{}", spec.id);
    told.gathered.unwrap()
}

fn whole(spec: &MethodSpec) -> Map {
    scene(5).map(1, spec).unwrap_or_else(|why| panic!("{}: {why}", spec.id))
}

fn begun(begun: Vec<Gathered>) -> Portion {
    Portion { begun, ..Portion::default() }
}

#[test]
fn what_was_broken_off_goes_on_to_the_same_map() {
    for spec in methods() {
        let (_, first) = drawn(3, &spec, &Portion::default(), Some(2));
        let gathered = first.gathered.unwrap();
        assert_eq!(gathered.facts.samples, [(0, 6)], "{}", spec.id);
        let (map, rest) = drawn(16, &spec, &begun(vec![gathered]), None);
        assert_eq!(map.unwrap(), whole(&spec), "{}", spec.id);
        assert!(rest.shares[0] > first.shares[1], "{}: {:?}", spec.id, rest.shares);
        assert!(rest.gathered.is_none(), "{}", spec.id);
    }
}

#[test]
fn shares_come_to_the_same_map_and_nothing_is_drawn_again() {
    for spec in methods() {
        let parts = vec![
            share(3, &spec, (11, usize::MAX), None),
            share(16, &spec, (0, 6), None),
            share(2, &spec, (6, 11), None),
        ];
        let (map, told) = drawn(16, &spec, &begun(parts), None);
        assert_eq!(map.unwrap(), whole(&spec), "{}", spec.id);
        assert!(told.shares.is_empty(), "{}: {:?}", spec.id, told.shares);
        let one = share(4, &spec, (0, usize::MAX), None);
        assert_eq!(drawn(4, &spec, &begun(vec![one]), None).0.unwrap(), whole(&spec), "{}", spec.id);
    }
}

#[test]
fn what_is_there_of_shares_is_a_map_and_its_gaps_are_filled() {
    for spec in methods() {
        let parts = vec![share(3, &spec, (0, 10), Some(2)), share(3, &spec, (10, usize::MAX), Some(1))];
        assert_eq!(parts[1].facts.samples, [(10, 13)], "{}", spec.id);
        let here = Portion { range: Some((0, 0)), ..begun(parts.clone()) };
        match drawn(3, &spec, &here, None).0 {
            Ok(map) => assert_eq!(map.facts.provenance.samples.unwrap().0, 9, "{}", spec.id),
            // Nine answers do not determine sixteen parts.
            Err(why) => {
                assert!(spec.id == "kernelshap" && matches!(why, MethodError::Undefined(_)), "{}: {why}", spec.id)
            }
        }
        let (map, _) = drawn(4, &spec, &begun(parts.clone()), None);
        assert_eq!(map.unwrap(), whole(&spec), "{}", spec.id);
        let (_, stopped) = drawn(2, &spec, &begun(parts), Some(1));
        let gathered = stopped.gathered.unwrap();
        assert_eq!(gathered.facts.samples, [(0, 8), (10, 13)], "{}", spec.id);
        assert_eq!(drawn(4, &spec, &begun(vec![gathered]), None).0.unwrap(), whole(&spec), "{}", spec.id);
    }
}

#[test]
fn the_first_share_sketches_for_all() {
    let spec = spec("rise", &[("masks", "21")]);
    let sketches = |range| {
        let portion = Portion { range: Some(range), apart: true, ..Portion::default() };
        drawn(3, &spec, &portion, None).1.sketches
    };
    assert_eq!((sketches((0, 12)), sketches((12, 21))), (4, 0));
}

#[test]
fn what_is_all_of_a_piece_runs_whole() {
    let spec = spec("opticam", &[("steps", "3")]);
    let portion = Portion { range: Some((1, 2)), apart: true, ..Portion::default() };
    let (map, told) = drawn(3, &spec, &portion, None);
    assert_eq!(map.unwrap(), whole(&spec));
    assert!(told.gathered.is_none());
}

#[test]
fn what_does_not_fit_is_said() {
    let spec_of = |masks| spec("rise", &[("masks", masks)]);
    let (spec, part) = (spec_of("21"), share(3, &spec_of("21"), (0, 6), None));
    let refused = |spec: &MethodSpec, parts: Vec<Gathered>| match drawn(3, spec, &begun(parts), None).0 {
        Err(MethodError::Refused(why)) => why,
        other => panic!("{other:?}"),
    };
    assert!(refused(&spec_of("22"), vec![part.clone()]).contains("another question"));
    assert!(refused(&spec, vec![part.clone(), part.clone()]).contains("does not fit"));
    let damaged = |change: &dyn Fn(&mut Gathered)| {
        let mut part = part.clone();
        change(&mut part);
        refused(&spec, vec![part])
    };
    let facts = |samples: &[(usize, usize)]| Facts { samples: samples.to_vec(), ..part.facts.clone() };
    assert!(damaged(&|part| part.numbers.push(0.0)).contains("does not fit"));
    assert!(damaged(&|part| part.numbers.truncate(7)).contains("does not fit"));
    assert!(damaged(&|part| part.numbers.clear()).contains("does not fit"));
    for samples in [&[(0, 22)][..], &[(5, 5)], &[(6, 0)], &[(0, 4), (3, 6)], &[(0, usize::MAX)]] {
        assert!(damaged(&|part| part.facts = facts(samples)).contains("does not fit"), "{samples:?}");
    }
}
