//! ONNX files at run time: every operator against its own tests, files of the usual exporters against onnxruntime,
//! damaged files against a sentence.

mod damaged;
mod explained;
mod exporters;
mod networks;
mod nodes;
mod running;
