//! What the network answered and the maps that came out, kept for as long as their photo.

use super::display::Reduction;
use super::photos::PhotoId;
use super::question::Key;
use std::collections::HashMap;
use std::sync::Arc;
use tessera_core::descriptor::Sign;
use tessera_core::experiment::{self, MethodSpec};
use tessera_core::map::Map;
use tessera_core::map::range::{Clip, Range};
use tessera_core::map::resample::{Interpolation, resample};
use tessera_core::network::card::Output;
use tessera_core::photo::Crop;
use tessera_engine::protocol::DeviceFacts;

/// A photo as the network saw it.
pub type Seen = (PhotoId, Crop);

/// The network's answer.
#[derive(Debug)]
pub struct Answer {
    /// A logit per class.
    pub logits: Vec<f32>,
    /// A probability per class.
    pub probabilities: Vec<f32>,
    /// Classes, the likeliest first.
    pub ranking: Vec<usize>,
    /// Seconds of the forward pass.
    pub seconds: f64,
    /// What ran it.
    pub device: DeviceFacts,
}

impl Answer {
    /// An answer from its logits and what they stand for.
    #[must_use]
    pub fn new(logits: Vec<f32>, output: Output, seconds: f64, device: DeviceFacts) -> Self {
        let answer = experiment::Answer { logits, output };
        let probabilities = answer.probabilities().into_iter().map(|p| p as f32).collect();
        let ranking = answer.ranking();
        Self { logits: answer.logits, probabilities, ranking, seconds, device }
    }

    /// The class with the greatest logit.
    #[must_use]
    pub fn predicted(&self) -> usize {
        self.ranking.first().copied().unwrap_or(0)
    }

    /// The class with the least logit.
    #[must_use]
    pub fn least(&self) -> usize {
        self.ranking.last().copied().unwrap_or(0)
    }
}

/// A map and what is needed to show it.
#[derive(Debug)]
pub struct Drawn {
    /// Different for every map that was ever drawn.
    pub number: u32,
    /// The same for all that took each other's place: the sketches of a map, and the map.
    pub card: u32,
    /// Which map it is.
    pub key: Key,
    /// Whether it is only what its method had so far.
    pub sketch: bool,
    /// What was taken off, where it is the difference of two: the other's number and its name.
    pub minus: Option<(u32, String)>,
    /// The map as computed.
    pub map: Map,
    /// One value per pixel of the network's input: its channels made one, spread bilinearly.
    pub field: Vec<f32>,
    /// What the field's numbers mean.
    pub sign: Sign,
    /// How channels were made one.
    pub reduction: Reduction,
    /// The ranges of the field: as usual, and with nothing left out.
    ranges: [(Clip, Range); 2],
    /// The least value of the field.
    pub least: f32,
    /// What ran it.
    pub device: DeviceFacts,
    /// Seconds from the photo to the map, the forward pass it shares with the answer included.
    pub seconds: f64,
}

impl PartialEq for Drawn {
    fn eq(&self, other: &Self) -> bool {
        (self.number, &self.minus) == (other.number, &other.minus)
    }
}

impl Drawn {
    /// A map made ready to be shown.
    #[must_use]
    pub fn new(key: Key, map: Map, device: DeviceFacts) -> Self {
        Self::reduced(key, map, device, Reduction::default())
    }

    fn reduced(key: Key, map: Map, device: DeviceFacts, reduction: Reduction) -> Self {
        let (rows, columns) = map.facts.provenance.input;
        let (height, width) = (map.facts.height, map.facts.width);
        let (flat, sign) = reduction.of(&map);
        let field = resample(&flat, (height, width), (rows, columns), Interpolation::Bilinear);
        let ranges = [Clip::USUAL, Clip::None].map(|clip| (clip, Range::of(&field, sign, clip)));
        let seconds = map.facts.provenance.seconds;
        let least = field.iter().copied().fold(f32::INFINITY, f32::min);
        Self {
            number: 0,
            card: 0,
            key,
            sketch: false,
            minus: None,
            map,
            field,
            sign,
            reduction,
            ranges,
            least,
            device,
            seconds,
        }
    }

    /// Whether it was stopped before all its samples were in.
    #[must_use]
    pub fn cut_short(&self) -> bool {
        self.sketch || self.map.facts.provenance.samples.is_some_and(|(got, wanted)| got < wanted)
    }

    /// Share of the pixels whose value is below this one.
    #[must_use]
    pub fn share_below(&self, value: f32) -> f64 {
        let below = self.field.iter().filter(|v| **v < value).count();
        below as f64 / self.field.len().max(1) as f64
    }

    /// The range of the field alone.
    #[must_use]
    pub fn range(&self, clip: Clip) -> Range {
        let known = self.ranges.iter().find(|(known, _)| *known == clip);
        known.map_or_else(|| Range::of(&self.field, self.sign, clip), |(_, range)| *range)
    }
}

/// All answers and maps.
#[derive(Clone, Debug, Default)]
pub struct Results {
    answers: HashMap<Seen, Arc<Answer>>,
    maps: Vec<(Seen, Arc<Drawn>)>,
    missing: Vec<(Seen, Key, String)>,
    /// How channels are made one.
    pub reduction: Reduction,
    next: u32,
}

impl Results {
    /// Keeps an answer.
    pub fn answered(&mut self, seen: Seen, answer: Answer) {
        self.answers.insert(seen, Arc::new(answer));
    }

    /// The answer to a photo.
    #[must_use]
    pub fn answer(&self, seen: Seen) -> Option<&Arc<Answer>> {
        self.answers.get(&seen)
    }

    /// Makes channels one in another way, those of all maps.
    pub fn reduce(&mut self, reduction: Reduction) {
        self.reduction = reduction;
        for (_, drawn) in self.maps.iter_mut().filter(|(_, drawn)| drawn.map.facts.channels > 1) {
            let again = Drawn::reduced(drawn.key.clone(), drawn.map.clone(), drawn.device.clone(), reduction);
            let Drawn { card, sketch, seconds, .. } = **drawn;
            *drawn = Arc::new(Drawn { number: self.next, card, sketch, seconds, ..again });
            self.next += 1;
        }
    }

    /// Keeps a map, in the place of an older one of the same key.
    pub fn mapped(&mut self, seen: Seen, mut drawn: Drawn) {
        if drawn.reduction != self.reduction {
            let sketch = drawn.sketch;
            drawn = Drawn { sketch, ..Drawn::reduced(drawn.key, drawn.map, drawn.device, self.reduction) };
        }
        drawn.number = self.next;
        drawn.seconds += self.answer(seen).map_or(0.0, |answer| answer.seconds);
        self.next += 1;
        match self.maps.iter_mut().find(|(of, old)| *of == seen && old.key == drawn.key) {
            Some((_, old)) => {
                drawn.card = old.card;
                *old = Arc::new(drawn);
            }
            None => {
                drawn.card = drawn.number;
                self.maps.push((seen, Arc::new(drawn)));
            }
        }
    }

    /// Keeps why there is no map.
    pub fn missed(&mut self, seen: Seen, key: Key, sentence: String) {
        self.missing.push((seen, key, sentence));
    }

    /// The map of that key.
    #[must_use]
    pub fn map(&self, seen: Seen, key: &Key) -> Option<&Arc<Drawn>> {
        self.maps.iter().find(|(of, drawn)| *of == seen && drawn.key == *key).map(|(_, drawn)| drawn)
    }

    /// The map on that card.
    #[must_use]
    pub fn card(&self, card: u32) -> Option<&Arc<Drawn>> {
        self.maps.iter().find(|(_, drawn)| drawn.card == card).map(|(_, drawn)| drawn)
    }

    /// Whether a method has had its say: there is a map, or a sentence why there is none.
    #[must_use]
    pub fn told(&self, seen: Seen, key: &Key) -> bool {
        self.map(seen, key).is_some() || self.missing.iter().any(|(of, other, _)| *of == seen && other == key)
    }

    /// All maps of a photo, in the order they came.
    #[must_use]
    pub fn maps(&self, seen: Seen) -> Vec<Arc<Drawn>> {
        self.maps.iter().filter(|(of, _)| *of == seen).map(|(_, drawn)| drawn.clone()).collect()
    }

    /// The maps of a photo that there are not, and why.
    #[must_use]
    pub fn missing(&self, seen: Seen) -> Vec<(Key, String)> {
        let of = self.missing.iter().filter(|(of, ..)| *of == seen);
        of.map(|(_, key, sentence)| (key.clone(), sentence.clone())).collect()
    }

    /// Takes one map away, or the sentence in its place.
    pub fn remove(&mut self, seen: Seen, key: &Key) {
        self.maps.retain(|(of, drawn)| *of != seen || drawn.key != *key);
        self.missing.retain(|(of, other, _)| *of != seen || other != key);
    }

    /// Takes away all maps of methods that are not wanted any more.
    pub fn keep(&mut self, wanted: impl Fn(&MethodSpec) -> bool) {
        self.maps.retain(|(_, drawn)| wanted(&drawn.key.spec));
        self.missing.retain(|(_, key, _)| wanted(&key.spec));
    }

    /// Takes away everything: it is of another network.
    pub fn clear(&mut self) {
        self.answers.clear();
        self.maps.clear();
        self.missing.clear();
    }

    /// Takes away all that is known of a photo.
    pub fn forget(&mut self, photo: PhotoId) {
        self.answers.retain(|(of, _), _| *of != photo);
        self.maps.retain(|((of, _), _)| *of != photo);
        self.missing.retain(|((of, _), ..)| *of != photo);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::question::tests::key;
    use super::*;
    use tessera_core::map::{Facts, Provenance};
    use tessera_engine::protocol::DeviceKind;

    fn device() -> DeviceFacts {
        DeviceFacts { kind: DeviceKind::Cpu, name: String::new() }
    }

    fn map(method: &str, target: usize, values: [f32; 4]) -> Map {
        let provenance = Provenance {
            method: method.into(),
            target,
            network: "toy".into(),
            input: (2, 2),
            passes: 2.0,
            device: "CPU".into(),
            seconds: 0.1,
            ..Provenance::default()
        };
        Map {
            values: values.to_vec(),
            facts: Facts { channels: 1, height: 2, width: 2, sign: Sign::Positive, provenance, steps: vec![] },
            picture: None,
        }
    }

    /// A map of that method, ready to be shown.
    pub fn drawn(method: &str, values: [f32; 4]) -> Arc<Drawn> {
        Arc::new(drawn_for(method, 0, values))
    }

    fn drawn_for(method: &str, target: usize, values: [f32; 4]) -> Drawn {
        Drawn::new(key(method, target), map(method, target, values), device())
    }

    #[test]
    fn an_answer_ranks_its_classes() {
        let answer = Answer::new(vec![1.0, 3.0, 3.0, -2.0], Output::Softmax, 0.1, device());
        assert_eq!(answer.ranking, [1, 2, 0, 3]);
        assert_eq!((answer.predicted(), answer.least()), (1, 3));
        assert!((answer.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn great_logits_do_not_overflow() {
        assert_eq!(Answer::new(vec![1000.0, 0.0], Output::Softmax, 0.1, device()).probabilities, [1.0, 0.0]);
    }

    #[test]
    fn a_map_takes_as_long_as_all_its_passes() {
        let mut results = Results::default();
        let seen = (1, Crop::Centre);
        results.answered(seen, Answer::new(vec![0.0], Output::Softmax, 0.5, device()));
        results.mapped(seen, drawn_for("gradcam", 0, [0.0; 4]));
        assert_eq!(results.maps(seen)[0].seconds, 0.6);
    }

    #[test]
    fn a_map_takes_the_place_of_its_elder_and_keeps_its_card() {
        let mut results = Results::default();
        let seen = (1, Crop::Centre);
        results.mapped(seen, drawn_for("gradcam", 5, [0.0; 4]));
        results.mapped(seen, drawn_for("gradient", 5, [0.0; 4]));
        results.mapped(seen, drawn_for("gradcam", 5, [1.0; 4]));
        results.mapped(seen, drawn_for("gradcam", 6, [2.0; 4]));
        let maps = results.maps(seen);
        assert_eq!(maps.iter().map(|m| m.map.values[0]).collect::<Vec<_>>(), [1.0, 0.0, 2.0]);
        assert_eq!(maps.iter().map(|m| m.card).collect::<Vec<_>>(), [0, 1, 3]);
        assert_ne!(maps[0].number, 0);
        results.remove(seen, &key("gradcam", 5));
        assert!(results.map(seen, &key("gradcam", 5)).is_none());
        results.forget(1);
        assert!(results.maps(seen).is_empty());
    }

    #[test]
    fn a_sentence_in_a_maps_place_counts_as_its_say() {
        let mut results = Results::default();
        let seen = (1, Crop::Centre);
        results.missed(seen, key("gradcam", 5), "Why.".into());
        assert!(results.told(seen, &key("gradcam", 5)) && !results.told(seen, &key("gradcam", 6)));
        results.keep(|spec| spec.id != "gradcam");
        assert!(results.missing(seen).is_empty());
    }

    #[test]
    fn channels_are_made_one_as_chosen() {
        let mut results = Results::default();
        let seen = (1, Crop::Centre);
        let mut colours = map("gradient", 5, [0.0; 4]);
        (colours.values, colours.facts.channels) = (vec![3.0, 0.0, 0.0, 0.0, -4.0, 0.0, 0.0, 0.0], 2);
        colours.facts.sign = Sign::Signed;
        let device = device();
        results.mapped(seen, Drawn::new(key("gradient", 5), colours, device));
        let shown = |results: &Results| (results.maps(seen)[0].field[0], results.maps(seen)[0].sign);
        assert_eq!(shown(&results), (-1.0, Sign::Signed));
        let number = results.maps(seen)[0].number;
        for (reduction, value) in Reduction::all().into_iter().zip([-1.0, 4.0, 5.0]) {
            results.reduce(reduction);
            assert_eq!(shown(&results).0, value, "{}", reduction.title());
        }
        assert_eq!((shown(&results).1, results.maps(seen)[0].card), (Sign::Positive, 0));
        assert_ne!(results.maps(seen)[0].number, number, "it is drawn anew");
    }

    #[test]
    fn shares_count_what_is_below() {
        let drawn = drawn("gradcam", [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(drawn.share_below(2.0), 0.5);
        assert_eq!(drawn.share_below(9.0), 1.0);
    }
}
