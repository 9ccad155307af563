//! Rust source as tokens: words and marks, free of comments, strings and characters.

/// A piece of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// An identifier, keyword or number.
    Word(String),
    /// `::`
    Colons,
    /// Any other character that is not a space.
    Mark(char),
}

impl Token {
    /// The word, if it is one.
    pub fn word(&self) -> Option<&str> {
        if let Token::Word(word) = self { Some(word) } else { None }
    }
}

/// The tokens of a source text.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = comment(rest).or_else(|| string(rest)).or_else(|| character(rest)) {
            rest = after;
        } else if let Some(after) = rest.strip_prefix("::") {
            tokens.push(Token::Colons);
            rest = after;
        } else if is_word(first) {
            let (word, after) = rest.split_at(rest.find(|c| !is_word(c)).unwrap_or(rest.len()));
            tokens.push(Token::Word(word.into()));
            rest = after;
        } else {
            tokens.extend(Some(Token::Mark(first)).filter(|_| !first.is_whitespace()));
            rest = &rest[first.len_utf8()..];
        }
    }
    tokens
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What follows a comment that stands at the start.
fn comment(text: &str) -> Option<&str> {
    if text.starts_with("//") {
        return Some(text.find('\n').map_or("", |end| &text[end..]));
    }
    let mut rest = text.strip_prefix("/*")?;
    let mut depth = 1;
    while depth > 0 {
        let place = rest.find("*/").into_iter().chain(rest.find("/*")).min()?;
        depth = if rest[place..].starts_with("/*") { depth + 1 } else { depth - 1 };
        rest = &rest[place + 2..];
    }
    Some(rest)
}

/// What follows a string of any kind that stands at the start.
fn string(text: &str) -> Option<&str> {
    let inner = text.trim_start_matches(['b', 'c']);
    if text.len() - inner.len() > 1 {
        return None;
    }
    if let Some(raw) = inner.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let body = raw[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        return body.find(&end).map(|place| &body[place + end.len()..]);
    }
    after_quote(inner.strip_prefix('"')?, '"')
}

/// What follows a character literal; a lifetime is none.
fn character(text: &str) -> Option<&str> {
    let body = text.strip_prefix('\'')?;
    if body.starts_with('\\') {
        return after_quote(body, '\'');
    }
    let mut characters = body.chars();
    characters.next()?;
    characters.as_str().strip_prefix('\'')
}

/// What follows the next unescaped `quote`.
fn after_quote(text: &str, quote: char) -> Option<&str> {
    let mut escaped = false;
    for (place, c) in text.char_indices() {
        if c == quote && !escaped {
            return Some(&text[place + 1..]);
        }
        escaped = c == '\\' && !escaped;
    }
    Some("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<String> {
        tokens(source).iter().filter_map(|token| token.word().map(String::from)).collect()
    }

    #[test]
    fn comments_strings_and_characters_are_not_code() {
        assert_eq!(words("a /* b /* c */ d */ e // f\ng"), ["a", "e", "g"]);
        assert_eq!(words(r##"a "b \" c" d r#"e " f"# g b"h" i"##), ["a", "d", "g", "i"]);
        assert_eq!(words("a '\\'' b 'c' d"), ["a", "b", "d"]);
    }

    #[test]
    fn a_lifetime_is_not_a_character() {
        assert_eq!(words("fn f<'a>(x: &'a str) {}"), ["fn", "f", "a", "x", "a", "str"]);
    }

    #[test]
    fn words_that_begin_like_strings_stay_words() {
        assert_eq!(words("break raw b r cb"), ["break", "raw", "b", "r", "cb"]);
    }
}
