//! The WebGPU engine's worker.

fn main() {
    tessera_app::worker::start(tessera_engine::protocol::DeviceKind::Gpu);
}
