//! ONNX files at run time: every operator against its own tests, files of the usual exporters against onnxruntime,
//! damaged files against a sentence.

mod exporters;
mod running;
mod shared;
