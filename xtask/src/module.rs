//! The wasm modules the page consists of, and how cargo builds each.

use crate::{command, tools, workspace};
use std::path::PathBuf;

/// One wasm module: a binary of the app package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Module {
    /// Name of the binary, of its feature and of its files.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// The profile it is built with.
    pub profile: &'static str,
    /// File name of the script that starts it.
    pub loader: &'static str,
    /// What the compiler is told beside the target's own flags, a list of TOML.
    pub flags: &'static str,
    /// How large it may be, brotli-compressed, in bytes.
    pub aim: usize,
}

/// What draws the page.
pub const PAGE: Module = Module {
    name: "page",
    title: "page",
    profile: "page",
    loader: "page-boot.js",
    // Leptos calls views through a table then, and does not write each one out: a tenth less to load.
    flags: r#"["--cfg", "erase_components"]"#,
    aim: 400_000,
};
/// The engine on the processor.
pub const CPU: Module =
    Module { name: "cpu", title: "CPU engine", profile: "release", loader: "cpu-worker.js", flags: "[]", aim: 500_000 };
/// The engine on the graphics processor.
pub const WEBGPU: Module = Module {
    name: "webgpu",
    title: "WebGPU engine",
    profile: "webgpu",
    loader: "webgpu-worker.js",
    flags: "[]",
    aim: 2_500_000,
};
/// All of them, in the order they are built.
pub const MODULES: [Module; 3] = [PAGE, CPU, WEBGPU];

impl Module {
    /// The wasm file cargo makes of it.
    pub fn compiled(&self) -> PathBuf {
        workspace::target().join(tools::TARGET).join(self.profile).join(format!("{}.wasm", self.name))
    }

    /// The script that starts it; the address is relative, so it works below any folder. A failure is thrown in a turn
    /// of its own, because only that reaches the page of a worker.
    pub fn loader_text(&self) -> String {
        let name = self.name;
        format!(
            "import init from './{name}.js';\n\
             init({{ module_or_path: new URL('./{name}_bg.wasm', import.meta.url) }})\n\
             .catch(error => setTimeout(() => {{ throw error; }}));\n"
        )
    }

    /// The words that choose it for any cargo command.
    pub fn selection(&self) -> [&'static str; 7] {
        ["--package", "tessera-app", "--target", tools::TARGET, "--no-default-features", "--features", self.name]
    }

    /// Compiles it.
    pub fn compile(&self) -> Result<(), String> {
        let mut cargo = command::cargo(&["build", "--bin", self.name, "--profile", self.profile]);
        cargo.args(self.selection());
        cargo.args(["--config", &format!("target.{}.rustflags={}", tools::TARGET, self.flags)]);
        command::run(&mut cargo, &format!("the {} did not compile; the compiler says why above", self.title))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loaders_name_their_own_module_by_relative_addresses() {
        for module in MODULES {
            let text = module.loader_text();
            assert!(text.contains(&format!("'./{}.js'", module.name)));
            assert!(!text.contains("'/"), "{text}");
        }
    }
}
