//! The flow equations.
