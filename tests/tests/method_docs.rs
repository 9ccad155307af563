//! The pages about methods in docs/methods, that about steps and the table in README.md: written from the descriptors, never by hand.
//!
//! `TESSERA_WRITE=1 cargo test -p tessera-tests --test method_docs` writes them anew; with `TESSERA_FIGURES=1` figures that are
//! missing too, which takes minutes for all.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use tessera_core::descriptor::{Domain, Entry, Param, Promise, Sign};
use tessera_core::experiment::MethodSpec;
use tessera_core::figure::overlay::overlay;
use tessera_core::map::steps;
use tessera_core::method::preset::PRESETS;
use tessera_core::method::{ENTRIES, MethodError};
use tessera_core::network::plan::Outline;
use tessera_core::photo::jpeg;
use tessera_tests::explained::cheap;
use tessera_tests::root;
use tessera_tests::scene::Scene;

/// The class of the photo of a cat: Egyptian cat.
const CAT: usize = 285;

/// Kinds of networks, and a network of each in small.
const KINDS: [(&str, &str); 7] = [
    ("in sequence (VGG)", "vgg11"),
    ("sums (ResNet)", "resnet18"),
    ("concatenation (DenseNet)", "densenet121"),
    ("ReLU6, depthwise (MobileNet)", "mobilenet_v2"),
    ("GELU, layer norm (ConvNeXt)", "convnext_tiny"),
    ("attention (ViT)", "vit_b_16"),
    ("B-cos (ResNet)", "bcos_resnet18"),
];

const STEPS: &str = "# Steps after a map\n\nA method's map is kept as computed. What is done to it before it is scored \
    or compared is a list of steps, each by its\nname, which the resulting map names. With a preset the command takes the \
    preset's own.\n\n";

const PARAMETERS: &str = "| parameter | what | default | may be |\n|---|---|---|---|\n";

const BEGIN: &str = "<!-- methods:begin -->\n";
const END: &str = "<!-- methods:end -->\n";

fn writing() -> bool {
    std::env::var_os("TESSERA_WRITE").is_some()
}

/// Fails unless a file holds this text, or writes it.
fn hold(file: &str, text: &str) {
    let path = root().join(file);
    if writing() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == text, "{file} is out of date: run again with TESSERA_WRITE=1");
}

fn figure(entry: &Entry) -> PathBuf {
    root().join(format!("docs/methods/{}.jpg", entry.id))
}

#[test]
fn every_method_has_its_page() {
    for entry in ENTRIES {
        hold(&format!("docs/methods/{}.md", entry.id), &page(entry));
    }
}

#[test]
fn steps_have_their_page() {
    let mut text = String::from(STEPS);
    for step in steps::ENTRIES {
        let _ = writeln!(text, "## {}\n\n{} Source: {}\n", step.title, step.sentence, step.source);
        if !step.params.is_empty() {
            text += PARAMETERS;
            step.params.iter().for_each(|param| text += &row(param));
            text.push('\n');
        }
        let _ = writeln!(text, "    tessera explain photo.jpg --method gradient --steps {} --out maps\n", step.id);
    }
    text += "## What presets do\n\n| preset | method | steps |\n|---|---|---|\n";
    for preset in PRESETS {
        for member in preset.members.iter().filter(|member| !member.steps.is_empty()) {
            let steps: Vec<String> = member.steps().iter().map(|step| format!("`{step}`")).collect();
            let _ = writeln!(text, "| {} | {} | {} |", preset.id, member.entry().title, steps.join(", "));
        }
    }
    hold("docs/steps.md", &text);
}

#[test]
fn the_table_of_methods_and_networks_is_what_runs() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("README.md has a place for the table");
    let (_, after) = rest.split_once(END).expect("README.md has a place for the table");
    hold("README.md", &format!("{before}{BEGIN}{}{END}{after}", matrix()));
}

#[test]
fn figures_are_there() {
    let scene = Scene::trained();
    let outline =
        Outline::new(&scene.network.graph, [scene.input.height, scene.input.width], &scene.network.device).unwrap();
    for entry in ENTRIES {
        let wanted = std::env::var_os("TESSERA_FIGURES").is_some() && !figure(entry).exists();
        let drawn = wanted.then(|| scene.map(CAT, &MethodSpec::plain(entry.id)));
        if let Some(Ok(map)) = drawn {
            let picture = overlay(&map, &scene.input);
            fs::write(figure(entry), jpeg::write(&picture, scene.input.height, scene.input.width, 85)).unwrap();
        }
        let runs = !entry.needs.iter().any(|need| outline.lacks.contains(need));
        assert_eq!(figure(entry).exists(), runs, "docs/methods/{}.jpg: run again with TESSERA_FIGURES=1", entry.id);
    }
}

fn matrix() -> String {
    let mut text = String::from("| method | family |");
    KINDS.iter().for_each(|(kind, _)| write!(text, " {kind} |").unwrap());
    text += "\n|---|---|";
    KINDS.iter().for_each(|_| text += "---|");
    let scenes: Vec<Scene> = KINDS.iter().map(|(_, file)| Scene::formula(file)).collect();
    for entry in ENTRIES {
        write!(text, "\n| [{}](docs/methods/{}.md) | {} |", entry.title, entry.id, entry.family.title()).unwrap();
        for scene in &scenes {
            let word = match scene.map(0, &cheap(entry, 40)) {
                // Too few samples for its many parts: it runs.
                Ok(_) | Err(MethodError::Undefined(_)) => "yes",
                Err(MethodError::Refused(_)) => "–",
                Err(why) => panic!("{}: {why}", entry.id),
            };
            write!(text, " {word} |").unwrap();
        }
    }
    text + "\n"
}

fn page(entry: &Entry) -> String {
    let mut text = format!("# {}\n\n{}\n\n", entry.title, entry.sentence);
    let _ = writeln!(text, "    {}\n", entry.formula);
    let citation = &entry.citation;
    let _ = writeln!(text, "{}: *{}*. {}.\n", citation.short, citation.title, citation.source);
    let _ = writeln!(text, "**What it is not.** {}\n", entry.caution);
    let _ = writeln!(text, "{}\n", facts(entry).join(" "));
    if entry.params.is_empty() {
        text += "It has no parameters.\n";
    } else {
        text += PARAMETERS;
        entry.params.iter().for_each(|param| text += &row(param));
    }
    let _ = writeln!(text, "\n    tessera explain photo.jpg --method {} --out maps", entry.id);
    if figure(entry).exists() {
        let _ = write!(
            text,
            "\n![{} of a photo of a cat]({}.jpg)\n\nEfficientNet-Lite0, *Egyptian cat*, default settings, seed 0; the photo's credit is in\n[public/samples/CREDITS.md](../../public/samples/CREDITS.md).\n",
            entry.title, entry.id
        );
    }
    text
}

fn facts(entry: &Entry) -> Vec<String> {
    let mut facts = vec![format!("Family: {}.", entry.family.title())];
    facts.push(match entry.sign {
        Sign::Positive => "Its numbers are zero or more.".into(),
        Sign::Signed => "Its numbers are signed: below zero speaks against the class.".into(),
    });
    facts.extend(entry.needs.iter().map(|need| format!("It needs {}.", need.words())));
    facts.extend(entry.promises.iter().map(|promise| promise_sentence(*promise).to_owned()));
    facts
}

fn promise_sentence(promise: Promise) -> &'static str {
    match promise {
        Promise::CompleteToBaseline => {
            "It promises to sum to the difference between photo and baseline; what is missing is told with every map."
        }
        Promise::Complete => "It promises to sum to the class's own output; what is missing is told with every map.",
        Promise::ClassBlind => "It is the same for every class.",
        Promise::Random => "It is drawn at random; the same seed gives the same map.",
    }
}

fn row(param: &Param) -> String {
    let default = param.domain.default().map_or_else(|| "the marked one".into(), |setting| setting.to_string());
    let may = match param.domain {
        Domain::Count { least, most, .. } => format!("{least} to {most}"),
        Domain::Real { least, most, .. } => format!("{least} to {most}"),
        Domain::Choice(options) => {
            options.iter().map(|(word, what)| format!("`{word}`: {what}")).collect::<Vec<_>>().join("<br>")
        }
        Domain::Layer => "name of a layer (`tessera models info --layers`)".into(),
    };
    let unit = if param.unit.is_empty() { String::new() } else { format!(" ({})", param.unit) };
    format!("| `{}` | {}{unit} | {default} | {may} |\n", param.id, param.sentence)
}
