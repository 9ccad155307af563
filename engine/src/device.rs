//! Opening a device: the only place that chooses a back end.

use crate::protocol::{DeviceFacts, DeviceKind};
use burn::tensor::Device;

/// Kernels that go to a graphics processor in one submission, where cubecl would gather 32. A submission is not
/// interrupted and all else that is drawn waits for it, so it should take less than 200 ms: the heaviest eight ops in a
/// row of the networks we know, VGG's, are 13 GFLOP for one picture, which a device of 65 GFLOP/s does in that time; the
/// heaviest 32 would be 38.
#[cfg(feature = "wgpu")]
const SUBMITTED: usize = 8;

/// The kind of device this build prefers.
#[must_use]
pub fn preferred() -> DeviceKind {
    if cfg!(feature = "cpu") { DeviceKind::Cpu } else { DeviceKind::Gpu }
}

/// Opens a device.
///
/// # Errors
/// One sentence if this build or this machine has no such device.
pub async fn open(kind: DeviceKind) -> Result<(Device, DeviceFacts), String> {
    match kind {
        DeviceKind::Cpu => open_cpu(),
        DeviceKind::Gpu => open_gpu().await,
    }
}

#[cfg(feature = "cpu")]
fn open_cpu() -> Result<(Device, DeviceFacts), String> {
    Ok((Device::flex(), DeviceFacts { kind: DeviceKind::Cpu, name: String::new() }))
}

#[cfg(not(feature = "cpu"))]
fn open_cpu() -> Result<(Device, DeviceFacts), String> {
    Err("This build has no CPU back end: choose the GPU.".into())
}

#[cfg(feature = "wgpu")]
async fn open_gpu() -> Result<(Device, DeviceFacts), String> {
    match Device::wgpu_options().tasks_max(SUBMITTED).init_with_setup_async().await {
        Ok((device, setup)) => Ok((device, DeviceFacts { kind: DeviceKind::Gpu, name: setup.adapter.get_info().name })),
        Err(error) => {
            Err(format!("No graphics processor could be opened ({}): the CPU is used instead.", reason(&error)))
        }
    }
}

/// The first line of an initialisation error; the rest lists adapters at length.
#[cfg(feature = "wgpu")]
fn reason(error: &burn::tensor::wgpu::WgpuInitError) -> String {
    error.to_string().lines().next().unwrap_or("no reason given").trim_end_matches(['.', ':']).to_string()
}

#[cfg(not(feature = "wgpu"))]
async fn open_gpu() -> Result<(Device, DeviceFacts), String> {
    Err("This build has no graphics back end: choose the CPU.".into())
}
