//! Maps to colours.
