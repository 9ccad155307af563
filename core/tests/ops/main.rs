//! Every op against a slow second writing of its definition in f64: shape, numbers, gradient by differences, kinks,
//! pictures of a batch, and what it refuses. The table of what was checked is `docs/ops.md`, written by the test itself.

mod array;
mod case;
mod cases;

#[test]
fn all() {
    let mut bad = 0;
    for case in cases::all() {
        let pictures = || if matches!(case.batch, case::Batch::Apart) { case.pictures() } else { Ok(()) };
        let checks: [&dyn Fn() -> case::Found; 4] =
            [&|| case.shape(), &|| case.forward(), &|| case.differences(), &pictures];
        for check in checks {
            let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(check)).unwrap_or(Err("panic".into()));
            if let Err(reason) = found {
                bad += 1;
                println!("{:?} {:?}: {reason}", case.op, case.inputs.iter().map(|i| &i.shape).collect::<Vec<_>>());
            }
        }
    }
    assert_eq!(bad, 0);
}
