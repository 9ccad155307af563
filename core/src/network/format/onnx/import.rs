//! The walk over the file's nodes: what each value's name stands for, and the graph made so far.
//!
//! Everything is followed for two batches at once. A length, or a number of a shape that is computed in the file, that
//! is the same for both does not depend on the batch; so nothing has to be known of batches elsewhere, and a batch that
//! an exporter baked in shows as a length that stays where its neighbours grow.

use super::batch::{self, Growth};
use super::call::Call;
use super::error::{OnnxError, Refusal};
use super::order::{self, DEEPEST};
use super::proto::{GraphProto, NodeProto, TensorProto};
use super::tensor::{self, Tensor, shown};
use super::{GROWTH, Model};
use super::{fold, mapping};
use crate::network::graph::{Graph, NodeId};
use crate::network::op::{Constant, Extent, Op, Transpose};
use crate::network::parameters::{Parameter, Parameters};
use crate::network::shape::LARGEST;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

/// Numbers that all weights may have.
pub const MOST_WEIGHTS: usize = 1 << 29;
/// Numbers that may be worked out while the file is read.
pub const MOST_FOLDED: usize = 1 << 28;

/// What a name in the file stands for.
#[derive(Clone, Debug)]
pub enum Held {
    /// A value that depends on the picture.
    Node(NodeId),
    /// Numbers.
    Fixed(Fixed),
}

/// Numbers known before a picture is, for either batch.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// What they are called.
    pub name: String,
    /// For the one batch and the other.
    pub values: [Rc<Tensor>; 2],
}

impl Fixed {
    /// The numbers, if the batch does not matter.
    pub fn value(&self) -> Result<&Tensor, String> {
        if self.depends() { Err("it depends on how many pictures there are".into()) } else { Ok(&self.values[0]) }
    }

    fn depends(&self) -> bool {
        !Rc::ptr_eq(&self.values[0], &self.values[1]) && self.values[0] != self.values[1]
    }

    /// The numbers as floats, moved out where nobody else holds them.
    pub fn into_floats(self) -> Result<Vec<f32>, String> {
        self.value()?;
        let [value, other] = self.values;
        drop(other);
        Ok(match Rc::try_unwrap(value) {
            Ok(Tensor { numbers: tensor::Numbers::Floats(floats), .. }) => floats,
            Ok(tensor) => tensor.to_floats(),
            Err(shared) => shared.to_floats(),
        })
    }
}

/// What a mapping gives: one entry an output of its node.
pub type Outcome = Result<Vec<Held>, Refusal>;

/// A node's inputs; `None` where it was left out.
pub struct Args(pub Vec<Option<Held>>);

impl Args {
    /// Whether it is there.
    pub fn has(&self, at: usize) -> bool {
        self.0.get(at).is_some_and(Option::is_some)
    }

    /// Whether it is there and depends on the picture.
    pub fn moves(&self, at: usize) -> bool {
        matches!(self.0.get(at), Some(Some(Held::Node(_))))
    }

    /// One that has to be there.
    pub fn held(&self, at: usize) -> Result<Held, Refusal> {
        self.0.get(at).cloned().flatten().ok_or_else(|| format!("its input {at} is missing: export it again").into())
    }

    /// Numbers, if it is there.
    pub fn fixed(&self, at: usize) -> Result<Option<Fixed>, Refusal> {
        match self.0.get(at).cloned().flatten() {
            Some(Held::Node(_)) => {
                Err(format!("its input {at} depends on the picture, and only fixed numbers are understood there")
                    .into())
            }
            Some(Held::Fixed(fixed)) => Ok(Some(fixed)),
            None => Ok(None),
        }
    }

    /// Numbers that have to be there.
    pub fn wanted(&self, at: usize) -> Result<Fixed, Refusal> {
        self.fixed(at)?.ok_or_else(|| format!("its input {at} is missing: export it again").into())
    }

    /// Integers, if it is there.
    pub fn integers(&self, at: usize) -> Result<Option<Vec<i64>>, Refusal> {
        Ok(self.fixed(at)?.map(|fixed| fixed.value()?.to_integers()).transpose()?)
    }

    /// One number, if it is there.
    pub fn number(&self, at: usize) -> Result<Option<f32>, Refusal> {
        Ok(self.fixed(at)?.map(|fixed| fixed.value()?.scalar()).transpose()?)
    }
}

/// The graph made so far.
pub struct Import<'m> {
    model: &'m Model,
    /// The two batches that are followed.
    pub batches: [usize; 2],
    /// The graph.
    pub graph: Graph,
    /// Shape of each node's value for the one batch and the other.
    pub shapes: Vec<[Vec<usize>; 2]>,
    /// For each node, how many runs of numbers lie before the batch within the axis that grows with it.
    runs: Vec<usize>,
    /// The weights.
    pub parameters: Parameters,
    /// What there is to say of the file.
    pub notes: BTreeSet<String>,
    /// Whether the picture has another size than the file was exported for.
    pub resized: bool,
    held: HashMap<String, Held>,
    initialisers: HashMap<&'m str, &'m TensorProto>,
    constants: HashMap<String, NodeId>,
    names: HashSet<String>,
    pushed: Vec<NodeId>,
    weights: usize,
    folded: usize,
    depth: usize,
}

impl<'m> Import<'m> {
    /// Nothing but an input, of one shape for either batch.
    pub fn new(model: &'m Model, shapes: [Vec<usize>; 2], batches: [usize; 2]) -> Import<'m> {
        Import {
            model,
            batches,
            graph: Graph::new(),
            shapes: vec![shapes],
            runs: vec![1],
            parameters: Parameters::default(),
            notes: BTreeSet::new(),
            resized: false,
            held: HashMap::new(),
            initialisers: model.graph.initializer.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect(),
            constants: HashMap::new(),
            names: HashSet::from(["input".into()]),
            pushed: vec![],
            weights: 0,
            folded: 0,
            depth: 0,
        }
    }

    /// Says what a name stands for.
    pub fn bind(&mut self, name: &str, held: Held) {
        self.held.insert(name.to_string(), held);
    }

    /// What a name stands for.
    pub fn held(&mut self, name: &str) -> Result<Option<Held>, OnnxError> {
        if let Some(held) = self.held.get(name) {
            return Ok(Some(held.clone()));
        }
        let Some(proto) = self.initialisers.get(name) else { return Ok(None) };
        let fixed = self.fixed(name, tensor::read(proto, &self.model.files)?);
        if fixed.values[0].count() <= 1 << 12 {
            self.bind(name, Held::Fixed(fixed.clone()));
        }
        Ok(Some(Held::Fixed(fixed)))
    }

    /// Numbers that the batch does not matter to.
    pub fn fixed(&self, name: &str, tensor: Tensor) -> Fixed {
        let value = Rc::new(tensor);
        Fixed { name: name.to_string(), values: [value.clone(), value] }
    }

    /// Numbers of an attribute.
    pub fn read(&self, proto: &TensorProto) -> Result<Tensor, OnnxError> {
        tensor::read(proto, &self.model.files)
    }

    /// Walks nodes that stand in order. What was worked out is freed after its last use, unless it is an output.
    pub fn walk(&mut self, nodes: &[&'m NodeProto], outputs: &[&'m str]) -> Result<(), OnnxError> {
        let mut uses = order::uses(nodes, outputs)?;
        for node in nodes {
            let call = Call { node, opset: self.model.opset(&node.domain) };
            let outputs = self.step(&call).map_err(|refusal| call.error(refusal))?;
            // Outputs that are not made (statistics, masks, places) are missed by who wants them.
            for (name, held) in node.output.iter().zip(outputs) {
                self.bind(name, held);
            }
            for name in &node.input {
                let left = uses.get_mut(name.as_str());
                let used_up = left.is_some_and(|left| {
                    *left = left.saturating_sub(1);
                    *left == 0
                });
                // What a branch takes from outside may be wanted there again.
                if used_up && self.depth == 0 {
                    self.held.remove(name);
                }
            }
        }
        Ok(())
    }

    /// Steps into a graph inside a node, which may bring numbers along.
    pub fn enter(&mut self, graph: &'m GraphProto) -> Result<(), OnnxError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(OnnxError::Large { what: "graphs in graphs".into(), limit: DEEPEST });
        }
        self.initialisers.extend(graph.initializer.iter().map(|tensor| (tensor.name.as_str(), tensor)));
        Ok(())
    }

    /// Steps out again.
    pub fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Whether a name stands for something.
    pub fn knows(&self, name: &str) -> bool {
        self.held.contains_key(name) || self.initialisers.contains_key(name)
    }

    fn step(&mut self, call: &Call<'m>) -> Outcome {
        let mut args = vec![];
        for name in &call.node.input {
            args.push(match name.as_str() {
                "" => None,
                name => Some(
                    self.held(name)?
                        .ok_or_else(|| OnnxError::Dangling { node: shown(call.name()), value: shown(name) })?,
                ),
            });
        }
        let args = Args(args);
        if let Some(outputs) = self.try_to_fold(call, &args)? {
            return Ok(outputs);
        }
        let map = mapping::mapping(call)?;
        self.pushed.clear();
        let outcome = map(self, call, args);
        self.name_pushed(call.name());
        outcome
    }

    /// Works a node out that depends on no picture.
    fn try_to_fold(&mut self, call: &Call<'m>, args: &Args) -> Result<Option<Vec<Held>>, Refusal> {
        if let ("Shape" | "Size", Some(Some(Held::Node(id)))) = (call.op().as_str(), args.0.first()) {
            let ways = self.shapes[*id].clone().map(|shape| fold::of_shape(call, &shape));
            let [one, other] = ways;
            return Ok(Some(vec![self.pair(call, 0, one?, other?)]));
        }
        let inputs: Option<Vec<Option<&Fixed>>> = args
            .0
            .iter()
            .map(|arg| match arg {
                Some(Held::Fixed(fixed)) => Some(Some(fixed)),
                Some(Held::Node(_)) => None,
                None => Some(None),
            })
            .collect();
        let (Some(inputs), Some(function)) = (inputs, fold::function(call)) else { return Ok(None) };
        let constant = call.tensor("value").map(|proto| self.read(proto)).transpose()?;
        let way = |batch: usize| {
            let inputs: Vec<Option<&Tensor>> =
                inputs.iter().map(|fixed| fixed.map(|fixed| fixed.values[batch].as_ref())).collect();
            function(call, &fold::Inputs { tensors: inputs, attribute: constant.as_ref() })
        };
        let one = way(0)?;
        self.folded += one.iter().map(Tensor::count).sum::<usize>();
        if self.folded > MOST_FOLDED {
            return Err(OnnxError::Large { what: "numbers worked out beforehand".into(), limit: MOST_FOLDED }.into());
        }
        let depends = inputs.iter().flatten().any(|fixed| fixed.depends());
        let others = if depends { Some(way(1)?) } else { None };
        Ok(Some(match others {
            Some(others) => {
                one.into_iter().zip(others).enumerate().map(|(at, (a, b))| self.pair(call, at, a, b)).collect()
            }
            None => one.into_iter().enumerate().map(|(at, a)| self.single(call, at, a)).collect(),
        }))
    }

    fn single(&self, call: &Call, at: usize, tensor: Tensor) -> Held {
        Held::Fixed(self.fixed(call.node.output.get(at).map_or("", String::as_str), tensor))
    }

    fn pair(&self, call: &Call, at: usize, one: Tensor, other: Tensor) -> Held {
        let name = call.node.output.get(at).map_or("", String::as_str).to_string();
        Held::Fixed(Fixed { name, values: [Rc::new(one), Rc::new(other)] })
    }

    /// Adds a node; its name is given when the file's node is done.
    pub fn push(&mut self, op: Op, inputs: &[NodeId]) -> Result<NodeId, Refusal> {
        let shape = |batch: usize| {
            let inputs: Vec<&[usize]> = inputs.iter().map(|&id| self.shapes[id][batch].as_slice()).collect();
            op.shape(&inputs)
        };
        let shapes = [shape(0)?, shape(1)?];
        for (shape, most) in shapes.iter().zip([LARGEST, LARGEST * GROWTH]) {
            let count = shape.iter().try_fold(1usize, |count, &length| count.checked_mul(length.max(1)));
            if count.is_none_or(|count| count > most) {
                return Err(format!("a value of {shape:?} is too large: choose a smaller picture").into());
            }
        }
        let carried = inputs.iter().copied().find(|&input| self.batch_axis(input).is_some());
        self.runs.push(match (carried, &op) {
            (Some(input), Op::Reshape(_)) => batch::start_after(self.runs_before(input), &shapes),
            (Some(input), _) => self.runs[input],
            (None, _) => 1,
        });
        let id = self.graph.push(String::new(), op, inputs);
        self.shapes.push(shapes);
        self.pushed.push(id);
        Ok(id)
    }

    /// Takes the last node back.
    pub fn pop(&mut self, id: NodeId) {
        assert_eq!(id + 1, self.graph.nodes.len(), "only the last node can be taken back");
        self.graph.nodes.pop();
        self.shapes.pop();
        self.runs.pop();
        self.pushed.retain(|&other| other != id);
    }

    /// Adds a node and gives it as an output.
    pub fn one(&mut self, op: Op, inputs: &[NodeId]) -> Outcome {
        Ok(vec![Held::Node(self.push(op, inputs)?)])
    }

    /// The last node made for a node of the file has its name, the others that and a number.
    fn name_pushed(&mut self, name: &str) {
        let pushed = std::mem::take(&mut self.pushed);
        for (at, &id) in pushed.iter().enumerate() {
            if !self.graph.nodes[id].name.is_empty() {
                continue;
            }
            let last = at + 1 == pushed.len();
            let wanted = if last { name.to_string() } else { format!("{name}/{}", at + 1) };
            self.graph.nodes[id].name = self.unique(wanted);
        }
    }

    /// That name, or one like it that is not taken.
    pub fn unique(&mut self, wanted: String) -> String {
        let mut name = wanted.clone();
        let mut number = 2;
        while !self.names.insert(name.clone()) {
            name = format!("{wanted}#{number}");
            number += 1;
        }
        name
    }

    /// A value as a node: numbers become a constant.
    pub fn node(&mut self, held: Held) -> Result<NodeId, Refusal> {
        let fixed = match held {
            Held::Node(id) => return Ok(id),
            Held::Fixed(fixed) => fixed,
        };
        if let Some(&id) = self.constants.get(&fixed.name) {
            return Ok(id);
        }
        let (name, shape) = (fixed.name.clone(), fixed.values[0].shape.clone());
        let values = if fixed.depends() { self.for_one_picture(&fixed)? } else { fixed.into_floats()? };
        let weight = self.store(&name, &shape, values)?;
        let id = self.push(Op::Constant(Constant { name: weight.clone(), shape }), &[])?;
        self.graph.nodes[id].name = self.unique(weight);
        self.constants.insert(name, id);
        Ok(id)
    }

    /// Numbers that are the same for every picture of a batch: those of one picture, which ops stretch by themselves.
    fn for_one_picture(&self, fixed: &Fixed) -> Result<Vec<f32>, Refusal> {
        let [one, other] = &fixed.values;
        let refused = || Refusal::from("numbers that depend on how many pictures there are");
        let (Some((1, rest)), Some((_, others))) = (split_first(&one.shape), split_first(&other.shape)) else {
            return Err(refused());
        };
        let (first, all) = (one.to_floats(), other.to_floats());
        let same = !first.is_empty() && all.chunks_exact(first.len()).all(|picture| picture == first);
        if rest == others && same { Ok(first) } else { Err(refused()) }
    }

    /// Keeps a weight, under that name or one like it; one that is there already serves again.
    pub fn store(&mut self, name: &str, shape: &[usize], values: Vec<f32>) -> Result<String, Refusal> {
        let values = self.checked(name, values)?;
        let name = if name.is_empty() { "constant" } else { name };
        let like = (1..).map(|number| if number == 1 { name.to_string() } else { format!("{name}#{number}") });
        for unique in like {
            match self.parameters.0.get(&unique) {
                None => return self.keep(unique, shape, values),
                Some(other) if other.shape == shape && other.values == values => return Ok(unique),
                Some(_) => {}
            }
        }
        unreachable!("there is always another number")
    }

    /// Keeps a short weight for one node alone, though the file may let it serve several: exporters join what is equal,
    /// and what serves once can be folded.
    pub fn store_own(&mut self, name: &str, shape: &[usize], values: Vec<f32>) -> Result<String, Refusal> {
        let values = self.checked(name, values)?;
        let mut unique = name.to_string();
        let mut number = 2;
        while self.parameters.0.contains_key(&unique) {
            unique = format!("{name}#{number}");
            number += 1;
        }
        self.keep(unique, shape, values)
    }

    fn checked(&mut self, name: &str, mut values: Vec<f32>) -> Result<Vec<f32>, Refusal> {
        if values.iter().any(|value| value.is_nan()) {
            let reason = "they hold NaN, which is no number".into();
            return Err(OnnxError::Tensor { name: shown(name), reason }.into());
        }
        if values.iter().any(|value| value.is_infinite()) {
            self.notes.insert("Infinite constants were replaced by the greatest finite number.".into());
            values.iter_mut().for_each(|value| *value = value.clamp(f32::MIN, f32::MAX));
        }
        Ok(values)
    }

    fn keep(&mut self, name: String, shape: &[usize], values: Vec<f32>) -> Result<String, Refusal> {
        self.weights += values.len();
        if self.weights > MOST_WEIGHTS {
            return Err(OnnxError::Large { what: "weights".into(), limit: MOST_WEIGHTS }.into());
        }
        self.parameters.0.insert(name.clone(), Parameter { shape: shape.to_vec(), values });
        Ok(name)
    }

    /// The shape of a value for the first batch.
    pub fn shape(&self, id: NodeId) -> &[usize] {
        &self.shapes[id][0]
    }

    /// The axis of a value that grows with the batch, if one does.
    pub fn batch_axis(&self, id: NodeId) -> Option<usize> {
        let [one, other] = &self.shapes[id];
        (0..one.len()).find(|&axis| one[axis] != other[axis])
    }

    /// How many runs of numbers lie before the batch in a value.
    fn runs_before(&self, id: NodeId) -> usize {
        let axis = self.batch_axis(id).unwrap_or(0);
        self.shapes[id][0][..axis].iter().product::<usize>() * self.runs[id]
    }

    /// A value along other axes, whose lengths are given for the one batch and the other.
    pub fn seen_as(&self, id: NodeId, targets: &[Vec<i64>; 2], zero_is_zero: bool) -> Result<Vec<Extent>, Refusal> {
        let growth = Growth {
            shapes: &self.shapes[id],
            start: self.runs_before(id),
            batches: self.batches,
            resized: self.resized,
        };
        growth.reshape(targets, zero_is_zero)
    }

    /// Axes in another order; two orders one after another are one, or none.
    pub fn transpose(&mut self, id: NodeId, order: Vec<usize>) -> Result<NodeId, Refusal> {
        let same = |order: &[usize]| order.iter().copied().eq(0..order.len());
        if same(&order) {
            return Ok(id);
        }
        if let Op::Transpose(Transpose(before)) = &self.graph.nodes[id].op {
            let both: Option<Vec<usize>> = order.iter().map(|&axis| before.get(axis).copied()).collect();
            let both = both.ok_or("its order of axes does not fit its input")?;
            let source = self.graph.nodes[id].inputs[0];
            return if same(&both) { Ok(source) } else { self.push(Op::Transpose(Transpose(both)), &[source]) };
        }
        self.push(Op::Transpose(Transpose(order)), &[id])
    }

    /// Says something of the file once.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.insert(note.into());
    }
}

fn split_first(shape: &[usize]) -> Option<(usize, &[usize])> {
    shape.split_first().map(|(&first, rest)| (first, rest))
}
