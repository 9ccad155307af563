//! Searching the names of classes.

use std::cmp::Reverse;

/// Indices of the classes whose name or number fits `query`, the likeliest first; names that begin with the query
/// come before names that only contain it. An empty query fits all.
#[must_use]
pub fn search(query: &str, names: &[String], probabilities: &[f32]) -> Vec<usize> {
    let query = query.trim().to_lowercase();
    let probability = |index: usize| probabilities.get(index).copied().unwrap_or(0.0);
    let mut found: Vec<(u8, usize)> =
        (0..names.len()).filter_map(|index| Some((fit(&query, &names[index], index)?, index))).collect();
    found.sort_by(|a, b| {
        (Reverse(a.0), probability(b.1), a.1)
            .partial_cmp(&(Reverse(b.0), probability(a.1), b.1))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    found.into_iter().map(|(_, index)| index).collect()
}

/// How well a class fits: 3 its number or whole name, 2 the beginning of its name, 1 of a word in it, 0 inside.
fn fit(query: &str, name: &str, index: usize) -> Option<u8> {
    let name = name.to_lowercase();
    if query.is_empty() {
        return Some(0);
    }
    if name == query || query.parse() == Ok(index) {
        return Some(3);
    }
    let at = name.find(query)?;
    let word = name[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
    Some(if at == 0 { 2 } else { u8::from(word) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        ["tench", "tabby", "tiger cat", "Egyptian cat", "catamaran", "scat"].map(String::from).to_vec()
    }

    #[test]
    fn an_empty_query_lists_all_by_probability() {
        assert_eq!(search(" ", &names(), &[0.1, 0.5, 0.2, 0.05, 0.1, 0.05]), [1, 2, 0, 4, 3, 5]);
    }

    #[test]
    fn beginnings_come_before_words_before_insides() {
        assert_eq!(search("CAT", &names(), &[0.0, 0.0, 0.1, 0.8, 0.0, 0.1]), [4, 3, 2, 5]);
    }

    #[test]
    fn a_number_finds_its_class() {
        assert_eq!(search("3", &names(), &[0.0; 6]), [3]);
    }

    #[test]
    fn works_before_there_is_an_answer() {
        assert_eq!(search("tab", &names(), &[]), [1]);
    }
}
