//! Einsum of two values, as one product of stacks of matrices.

use super::call::Call;
use super::error::Refusal;
use super::import::{Args, Held, Import, Outcome};
use super::linear;
use crate::network::graph::NodeId;
use crate::network::op::{Op, Reduce, Reduction, Reshape};

/// Einsum of one or two values, each letter at most once in each.
pub fn einsum(import: &mut Import, call: &Call, args: Args) -> Outcome {
    let equation: String = call.text("equation", "").chars().filter(|c| !c.is_whitespace()).collect();
    let refused = || Refusal::Reason(format!("the sum {equation} is not understood: export it with MatMul"));
    let (inputs, output) = parsed(&equation).ok_or_else(refused)?;
    let a = import.node(args.held(0)?)?;
    match &inputs[..] {
        [left] => {
            let (a, left) = summed(import, a, left, &[], &output)?;
            let order = output.iter().filter_map(|c| left.iter().position(|other| other == c)).collect();
            Ok(vec![Held::Node(import.transpose(a, order)?)])
        }
        [left, right] => {
            let b = import.node(args.held(1)?)?;
            let (a, left) = summed(import, a, left, right, &output)?;
            let (b, right) = summed(import, b, right, &left, &output)?;
            product(import, (a, &left), (b, &right), &output)
        }
        _ => Err(refused()),
    }
}

/// The letters of each input and of the output, which without an arrow are those that stand once, in order.
fn parsed(equation: &str) -> Option<(Vec<Vec<char>>, Vec<char>)> {
    let (inputs, output) = match equation.split_once("->") {
        Some((inputs, output)) => (inputs, output.chars().collect()),
        None => {
            let once = |c: &char| c.is_ascii_alphabetic() && equation.matches(*c).count() == 1;
            let mut output: Vec<char> = equation.chars().filter(once).collect();
            output.sort_unstable();
            (equation, output)
        }
    };
    let inputs: Vec<Vec<char>> = inputs.split(',').map(|letters| letters.chars().collect()).collect();
    let simple =
        |list: &Vec<char>| list.iter().enumerate().all(|(i, c)| c.is_ascii_alphabetic() && !list[..i].contains(c));
    let known = output.iter().all(|c| inputs.iter().any(|input| input.contains(c)));
    (known && inputs.iter().all(simple) && simple(&output)).then_some((inputs, output))
}

/// A value without the letters that stand nowhere else.
fn summed(
    import: &mut Import,
    id: NodeId,
    letters: &[char],
    other: &[char],
    output: &[char],
) -> Result<(NodeId, Vec<char>), Refusal> {
    if import.shape(id).len() != letters.len() {
        return Err(format!("{} letters for {:?}: export it again", letters.len(), import.shape(id)).into());
    }
    let needed = |c: &char| other.contains(c) || output.contains(c);
    let axes: Vec<usize> = (0..letters.len()).filter(|&axis| !needed(&letters[axis])).collect();
    if axes.is_empty() {
        return Ok((id, letters.to_vec()));
    }
    if import.batch_axis(id).is_some_and(|batch| axes.contains(&batch)) {
        return Err("it would mix the pictures of a batch: export it again".into());
    }
    let id = import.push(Op::Reduce(Reduce { reduction: Reduction::Sum, axes, keep: false }), &[id])?;
    Ok((id, letters.iter().copied().filter(needed).collect()))
}

type Side<'a> = (NodeId, &'a [char]);

fn product(import: &mut Import, (a, left): Side, (b, right): Side, output: &[char]) -> Outcome {
    let both = |c: &&char| left.contains(c) && right.contains(c);
    let stack: Vec<char> = output.iter().filter(both).copied().collect();
    let along: Vec<char> = left.iter().filter(both).filter(|c| !output.contains(c)).copied().collect();
    let rows: Vec<char> = output.iter().filter(|c| left.contains(c) && !right.contains(c)).copied().collect();
    let columns: Vec<char> = output.iter().filter(|c| right.contains(c) && !left.contains(c)).copied().collect();
    if stack.len() + rows.len() + columns.len() != output.len() {
        return Err("a letter of its result stands nowhere else: export it with MatMul".into());
    }
    let lengths: Vec<[usize; 2]> =
        [&stack, &rows, &columns].into_iter().flatten().map(|c| length(import, (a, left), (b, right), *c)).collect();
    let a = matrices(import, (a, left), [&stack, &rows, &along])?;
    let b = matrices(import, (b, right), [&stack, &along, &columns])?;
    let id = linear::product(import, Held::Node(a), Held::Node(b))?;
    let id = seen_as(import, id, &lengths)?;
    let made: Vec<char> = [stack, rows, columns].concat();
    let order = output.iter().map(|c| made.iter().position(|other| other == c).unwrap_or(0)).collect();
    Ok(vec![Held::Node(import.transpose(id, order)?)])
}

/// How long a letter's axis is, for either batch.
fn length(import: &Import, (a, left): Side, (b, right): Side, letter: char) -> [usize; 2] {
    let of = |id: NodeId, letters: &[char]| {
        letters.iter().position(|c| *c == letter).map(|axis| [0, 1].map(|batch: usize| import.shapes[id][batch][axis]))
    };
    of(a, left).or_else(|| of(b, right)).unwrap_or([1, 1])
}

/// A value as a stack of matrices: three runs of letters, each one axis.
fn matrices(import: &mut Import, (id, letters): Side, runs: [&[char]; 3]) -> Result<NodeId, Refusal> {
    let order: Vec<usize> = runs.concat().iter().filter_map(|c| letters.iter().position(|other| other == c)).collect();
    let lengths = runs.map(|run| {
        [0, 1].map(|batch: usize| {
            let length =
                |c: &char| letters.iter().position(|other| other == c).map_or(1, |axis| import.shapes[id][batch][axis]);
            run.iter().map(length).product::<usize>()
        })
    });
    let id = import.transpose(id, order)?;
    seen_as(import, id, &lengths)
}

fn seen_as(import: &mut Import, id: NodeId, lengths: &[[usize; 2]]) -> Result<NodeId, Refusal> {
    let target = |batch: usize| lengths.iter().map(|length| length[batch] as i64).collect::<Vec<i64>>();
    let extents = import.seen_as(id, &[target(0), target(1)], true)?;
    import.push(Op::Reshape(Reshape(extents)), &[id])
}
