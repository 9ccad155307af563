//! The little JSON that results need.

/// Members of an object: names, and values that are JSON already.
pub type Members = Vec<(&'static str, String)>;

/// A string.
pub fn text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted += &format!("\\u{:04x}", c as u32),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// A number; none and what is not finite become null.
pub fn number(number: Option<f64>) -> String {
    number.filter(|number| number.is_finite()).map_or("null".into(), |number| format!("{number:.6}"))
}

/// A list of values.
pub fn list(values: &[String]) -> String {
    format!("[{}]", values.join(", "))
}

/// An object.
pub fn object(members: &[(&'static str, String)]) -> String {
    let members: Vec<String> = members.iter().map(|(name, value)| format!("{}: {value}", text(name))).collect();
    format!("{{{}}}\n", members.join(",\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_json() {
        assert_eq!(text("a\"b\\c\n"), r#""a\"b\\c\u000a""#);
        assert_eq!(number(Some(0.25)), "0.250000");
        assert_eq!(number(Some(f64::NAN)), "null");
        assert_eq!(object(&[("a", list(&[number(None)]))]), "{\"a\": [null]}\n");
    }
}
