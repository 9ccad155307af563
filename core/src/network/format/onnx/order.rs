//! The nodes in an order that can be run, without those that nothing needs, the file's own functions spelled out.

use super::error::OnnxError;
use super::proto::{FunctionProto, GraphProto, NodeProto};
use super::tensor::shown;
use prost::Message;
use std::collections::{HashMap, HashSet};

/// Nodes that a network may have.
pub const MOST_NODES: usize = 1 << 16;
/// How deep functions may call functions, and graphs lie in graphs.
pub const DEEPEST: usize = 16;

/// The file's own functions, by domain, name and overload.
type Functions<'m> = HashMap<(&'m str, &'m str), &'m FunctionProto>;

/// The nodes with every call of a function replaced by what it does.
pub fn spelled_out(nodes: &[NodeProto], functions: &[FunctionProto]) -> Result<Vec<NodeProto>, OnnxError> {
    let functions: Functions =
        functions.iter().map(|function| ((function.domain.as_str(), function.name.as_str()), function)).collect();
    let mut out = vec![];
    let mut spent = Spent::default();
    for node in nodes {
        spell(node.clone(), &functions, &mut out, &mut spent, 0)?;
    }
    Ok(out)
}

/// What spelling functions out has cost so far.
#[derive(Default)]
struct Spent {
    calls: usize,
    bytes: usize,
}

/// Bytes that the file's functions may come to when spelled out.
const MOST_SPELLED: usize = 1 << 26;

fn spell(
    node: NodeProto,
    functions: &Functions,
    out: &mut Vec<NodeProto>,
    spent: &mut Spent,
    depth: usize,
) -> Result<(), OnnxError> {
    let much = spent.calls > MOST_NODES || spent.bytes > MOST_SPELLED;
    if out.len() >= MOST_NODES || depth > DEEPEST || much {
        return Err(OnnxError::Large { what: "nodes".into(), limit: MOST_NODES });
    }
    let Some(function) = functions.get(&(node.domain.as_str(), node.op_type.as_str())) else {
        out.push(node);
        return Ok(());
    };
    spent.calls += 1;
    let calls = spent.calls;
    let named = if node.name.is_empty() { format!("{}.{calls}", node.op_type) } else { node.name.clone() };
    let prefix = format!("{named}/");
    let inside = Inside::new(function, &node, format!("{prefix}{calls}/"));
    for inner in &function.node {
        spent.bytes += inner.encoded_len() + prefix.len();
        let mut inner = inner.clone();
        inner.name = format!("{prefix}{}", if inner.name.is_empty() { inner.output.concat() } else { inner.name });
        inside.rename(&mut inner, 0)?;
        spell(inner, functions, out, spent, depth + 1)?;
    }
    Ok(())
}

/// One call of a function: what its names mean outside.
struct Inside<'a> {
    names: HashMap<&'a str, &'a str>,
    call: &'a NodeProto,
    function: &'a FunctionProto,
    prefix: String,
}

impl<'a> Inside<'a> {
    fn new(function: &'a FunctionProto, call: &'a NodeProto, prefix: String) -> Inside<'a> {
        let pairs = |inner: &'a [String], outer: &'a [String]| {
            inner.iter().enumerate().map(move |(i, name)| (name.as_str(), outer.get(i).map_or("", String::as_str)))
        };
        // An output that the caller does not name keeps a name of its own.
        let outputs = pairs(&function.output, &call.output).filter(|(_, outer)| !outer.is_empty());
        Inside { names: pairs(&function.input, &call.input).chain(outputs).collect(), call, function, prefix }
    }

    fn outside(&self, name: &str) -> String {
        match self.names.get(name) {
            Some(outer) => (*outer).to_string(),
            None if name.is_empty() => String::new(),
            None => format!("{}{name}", self.prefix),
        }
    }

    /// Gives a node of the function the names it has outside, and the arguments it takes from the call.
    fn rename(&self, node: &mut NodeProto, depth: usize) -> Result<(), OnnxError> {
        if depth > DEEPEST {
            return Err(OnnxError::Large { what: "graphs in graphs".into(), limit: DEEPEST });
        }
        node.input.iter_mut().chain(&mut node.output).for_each(|name| *name = self.outside(name));
        let find = |name: &str| {
            let given = self.call.attribute.iter().chain(&self.function.attribute_proto);
            given.into_iter().find(|attribute| attribute.name == name).cloned()
        };
        let attributes = std::mem::take(&mut node.attribute);
        for mut attribute in attributes {
            if !attribute.ref_attr_name.is_empty() {
                let Some(given) = find(&attribute.ref_attr_name) else { continue };
                attribute = super::proto::AttributeProto { name: attribute.name, ..given };
            }
            if let Some(graph) = &mut attribute.g {
                for inner in &mut graph.node {
                    self.rename(inner, depth + 1)?;
                }
                graph.output.iter_mut().for_each(|output| output.name = self.outside(&output.name));
                graph.initializer.iter_mut().for_each(|tensor| tensor.name = self.outside(&tensor.name));
            }
            node.attribute.push(attribute);
        }
        Ok(())
    }
}

/// How often each name is wanted; one that an inner graph or the outside wants counts once more than is ever used up.
pub fn uses<'m>(nodes: &[&'m NodeProto], outputs: &[&'m str]) -> Result<HashMap<&'m str, usize>, OnnxError> {
    let mut uses: HashMap<&str, usize> = outputs.iter().map(|output| (*output, 1)).collect();
    for node in nodes {
        let mut names = vec![];
        wanted(node, 0, &mut names)?;
        names.into_iter().for_each(|name| *uses.entry(name).or_default() += 1);
    }
    Ok(uses)
}

/// The names a node wants, those its inner graphs take from outside included.
fn wanted<'m>(node: &'m NodeProto, depth: usize, names: &mut Vec<&'m str>) -> Result<(), OnnxError> {
    if depth > DEEPEST {
        return Err(OnnxError::Large { what: "graphs in graphs".into(), limit: DEEPEST });
    }
    names.extend(node.input.iter().map(String::as_str).filter(|name| !name.is_empty()));
    for graph in node.attribute.iter().filter_map(|attribute| attribute.g.as_deref()) {
        let mut within = vec![];
        for inner in &graph.node {
            wanted(inner, depth + 1, &mut within)?;
        }
        within.extend(graph.output.iter().map(|output| output.name.as_str()));
        let own: HashSet<&str> = own_names(graph).collect();
        names.extend(within.into_iter().filter(|name| !own.contains(name)));
    }
    Ok(())
}

fn own_names(graph: &GraphProto) -> impl Iterator<Item = &str> {
    let made = graph.node.iter().flat_map(|node| node.output.iter().map(String::as_str));
    made.chain(graph.initializer.iter().map(|tensor| tensor.name.as_str()))
}

/// The nodes that `outputs` need, each after those it needs itself; `known` are the names that need no node.
pub fn in_order<'m>(
    nodes: &'m [NodeProto],
    outputs: &[&str],
    known: &dyn Fn(&str) -> bool,
) -> Result<Vec<&'m NodeProto>, OnnxError> {
    let mut makers: HashMap<&str, usize> = HashMap::new();
    for (at, node) in nodes.iter().enumerate() {
        node.output.iter().filter(|name| !name.is_empty()).for_each(|name| {
            makers.entry(name).or_insert(at);
        });
    }
    let mut wants = Vec::with_capacity(nodes.len());
    for node in nodes {
        let mut names = vec![];
        wanted(node, 0, &mut names)?;
        wants.push(names);
    }
    let mut order = Order { nodes, makers, wants, state: vec![State::New; nodes.len()], done: vec![] };
    for output in outputs {
        match order.makers.get(output) {
            Some(&at) => order.visit(at, known)?,
            None if known(output) => {}
            None => return Err(OnnxError::Output(format!("nothing makes its output {}", shown(output)))),
        }
    }
    Ok(order.done.iter().map(|&at| &nodes[at]).collect())
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

struct Order<'m> {
    nodes: &'m [NodeProto],
    makers: HashMap<&'m str, usize>,
    wants: Vec<Vec<&'m str>>,
    state: Vec<State>,
    done: Vec<usize>,
}

impl Order<'_> {
    /// Depth first, with a stack of its own: a file's depth is a stranger's.
    fn visit(&mut self, start: usize, known: &dyn Fn(&str) -> bool) -> Result<(), OnnxError> {
        let mut stack = vec![(start, 0)];
        while let Some((at, next)) = stack.pop() {
            if self.state[at] == State::Done {
                continue;
            }
            self.state[at] = State::Open;
            let Some(&want) = self.wants[at].get(next) else {
                self.state[at] = State::Done;
                self.done.push(at);
                continue;
            };
            stack.push((at, next + 1));
            match self.makers.get(want) {
                Some(&maker) => match self.state[maker] {
                    State::New => stack.push((maker, 0)),
                    State::Open => return Err(OnnxError::Cycle(self.shown(at))),
                    State::Done => {}
                },
                None if known(want) => {}
                None => return Err(OnnxError::Dangling { node: self.shown(at), value: shown(want) }),
            }
        }
        Ok(())
    }

    fn shown(&self, at: usize) -> String {
        let node = &self.nodes[at];
        let name = if node.name.is_empty() { node.output.first().map_or("", String::as_str) } else { &node.name };
        shown(if name.is_empty() { &node.op_type } else { name })
    }
}
