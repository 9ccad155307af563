//! The form in which a person corrects what is done to a photo before the network sees it, and what the logits stand for.
//!
//! A file seldom says these things, and a network that gets other numbers than it was trained on answers wrongly without
//! a word. So all of them can be seen and changed.

use tessera_core::network::card::{Card, Output};
use tessera_core::photo::preset::{PRESETS, Preset};
use tessera_core::photo::{Filter, Order, Preprocess};

/// Rows and columns a network may ask for.
const SIZES: std::ops::RangeInclusive<usize> = 1..=1024;

/// The form: numbers as they are typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// Rows and columns the network takes.
    pub size: String,
    /// Length of the shorter side before the centre is cut out.
    pub resize: String,
    /// How the photo is resized.
    pub filter: Filter,
    /// What is taken from each channel, of values from 0 to 255.
    pub mean: [String; 3],
    /// What the difference is divided by.
    pub std: [String; 3],
    /// Order of the channels.
    pub order: Order,
    /// What the logits stand for.
    pub output: Output,
    /// The numbers behind the texts: what is not changed keeps its last digit.
    exact: ([f32; 3], [f32; 3]),
}

impl Form {
    /// The form as a card fills it.
    #[must_use]
    pub fn of(card: &Card) -> Self {
        let Preprocess { size, resize, filter, mean, std, order } = card.preprocess;
        Self {
            size: size.to_string(),
            resize: resize.to_string(),
            filter,
            mean: mean.map(written),
            std: std.map(written),
            order,
            output: card.output,
            exact: (mean, std),
        }
    }

    /// Fills in the numbers of a preset.
    pub fn take(&mut self, preset: &Preset) {
        self.mean = preset.mean.map(written);
        self.std = preset.std.map(written);
        self.order = preset.order;
        self.exact = (preset.mean, preset.std);
    }

    /// The preset whose numbers stand in the form; none if a person changed one.
    #[must_use]
    pub fn preset(&self) -> Option<&'static Preset> {
        let fits = |preset: &&Preset| {
            self.order == preset.order && self.mean == preset.mean.map(written) && self.std == preset.std.map(written)
        };
        PRESETS.iter().find(fits)
    }

    /// The card with what stands in the form.
    ///
    /// # Errors
    /// A sentence that names the field and what it may hold.
    pub fn card(&self, card: &Card) -> Result<Card, String> {
        let size = length("The input size", &self.size)?;
        let resize = length("The length before the crop", &self.resize)?;
        if resize < size {
            return Err(format!(
                "The length before the crop is {resize}, less than the input size {size}: make it at least {size}."
            ));
        }
        let mean = channels("mean", &self.mean, self.exact.0)?;
        let std = channels("deviation", &self.std, self.exact.1)?;
        if std.iter().any(|value| *value <= 0.0) {
            return Err("A deviation is not above zero, so nothing can be divided by it: give a larger one.".into());
        }
        let preprocess = Preprocess { size, resize, filter: self.filter, mean, std, order: self.order };
        Ok(Card { preprocess, output: self.output, ..card.clone() })
    }
}

/// A number as it is shown: at most three decimals, none where they are zero.
fn written(value: f32) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn length(what: &str, text: &str) -> Result<usize, String> {
    let (least, most) = (SIZES.start(), SIZES.end());
    let found = text.trim().parse().ok().filter(|value| SIZES.contains(value));
    found.ok_or_else(|| format!("{what} is `{}`: give a whole number from {least} to {most}.", text.trim()))
}

/// Three typed numbers; one that was not changed is the exact one.
fn channels(what: &str, texts: &[String; 3], exact: [f32; 3]) -> Result<[f32; 3], String> {
    let mut values = exact;
    for (value, text) in values.iter_mut().zip(texts) {
        if *text == written(*value) {
            continue;
        }
        let found = text.trim().replace(',', ".").parse().ok().filter(|value: &f32| value.is_finite());
        *value =
            found.ok_or_else(|| format!("A {what} is `{}`: give a number, for values from 0 to 255.", text.trim()))?;
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::network::tests::card;
    use tessera_core::photo::preset::preset;

    fn form(id: &str) -> Form {
        let mut form = Form::of(&card());
        form.take(preset(id).unwrap());
        form
    }

    #[test]
    fn a_preset_is_known_again_until_a_number_changes() {
        let mut form = form("imagenet");
        assert_eq!(form.preset().map(|preset| preset.id), Some("imagenet"));
        form.mean[1] = "100".into();
        assert_eq!(form.preset(), None);
    }

    #[test]
    fn what_is_not_changed_keeps_its_last_digit() {
        let mut form = form("imagenet");
        form.std[2] = "60,5".into();
        let found = form.card(&card()).unwrap().preprocess;
        assert_eq!(found.mean, preset("imagenet").unwrap().mean);
        assert_eq!(found.std[2], 60.5);
    }

    #[test]
    fn what_can_not_be_is_a_sentence() {
        let said = |change: fn(&mut Form)| {
            let mut form = form("lite");
            change(&mut form);
            form.card(&card()).unwrap_err()
        };
        assert!(said(|form| form.size = "two".into()).contains("`two`"));
        assert!(said(|form| form.size = "512".into()).contains("at least 512"));
        assert!(said(|form| form.std[0] = "0".into()).contains("above zero"));
        assert!(said(|form| form.mean[0] = String::new()).contains("a number"));
    }
}
