//! The order in which cards of maps lie.

use super::question::Key;
use super::results::Drawn;
use tessera_core::descriptor::Entry;
use tessera_core::method::ENTRIES;

/// An order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As they came.
    #[default]
    Arrival,
    /// By the method's name.
    Name,
    /// By the method's family.
    Family,
    /// The quickest first.
    Seconds,
}

impl Order {
    /// All orders, with their names.
    pub const ALL: [(Order, &'static str); 4] = [
        (Order::Arrival, "As they came"),
        (Order::Name, "By name"),
        (Order::Family, "By family"),
        (Order::Seconds, "By seconds"),
    ];

    /// Puts things in order that stand for a map each; of equal ones the first stays first.
    pub fn sort<T>(self, things: &mut [T], key: impl Fn(&T) -> Key, drawn: impl Fn(&T) -> Option<f64>) {
        match self {
            Order::Arrival => {}
            Order::Name => things.sort_by_key(|thing| title(&key(thing).spec.id)),
            Order::Family => things.sort_by_key(|thing| place(&key(thing).spec.id)),
            Order::Seconds => things.sort_by(|a, b| {
                let seconds = |thing| drawn(thing).unwrap_or(f64::INFINITY);
                seconds(a).total_cmp(&seconds(b))
            }),
        }
    }
}

/// What is said of a method.
#[must_use]
pub fn entry(id: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.id == id)
}

/// Name of a method.
#[must_use]
pub fn title(id: &str) -> &'static str {
    entry(id).map_or("Map", |entry| entry.title)
}

/// Name of what is drawn: a method's, or that of a difference.
#[must_use]
pub fn name(drawn: &Drawn) -> String {
    let own = title(&drawn.key.spec.id);
    drawn.minus.as_ref().map_or_else(|| own.to_owned(), |(_, other)| format!("{own} minus {other}"))
}

fn place(id: &str) -> (usize, usize) {
    let family =
        |entry: &Entry| tessera_core::descriptor::Family::ALL.iter().position(|family| *family == entry.family);
    let at = ENTRIES.iter().position(|entry| entry.id == id).unwrap_or(usize::MAX);
    (ENTRIES.get(at).and_then(family).unwrap_or(usize::MAX), at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::question::Question;
    use tessera_core::descriptor::Scale;
    use tessera_core::experiment::MethodSpec;

    #[test]
    fn orders_differ() {
        let question = Question { class: 0, against: None, scale: Scale::Logit };
        let things = [("smoothgrad", 3.0), ("sobel", 0.1), ("gradient", 1.0), ("layercam", 2.0)];
        let sorted = |order: Order| {
            let mut things = things;
            order.sort(&mut things, |(id, _)| Key::new(question, 0, &MethodSpec::plain(id)), |(_, s)| Some(*s));
            things.map(|(id, _)| id)
        };
        assert_eq!(sorted(Order::Arrival), ["smoothgrad", "sobel", "gradient", "layercam"]);
        assert_eq!(sorted(Order::Name), ["gradient", "layercam", "smoothgrad", "sobel"]);
        assert_eq!(sorted(Order::Family), ["layercam", "gradient", "smoothgrad", "sobel"]);
        assert_eq!(sorted(Order::Seconds), ["sobel", "gradient", "layercam", "smoothgrad"]);
    }
}
