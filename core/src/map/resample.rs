//! Maps to other sizes.
