//! The cases: one file a family of ops, each op with a second writing from its published definition.

pub mod activation;
pub mod arithmetic;
pub mod convolution;
pub mod dropout;
pub mod linear;
pub mod moving;
pub mod normalisation;
pub mod pooling;
pub mod reduction;
pub mod resampling;
pub mod windows;

use crate::case::Case;

/// All cases.
pub fn all() -> Vec<Case> {
    let families = [
        activation::cases(),
        arithmetic::cases(),
        convolution::cases(),
        dropout::cases(),
        linear::cases(),
        moving::cases(),
        normalisation::cases(),
        pooling::cases(),
        reduction::cases(),
        resampling::cases(),
    ];
    families.into_iter().flatten().collect()
}
