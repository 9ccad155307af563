//! What is explained of a photo, and which map it is.

use tessera_core::descriptor::Scale;
use tessera_core::experiment::{MethodSpec, Target};

/// What is explained of a photo: a class, or one rather than another, on a scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// Index of the class.
    pub class: usize,
    /// Index of the class it is compared with.
    pub against: Option<usize>,
    /// The scale of the network's output.
    pub scale: Scale,
}

impl Question {
    /// What a worker was asked to explain, if that is known before it answers.
    #[must_use]
    pub fn of(target: Target, predicted: Option<usize>, scale: Scale) -> Option<Self> {
        let (class, against) = match target {
            Target::Class(class) => (class, None),
            Target::Difference(class, against) => (class, Some(against)),
            Target::Predicted => (predicted?, None),
            Target::Least | Target::Truth => return None,
        };
        Some(Self { class, against, scale })
    }

    /// What a worker is asked to explain.
    #[must_use]
    pub fn target(self) -> Target {
        self.against.map_or(Target::Class(self.class), |against| Target::Difference(self.class, against))
    }
}

/// Which map it is: two that agree in it are one.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// What is explained.
    pub question: Question,
    /// The seed, where the method draws at random.
    pub seed: Option<u64>,
    /// The method, and what is set of it.
    pub spec: MethodSpec,
}

impl Key {
    /// The map that a method draws for a question.
    #[must_use]
    pub fn new(question: Question, seed: u64, spec: &MethodSpec) -> Self {
        Self { question, seed: spec.draws().then_some(seed), spec: spec.brief() }
    }

    /// A text that is different for every key.
    #[must_use]
    pub fn text(&self) -> String {
        let Question { class, against, scale } = self.question;
        let settings: Vec<String> = self.spec.settings.0.iter().map(|(id, set)| format!("{id}={set}")).collect();
        format!("{} {class} {against:?} {scale:?} {:?} {}", self.spec.id, self.seed, settings.join(","))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The map of a class by a method as it is.
    pub fn key(method: &str, class: usize) -> Key {
        let question = Question { class, against: None, scale: Scale::Logit };
        Key::new(question, 7, &MethodSpec::plain(method))
    }

    #[test]
    fn other_settings_make_another_map_and_seeds_count_where_something_is_drawn() {
        let mut other = key("smoothgrad", 1);
        other.spec.settings.0.insert("samples".into(), 8.0.into());
        assert_ne!(key("smoothgrad", 1), other);
        let question = key("smoothgrad", 1).question;
        let mut usual = MethodSpec::plain("smoothgrad");
        usual.settings.0.insert("samples".into(), 50.0.into());
        assert_eq!(Key::new(question, 7, &usual), key("smoothgrad", 1));
        assert_ne!(Key::new(question, 8, &usual), key("smoothgrad", 1));
        assert_eq!(Key::new(question, 8, &MethodSpec::plain("gradcam")), key("gradcam", 1));
        let mut training = MethodSpec::plain("gradient");
        assert_eq!(Key::new(question, 8, &training).seed, None);
        training.settings.0.insert("statistics".into(), "batch".into());
        assert_eq!(Key::new(question, 8, &training).seed, Some(8), "dropout is drawn");
    }
}
