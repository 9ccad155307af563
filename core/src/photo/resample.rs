//! Resampling as Pillow does it.
