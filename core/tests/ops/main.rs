//! Every op against a slow second writing of its definition in f64: shape, numbers, gradient by differences, kinks,
//! pictures of a batch, and what it refuses; then what graphs do with them. The table of what was checked is
//! `docs/ops.md`, written by the test itself.

mod array;
mod case;
mod cases;
mod graphs;
mod kinks;
mod refusals;
mod table;

use case::{Batch, Case, Found};
use std::panic::{AssertUnwindSafe, catch_unwind};
use table::{Check, Table};
use tessera_core::network::op::Op;

/// What passed, and a sentence for each check that did not.
#[derive(Default)]
struct Report {
    table: Table,
    failures: Vec<String>,
}

impl Report {
    fn take(&mut self, op: &Op, check: Check, found: impl FnOnce() -> Found) {
        match catch_unwind(AssertUnwindSafe(found)).unwrap_or(Err("panicked".into())) {
            Ok(()) => self.table.passed(op, check),
            Err(reason) => self.failures.push(format!("{op:?}: {check:?}: {reason}")),
        }
    }

    fn take_case(&mut self, case: &Case) {
        self.take(&case.op, Check::Shape, || case.shape());
        self.take(&case.op, Check::Forward, || case.forward());
        if !case.inputs.is_empty() {
            self.take(&case.op, Check::Gradient, || case.differences().and_then(|()| case.traces()));
        }
        if matches!(case.batch, Batch::Apart) {
            self.take(&case.op, Check::Batch, || case.pictures());
        }
        for refusal in refusals::of(case) {
            self.take(&refusal.op, Check::Refusals, || refusal.check());
        }
    }
}

#[test]
fn every_op_passes_its_checks_and_the_table_says_so() {
    let mut report = Report::default();
    cases::all().iter().for_each(|case| report.take_case(case));
    kinks::all().iter().for_each(|kink| report.take(&kink.op, Check::Kinks, || kink.check()));
    refusals::all().iter().for_each(|refusal| report.take(&refusal.op, Check::Refusals, || refusal.check()));
    assert!(report.failures.is_empty(), "{} checks failed:\n{}", report.failures.len(), report.failures.join("\n"));
    let unchecked = report.table.unchecked();
    assert!(unchecked.is_empty(), "no case for {unchecked:?}, or no row");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/ops.md");
    if std::env::var_os("TESSERA_WRITE").is_some() {
        std::fs::write(path, report.table.page()).expect("docs can be written");
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == report.table.page(), "docs/ops.md is out of date: run again with TESSERA_WRITE=1");
}
