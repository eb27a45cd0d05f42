//! Tags of requests as small integers, the sets of them that links and limits let through, and lanes: what the engines
//! tell apart in a design where clients have tags is not the operation alone but operation and tag.

use std::ops::{Index, IndexMut};

use smallvec::{SmallVec, smallvec};

use super::{Operation, Topology};

/// Most different tags of a design; requests without one count as one of them.
pub const MOST_TAGS: usize = 32;

/// The tag of a client's requests, an index into [`TagNames`]; 0 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Tag(u8);

impl Tag {
    /// No tag.
    pub const NONE: Tag = Tag(0);

    /// Dense index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Which tags pass a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tags(u32);

impl Tags {
    /// Every request, tagged or not.
    pub const ALL: Tags = Tags(u32::MAX);

    /// Whether requests of this tag pass.
    #[inline]
    pub fn has(self, tag: Tag) -> bool {
        self.0 >> tag.0 & 1 == 1
    }

    /// Whether some request passes both.
    pub fn meets(self, other: Tags) -> bool {
        self.0 & other.0 != 0
    }
}

/// The tags of a design's clients. The first is that of requests without one: the empty text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagNames(Vec<String>);

impl Default for TagNames {
    fn default() -> Self {
        TagNames(vec![String::new()])
    }
}

impl TagNames {
    /// The number of a client's tag, a new one where nobody had it yet; `None` when there are too many.
    pub fn add(&mut self, name: &str) -> Option<Tag> {
        let found = self.find(name);
        if found.is_none() && self.0.len() < MOST_TAGS {
            self.0.push(name.to_owned());
            return self.find(name);
        }
        found
    }

    /// The number of a tag, if a client has it.
    pub fn find(&self, name: &str) -> Option<Tag> {
        self.0.iter().position(|known| known == name).map(|at| Tag(at as u8))
    }

    /// What a person calls it; empty for none.
    pub fn name(&self, tag: Tag) -> &str {
        self.0.get(tag.index()).map_or("", String::as_str)
    }

    /// What a filter lets through, in a few words: `#pay`, `not #pay`; empty where it is everything.
    pub fn words(&self, tags: Tags) -> String {
        let named = |wanted: bool| {
            let found = self.all().skip(1).filter(|tag| tags.has(*tag) == wanted);
            found.map(|tag| format!("#{}", self.name(tag))).collect::<Vec<_>>().join(", ")
        };
        match tags {
            Tags::ALL => String::new(),
            _ if tags.has(Tag::NONE) => format!("not {}", named(false)),
            _ => named(true),
        }
    }

    /// All of them, no tag first.
    pub fn all(&self) -> impl Iterator<Item = Tag> {
        (0..self.0.len() as u8).map(Tag)
    }

    /// What a person's filter lets through: `pay` only that tag, `!pay` all but that tag, and empty everything.
    pub fn filter(&self, text: &str) -> Tags {
        let one = |name: &str| self.find(name).map_or(0, |tag| 1 << tag.0);
        match text.strip_prefix('!') {
            Some(name) => Tags(!one(name.trim())),
            None if text.is_empty() => Tags::ALL,
            None => Tags(one(text)),
        }
    }
}

/// Requests that are alike for every link: an operation with a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane {
    /// What they do.
    pub op: Operation,
    /// What their client calls them.
    pub tag: Tag,
}

impl Lane {
    /// Dense index: the operations of one tag stand together, reads first.
    #[inline]
    pub fn index(self) -> usize {
        2 * self.tag.index() + self.op as usize
    }

    /// The lane at a dense index.
    #[inline]
    pub fn at(index: usize) -> Lane {
        Lane { op: Operation::ALL[index % 2], tag: Tag((index / 2) as u8) }
    }

    /// The lane of the same tag with another operation.
    pub fn with(self, op: Operation) -> Lane {
        Lane { op, ..self }
    }
}

/// One value for each lane of a topology. Without tags there are two, which need no allocation.
#[derive(Debug, PartialEq)]
pub struct Lanes<T>(SmallVec<[T; 2]>);

/// Two values are put down as they are: filling a list one by one takes ten times as long.
impl<T: Clone> Clone for Lanes<T> {
    #[inline]
    fn clone(&self) -> Self {
        match &self.0[..] {
            [reads, writes] => Lanes(SmallVec::from_buf([reads.clone(), writes.clone()])),
            all => Lanes(all.iter().cloned().collect()),
        }
    }
}

impl<T: Clone> Lanes<T> {
    /// The same value for every lane of this topology.
    #[inline]
    pub fn new(topology: &Topology, value: T) -> Lanes<T> {
        match topology.lanes().len() {
            2 => Lanes(SmallVec::from_buf([value.clone(), value])),
            count => Lanes(smallvec![value; count]),
        }
    }
}

impl<T> Lanes<T> {
    /// A value for each lane of this topology.
    #[inline]
    pub fn each(topology: &Topology, mut value: impl FnMut(Lane) -> T) -> Lanes<T> {
        match topology.lanes().len() {
            2 => Lanes(SmallVec::from_buf([value(Lane::at(0)), value(Lane::at(1))])),
            _ => Lanes(topology.lanes().map(value).collect()),
        }
    }

    /// All values, in order of the lanes.
    #[inline]
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// All values to be changed, in order of the lanes.
    #[inline]
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.0.iter_mut()
    }

    /// All values with their lanes.
    #[inline]
    pub fn pairs(&self) -> impl Iterator<Item = (Lane, &T)> {
        self.0.iter().enumerate().map(|(index, value)| (Lane::at(index), value))
    }
}

impl Lanes<f64> {
    /// The sum over all tags, by operation.
    #[inline]
    pub fn by_op(&self) -> [f64; 2] {
        if let [reads, writes] = self.0[..] {
            return [reads, writes];
        }
        let mut sums = [0.0; 2];
        self.pairs().for_each(|(lane, value)| sums[lane.op as usize] += value);
        sums
    }
}

impl<T> Index<Lane> for Lanes<T> {
    type Output = T;

    #[inline]
    fn index(&self, lane: Lane) -> &T {
        &self.0[lane.index()]
    }
}

impl<T> IndexMut<Lane> for Lanes<T> {
    #[inline]
    fn index_mut(&mut self, lane: Lane) -> &mut T {
        &mut self.0[lane.index()]
    }
}

/// All lanes of a topology, in order.
pub type AllLanes = std::iter::Map<std::ops::Range<usize>, fn(usize) -> Lane>;

impl Topology {
    /// All lanes, in order of their dense indices.
    #[inline]
    pub fn lanes(&self) -> AllLanes {
        (0..2 * self.tags.0.len()).map(Lane::at)
    }
}
