//! Names of classes in a file that a person brings: one a line, or JSON.

use serde_json::Value;
use tessera_core::network::card::class_names;

/// Number of classes of ImageNet, whose names come with the page.
pub const IMAGENET: usize = 1000;

/// Reads the names of so many classes.
///
/// # Errors
/// A sentence that says what was found and what is needed.
pub fn read(text: &str, classes: usize) -> Result<Vec<String>, String> {
    let names = match serde_json::from_str(text) {
        Ok(value) => from_json(&value)
            .ok_or("It is JSON, but neither a list of names nor names by number: bring one of these.")?,
        Err(_) => class_names(text),
    };
    match names.len() {
        found if found == classes => Ok(names),
        found if found + 1 == classes => Err(format!(
            "It holds {found} names and the network has {classes} classes: put the background's name first, as such networks have it."
        )),
        found => Err(format!(
            "It holds {found} names, but the network has {classes} classes: bring the list that belongs to it."
        )),
    }
}

/// A list of names; or an object from numbers to names, or to lists that end in a name.
fn from_json(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(items) => items.iter().map(name).collect(),
        Value::Object(pairs) => {
            let mut numbered: Vec<(usize, String)> = pairs
                .iter()
                .map(|(number, value)| Some((number.parse().ok()?, name(value)?)))
                .collect::<Option<_>>()?;
            numbered.sort();
            let whole = numbered.iter().enumerate().all(|(i, (number, _))| i == *number);
            whole.then(|| numbered.into_iter().map(|(_, name)| name).collect())
        }
        _ => None,
    }
}

fn name(value: &Value) -> Option<String> {
    match value {
        Value::String(name) => Some(name.clone()),
        // ImageNet's usual file: a number, then WordNet's id and the name.
        Value::Array(parts) => parts.last()?.as_str().map(|name| name.replace('_', " ")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lists_and_numbers_are_read() {
        for text in [
            "cat\ndog\n",
            r#"["cat", "dog"]"#,
            r#"{"1": "dog", "0": "cat"}"#,
            r#"{"0": ["n01", "cat"], "1": ["n02", "dog"]}"#,
        ] {
            assert_eq!(read(text, 2).unwrap(), ["cat", "dog"], "{text}");
        }
    }

    #[test]
    fn another_number_of_names_is_a_sentence() {
        assert!(read("cat\ndog", 1000).unwrap_err().contains("2 names"));
        assert!(read("cat\ndog", 3).unwrap_err().contains("background"));
        assert!(read(r#"{"5": "cat"}"#, 1).unwrap_err().contains("neither"));
    }
}
