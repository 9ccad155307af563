//! From a checkpoint's names and shapes to the architecture it belongs to.
//!
//! Known ways of naming one network are builders of their own (timm's beside torchvision's), so an architecture fits if
//! all names and shapes are the same, but for what training tools put before every name. Numbers of classes, widths and
//! sizes of pictures are taken from the shapes.

use super::{ARCHITECTURES, Architecture, Dimensions};
use crate::network::graph::Graph;
use crate::network::op::{Op, Want};
use crate::network::parameters::Parameters;
use std::collections::{BTreeMap, BTreeSet};

/// Names and shapes of a checkpoint's tensors.
pub type Shapes = BTreeMap<String, Vec<usize>>;

/// What training tools put before every name, one after another.
const WRAPPERS: [&str; 3] = ["state_dict.", "module.", "model."];

/// The network as the first part of a sequence, as B-cos transformers with their logit layer are saved.
const FIRST: &str = "0.";

/// A tensor of another shape than the architecture's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misshapen {
    /// Its name.
    pub name: String,
    /// Its shape in the architecture.
    pub expected: Vec<usize>,
    /// Its shape in the checkpoint.
    pub found: Vec<usize>,
}

/// An architecture beside a checkpoint. The names are the architecture's.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The architecture.
    pub architecture: &'static Architecture,
    /// The sizes that fit best.
    pub dimensions: Dimensions,
    /// What is taken from the front of every name of the checkpoint.
    pub taken: String,
    /// What is put there instead.
    pub given: &'static str,
    /// Tensors that the checkpoint lacks.
    pub missing: Vec<String>,
    /// Tensors of the checkpoint that the architecture does not know.
    pub unexpected: Vec<String>,
    /// Tensors of another shape.
    pub misshapen: Vec<Misshapen>,
}

impl Candidate {
    /// Whether names and shapes are the same.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.problems() == 0
    }

    /// How many tensors do not fit.
    #[must_use]
    pub fn problems(&self) -> usize {
        self.missing.len() + self.unexpected.len() + self.misshapen.len()
    }

    /// Its graph, at the checkpoint's sizes.
    #[must_use]
    pub fn graph(&self) -> Graph {
        self.architecture.graph(&self.dimensions)
    }

    /// The checkpoint's tensors under the architecture's names.
    #[must_use]
    pub fn adopt(&self, parameters: Parameters) -> Parameters {
        let renamed = |name: String| renamed(&name, &self.taken, self.given).unwrap_or(name);
        Parameters(parameters.0.into_iter().map(|(name, parameter)| (renamed(name), parameter)).collect())
    }
}

/// One sentence that says what does not fit.
impl std::fmt::Display for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let missing = self.missing.iter().map(|name| format!("{name} is missing"));
        let shape = |m: &Misshapen| format!("{} has shape {:?} instead of {:?}", m.name, m.found, m.expected);
        let unexpected = self.unexpected.iter().map(|name| format!("{name} is not known"));
        let mut problems: Vec<String> = missing.chain(self.misshapen.iter().map(shape)).chain(unexpected).collect();
        let more = problems.len().saturating_sub(3);
        problems.truncate(3);
        let title = self.architecture.title;
        match (problems.is_empty(), more) {
            (true, _) => write!(f, "The weights are those of {title}."),
            (_, 0) => write!(f, "The weights are nearest to {title}, but {}.", problems.join(", ")),
            _ => write!(f, "The weights are nearest to {title}, but {}, and {more} more.", problems.join(", ")),
        }
    }
}

/// All architectures beside a checkpoint, the nearest first; of equally near ones that which is not narrowed first.
#[must_use]
pub fn recognise(shapes: &Shapes) -> Vec<Candidate> {
    let ways = renamings(shapes);
    let mut candidates: Vec<Candidate> =
        ARCHITECTURES.iter().map(|architecture| closest(architecture, &ways)).collect();
    candidates.sort_by_key(|candidate| (candidate.problems(), candidate.dimensions.divisor));
    candidates
}

/// One architecture beside a checkpoint.
#[must_use]
pub fn nearest(architecture: &'static Architecture, shapes: &Shapes) -> Candidate {
    closest(architecture, &renamings(shapes))
}

fn closest(architecture: &'static Architecture, ways: &[(String, &'static str, Shapes)]) -> Candidate {
    let usual = Scaled::new(architecture, architecture.dimensions());
    let first = usual.wants.first().map_or("", |(name, _)| name);
    let ways = ways.iter().filter(|(_, given, _)| first.starts_with(given));
    let candidates = ways.map(|(taken, given, shapes)| candidate(architecture, &usual, taken, given, shapes));
    candidates.min_by_key(Candidate::problems).expect("at least the names as they are")
}

/// An architecture at some sizes.
struct Scaled {
    dimensions: Dimensions,
    graph: Graph,
    /// All weights, in the order of the nodes.
    wants: Vec<Want>,
}

impl Scaled {
    fn new(architecture: &Architecture, dimensions: Dimensions) -> Scaled {
        let graph = architecture.graph(&dimensions);
        let wants = graph.nodes.iter().flat_map(|node| node.op.wants()).collect();
        Scaled { dimensions, graph, wants }
    }
}

/// Tensors that a checkpoint may have and that no node looks at: counters of training, and the means that B-cos batch
/// norms keep but do not subtract.
#[must_use]
pub fn unused(graph: &Graph, name: &str) -> bool {
    let kept = |op: &Op| match op {
        Op::BatchNorm(norm) => {
            norm.mean.is_none()
                && norm
                    .variance
                    .strip_suffix("running_var")
                    .is_some_and(|module| name.strip_suffix("running_mean") == Some(module))
        }
        _ => false,
    };
    name.ends_with("num_batches_tracked")
        || name.ends_with("running_mean") && graph.nodes.iter().any(|node| kept(&node.op))
}

/// The ways to read the names: as they are, without what is before all of them, as the first part of a sequence.
fn renamings(shapes: &Shapes) -> Vec<(String, &'static str, Shapes)> {
    let all_start = |start: &str| !shapes.is_empty() && shapes.keys().all(|name| name.starts_with(start));
    let mut taken = String::new();
    while let Some(wrapper) = WRAPPERS.iter().find(|wrapper| all_start(&format!("{taken}{wrapper}"))) {
        taken.push_str(wrapper);
    }
    let mut ways = vec![(taken.clone(), "")];
    if all_start(&format!("{taken}{FIRST}")) {
        ways.push((format!("{taken}{FIRST}"), ""));
    } else {
        ways.push((taken, FIRST));
    }
    let read = |(taken, given): (String, &'static str)| {
        let shapes = shapes.iter();
        let shapes = shapes.filter_map(|(name, shape)| Some((renamed(name, &taken, given)?, shape.clone()))).collect();
        (taken, given, shapes)
    };
    ways.into_iter().map(read).collect()
}

fn renamed(name: &str, taken: &str, given: &str) -> Option<String> {
    Some(format!("{given}{}", name.strip_prefix(taken)?))
}

fn candidate(
    architecture: &'static Architecture,
    usual: &Scaled,
    taken: &str,
    given: &'static str,
    shapes: &Shapes,
) -> Candidate {
    let dimensions = dimensions(usual, shapes);
    let other = (dimensions != usual.dimensions).then(|| Scaled::new(architecture, dimensions.clone()));
    let Scaled { graph, wants, .. } = other.as_ref().unwrap_or(usual);
    let (mut missing, mut misshapen) = (vec![], vec![]);
    for (name, expected) in wants {
        match shapes.get(name) {
            None => missing.push(name.clone()),
            Some(found) if found != expected => {
                misshapen.push(Misshapen { name: name.clone(), expected: expected.clone(), found: found.clone() });
            }
            Some(_) => {}
        }
    }
    let known: BTreeSet<&String> = wants.iter().map(|(name, _)| name).collect();
    let unexpected = shapes.keys().filter(|name| !known.contains(name) && !unused(graph, name)).cloned().collect();
    Candidate { architecture, dimensions, taken: taken.into(), given, missing, unexpected, misshapen }
}

/// The sizes that the first weight (width), the last matrix (classes) and the position embedding (picture) tell.
fn dimensions(usual: &Scaled, shapes: &Shapes) -> Dimensions {
    let Scaled { dimensions: usual, graph, wants } = usual;
    let length = |want: Option<&Want>, axis: usize| {
        let (name, expected) = want?;
        let found = shapes.get(name)?;
        (found.len() == expected.len() && found[axis] > 0).then(|| (expected[axis], found[axis]))
    };
    let divisor = match length(wants.first(), 0) {
        Some((expected, found)) if expected % found == 0 => expected / found,
        _ => 1,
    };
    let classes = length(wants.iter().rev().find(|(_, shape)| shape.len() > 1), 0);
    let embedding = wants.iter().find(|(_, shape)| shape.len() == 3 && shape[0] == 1 && shape[1] > 1);
    let picture = graph.tokens.zip(length(embedding, 1)).and_then(|(tokens, (_, found))| {
        let side = found.checked_sub(tokens.before)?.isqrt();
        (side > 0 && side * side + tokens.before == found).then(|| usual.picture / tokens.grid[0] * side)
    });
    Dimensions {
        picture: picture.unwrap_or(usual.picture),
        classes: classes.map_or(usual.classes, |(_, found)| found),
        divisor,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::zoo::architecture;

    fn shapes(id: &str, dimensions: &Dimensions) -> Shapes {
        Scaled::new(architecture(id).unwrap(), dimensions.clone()).wants.into_iter().collect()
    }

    #[test]
    fn every_architecture_is_recognised_by_its_own_names() {
        for architecture in ARCHITECTURES {
            let dimensions = Dimensions { classes: 7, ..architecture.dimensions() };
            let candidates = recognise(&shapes(architecture.id, &dimensions));
            assert!(candidates[0].fits(), "{}: {}", architecture.id, candidates[0]);
            assert!(candidates[0].dimensions.classes == 7 && candidates[0].dimensions.divisor == 1);
            let fitting: Vec<&str> = candidates.iter().filter(|c| c.fits()).map(|c| c.architecture.id).collect();
            assert_eq!(fitting[0], architecture.id, "{fitting:?}");
        }
    }

    #[test]
    fn width_and_picture_are_taken_from_the_shapes() {
        let sizes = [
            ("resnet50", Dimensions { picture: 224, classes: 10, divisor: 4 }),
            ("vit_b_16", Dimensions { picture: 64, classes: 10, divisor: 4 }),
            ("deit_small_patch16_224", Dimensions { picture: 384, classes: 1000, divisor: 1 }),
        ];
        for (id, dimensions) in sizes {
            let best = recognise(&shapes(id, &dimensions)).swap_remove(0);
            assert_eq!((best.architecture.id, &best.dimensions), (id, &dimensions), "{best}");
        }
    }

    #[test]
    fn what_training_tools_put_before_names_is_taken_off() {
        for (id, from, to) in [
            ("resnet18", "", "module."),
            ("bcos_resnet18", "", "0."),
            ("bcos_simple_vit_ti_patch16", "0.", ""),
            ("bcos_simple_vit_ti_patch16", "", "state_dict.module."),
        ] {
            let own = shapes(id, &Dimensions::default());
            let wrap = |name: &String| format!("{to}{}", name.strip_prefix(from).unwrap());
            let wrapped: Shapes = own.iter().map(|(name, shape)| (wrap(name), shape.clone())).collect();
            let best = recognise(&wrapped).swap_remove(0);
            assert!(best.fits() && best.architecture.id == id, "{id}: {best}");
            let mut named: Vec<String> =
                wrapped.keys().map(|name| renamed(name, &best.taken, best.given).unwrap()).collect();
            named.sort_unstable();
            assert_eq!(named, own.into_keys().collect::<Vec<_>>());
        }
    }

    #[test]
    fn counters_and_means_that_are_not_subtracted_do_not_count() {
        let mut shapes = shapes("bcos_resnet18", &Dimensions::default());
        shapes.insert("bn1.running_mean".into(), vec![64]);
        shapes.insert("bn1.num_batches_tracked".into(), vec![]);
        assert!(recognise(&shapes)[0].fits());
        shapes.insert("bn9.running_mean".into(), vec![64]);
        assert_eq!(recognise(&shapes)[0].unexpected, ["bn9.running_mean"]);
    }

    #[test]
    fn a_refusal_says_what_does_not_fit() {
        let mut shapes = shapes("resnet18", &Dimensions::default());
        shapes.remove("bn1.bias");
        shapes.insert("layer1.0.conv1.weight".into(), vec![64, 64, 5, 5]);
        shapes.insert("layer1.0.se.weight".into(), vec![4]);
        let best = recognise(&shapes).swap_remove(0);
        assert_eq!(best.architecture.id, architecture("resnet18").unwrap().id);
        assert_eq!(
            best.to_string(),
            "The weights are nearest to ResNet-18, but bn1.bias is missing, layer1.0.conv1.weight has shape \
             [64, 64, 5, 5] instead of [64, 64, 3, 3], layer1.0.se.weight is not known."
        );
    }

    #[test]
    fn no_tensors_at_all_fit_nothing() {
        assert!(recognise(&Shapes::new()).iter().all(|candidate| !candidate.fits()));
    }
}
