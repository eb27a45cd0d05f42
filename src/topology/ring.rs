//! A store whose copies lie on the nodes of a ring, and answer by quorum.

/// How copies are spread and how many must answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ring {
    /// Nodes, at least 1.
    pub nodes: u32,
    /// Copies of a key, on the nodes that follow it on the ring: in different zones first, as instances are dealt.
    pub copies: u32,
    /// Copies that a read waits for.
    pub read: u32,
    /// Copies that a write waits for; it goes to all.
    pub write: u32,
    /// A read asks all copies and takes the first answers; otherwise it asks as many as it waits for.
    pub read_all: bool,
    /// A read asks the nearest copies; otherwise they share the reads.
    pub nearest: bool,
    /// Only a key's own copies count. Otherwise the next nodes of the ring stand in for those out of reach.
    pub strict: bool,
}

impl Ring {
    /// Copies that answer an operation, of those that are asked: `(needed, asked)`; 0 is a read.
    pub fn quorum(&self, op: usize) -> (u32, u32) {
        let copies = self.copies.clamp(1, self.nodes.max(1));
        let needed = if op == 0 { self.read } else { self.write }.clamp(1, copies);
        (needed, if op == 1 || self.read_all { copies } else { needed })
    }

    /// Share of the keys whose copies make a quorum among living nodes (0–1), and the parts of an average call that each
    /// node serves.
    pub fn load(&self, alive: &[bool], op: usize) -> (f64, Vec<f64>) {
        let nodes = alive.len().max(1);
        let (needed, asked) = self.quorum(op);
        let mut parts = vec![0.0; alive.len()];
        let mut answered = 0.0;
        for first in 0..alive.len() {
            let ring = (0..nodes).map(|step| (first + step) % nodes);
            let own = if self.strict { self.copies.clamp(1, nodes as u32) as usize } else { nodes };
            let living: Vec<usize> = ring.take(own).filter(|node| alive[*node]).collect();
            let living = &living[..living.len().min(self.copies.max(1) as usize)];
            if living.is_empty() || self.strict && living.len() < needed as usize {
                continue;
            }
            answered += 1.0 / nodes as f64;
            let each = f64::from(asked).min(living.len() as f64) / living.len() as f64;
            living.iter().for_each(|node| parts[*node] += each / nodes as f64);
        }
        (answered, parts)
    }
}
