//! Specs of older versions, turned into those of today: a link that was shared once goes on working.

use super::spec::SpecError;
use serde_json::{Map, Value, json};

/// Version 0: one photo, with photo, crop, network and weights side by side.
pub(super) fn from_0(value: Value) -> Result<Value, SpecError> {
    let Value::Object(mut old) = value else { return Err(missing("tessera")) };
    let mut take = |name: &str| old.remove(name).ok_or_else(|| missing(name));
    let photo = json!({ "sha256": take("photo")?, "crop": take("crop")? });
    let network = json!({ "id": take("network")?, "weights": take("weights")? });
    let mut new = Map::new();
    new.insert("tessera".into(), json!(1));
    new.insert("network".into(), network);
    new.insert("subject".into(), json!({ "photo": photo }));
    // What is left has kept its name and its meaning.
    new.append(&mut old);
    Ok(Value::Object(new))
}

fn missing(name: &str) -> SpecError {
    SpecError(format!(
        "This is not a Spec of Tessera (it has no `{name}`): write one with `tessera spec`, or export one."
    ))
}
