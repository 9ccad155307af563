//! The order in which cards of maps lie.

use super::results::Drawn;
use tessera_core::descriptor::{Entry, Family};
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

    /// What a map is ordered by, the least first; of equal ones the first stays first.
    #[must_use]
    pub fn rank(self, method: &str, seconds: f64) -> (u64, &'static str) {
        match self {
            Order::Arrival => (0, ""),
            Order::Name => (0, title(method)),
            Order::Family => (place(method), ""),
            Order::Seconds => ((seconds * 1e6) as u64, ""),
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

/// Place of a method when its family comes first.
fn place(id: &str) -> u64 {
    let at = ENTRIES.iter().position(|entry| entry.id == id).unwrap_or(ENTRIES.len());
    let family = ENTRIES.get(at).and_then(|entry| Family::ALL.iter().position(|family| *family == entry.family));
    (family.unwrap_or(Family::ALL.len()) * 1000 + at) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_differ() {
        let things = [("smoothgrad", 3.0), ("sobel", 0.1), ("gradient", 1.0), ("layercam", 2.0)];
        let sorted = |order: Order| {
            let mut things = things;
            things.sort_by_key(|(id, seconds)| order.rank(id, *seconds));
            things.map(|(id, _)| id)
        };
        assert_eq!(sorted(Order::Arrival), ["smoothgrad", "sobel", "gradient", "layercam"]);
        assert_eq!(sorted(Order::Name), ["gradient", "layercam", "smoothgrad", "sobel"]);
        assert_eq!(sorted(Order::Family), ["layercam", "gradient", "smoothgrad", "sobel"]);
        assert_eq!(sorted(Order::Seconds), ["sobel", "gradient", "layercam", "smoothgrad"]);
    }
}
