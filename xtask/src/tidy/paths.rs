//! The paths a source file names: every `crate::…`, `super::…` and `tessera_…::…`, use-trees unfolded.

use super::code::{Token, tokens};

/// A path, one name a step; the first is `crate` or a package's.
pub type Path = Vec<String>;

/// Every path that a file names from a crate's root. `module` is the file's own place below the root.
pub fn named(source: &str, module: &[String]) -> Vec<Path> {
    let tokens = tokens(source);
    let mut found = Vec::new();
    let mut place = Place { module: module.to_vec(), depth: 0, inner: Vec::new() };
    let mut at = 0;
    while at < tokens.len() {
        place.follow(&tokens, at);
        let starts = matches!(tokens.get(at + 1), Some(Token::Colons)) && (at == 0 || tokens[at - 1] != Token::Colons);
        let root = tokens[at].word().filter(|_| starts).and_then(|word| place.root(word));
        at = match root {
            Some(root) => unfold(&tokens, at + 2, root, &mut found, &place),
            None => at + 1,
        };
    }
    found
}

/// Names that a room's root file hands on from its files: `pub use input::{Input}` gives (`Input`, `input`).
pub fn handed_on(source: &str) -> Vec<(String, String)> {
    let tokens = tokens(source);
    let mut found = Vec::new();
    for at in 0..tokens.len().saturating_sub(3) {
        let words = [tokens[at].word(), tokens[at + 1].word()];
        if words == [Some("pub"), Some("use")] && tokens[at + 3] == Token::Colons {
            let file = tokens[at + 2].word().unwrap_or_default().to_string();
            let mut paths = Vec::new();
            unfold(&tokens, at + 4, Vec::new(), &mut paths, &Place::default());
            found.extend(paths.into_iter().filter_map(|path| Some((path.last()?.clone(), file.clone()))));
        }
    }
    found
}

/// Where in the tree of modules the reader is.
#[derive(Default)]
struct Place {
    module: Path,
    depth: usize,
    inner: Vec<(usize, String)>,
}

impl Place {
    /// Keeps account of braces and of modules written inside the file.
    fn follow(&mut self, tokens: &[Token], at: usize) {
        match &tokens[at] {
            Token::Mark('{') => {
                let name = at.checked_sub(2).filter(|before| tokens[*before].word() == Some("mod"));
                if let Some(name) = name.and_then(|_| tokens[at - 1].word()) {
                    self.inner.push((self.depth, name.into()));
                }
                self.depth += 1;
            }
            Token::Mark('}') => {
                self.depth = self.depth.saturating_sub(1);
                self.inner.retain(|(depth, _)| *depth < self.depth);
            }
            _ => {}
        }
    }

    /// The path that a leading word stands for; none if it leads nowhere we follow.
    fn root(&self, word: &str) -> Option<Path> {
        match word {
            "crate" => Some(vec!["crate".into()]),
            "super" => Some(self.above()),
            _ if word.starts_with("tessera_") => Some(vec![word.into()]),
            _ => None,
        }
    }

    /// The module above the present one.
    fn above(&self) -> Path {
        let names = self.module.iter().chain(self.inner.iter().map(|(_, name)| name)).cloned();
        let mut path: Path = ["crate".to_string()].into_iter().chain(names).collect();
        if path.len() > 1 {
            path.pop();
        }
        path
    }
}

/// Reads the rest of a path at `at`, branches and all; where reading goes on.
fn unfold(tokens: &[Token], mut at: usize, mut path: Path, found: &mut Vec<Path>, place: &Place) -> usize {
    loop {
        match tokens.get(at) {
            Some(Token::Word(word)) if word == "super" => drop(path.pop().filter(|_| !path.is_empty())),
            Some(Token::Word(word)) if word == "self" => {}
            Some(Token::Word(word)) => path.push(word.clone()),
            Some(Token::Mark('{')) => return branches(tokens, at + 1, &path, found, place),
            Some(Token::Mark('*')) => {
                found.push(path);
                return at + 1;
            }
            _ => {
                found.push(path);
                return at;
            }
        }
        at += 1;
        if tokens.get(at) != Some(&Token::Colons) {
            found.push(path);
            return at;
        }
        at += 1;
    }
}

/// Reads the branches of a use-tree up to its closing brace.
fn branches(tokens: &[Token], mut at: usize, path: &Path, found: &mut Vec<Path>, place: &Place) -> usize {
    while let Some(token) = tokens.get(at) {
        at = match token {
            Token::Mark('}') => return at + 1,
            Token::Word(word) if word == "as" => at + 2,
            Token::Word(_) | Token::Mark('{') => unfold(tokens, at, path.clone(), found, place),
            _ => {
                found.extend(Some(path.clone()).filter(|_| *token == Token::Mark('*')));
                at + 1
            }
        };
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(source: &str, module: &[&str]) -> Vec<String> {
        let module: Vec<String> = module.iter().map(|name| name.to_string()).collect();
        named(source, &module).iter().map(|path| path.join("::")).collect()
    }

    #[test]
    fn use_trees_unfold() {
        let source = "use crate::{photo::{self, input::Input as I}, map::*};";
        assert_eq!(joined(source, &[]), ["crate::photo", "crate::photo::input::Input", "crate::map"]);
    }

    #[test]
    fn paths_inside_expressions_count() {
        assert_eq!(
            joined("let x = crate::map::Map::new(tessera_core::a::B);", &[]),
            ["crate::map::Map::new", "tessera_core::a::B"]
        );
    }

    #[test]
    fn super_is_followed_through_inner_modules() {
        let source = "use super::map; mod tests { use super::x; use super::super::photo; } use super::y;";
        let expected = ["crate::map", "crate::method::x", "crate::photo", "crate::y"];
        assert_eq!(joined(source, &["method"]), expected);
    }

    #[test]
    fn names_handed_on_are_known() {
        let source = "pub use input::{Input, Preprocess as P}; pub use crop::Crop;";
        let names = handed_on(source);
        assert_eq!(names[0], ("Input".into(), "input".into()));
        assert_eq!(names[2], ("Crop".into(), "crop".into()));
    }
}
