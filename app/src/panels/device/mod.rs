//! The device chip and its panel: which device ran, how long it took, what its self-test said, and the switch.

use crate::state::desk::Desk;
use crate::state::devices::{Devices, Gpu};
use crate::widgets::icon::{Draw, Icon};
use crate::widgets::number;
use leptos::prelude::*;
use tessera_engine::protocol::{DeviceKind, TestReport};

/// Id of the panel, for the chip that opens it.
pub const ID: &str = "device";

/// Name of a kind of device.
#[must_use]
pub fn title(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Cpu => "CPU",
        DeviceKind::Gpu => "WebGPU",
    }
}

/// What really ran what is on the stage, and for how long; before that, what will run it.
fn ran(desk: Desk) -> (DeviceKind, Option<f64>) {
    let kind = desk.map().map(|drawn| drawn.device.kind).or_else(|| desk.answer().map(|answer| answer.device.kind));
    (kind.unwrap_or_else(|| desk.devices.with(Devices::preferred)), desk.seconds())
}

/// A number of workers in words.
#[must_use]
pub fn workers(count: usize) -> String {
    if count == 1 { "1 worker".into() } else { format!("{count} workers") }
}

/// The chip.
#[component]
pub fn Chip(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let ran = Memo::new(move |_| ran(desk));
    let busy = Memo::new(move |_| desk.ledger.with(|ledger| ledger.visible().next().is_some()));
    let detail = move || match ran.get().0 {
        DeviceKind::Cpu => workers(desk.devices.with(|devices| devices.workers)),
        DeviceKind::Gpu => desk.devices.with(|devices| devices.gpu_name.clone()),
    };
    let seconds = move || ran.get().1.map(|seconds| view! { <span class="n">{number::seconds(seconds)}</span> });
    view! {
        <button class="chip" type="button" popovertarget=ID title="What ran the network, and for how long">
            <span class="dot" class:busy=busy class:warn=move || desk.devices.with(|devices| devices.fallback.is_some())></span>
            <b>{move || title(ran.get().0)}</b>
            <span class="from-800">{detail}</span>
            {seconds}
        </button>
    }
}

/// The panel.
#[component]
pub fn Panel(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let preferred = Memo::new(move |_| desk.devices.with(Devices::preferred));
    let chosen = Memo::new(move |_| desk.devices.with(|devices| devices.chosen.unwrap_or_else(|| devices.preferred())));
    let none = Memo::new(move |_| desk.devices.with(|devices| matches!(devices.gpu, Gpu::None(_))));
    let option = move |kind: DeviceKind, detail: Signal<String>| {
        view! {
            <label class="option">
                <input
                    type="radio"
                    name="device"
                    value=crate::state::address::device_id(kind)
                    prop:checked=move || chosen.get() == kind
                    disabled=move || kind == DeviceKind::Gpu && none.get()
                    on:change=move |_| desk.use_device(kind)
                />
                <b>{title(kind)}</b>
                <span class="s">{detail}</span>
            </label>
        }
    };
    let cpu = Signal::derive(move || workers(desk.devices.with(|devices| devices.workers)));
    let gpu = Signal::derive(move || desk.devices.with(gpu_state));
    view! {
        <section id=ID class="pop device" popover="auto" aria-labelledby="device-title" data-preferred=move || crate::state::address::device_id(preferred.get())>
            <header class="row">
                <h2 id="device-title">"What runs the network"</h2>
                <button class="b bare sq end" type="button" aria-label="Close" popovertarget=ID popovertargetaction="hide">
                    <Draw icon=Icon::Close />
                </button>
            </header>
            <fieldset class="options">
                <legend class="vh">"Device"</legend>
                {option(DeviceKind::Cpu, cpu)}
                {option(DeviceKind::Gpu, gpu)}
            </fieldset>
            {move || desk.devices.with(sentence).map(|sentence| view! { <Sentence sentence /> })}
            {move || desk.devices.with(|devices| devices.report.clone()).map(|report| view! { <Report desk report /> })}
        </section>
    }
}

fn gpu_state(devices: &Devices) -> String {
    match &devices.gpu {
        Gpu::Unasked if devices.chosen == Some(DeviceKind::Cpu) => "not asked for".into(),
        Gpu::Unasked => "asked for after the first answer".into(),
        Gpu::None(_) => "none".into(),
        Gpu::Starting => format!("{} is starting", devices.gpu_name),
        Gpu::Testing => format!("{} takes the self-test", devices.gpu_name),
        Gpu::Tested => devices.gpu_name.clone(),
    }
}

/// Why the device in use is the one in use.
fn sentence(devices: &Devices) -> Option<(Icon, String)> {
    if let Gpu::None(sentence) = &devices.gpu {
        return Some((Icon::Warning, sentence.clone()));
    }
    let ratio = devices.ratio().filter(|_| devices.gpu_usable())?;
    if !devices.agrees() {
        let use_it = "Maps made on WebGPU here are not to be trusted.";
        return Some((Icon::Warning, format!("WebGPU gives other numbers than the CPU on this machine. {use_it}")));
    }
    let what = match devices.preferred() {
        DeviceKind::Gpu if ratio > 1.0 => format!("It is in use by choice, though it takes {ratio:.1} times as long."),
        DeviceKind::Gpu => format!("It is in use: {:.1} times faster.", 1.0 / ratio),
        DeviceKind::Cpu if ratio > 1.0 => format!("The CPU is in use: WebGPU takes {ratio:.1} times as long here."),
        DeviceKind::Cpu => format!("The CPU is in use by choice, though WebGPU is {:.1} times faster.", 1.0 / ratio),
    };
    Some((Icon::Good, format!("WebGPU gives the same numbers as the CPU. {what}")))
}

#[component]
fn Sentence(sentence: (Icon, String)) -> impl IntoView {
    let class = if sentence.0 == Icon::Good { "ok" } else { "hm" };
    view! {
        <div class="note">
            <Draw icon=sentence.0 class />
            <p>{sentence.1}</p>
        </div>
    }
}

/// The self-test in numbers: each difference beside its limit.
#[component]
fn Report(desk: Desk, report: TestReport) -> impl IntoView {
    let seconds =
        |of: fn(&Devices) -> Option<f64>| move || desk.devices.with(of).map(number::seconds).unwrap_or_default();
    view! {
        <table class="n">
            <caption>"Self-test: one fixed input, forward and backward, WebGPU against CPU"</caption>
            <tbody>
                <tr><th scope="row">"Logits, greatest difference"</th><td class="r">{number::value(report.logits)}</td><td class="r s">{format!("limit {}", report.logits_limit)}</td></tr>
                <tr><th scope="row">"Gradient, relative distance"</th><td class="r">{number::value(report.gradient)}</td><td class="r s">{format!("limit {}", report.gradient_limit)}</td></tr>
                <tr><th scope="row">"Seconds on the CPU"</th><td class="r">{seconds(|devices| devices.cpu_seconds)}</td><td></td></tr>
                <tr><th scope="row">"Seconds on WebGPU"</th><td class="r">{seconds(|devices| devices.gpu_seconds)}</td><td></td></tr>
            </tbody>
        </table>
    }
}
