//! Weight files: bytes of a stranger's file to [`super::parameters::Parameters`].

pub mod safetensors;
