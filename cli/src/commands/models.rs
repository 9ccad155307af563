//! `tessera models`: which networks there are, and what is in one.

use crate::model;
use clap::{Args, Subcommand};
use serde_json::json;
use tessera_core::network::describe::listing;
use tessera_core::network::zoo;

/// List the networks, or say what is in one
#[derive(Args)]
pub struct Models {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// The bundled networks, and the architectures whose weight files can be opened by path
    List,
    /// What is known of a network: an id of a bundled one, or the path of a model file or card
    Info(Info),
}

#[derive(Args)]
struct Info {
    /// The network
    #[arg(value_name = "ID|PATH")]
    model: String,
    /// List every layer with its shape, weights and multiply-adds
    #[arg(long)]
    layers: bool,
    /// Print the model's card as JSON, to be edited and kept beside the model file as NAME.card.json
    #[arg(long, conflicts_with = "layers")]
    card: bool,
    /// Print one JSON document instead of a table
    #[arg(long, conflicts_with_all = ["layers", "card"])]
    json: bool,
}

impl Models {
    /// Runs it.
    ///
    /// # Errors
    /// One sentence: what, why, what to do.
    pub fn run(self) -> Result<(), String> {
        match self.action {
            Action::List => {
                list();
                Ok(())
            }
            Action::Info(info) => info.run(),
        }
    }
}

fn list() {
    let card = model::bundled();
    println!("Bundled:\n  {:<24} {}, {}", card.id, card.title, card.licence);
    println!("\nArchitectures whose weight files (.safetensors, .pth) are recognised by --model PATH:");
    for architecture in zoo::ARCHITECTURES {
        println!("  {:<34} {}", architecture.id, architecture.title);
    }
    println!("\nAny other convolutional or transformer classifier: as an .onnx file, by --model PATH.");
}

impl Info {
    fn run(&self) -> Result<(), String> {
        let read = model::read(&self.model, None)?;
        let sums = read.sums().map_err(|error| error.to_string())?;
        if self.card {
            println!("{}", serde_json::to_string_pretty(&read.card).expect("a card is plain data"));
            return Ok(());
        }
        if self.json {
            println!("{:#}", json!({ "card": read.card, "sums": sums, "notes": read.notes }));
            return Ok(());
        }
        let (card, size) = (&read.card, read.card.preprocess.size);
        println!("{}", card.title);
        println!("  architecture   {}", card.architecture);
        println!("  classes        {}, {:?}", card.classes, card.output);
        println!(
            "  input          {size} x {size}, shortest side resized to {}, {:?}",
            card.preprocess.resize, card.preprocess.filter
        );
        println!(
            "  normalisation  ({:?} value - {:?}) / {:?}",
            card.preprocess.order, card.preprocess.mean, card.preprocess.std
        );
        println!("  layers         {}", sums.nodes);
        println!("  weights        {} in {} bytes, SHA-256 {}", sums.weights, card.bytes, card.sha256);
        println!("  multiply-adds  {} a forward pass", sums.multiply_adds);
        println!("  licence        {}", if card.licence.is_empty() { "not known" } else { &card.licence });
        println!("  source         {}", card.source);
        for note in &read.notes {
            println!("  note           {note}");
        }
        if self.layers {
            print!("\n{}", listing(&read.graph, [1, 3, size, size]).map_err(|error| error.to_string())?);
        }
        Ok(())
    }
}
