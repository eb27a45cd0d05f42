//! What the sender's run gave, carried in the link as `"result"`: whoever opens it runs again and compares.

use serde_json::Value as Json;

use super::notes::Notes;
use crate::ENGINE_VERSION;

/// The digest of a *measure* report and the engine that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Version of the engine's arithmetic.
    pub engine: u32,
    /// Digest of the report, 16 hex digits.
    pub digest: String,
}

/// How a claim compares with a run made here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sameness {
    /// The same result to the last bit.
    Same,
    /// Another result by the same engine: something is wrong.
    Different,
    /// The sender's engine was another version, so nothing follows; holds that version.
    OtherEngine(u32),
}

const ENGINE_DIGITS: usize = 4;
const DIGITS: usize = ENGINE_DIGITS + 16;

impl Claim {
    /// The claim that this engine's run gave this digest.
    pub fn new(digest: &str) -> Self {
        Claim { engine: ENGINE_VERSION, digest: digest.to_owned() }
    }

    /// Compares with the digest of the same run made here.
    pub fn compare(&self, digest: &str) -> Sameness {
        if self.engine != ENGINE_VERSION {
            return Sameness::OtherEngine(self.engine);
        }
        if self.digest == digest { Sameness::Same } else { Sameness::Different }
    }

    /// Hex digits: four of the engine's version, then the digest.
    pub(super) fn to_text(&self) -> String {
        format!("{:0ENGINE_DIGITS$x}{}", self.engine, self.digest)
    }

    fn from_text(text: &str) -> Option<Claim> {
        let whole = text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let (engine, digest) = whole.then(|| text.split_at(ENGINE_DIGITS))?;
        Some(Claim { engine: u32::from_str_radix(engine, 16).ok()?, digest: digest.to_ascii_lowercase() })
    }
}

/// Reads the field `result`, if any.
pub(super) fn read(field: Option<&Json>, notes: &mut Notes) -> Option<Claim> {
    let field = field?;
    let claim = field.as_str().and_then(Claim::from_text);
    if claim.is_none() {
        notes.add("result", format!("The sender's result must be {DIGITS} hex digits: left out."));
    }
    claim
}
