// Runs a wasm32-wasip1 program: node wasi.mjs FILE [arguments]
import { readFile } from "node:fs/promises";
import { WASI } from "node:wasi";

const [file, ...args] = process.argv.slice(2);
const wasi = new WASI({ version: "preview1", args: [file, ...args] });
const { instance } = await WebAssembly.instantiate(await readFile(file), wasi.getImportObject());
wasi.start(instance);
