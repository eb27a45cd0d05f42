//! What the users of a client do with keys: coming back to what they wrote, creating new ones, asking for a hot one.

/// Habits of a client's users. The default is users who never come back to a key on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Habits {
    /// Share of the acknowledged writes after which the same user reads the key (0–1); these reads come on top.
    pub follow: f64,
    /// Mean time from the acknowledgment to that read, exponential [s].
    pub follow_s: f64,
    /// Share of the writes that create a key (0–1).
    pub creates: f64,
    /// What a user may rely on.
    pub session: Session,
    /// Share of its requests that ask for one hot key (0–1): a link that goes viral.
    pub hot: f64,
    /// Owners of its keys, such as sellers or tenants; 0 for keys without.
    pub owners: u32,
    /// Zipf exponent of the owners' share of the keys; 0 is even.
    pub owner_zipf: f64,
    /// Its keys are those of all clients that share theirs.
    pub shared: bool,
    /// Share of the reads that ask for what is not there (0–1): as many such keys as there are others, as popular.
    pub absent: f64,
    /// How long a user's device keeps an answer [s]; 0 keeps none.
    pub device_ttl_s: f64,
}

/// What a user may rely on; reads carry the last version seen and go to a copy that has it, else to the primary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Session {
    /// Nothing.
    #[default]
    None,
    /// Its own writes.
    OwnWrites,
    /// Its own writes and all that it has read.
    Causal,
}
