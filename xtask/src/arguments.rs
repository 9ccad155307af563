//! Options behind a verb: `--name value` pairs and bare `--switches`, nothing more.

/// The options of one call, checked against what the verb knows.
#[derive(Debug)]
pub struct Arguments {
    values: Vec<(String, String)>,
    switches: Vec<String>,
}

impl Arguments {
    /// Reads `words`; `names` take a value, `switches` do not, anything else is an error.
    pub fn read(words: &[String], names: &[&str], switches: &[&str]) -> Result<Self, String> {
        let mut read = Self { values: Vec::new(), switches: Vec::new() };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if switches.contains(&word.as_str()) {
                read.switches.push(word.clone());
            } else if names.contains(&word.as_str()) {
                let value = words.next().ok_or_else(|| format!("`{word}` needs a value behind it"))?;
                read.values.push((word.clone(), value.clone()));
            } else {
                let known = [names, switches].concat().join(", ");
                let known =
                    if known.is_empty() { "this chore takes none".into() } else { format!("known are {known}") };
                return Err(format!("unknown option `{word}`; {known}"));
            }
        }
        Ok(read)
    }

    /// The value given for `name`, the last one if there are several.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether `switch` was given.
    pub fn has(&self, switch: &str) -> bool {
        self.switches.iter().any(|given| given == switch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(String::from).collect()
    }

    #[test]
    fn values_and_switches_are_found() {
        let read = Arguments::read(&words("--port 1 --bare --port 2"), &["--port"], &["--bare"]).unwrap();
        assert_eq!(read.value("--port"), Some("2"));
        assert!(read.has("--bare"));
    }

    #[test]
    fn an_unknown_option_and_a_missing_value_are_errors() {
        assert!(Arguments::read(&words("--prot 1"), &["--port"], &[]).unwrap_err().contains("--prot"));
        assert!(Arguments::read(&words("--port"), &["--port"], &[]).unwrap_err().contains("value"));
    }
}
