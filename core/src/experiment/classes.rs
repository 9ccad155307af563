//! The classes of a network by name: what a person types, what a folder or a file is called, to an index.

use crate::network::card::class_names;

/// The classes of a network, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Classes {
    names: Vec<String>,
    /// The names again, with case and signs between words made alike: folders are looked up by the hundred.
    plain: Vec<String>,
    wnids: Vec<String>,
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// One class.
    One(usize),
    /// Several of that name: `crane` is a bird and a machine.
    Several(Vec<usize>),
    /// None; these come near.
    None(Vec<String>),
}

impl Classes {
    /// From a name a line and, where known, WordNet's id of each (`n01440764`), a line each.
    #[must_use]
    pub fn from_lines(names: &str, wnids: &str) -> Classes {
        Classes { wnids: class_names(wnids), ..Classes::from_names(class_names(names)) }
    }

    /// From names alone.
    #[must_use]
    pub fn from_names(names: Vec<String>) -> Classes {
        Classes { plain: names.iter().map(|name| plain(name)).collect(), names, wnids: vec![] }
    }

    /// How many names are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether no name is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Name of a class; its index where no name is known.
    #[must_use]
    pub fn name(&self, index: usize) -> String {
        self.names.get(index).cloned().unwrap_or_else(|| format!("class {index}"))
    }

    /// The class of a name or WordNet id. A name as written wins over one in another case or with other signs between
    /// its words: `cardigan` is a garment, `Cardigan` a dog.
    #[must_use]
    pub fn find(&self, text: &str) -> Found {
        if let Some(index) = self.wnids.iter().position(|wnid| wnid == text) {
            return Found::One(index);
        }
        let exact = places(&self.names, text);
        let found = if exact.is_empty() { places(&self.plain, &plain(text)) } else { exact };
        match found[..] {
            [index] => Found::One(index),
            [] => Found::None(self.near(text)),
            _ => Found::Several(found),
        }
    }

    fn near(&self, text: &str) -> Vec<String> {
        let part = plain(text);
        let both = self.names.iter().zip(&self.plain);
        let near = both.filter(|(_, plain)| !part.is_empty() && plain.contains(&part));
        near.map(|(name, _)| name.clone()).take(5).collect()
    }
}

/// Where a text stands in a list.
fn places(list: &[String], text: &str) -> Vec<usize> {
    list.iter().enumerate().filter(|(_, name)| *name == text).map(|(place, _)| place).collect()
}

fn plain(name: &str) -> String {
    let word = |c: char| if c == '_' || c == '-' { ' ' } else { c.to_ascii_lowercase() };
    name.trim().chars().map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes() -> Classes {
        Classes::from_lines("tench\ncrane\nCardigan\ncardigan\ncrane\ngolden_retriever\n", "n01440764\nn02012849\n")
    }

    #[test]
    fn a_name_as_written_wins() {
        assert_eq!(classes().find("cardigan"), Found::One(3));
        assert_eq!(classes().find("Cardigan"), Found::One(2));
        assert_eq!(classes().find("CARDIGAN"), Found::Several(vec![2, 3]));
        assert_eq!(classes().find("Golden-Retriever"), Found::One(5));
    }

    #[test]
    fn wordnet_ids_are_names_too() {
        assert_eq!(classes().find("n02012849"), Found::One(1));
    }

    #[test]
    fn several_and_none_are_said() {
        assert_eq!(classes().find("crane"), Found::Several(vec![1, 4]));
        assert_eq!(classes().find("retriever"), Found::None(vec!["golden_retriever".into()]));
        assert_eq!(classes().find(""), Found::None(vec![]));
    }
}
