//! The engine as a page drives it: requests in, events out.

use std::cell::RefCell;
use std::future::{Future, ready};
use std::pin::Pin;
use tessera_core::descriptor::Scale;
use tessera_core::experiment::{MethodSpec, Target};
use tessera_core::network::card::Card;
use tessera_core::photo::Crop;
use tessera_engine::dispatch::{Buffer, Engine, Host, floats};
use tessera_engine::protocol::{DeviceKind, Event, Job, Portion, Request, gathered};
use tessera_tests::{bytes, root};

/// Collects events; stops the job when it has seen `stop_after` of them.
#[derive(Default)]
struct Desk {
    events: RefCell<Vec<(Event, Vec<Buffer>)>>,
    stop_after: Option<usize>,
}

impl Host for Desk {
    fn post(&self, event: Event, buffers: Vec<Buffer>) {
        // What crosses the border is text: whatever does not survive it would be lost in the page.
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
        self.events.borrow_mut().push((event, buffers));
    }

    fn seconds(&self) -> f64 {
        0.0
    }

    fn stopped<'a>(&'a self, _: Job) -> Pin<Box<dyn Future<Output = bool> + 'a>> {
        Box::pin(ready(self.stop_after.is_some_and(|after| self.events.borrow().len() >= after)))
    }
}

fn card() -> (Card, Vec<u8>) {
    let folder = root().join("public/models/efficientnet-lite0");
    (serde_json::from_slice(&bytes(folder.join("card.json"))).unwrap(), bytes(folder.join("model.safetensors")))
}

fn ask(engine: &mut Engine, desk: &Desk, request: Request, buffers: Vec<Buffer>) -> Vec<(Event, Vec<Buffer>)> {
    let buffers = buffers.into_iter().map(Into::into).collect();
    pollster::block_on(engine.handle(request, buffers, desk));
    desk.events.take()
}

fn opened() -> Engine {
    let (card, weights) = card();
    let mut engine = Engine::new(DeviceKind::Cpu);
    let events = ask(&mut engine, &Desk::default(), Request::Open { card }, vec![weights]);
    assert!(matches!(events[..], [(Event::Opened { .. }, _)]), "{:?}", events[0].0);
    engine
}

fn explain(methods: &[&str]) -> (Request, Vec<Buffer>) {
    let methods = methods.iter().map(|&id| MethodSpec::plain(id)).collect();
    let (target, scale, seed) = (Target::Predicted, Scale::Logit, 0);
    let request = Request::Explain {
        job: 7,
        height: 224,
        width: 224,
        target,
        scale,
        seed,
        methods,
        preprocess: None,
        judge: None,
        portion: Portion::default(),
    };
    let rgb = (0..224 * 224 * 3).map(|i| (i * 31 % 251) as u8).collect();
    (request, vec![rgb])
}

fn kinds(events: &[(Event, Vec<Buffer>)]) -> Vec<String> {
    let name = |event: &Event| format!("{event:?}").split([' ', '{']).next().unwrap_or_default().to_string();
    events.iter().map(|(event, _)| name(event)).collect()
}

#[test]
fn a_photo_is_prepared_classified_and_explained() {
    let (card, _) = card();
    let mut engine = opened();
    let desk = Desk::default();
    let photo = bytes(root().join("tests/golden/photo/cat.png"));
    let prepare = Request::Prepare { job: 1, crop: Crop::Centre, card, preview: 100 };
    let events = ask(&mut engine, &desk, prepare, vec![photo]);
    let (Event::Prepared { input: (224, 224), preview, .. }, buffers) = &events[0] else { panic!("{:?}", events[0].0) };
    assert_eq!(buffers[0].len(), preview.0 * preview.1 * 4);
    assert_eq!(buffers[1].len(), 224 * 224 * 3);

    let (request, _) = explain(&["gradcam", "gradient"]);
    let events = ask(&mut engine, &desk, request, vec![buffers[1].clone()]);
    assert_eq!(kinds(&events), ["Answered", "Progress", "Mapped", "Progress", "Mapped", "Finished"]);
    let (Event::Answered { target, .. }, logits) = &events[0] else { unreachable!() };
    assert!((281..=287).contains(target), "a cat, not class {target}");
    assert_eq!(floats(&logits[0]).len(), 1000);
    let (Event::Mapped { made, .. }, values) = &events[2] else { unreachable!() };
    let map = &made.map;
    assert_eq!((map.channels, map.height, map.width, values[0].len()), (1, 7, 7, 49 * 4));
    assert_eq!(map.provenance.device, "CPU");
}

#[test]
fn stop_is_heard_between_passes_and_keeps_what_came_before() {
    let mut engine = opened();
    let (request, buffers) = explain(&["gradcam", "gradient"]);
    let events = ask(&mut engine, &Desk { stop_after: Some(3), ..Desk::default() }, request, buffers);
    assert_eq!(kinds(&events), ["Answered", "Progress", "Mapped", "Stopped"]);
}

/// A request for a map by RISE, of a portion of its masks, with what is begun.
fn rise(portion: Portion<gathered::Facts>, numbers: Vec<Buffer>) -> (Request, Vec<Buffer>) {
    let (mut request, mut buffers) = explain(&["rise"]);
    let Request::Explain { methods, portion: asked, .. } = &mut request else { unreachable!() };
    methods[0].settings.0.insert("masks".into(), 40.0.into());
    *asked = portion;
    buffers.extend(numbers);
    (request, buffers)
}

/// The digest of the last map.
fn digest(events: &[(Event, Vec<Buffer>)]) -> String {
    let made = events.iter().rev().find_map(|(event, _)| match event {
        Event::Mapped { made, .. } => Some(made.sha256.clone()),
        _ => None,
    });
    made.unwrap_or_else(|| panic!("{:?}", kinds(events)))
}

/// What samples came to, and its numbers.
fn part(events: Vec<(Event, Vec<Buffer>)>) -> (gathered::Facts, Buffer) {
    let found = events.into_iter().find_map(|(event, mut buffers)| match event {
        Event::Gathered { gathered, .. } => Some((gathered, buffers.remove(0))),
        _ => None,
    });
    found.expect("samples came to something")
}

#[test]
fn samples_are_shared_among_engines_and_gone_on_with_after_a_stop() {
    let (mut engine, desk) = (opened(), Desk::default());
    let (request, buffers) = rise(Portion::default(), vec![]);
    let whole = digest(&ask(&mut engine, &desk, request, buffers));

    let mut shares = vec![];
    for range in [(16, 40), (0, 16)] {
        let (request, buffers) = rise(Portion { range: Some(range), apart: true, begun: vec![] }, vec![]);
        let events = ask(&mut opened(), &desk, request, buffers);
        assert!(!kinds(&events).contains(&"Mapped".into()), "{:?}", kinds(&events));
        assert_eq!(kinds(&events).last().unwrap(), "Finished");
        shares.push(part(events));
    }
    let (begun, numbers): (Vec<_>, Vec<_>) = shares.into_iter().unzip();
    let (request, buffers) = rise(Portion { begun: begun.clone(), range: None, apart: false }, numbers.clone());
    let events = ask(&mut engine, &desk, request, buffers);
    assert_eq!(digest(&events), whole);
    assert_eq!(kinds(&events), ["Answered", "Progress", "Mapped", "Finished"]);

    let stopping = Desk { stop_after: Some(3), ..Desk::default() };
    let (request, buffers) = rise(Portion::default(), vec![]);
    let events = ask(&mut engine, &stopping, request, buffers);
    assert_eq!(kinds(&events), ["Answered", "Progress", "Progress", "Gathered", "Mapped", "Stopped"]);
    let (facts, rest) = part(events);
    let (request, buffers) =
        rise(Portion { begun: vec![facts.clone()], range: None, apart: false }, vec![rest.clone()]);
    let events = ask(&mut engine, &desk, request, buffers);
    assert_eq!(digest(&events), whole);
    let Event::Progress { done, all, .. } = events[1].0 else { panic!("{:?}", events[1].0) };
    assert_eq!((done, all), (1 + facts.samples[0].1, 41));

    // Without its numbers, or with another's, it is a sentence.
    for buffers in [vec![], vec![numbers[0].clone()], vec![vec![1, 2, 3]]] {
        let (request, buffers) = rise(Portion { begun: vec![facts.clone()], range: None, apart: false }, buffers);
        let events = ask(&mut engine, &desk, request, buffers);
        assert!(matches!(&events[2].0, Event::Missing { sentence, .. } if sentence.contains("does not fit")));
    }
}

#[test]
fn wrong_requests_are_sentences() {
    let sentence = |events: Vec<(Event, Vec<Buffer>)>| match &events[0].0 {
        Event::Failed { sentence, .. } | Event::Refused { sentence } => sentence.clone(),
        other => panic!("{other:?}"),
    };
    let desk = Desk::default();
    let (request, buffers) = explain(&["gradcam"]);
    let mut closed = Engine::new(DeviceKind::Cpu);
    assert!(sentence(ask(&mut closed, &desk, request.clone(), buffers)).contains("not open yet"));
    let (card, weights) = card();
    let cut = weights[..1000].to_vec();
    assert!(sentence(ask(&mut closed, &desk, Request::Open { card: card.clone() }, vec![cut])).contains("cut short"));
    let mut changed = weights.clone();
    changed[100_000] ^= 1;
    assert!(sentence(ask(&mut closed, &desk, Request::Open { card }, vec![changed])).contains("SHA-256"));
    let mut engine = opened();
    assert!(sentence(ask(&mut engine, &desk, request, vec![vec![0; 10]])).contains("size it claims"));
    let (request, buffers) = explain(&["guesswork"]);
    assert!(sentence(ask(&mut engine, &desk, request, buffers)).contains("no method called guesswork"));
}

#[test]
fn weights_in_a_second_file_are_read_and_checked() {
    let folder = root().join("tests/golden/onnx");
    let name = "resnet18.external.onnx";
    let (model, data) = (bytes(folder.join(name)), bytes(folder.join(format!("{name}.data"))));
    let (desk, mut engine) = (Desk::default(), Engine::new(DeviceKind::Cpu));
    let inspect = |beside: &[String]| Request::Inspect { job: 1, name: name.into(), beside: beside.to_vec() };
    let events = ask(&mut engine, &desk, inspect(&[]), vec![model.clone()]);
    let Event::Failed { sentence, .. } = &events[0].0 else { panic!("{:?}", events[0].0) };
    assert!(sentence.contains(&format!("{name}.data, which is not there")), "{sentence}");

    let names = ["spare".into(), format!("{name}.data")];
    let mut events = ask(&mut engine, &desk, inspect(&names), vec![model.clone(), vec![1], data.clone()]);
    let (Event::Inspected { card, .. }, _) = events.remove(0) else { panic!("the file is not understood") };
    assert_eq!(
        card.beside.iter().map(|file| (&file.name, file.bytes)).collect::<Vec<_>>(),
        [(&names[1], data.len() as u64)]
    );

    let mut changed = data.clone();
    changed[1000] ^= 1;
    let events = ask(&mut engine, &desk, Request::Open { card: card.clone() }, vec![model.clone(), changed]);
    let Event::Refused { sentence } = &events[0].0 else { panic!("{:?}", events[0].0) };
    assert!(sentence.contains(&format!("SHA-256 of the model file {name}.data")), "{sentence}");
    let events = ask(&mut engine, &desk, Request::Open { card }, vec![model, data]);
    assert!(matches!(events[..], [(Event::Opened { .. }, _)]), "{:?}", events[0].0);
}

#[test]
fn the_known_answer_test_agrees_with_itself_and_sees_a_wrong_number() {
    let mut engine = opened();
    let desk = Desk::default();
    let reference = ask(&mut engine, &desk, Request::Test { job: 1 }, vec![]).remove(0).1;
    let events = ask(&mut engine, &desk, Request::Test { job: 2 }, reference.clone());
    let Event::Tested { report: Some(report), .. } = &events[0].0 else { panic!("{:?}", events[0].0) };
    assert!(report.agrees && report.logits == 0.0 && report.gradient == 0.0, "{report:?}");
    let mut wrong = reference;
    wrong[0][3] ^= 0x40;
    let events = ask(&mut engine, &desk, Request::Test { job: 3 }, wrong);
    let Event::Tested { report: Some(report), .. } = &events[0].0 else { panic!("{:?}", events[0].0) };
    assert!(!report.agrees, "{report:?}");
}
