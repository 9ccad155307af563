//! Files: bytes of a stranger's file to [`super::parameters::Parameters`], and where the file says how they are used, to
//! a [`super::graph::Graph`].

pub mod onnx;
pub mod safetensors;
