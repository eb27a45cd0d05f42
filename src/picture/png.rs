//! The design inside a PNG: one `tEXt` chunk with the fragment of a compact link, which is plain ASCII.
//!
//! The picture itself is never decoded: only the chain of chunks is followed, each of which says its length.

use crc::{CRC_32_ISO_HDLC, Crc, NoTable};

use super::{CUT, FOREIGN};
use crate::design::Design;
use crate::share::{self, Failure, Opened};

/// How every PNG begins.
pub const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// The keyword of our chunk.
const KEYWORD: &[u8] = b"headroom\0";
const CRC: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC);
/// Length, type and checksum of a chunk [bytes].
const FRAME: usize = 12;

/// A chunk: its type, its data, and all of it as it stands in the file.
struct Chunk<'a> {
    kind: &'a [u8],
    data: &'a [u8],
    whole: &'a [u8],
}

/// Puts a design into a PNG, in front of its end; one that was in it goes. `None` when this is no whole PNG.
pub fn embed(png: &[u8], design: &Design) -> Option<Vec<u8>> {
    let (chunks, whole) = chunks(png)?;
    let (end, before) = chunks.split_last().filter(|_| whole)?;
    let mut out = SIGNATURE.to_vec();
    for chunk in before.iter().filter(|chunk| !is_ours(chunk)) {
        out.extend(chunk.whole);
    }
    let text = [KEYWORD, share::compact_fragment(design).as_bytes()].concat();
    out.extend(framed(b"tEXt", &text));
    out.extend(end.whole);
    Some(out)
}

/// Reads the design that a PNG carries.
///
/// # Errors
/// [`Failure`]: no design in it, or a damaged one.
pub fn read(png: &[u8]) -> Result<Opened, Failure> {
    let (chunks, whole) = chunks(png).unwrap_or_default();
    if let Some(chunk) = chunks.iter().find(|chunk| is_ours(chunk)) {
        let text = std::str::from_utf8(&chunk.data[KEYWORD.len()..]);
        let text = text.map_err(|_| Failure::Damaged(CHANGED.to_owned()))?;
        // What such a chunk holds is a compact link, in whose words its own failures are.
        return share::open_fragment(text).map_err(|failure| match failure {
            Failure::Absent | Failure::Damaged(_) => Failure::Damaged(CHANGED.to_owned()),
            other => other,
        });
    }
    Err(Failure::Damaged(if whole { FOREIGN } else { CUT }.to_owned()))
}

const CHANGED: &str = "The design in this picture is damaged: something in the file was changed. Save the picture again where it was made.";

fn is_ours(chunk: &Chunk) -> bool {
    chunk.kind == b"tEXt" && chunk.data.starts_with(KEYWORD)
}

/// The chunks up to the end or to where the file breaks off, and whether the end was there.
fn chunks(png: &[u8]) -> Option<(Vec<Chunk<'_>>, bool)> {
    let mut rest = png.strip_prefix(&SIGNATURE)?;
    let mut found = Vec::new();
    loop {
        let Some((chunk, after)) = first_chunk(rest) else { return Some((found, false)) };
        let is_end = chunk.kind == b"IEND";
        found.push(chunk);
        if is_end {
            return Some((found, true));
        }
        rest = after;
    }
}

fn first_chunk(bytes: &[u8]) -> Option<(Chunk<'_>, &[u8])> {
    let length = u32::from_be_bytes(bytes.first_chunk::<4>().copied()?) as usize;
    let end = length.checked_add(FRAME).filter(|end| *end <= bytes.len())?;
    let (whole, rest) = bytes.split_at(end);
    Some((Chunk { kind: &whole[4..8], data: &whole[8..8 + length], whole }, rest))
}

fn framed(kind: &[u8], data: &[u8]) -> Vec<u8> {
    let body = [kind, data].concat();
    let length = u32::try_from(data.len()).expect("no chunk is longer than the file that it was read from");
    [&length.to_be_bytes()[..], &body, &CRC.checksum(&body).to_be_bytes()].concat()
}
