//! If, where the way is known before a picture is.

use super::call::Call;
use super::import::{Args, Import, Outcome};
use super::order::in_order;
use super::tensor::Numbers;

/// If: the nodes of the branch that is taken stand in its place.
pub fn branch<'m>(import: &mut Import<'m>, call: &Call<'m>, args: Args) -> Outcome {
    let condition = args.fixed(0).map_err(|_| {
        "its condition depends on the picture, so its derivative has no one form: export one branch alone".to_string()
    })?;
    let condition = condition.ok_or("its condition is missing: export it again")?;
    let taken = match &condition.value()?.numbers {
        Numbers::Integers(truth) => truth.first() == Some(&1),
        Numbers::Floats(_) => return Err("its condition is no truth: export it again".into()),
    };
    let graph = call.graph(if taken { "then_branch" } else { "else_branch" });
    let graph = graph.ok_or("the branch taken is missing: export it again")?;
    import.enter(graph)?;
    let outputs: Vec<&str> = graph.output.iter().map(|output| output.name.as_str()).collect();
    let nodes = in_order(&graph.node, &outputs, &|name| import.knows(name))?;
    import.walk(&nodes, &outputs)?;
    import.leave();
    let mut held = vec![];
    for name in outputs {
        held.push(import.held(name)?.ok_or_else(|| format!("its branch does not make {name}: export it again"))?);
    }
    Ok(held)
}
