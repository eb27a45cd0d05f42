//! Integration tests over the public API of the core.

mod catalogue;
mod drawn;
mod spof_structure;
