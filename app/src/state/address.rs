//! The address after `#`: which place, and what is open in it.

use tessera_core::descriptor::Scale;
use tessera_engine::protocol::DeviceKind;

/// The scales that an address can name.
pub const SCALES: [Scale; 3] = [Scale::Logit, Scale::LogProbability, Scale::Probability];

/// What an address says. A part that is missing or not understood is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// Name of the place, such as "explain".
    pub place: Option<String>,
    /// Id of the network.
    pub network: Option<String>,
    /// Name of a sample photo.
    pub photo: Option<String>,
    /// Index of the class to explain.
    pub target: Option<usize>,
    /// Index of the class it is compared with.
    pub against: Option<usize>,
    /// Id of the method whose map lies on the stage.
    pub map: Option<String>,
    /// The scale of the network's output.
    pub scale: Option<Scale>,
    /// Seed of everything drawn at random.
    pub seed: Option<u64>,
    /// The device that must be used.
    pub device: Option<DeviceKind>,
    /// A run and what is said to have come out of it, packed; whoever reads it checks it.
    pub run: Option<String>,
}

impl Address {
    /// Reads `#/explain?photo=coffee&target=504&map=gradcam&device=cpu`.
    #[must_use]
    pub fn read(hash: &str) -> Self {
        let text = hash.trim_start_matches('#').trim_start_matches('/');
        let (place, query) = text.split_once('?').unwrap_or((text, ""));
        let mut address = Self { place: (!place.is_empty()).then(|| place.to_owned()), ..Self::default() };
        for (name, value) in query.split('&').filter_map(|part| part.split_once('=')) {
            match name {
                "network" => address.network = plain(value),
                "photo" => address.photo = plain(value),
                "target" => address.target = value.parse().ok(),
                "against" => address.against = value.parse().ok(),
                "map" => address.map = plain(value),
                "scale" => address.scale = SCALES.into_iter().find(|scale| scale.title() == value),
                "seed" => address.seed = value.parse().ok(),
                "device" => address.device = device(value),
                "run" => address.run = Some(value.to_owned()),
                _ => {}
            }
        }
        address
    }

    /// Writes the address, `#` included.
    #[must_use]
    pub fn write(&self) -> String {
        let mut parts = Vec::new();
        if let Some(network) = &self.network {
            parts.push(format!("network={network}"));
        }
        if let Some(photo) = &self.photo {
            parts.push(format!("photo={photo}"));
        }
        if let Some(target) = self.target {
            parts.push(format!("target={target}"));
        }
        if let Some(against) = self.against {
            parts.push(format!("against={against}"));
        }
        if let Some(map) = &self.map {
            parts.push(format!("map={map}"));
        }
        if let Some(scale) = self.scale {
            parts.push(format!("scale={}", scale.title()));
        }
        if let Some(seed) = self.seed {
            parts.push(format!("seed={seed}"));
        }
        if let Some(device) = self.device {
            parts.push(format!("device={}", device_id(device)));
        }
        if let Some(run) = &self.run {
            parts.push(format!("run={run}"));
        }
        let place = self.place.as_deref().unwrap_or("explain");
        if parts.is_empty() { format!("#/{place}") } else { format!("#/{place}?{}", parts.join("&")) }
    }
}

/// Names in addresses are letters, digits, `-`, `_` and `.`; anything else is not ours.
fn plain(value: &str) -> Option<String> {
    let ours = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    (!value.is_empty() && value.len() <= 64 && value.chars().all(ours)).then(|| value.to_owned())
}

/// The device of that name in addresses and in the browser's store.
#[must_use]
pub fn device(id: &str) -> Option<DeviceKind> {
    match id {
        "cpu" => Some(DeviceKind::Cpu),
        "webgpu" => Some(DeviceKind::Gpu),
        _ => None,
    }
}

/// Name of a device in addresses and in the browser's store.
#[must_use]
pub fn device_id(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Cpu => "cpu",
        DeviceKind::Gpu => "webgpu",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let address = Address {
            place: Some("explain".into()),
            network: Some("efficientnet-lite0".into()),
            photo: Some("coffee".into()),
            target: Some(504),
            against: Some(968),
            map: Some("gradcam".into()),
            scale: Some(Scale::LogProbability),
            seed: Some(7),
            device: Some(DeviceKind::Gpu),
            run: Some("1.AAAA".into()),
        };
        assert_eq!(
            address.write(),
            "#/explain?network=efficientnet-lite0&photo=coffee&target=504&against=968&map=gradcam&scale=log-probability&seed=7&device=webgpu&run=1.AAAA"
        );
        assert_eq!(Address::read(&address.write()), address);
    }

    #[test]
    fn an_empty_address_is_the_explain_place() {
        assert_eq!(Address::read(""), Address::default());
        assert_eq!(Address::default().write(), "#/explain");
    }

    #[test]
    fn what_is_not_understood_is_left_out() {
        let address = Address::read("#/explain?photo=<b>&target=-1&device=abacus&x=1&map=");
        assert_eq!(address, Address { place: Some("explain".into()), ..Address::default() });
    }
}
