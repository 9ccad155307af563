//! The self-test of the network in use: WebGPU against the CPU on one fixed input, and how fast each is.

use crate::panels::device::title;
use crate::state::desk::Desk;
use crate::state::devices::{Devices, Gpu};
use crate::widgets::number;
use leptos::prelude::*;
use tessera_engine::protocol::{DeviceKind, TestReport};

/// The button, the badge and the numbers.
#[component]
pub fn SelfTest(
    /// The desk.
    desk: Desk,
) -> impl IntoView {
    let testing = Memo::new(move |_| desk.models.with(|models| models.testing));
    let report = Memo::new(move |_| desk.devices.with(|devices| devices.report.clone()));
    let speeds = Memo::new(move |_| desk.devices.with(speeds));
    let label = move || if testing.get() { "Testing" } else { "Test on this machine" };
    let badge = move || {
        report.get().map(|report| {
            let (class, word) = if report.agrees { ("tag g", "tested: agrees") } else { ("tag r", "tested: differs") };
            view! { <span class=class id="badge">{word}</span> }
        })
    };
    view! {
        <div class="self-test" id="self-test" data-tested=move || report.get().map(|report| report.agrees.to_string())>
            <div class="row">
                <h3>"Self-test"</h3>
                {badge}
                <button class="b end" type="button" id="test" disabled=testing on:click=move |_| desk.test()>{label}</button>
            </div>
            {move || report.get().map(|report| view! { <Differences report /> })}
            {move || Some(speeds.get()).filter(|speeds| !speeds.is_empty()).map(|speeds| view! { <Speeds speeds /> })}
            <p class="s">{move || desk.devices.with(alone)}</p>
        </div>
    }
}

#[component]
fn Differences(report: TestReport) -> impl IntoView {
    let rows = [
        ("Logits, greatest difference", report.logits, report.logits_limit),
        ("Gradient, relative distance", report.gradient, report.gradient_limit),
    ];
    let rows = rows.map(|(name, found, limit)| {
        let (class, word) = if found <= limit { ("r ok", "pass") } else { ("r no", "fail") };
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td class="r">{number::value(found)}</td>
                <td class="r s">{format!("limit {limit}")}</td>
                <td class=class>{word}</td>
            </tr>
        }
    });
    view! {
        <table class="n">
            <caption>"WebGPU against CPU, one fixed input"</caption>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}

/// Passes per second of each device that was tested: forward, and forward with gradient.
fn speeds(devices: &Devices) -> Vec<(DeviceKind, f64, f64)> {
    let speed = |kind, forward: Option<f64>, both: Option<f64>| Some((kind, 1.0 / forward?, 1.0 / both?));
    let cpu = speed(DeviceKind::Cpu, devices.cpu_forward, devices.cpu_seconds);
    let gpu = speed(DeviceKind::Gpu, devices.gpu_forward, devices.gpu_seconds);
    cpu.into_iter().chain(gpu).collect()
}

#[component]
fn Speeds(speeds: Vec<(DeviceKind, f64, f64)>) -> impl IntoView {
    let rows = speeds.into_iter().map(|(kind, forward, both)| {
        view! {
            <tr>
                <th scope="row">{title(kind)}</th>
                <td class="r">{number::value(forward)}</td>
                <td class="r">{number::value(both)}</td>
            </tr>
        }
    });
    view! {
        <table class="n speeds">
            <caption>"Passes per second, measured here"</caption>
            <thead><tr><th scope="col"><span class="vh">"Device"</span></th><th scope="col" class="r">"forward"</th><th scope="col" class="r">"with gradient"</th></tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}

/// Why nothing is compared.
fn alone(devices: &Devices) -> Option<String> {
    match &devices.gpu {
        Gpu::None(sentence) => Some(format!("Nothing to compare with. {sentence}")),
        _ => None,
    }
}
