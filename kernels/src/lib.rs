//! Dense f32 kernels on plain slices: convolution, its input gradient, matrix products and random numbers, for one
//! processor core.
//!
//! Nothing here knows of networks or tensors: callers bring contiguous [N, C, H, W] slices and get theirs filled.
//! Natively the instruction set is found at run time ([`Isa`]); in WebAssembly it is what the file was compiled with.
//! A prepared [`Convolution`] holds its weights in the order in which the kernel reads them; a [`Scratch`] keeps the
//! working memory from call to call.

mod convolution;
pub mod counter;
mod dense;
mod depthwise;
mod elementwise;
mod frame;
mod geometry;
mod isa;
mod line;
mod mask;
mod matrix;
pub mod memory;
#[cfg(test)]
mod noise;
mod pool;
mod prefetch;
mod scratch;
mod square;
mod tile;

pub use convolution::{Convolution, ConvolutionGradient, Epilogue};
pub use elementwise::{add, clamp, mask};
pub use geometry::Geometry;
pub use isa::Isa;
pub use mask::Mask;
pub use matrix::{Layout, Matrix, product, product_on};
pub use pool::MaxPool;
pub use scratch::Scratch;
