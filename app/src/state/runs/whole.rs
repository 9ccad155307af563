//! A record as text in parts, so that no task of the page's thread writes it as a whole.

use tessera_core::experiment::Record;

/// What stands before and behind the units of a record, which are parted by commas.
#[must_use]
pub fn ends(record: &Record) -> Option<(String, String)> {
    let text = |value: &str| serde_json::to_string(value).ok();
    let head = format!(
        "{{\"tessera\":{},\"version\":{},\"id\":{},\"spec\":{},\"device\":{},\"units\":[",
        record.tessera,
        text(&record.version)?,
        text(&record.id)?,
        record.spec.canonical(),
        text(&record.device)?
    );
    Some((head, format!("],\"failed\":{}}}", serde_json::to_string(&record.failed).ok()?)))
}

#[cfg(test)]
mod tests {
    use super::super::super::study::course::tests::{spec, unit};
    use super::*;

    #[test]
    fn the_parts_are_the_record() {
        let mut record = Record::new("0.1", spec(), "a \"device\"");
        record.add(unit(0, &[Some(0.5), None]));
        record.add(unit(1, &[None, Some(0.25)]));
        let (head, tail) = ends(&record).unwrap();
        let units: Vec<String> = record.units.iter().map(|unit| serde_json::to_string(unit).unwrap()).collect();
        assert_eq!(Record::read(&(head + &units.join(",") + &tail)).unwrap(), record);
    }
}
