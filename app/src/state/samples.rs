//! The list of sample photos that comes with the page.

use serde::Deserialize;

/// A sample photo, as `samples/samples.json` names it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Sample {
    /// File beside the list.
    pub file: String,
    /// Name as a person reads it.
    pub title: String,
    /// What it shows, in words.
    pub alt: String,
    /// Who made it and under which terms.
    #[serde(default)]
    pub credit: String,
    /// The class that the bundled network ought to see.
    #[serde(default)]
    pub class: Option<usize>,
}

impl Sample {
    /// Name in addresses: the file's, without its ending.
    #[must_use]
    pub fn id(&self) -> &str {
        self.file.rsplit_once('.').map_or(self.file.as_str(), |(stem, _)| stem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_for_other_readers_are_passed_over() {
        let text = r#"[{"file":"coffee.jpg","title":"Coffee","alt":"A cup","class":967,"width":600,"credit":"CC0"}]"#;
        let samples: Vec<Sample> = serde_json::from_str(text).unwrap();
        assert_eq!((samples[0].id(), samples[0].class), ("coffee", Some(967)));
    }
}
