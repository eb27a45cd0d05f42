//! Connections of a link: what opening one costs, who shares them and for how long one is held.

/// How a link's calls come by a connection. The default is a connection that costs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Connections {
    /// Without a pool: time until a connection is open [ns].
    pub open_ns: u64,
    /// Without a pool: core time of the callee to open one [s].
    pub open_cpu_s: f64,
    /// One pool for all instances of the caller: a pooler between them and the database.
    pub shared: bool,
    /// A connection is held from the first call along the link to the end of the caller's request.
    pub per_request: bool,
}
