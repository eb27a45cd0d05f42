//! Single points of failure: what the users lose when one unit dies.

pub mod structure;
