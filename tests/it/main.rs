//! Integration tests over the public API of the core.
