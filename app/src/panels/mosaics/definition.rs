//! What a number is: a card that any number of the place opens.

use leptos::prelude::*;
use tessera_core::metric::Metric;
use tessera_core::statistics::ranking::Best;

/// Id of the card.
pub const ID: &str = "definition";

/// What is defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A metric, by its id.
    Metric(&'static str),
    /// The place of a method among others.
    Rank,
    /// How far mosaics agree.
    Alpha,
    /// Whether methods differ.
    Friedman,
    /// How far methods, or metrics, agree.
    Rho,
    /// How often the network names a class.
    Accuracy,
    /// Seconds of a map.
    Seconds,
    /// Scores that do not exist.
    Undefined,
}

impl What {
    /// Its name, and a sentence or two.
    fn words(self) -> (&'static str, String, Vec<(&'static str, String)>) {
        let fact = |name, text: &str| (name, text.to_owned());
        match self {
            What::Metric(id) => match Metric::find(id) {
                Some(metric) => metric_words(metric),
                None => (id, String::new(), vec![]),
            },
            What::Rank => (
                "Rank",
                "The place of a method by its mean score; equal ones share the mean of their places. The interval holds the middle 95 % of ranks over 2 000 resamples of the source photos.".into(),
                vec![fact("Better", "1 is first"), fact("Resampled", "mosaics that share a photo of their target go together")],
            ),
            What::Alpha => (
                "Krippendorff's alpha",
                "How far mosaics agree on the order of methods, beyond chance: each mosaic is a coder, each method a unit, its rank the code, at the ordinal level.".into(),
                vec![
                    fact("Range", "1 is full agreement, 0 is chance; below zero is worse than chance"),
                    fact("Reading", "below 0.667 the order depends on which pictures were drawn"),
                    fact("Source", "Krippendorff 2019, Content Analysis, chapter 12"),
                ],
            ),
            What::Friedman => (
                "Friedman's test and Nemenyi's",
                "Each mosaic ranks the methods. Friedman's test asks whether their mean ranks could be as far apart if no method differed; Nemenyi's how far apart two must be to differ. Mosaics that a method has no score of are left out.".into(),
                vec![
                    fact("Reading", "lines that do not overlap: the two methods differ at 5 %"),
                    fact("Mind", "mosaics are taken for independent; where they share photos, the rank's interval is the better guide"),
                    fact("Source", "Demšar 2006, Journal of Machine Learning Research 7"),
                ],
            ),
            What::Rho => (
                "Spearman's rho",
                "Correlation of ranks: whether two methods, or two metrics, find the same mosaics easy and the same ones hard. Ties share the mean of their ranks; mosaics that one of them has no score of are left out.".into(),
                vec![fact("Range", "from -1 to 1; 0 is no relation")],
            ),
            What::Accuracy => (
                "Top-1 and top-5",
                "In which share of the mosaics a class is the network's likeliest, or among its likeliest five. Classes of one mosaic compete for the first place: with two classes, one half each is a draw.".into(),
                vec![fact("Range", "0 to 1, higher is better")],
            ),
            What::Seconds => ("Seconds a map", "Mean over the maps that were drawn; the forward pass that all methods share is not counted.".into(), vec![]),
            What::Undefined => (
                "Undefined",
                "Scores that do not exist, summed over the metrics that apply: a share of nothing, or a map that could not be drawn. They are left out of means and counted here.".into(),
                vec![],
            ),
        }
    }
}

fn metric_words(metric: Metric) -> (&'static str, String, Vec<(&'static str, String)>) {
    let better = match metric.best() {
        Best::Highest => "higher",
        Best::Lowest => "lower",
    };
    let range = if metric.id() == "matthews-correlation" { "-1 to 1" } else { "0 to 1" };
    let mut facts = vec![("Range", format!("{range}, {better} is better"))];
    if metric.signed() {
        facts.push(("Needs", "relevance below zero: methods without it have none".into()));
    }
    facts.push(("Undefined", "where its denominator is zero; counted, never a silent zero".into()));
    facts.push(("Source", "Fresz, Lörcher and Huber 2024 (FAccT, doi 10.1145/3630106.3658537)".into()));
    (metric.title(), metric.sentence().to_owned(), facts)
}

/// What the card of this place defines now.
#[derive(Clone, Copy)]
struct Defined(RwSignal<What>);

/// Gives the place its card; to be called by the place.
pub fn provide() {
    provide_context(Defined(RwSignal::new(What::Rank)));
}

/// The card.
#[component]
pub fn Definition() -> impl IntoView {
    let Defined(what) = expect_context();
    let card = move || {
        let (title, sentence, facts) = what.get().words();
        let facts = facts.into_iter().map(|(name, text)| view! { <dt>{name}</dt><dd>{text}</dd> });
        view! {
            <h2>{title}</h2>
            <p>{sentence}</p>
            <dl class="facts">{facts.collect_view()}</dl>
        }
    };
    view! { <div class="defcard" id=ID popover="auto">{card}</div> }
}

/// A word or a number that opens its definition.
#[component]
pub fn Define(what: What, children: Children) -> impl IntoView {
    let Defined(defined) = expect_context();
    view! {
        <button class="def" type="button" popovertarget=ID on:click=move |_| defined.set(what)>{children()}</button>
    }
}
