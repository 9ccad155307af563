//! What the field's libraries made of the networks of the zoo in small (tests/golden/methods): maps, and how near another
//! engine must come. The reasons stand in the README there.

use crate::golden::{Distance, distance};
use crate::{bytes, root, zoo};
use burn::tensor::Device;
use safetensors::SafeTensors;
use std::collections::BTreeMap;
use tessera_core::network::canonise::fold_batch_norms;
use tessera_core::network::card::Card;
use tessera_core::network::{Network, Session, load};

/// The least tolerance: some f32 roundings.
const LEAST: f64 = 1e-5;

/// How many times the reference's own f32 error another order of sums may have.
const ROOM: f64 = 30.0;

/// The maps of one network.
pub struct Golden {
    /// Which network.
    pub id: String,
    /// The class that was explained.
    pub target: usize,
    maps: serde_json::Value,
    tensors: BTreeMap<String, Vec<f32>>,
}

impl Golden {
    /// The maps of the network of that name.
    ///
    /// # Panics
    /// If the file is damaged.
    #[must_use]
    pub fn open(id: &str) -> Golden {
        let bytes = bytes(root().join(format!("tests/golden/methods/{id}.safetensors")));
        let (_, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
        let metadata = metadata.metadata().clone().unwrap();
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        let floats = |data: &[u8]| data.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect();
        let tensors = tensors.iter().map(|(name, view)| (name.to_string(), floats(view.data()))).collect();
        let maps = serde_json::from_str(&metadata["maps"]).unwrap();
        Golden { id: id.into(), target: metadata["target"].parse().unwrap(), maps, tensors }
    }

    /// Whether there is such a map.
    #[must_use]
    pub fn has(&self, map: &str) -> bool {
        self.tensors.contains_key(map)
    }

    /// Something said of a map.
    #[must_use]
    pub fn about(&self, map: &str, what: &str) -> &serde_json::Value {
        &self.maps[map][what]
    }

    /// How far a whole map is from the stored numbers of the reference's, and how far it may be.
    ///
    /// # Panics
    /// If there is no such map, or it has another size.
    #[must_use]
    pub fn compare(&self, map: &str, found: &[f32]) -> (Distance, f64) {
        let shape: Vec<usize> = serde_json::from_value(self.about(map, "shape").clone()).unwrap();
        assert_eq!(found.len(), shape.iter().product::<usize>(), "{}: {map}", self.id);
        let stride = self.about(map, "stride").as_u64().unwrap() as usize;
        let stored: Vec<f32> = found.iter().copied().step_by(stride).collect();
        let noise = self.about(map, "noise").as_f64().unwrap();
        (distance(&stored, &self.tensors[map]), (ROOM * noise).max(LEAST))
    }
}

/// A network of the zoo in small with its formula weights on the processor, and the input it is explained at.
pub struct Small {
    /// The network.
    pub network: Network,
    input: Vec<f32>,
    size: [usize; 2],
}

impl Small {
    /// The network of that name, as networks are opened, or with its batch norms left where they are.
    ///
    /// # Panics
    /// If it has no golden file.
    #[must_use]
    pub fn new(id: &str, folded: bool) -> Small {
        let golden =
            zoo::Golden::all(false).into_iter().find(|golden| golden.id == id).expect("a file of that network");
        let graph = golden.graph();
        let parameters = golden.parameters(&graph);
        let (graph, parameters) = if folded { fold_batch_norms(graph, parameters) } else { (graph, parameters) };
        let device = Device::flex();
        let weights = load::upload(&graph, parameters, &device);
        let network = Network { card: card(&golden), graph, weights, device };
        Small { network, input: golden.input(), size: golden.size }
    }

    /// Its input on it.
    ///
    /// # Panics
    /// If it does not take its own size.
    #[must_use]
    pub fn session(&self) -> Session<'_> {
        let [height, width] = self.size;
        Session::new(&self.network, self.input.clone(), height, width).unwrap()
    }
}

fn card(golden: &zoo::Golden) -> Card {
    let architecture = tessera_core::network::zoo::architecture(&golden.id).expect("it is in the zoo");
    Card {
        id: golden.id.clone(),
        title: architecture.title.into(),
        architecture: golden.id.clone(),
        classes: golden.dimensions.classes,
        weights: String::new(),
        bytes: 0,
        sha256: String::new(),
        preprocess: architecture.preprocess,
        output: architecture.output,
        names: vec![],
        licence: String::new(),
        source: String::new(),
    }
}
