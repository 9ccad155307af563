//! Any text as a Spec, a record and a link: what is read is written and read again as it is, or it is one sentence, never a
//! panic. The text also stands for the Spec of a record and of a link, behind what a mutation hardly gets past: the record's
//! checksum and the link's packing.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tessera_core::experiment::link::{self, Claim, Found};
use tessera_core::experiment::{Record, Spec, Summary};

fn record(text: &str) {
    match Record::read(text) {
        Ok(record) => {
            let _ = Summary::of(&record, 0);
            let json = serde_json::to_string(&record).unwrap();
            assert_eq!(Record::read(&json), Ok(record));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn claim(text: &str) {
    match link::read(text) {
        Ok(claim) => assert_eq!(link::read(&link::write(&claim)), Ok(claim)),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fuzz_target!(|text: &str| {
    record(text);
    claim(text);
    match Spec::read(text) {
        Ok(spec) => {
            assert_eq!(Spec::read(&spec.canonical()).as_ref(), Ok(&spec));
            let empty = Record::new("", spec.clone(), "");
            record(&serde_json::to_string(&empty).unwrap());
            claim(&link::write(&Claim { spec, found: Some(Found::of(&empty)) }));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
