//! Tessera: page and workers.
