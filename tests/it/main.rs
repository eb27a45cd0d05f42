//! Integration tests over the public API of the core.

mod drawn;
mod spof_structure;
