//! The graphics processor: asked for behind the first answer, tested against the CPU, used if it agrees.

use super::super::address::{device, device_id};
use super::super::devices::Gpu;
use super::super::ledger::Work;
use super::super::network::{Arrival, Origin};
use super::Desk;
use crate::bridge::fetch;
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use tessera_engine::protocol::{DeviceFacts, DeviceKind, Job, TestReport};
use wasm_bindgen_futures::spawn_local;

/// Name under which the browser keeps a chosen device.
const KEY: &str = "tessera.device";

/// The device a person chose on an earlier visit.
pub(super) fn remembered() -> Option<DeviceKind> {
    let store = web_sys::window()?.local_storage().ok()??;
    device(&store.get_item(KEY).ok()??)
}

fn remember(chosen: Option<DeviceKind>) {
    let store = web_sys::window().and_then(|window| window.local_storage().ok()).flatten();
    let Some(store) = store else { return };
    // A browser that keeps nothing still works; it only asks again next time.
    let _ = match chosen {
        Some(kind) => store.set_item(KEY, device_id(kind)),
        None => store.remove_item(KEY),
    };
}

impl Desk {
    pub(super) fn opened(self, facts: DeviceFacts) {
        match facts.kind {
            DeviceKind::Cpu => self.network.update(|network| network.arrival = Arrival::Ready),
            DeviceKind::Gpu => {
                self.devices.update(|devices| {
                    devices.gpu = Gpu::Testing;
                    if !facts.name.is_empty() {
                        devices.gpu_name = facts.name;
                    }
                });
                self.compare();
            }
        }
    }

    pub(super) fn refused(self, kind: Option<DeviceKind>, sentence: String) {
        match kind {
            Some(DeviceKind::Gpu) => {
                self.devices.update(|devices| devices.gpu = Gpu::None(format!("{sentence} The CPU works.")));
            }
            _ if self.network.with_untracked(|network| network.origin == Origin::Kept) => self.kept_refused(sentence),
            _ => self.network_failed(sentence),
        }
    }

    /// Asks the browser for a graphics processor, once, unless a person chose the CPU.
    pub(super) fn ask_for_gpu(self) {
        let chosen = self.devices.with_untracked(|devices| devices.chosen);
        if chosen != Some(DeviceKind::Cpu) {
            self.bring_gpu();
        }
    }

    /// Asks for a graphics processor, starts its engine and the reference run of the self-test.
    fn bring_gpu(self) {
        if self.hands.with_value(|hands| hands.asked_for_gpu) {
            return;
        }
        self.hands.update_value(|hands| hands.asked_for_gpu = true);
        spawn_local(async move {
            match fetch::adapter().await {
                Ok(name) => {
                    self.devices.update(|devices| {
                        devices.gpu = Gpu::Starting;
                        devices.gpu_name = name;
                    });
                    self.hands.update_value(|hands| {
                        hands.pool.start(DeviceKind::Gpu);
                    });
                    self.submit(Work::Reference);
                }
                Err(sentence) => {
                    self.devices.update(|devices| devices.gpu = Gpu::None(sentence));
                    if self.models.with_untracked(|models| models.testing) {
                        self.submit(Work::Reference);
                    }
                }
            }
        });
    }

    pub(super) fn restart_gpu(self) {
        self.devices.update(|devices| devices.gpu = Gpu::Starting);
        self.hands.update_value(|hands| {
            hands.pool.preferred = DeviceKind::Cpu;
            hands.pool.start(DeviceKind::Gpu);
        });
    }

    /// Starts the comparison as soon as both sides are there.
    fn compare(self) {
        let reference = self.hands.with_value(|hands| hands.reference.is_some());
        let open = self.devices.with_untracked(|devices| devices.gpu == Gpu::Testing);
        if reference && open {
            self.submit(Work::Compare);
        }
    }

    pub(super) fn tested(
        self,
        job: Job,
        report: Option<TestReport>,
        (forward, seconds): (f64, f64),
        buffers: Vec<ArrayBuffer>,
    ) {
        let mut work = None;
        self.ledger.update(|ledger| work = ledger.strike(job));
        match work {
            Some(Work::Reference) => {
                self.devices.update(|devices| {
                    devices.cpu_seconds = Some(seconds);
                    devices.cpu_forward = Some(forward);
                });
                if self.devices.with_untracked(|devices| matches!(devices.gpu, Gpu::None(_))) {
                    self.models.update(|models| models.testing = false);
                }
                self.hands.update_value(|hands| hands.reference = Some(buffers));
                self.compare();
            }
            Some(Work::Compare) => {
                self.devices.update(|devices| {
                    devices.gpu = Gpu::Tested;
                    devices.report = report;
                    devices.gpu_seconds = Some(seconds);
                    devices.gpu_forward = Some(forward);
                });
                self.models.update(|models| models.testing = false);
                self.prefer();
            }
            _ => {}
        }
    }

    /// Runs the self-test of the network in use, on the CPU and on a graphics processor if there is one.
    pub fn test(self) {
        if self.network.with_untracked(|network| network.arrival != Arrival::Ready) {
            return;
        }
        self.models.update(|models| models.testing = true);
        if !self.hands.with_value(|hands| hands.asked_for_gpu) {
            return self.bring_gpu();
        }
        self.hands.update_value(|hands| hands.reference = None);
        self.devices.update(|devices| {
            devices.report = None;
            if devices.gpu == Gpu::Tested {
                devices.gpu = Gpu::Testing;
            }
        });
        self.submit(Work::Reference);
    }

    /// Uses the device that should be used now; what a person chose by hand is explained anew on it.
    fn prefer(self) {
        let (preferred, chosen) = self.devices.with_untracked(|devices| (devices.preferred(), devices.chosen));
        self.hands.update_value(|hands| hands.pool.preferred = preferred);
        let answered_on = untrack(move || self.answer()).map(|answer| answer.device.kind);
        if chosen == Some(preferred) && answered_on.is_some_and(|kind| kind != preferred) {
            self.anew();
        }
    }

    /// A person chose a device.
    pub fn use_device(self, kind: DeviceKind) {
        remember(Some(kind));
        self.devices.update(|devices| {
            devices.chosen = Some(kind);
            devices.fallback = None;
        });
        if kind == DeviceKind::Gpu {
            self.bring_gpu();
        }
        self.prefer();
        self.settle();
    }

    pub(super) fn test_failed(self, sentence: String) {
        self.models.update(|models| models.testing = false);
        self.devices.update(|devices| devices.gpu = Gpu::None(format!("The self-test did not finish: {sentence}")));
        self.hands.update_value(|hands| hands.pool.end(DeviceKind::Gpu));
    }

    /// The graphics processor's worker broke.
    pub(super) fn gpu_gone(self, was_open: bool) {
        let sentence = if was_open {
            "The graphics processor was lost, so the CPU works on. Reload the page to try it again."
        } else {
            "The engine for the graphics processor did not start, so the CPU works. Reload the page to try it again."
        };
        self.say(sentence);
        self.devices.update(|devices| {
            devices.gpu = Gpu::None(sentence.into());
            devices.fallback = was_open.then(|| sentence.into());
        });
    }
}
