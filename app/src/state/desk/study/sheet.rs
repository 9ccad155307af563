//! The sheet of one mosaic: its maps, as long as they are remembered, and its scores.

use super::super::super::question::{Key, Question};
use super::super::super::results::Drawn;
use super::super::Desk;
use js_sys::{ArrayBuffer, Float32Array};
use leptos::prelude::*;
use std::collections::VecDeque;
use std::sync::Arc;
use tessera_core::experiment::record::Unit;
use tessera_core::map::{Facts, Map};
use tessera_engine::protocol::DeviceFacts;

/// Bytes of maps that are remembered.
const ROOM: u32 = 96 << 20;

/// Longest side of a map as it is shown on the sheet.
const SHOWN: usize = 224;

/// The maps of the mosaics that were run last.
#[derive(Default)]
pub struct Maps {
    held: VecDeque<(usize, usize, Facts, DeviceFacts, ArrayBuffer)>,
    bytes: u32,
}

impl Maps {
    fn keep(&mut self, at: usize, method: usize, facts: Facts, device: DeviceFacts, buffer: ArrayBuffer) {
        self.held.retain(|held| (held.0, held.1) != (at, method));
        self.held.push_back((at, method, facts, device, buffer));
        self.bytes = self.held.iter().map(|held| held.4.byte_length()).sum();
        while self.bytes > ROOM {
            let Some(oldest) = self.held.pop_front() else { return };
            self.bytes -= oldest.4.byte_length();
        }
    }
}

/// What is known of a mosaic.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Its number.
    pub at: usize,
    /// What came out, if it was run.
    pub unit: Option<Arc<Unit>>,
    /// Whether a worker has it in hand.
    pub busy: bool,
    /// Why it could not be run.
    pub fault: Option<String>,
    /// Whether its maps are remembered.
    pub maps: bool,
}

impl Desk {
    pub(super) fn keep_map(self, at: usize, method: usize, facts: &Facts, device: &DeviceFacts, buffer: &ArrayBuffer) {
        self.hands.update_value(|hands| {
            hands.study.maps.keep(at, method, facts.clone(), device.clone(), buffer.clone());
        });
        if self.studio.open.get_untracked() == Some(at) {
            self.studio.maps.update(|maps| *maps += 1);
        }
    }

    /// The sheet that is open.
    #[must_use]
    pub fn sheet(self) -> Option<Sheet> {
        let at = self.studio.open.get()?;
        self.studio.maps.track();
        let maps = self.hands.with_value(|hands| hands.study.maps.held.iter().any(|held| held.0 == at));
        self.studio.course.with(|course| {
            let Some(course) = course else { return Some(Sheet { at, unit: None, busy: false, fault: None, maps }) };
            let record = &course.record;
            let unit = record.units.binary_search_by_key(&at, |unit| unit.at).ok();
            let fault = record.failed.iter().find(|failed| failed.at == at).map(|failed| failed.sentence.clone());
            let unit = unit.map(|place| Arc::new(record.units[place].clone()));
            Some(Sheet { at, unit, busy: course.has_in_hand(at), fault, maps })
        })
    }

    /// Opens the sheet of a mosaic, or closes it. What takes no longer than a moment is drawn at once.
    pub fn open_sheet(self, at: Option<usize>) {
        self.studio.open.set(at);
        let Some(at) = at else { return };
        self.show_mosaic(at);
        let remembered = untrack(move || self.sheet()).is_some_and(|sheet| sheet.maps || sheet.busy);
        let seconds = untrack(move || self.price_of_one()).and_then(|price| price.seconds);
        if !remembered && self.same_as_drawn() && seconds.is_none_or(|seconds| seconds < MOMENT) {
            self.draw_unit(at);
        }
    }

    /// A map of a mosaic made ready to be shown small; none if it is not remembered.
    #[must_use]
    pub fn sheet_map(self, at: usize, method: usize) -> Option<Arc<Drawn>> {
        self.studio.maps.track();
        let spec = self.studio.course.with_untracked(|one| one.as_ref()?.spec().methods.get(method).cloned())?;
        self.hands.with_value(|hands| {
            let held = hands.study.maps.held.iter().find(|held| (held.0, held.1) == (at, method))?;
            let values = Float32Array::new(&held.4).to_vec();
            let facts = held.2.clone();
            if values.len() != facts.channels * facts.height * facts.width {
                return None;
            }
            let from = &facts.provenance;
            let question = Question { class: from.target, against: from.against, scale: from.scale };
            let map = small(Map { values, facts, picture: None });
            Some(Arc::new(Drawn::new(Key::new(question, 0, &spec), map, held.3.clone())))
        })
    }
}

/// Seconds after which a person is asked first.
const MOMENT: f64 = 20.0;

/// The map by means of blocks, so small that it is shown in a moment: what is scored is the map itself.
fn small(map: Map) -> Map {
    let (height, width) = (map.facts.height, map.facts.width);
    let (rows, columns) = map.facts.provenance.input;
    let fit = |side: usize| side.div_ceil(SHOWN).max(1);
    let step = fit(rows.max(columns));
    let mut facts = map.facts.clone();
    facts.channels = 1;
    facts.provenance.input = (rows / step, columns / step);
    let block = fit(height.max(width));
    let flat = map.flat();
    if block == 1 {
        return Map { values: flat, facts, picture: None };
    }
    let (low, narrow) = (height / block, width / block);
    let mean = |place: usize| {
        let (top, left) = (place / narrow * block, place % narrow * block);
        let cells = (0..block).flat_map(|row| (0..block).map(move |column| (top + row) * width + left + column));
        cells.map(|cell| flat[cell]).sum::<f32>() / (block * block) as f32
    };
    (facts.height, facts.width) = (low, narrow);
    Map { values: (0..low * narrow).map(mean).collect(), facts, picture: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tessera_core::map::Provenance;

    #[test]
    fn a_large_map_is_shown_by_means_of_blocks() {
        let provenance = Provenance { input: (448, 448), ..Provenance::default() };
        let facts = Facts { channels: 1, height: 448, width: 448, sign: Default::default(), provenance, steps: vec![] };
        let values = (0..448 * 448).map(|place| f32::from(u8::from(place / 448 % 2 == 0))).collect();
        let shown = small(Map { values, facts, picture: None });
        assert_eq!((shown.facts.height, shown.facts.width, shown.facts.provenance.input), (224, 224, (224, 224)));
        assert!(shown.values.iter().all(|value| *value == 0.5));
    }
}
