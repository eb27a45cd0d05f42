//! What stands behind the `#` of a link: readable (`design=` and URL-encoded JSON) or compact (`d1.`).
//!
//! Compact is base64url, without padding, of the raw deflate stream of the JSON followed by the CRC-32 (IEEE, big
//! endian) of the JSON. A stream that ends too early was cut off; a wrong checksum was changed on its way.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use crc::{CRC_32_ISO_HDLC, Crc, NoTable};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{Failure, MAX_ENCODED, MAX_TEXT, Opened, damaged, from_json};

/// Stands before the design in the address, or in its query, when the page is shown inside another one.
pub const EMBED: &str = "embed=1";

const READABLE: &str = "design=";
const COMPACT: &str = "d1.";
const CHECKSUM: usize = 4;
const CRC: Crc<u32, NoTable> = Crc::<u32, NoTable>::new(&CRC_32_ISO_HDLC);
const CUT: &str = "This link is cut off: its end is missing. Copy the whole link again.";
const CHANGED: &str = "This link is damaged: something in it was changed on its way. Copy the link again.";

/// What every tool leaves alone in the middle of a link.
const ENCODED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Padding is neither written nor needed; both are read.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Readable fragment of a design's JSON.
pub fn readable(json: &str) -> String {
    format!("{READABLE}{}", utf8_percent_encode(json, &ENCODED))
}

/// Compact fragment of a design's JSON.
pub fn compact(json: &str) -> String {
    let mut bytes = miniz_oxide::deflate::compress_to_vec(json.as_bytes(), 10);
    bytes.extend(CRC.checksum(json.as_bytes()).to_be_bytes());
    format!("{COMPACT}{}", BASE64.encode(bytes))
}

/// Whether what stands behind the `#` asks for a page without what stands around the canvas.
pub fn is_embed(fragment: &str) -> bool {
    let fragment = fragment.trim_start_matches('#').trim();
    fragment == EMBED || without_embed(fragment) != fragment
}

fn without_embed(fragment: &str) -> &str {
    fragment.strip_prefix(EMBED).and_then(|rest| rest.strip_prefix('&')).unwrap_or(fragment)
}

/// Opens what stands behind the `#` of a link, with or without the `#`.
///
/// # Errors
/// [`Failure`], each kind with its own words.
pub fn open_fragment(fragment: &str) -> Result<Opened, Failure> {
    let fragment = without_embed(fragment.strip_prefix('#').unwrap_or(fragment).trim());
    if fragment.len() > MAX_ENCODED {
        return Err(Failure::TooLarge(format!(
            "This link is too long: {} bytes, and at most {MAX_ENCODED} are read.",
            fragment.len()
        )));
    }
    if let Some(encoded) = fragment.strip_prefix(READABLE) {
        return from_json(&from_readable(encoded)?);
    }
    if let Some(encoded) = fragment.strip_prefix(COMPACT) {
        return from_json(&from_compact(encoded)?);
    }
    Err(newer_compact(fragment).unwrap_or(Failure::Absent))
}

/// `d2.` and so on: a compact link of a format to come.
fn newer_compact(fragment: &str) -> Option<Failure> {
    let (format, _) = fragment.strip_prefix('d')?.split_once('.')?;
    let format: u64 = format.parse().ok()?;
    (format > 1).then_some(Failure::Newer(format))
}

fn from_readable(encoded: &str) -> Result<String, Failure> {
    let once = percent_decoded(encoded)?;
    // Some mail and chat tools encode a link twice; JSON never begins with a percent sign.
    let json = if once.starts_with('%') { percent_decoded(&once)? } else { once };
    if json.is_empty() { damaged(CUT) } else { Ok(json) }
}

fn percent_decoded(encoded: &str) -> Result<String, Failure> {
    // An escape is a percent sign and two digits: one too short was the end of what arrived.
    if encoded.bytes().rev().take(2).any(|byte| byte == b'%') {
        return damaged(CUT);
    }
    match percent_decode_str(encoded).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        // A cut in the middle of a letter outside ASCII leaves half of it at the end.
        Err(error) if error.error_len().is_none() => damaged(CUT),
        Err(_) => damaged(CHANGED),
    }
}

fn from_compact(encoded: &str) -> Result<String, Failure> {
    let bytes = match BASE64.decode(encoded) {
        Ok(bytes) => bytes,
        Err(base64::DecodeError::InvalidByte(..)) => return damaged(CHANGED),
        // The rest of base64's errors are about a group of characters that is not whole.
        Err(_) => return damaged(CUT),
    };
    let (json, rest) = inflate(&bytes)?;
    if rest.len() < CHECKSUM {
        return damaged(CUT);
    }
    if rest != CRC.checksum(&json).to_be_bytes() {
        return damaged(CHANGED);
    }
    String::from_utf8(json).or_else(|_| damaged(CHANGED))
}

/// Inflates up to the limit; gives the text and what follows the stream.
fn inflate(bytes: &[u8]) -> Result<(Vec<u8>, &[u8]), Failure> {
    let mut state = Box::<DecompressorOxide>::default();
    let mut out = vec![0; (bytes.len() * 4).clamp(1024, MAX_TEXT)];
    let (mut taken, mut written) = (0, 0);
    loop {
        let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let (status, more_taken, more_written) =
            decompress(&mut state, &bytes[taken..], &mut out, written, flags);
        taken += more_taken;
        written += more_written;
        match status {
            TINFLStatus::Done => break,
            TINFLStatus::HasMoreOutput if out.len() < MAX_TEXT => {
                out.resize((out.len() * 2).min(MAX_TEXT), 0)
            }
            TINFLStatus::HasMoreOutput => {
                let text = format!("This link is too large: it unpacks to more than {MAX_TEXT} bytes.");
                return Err(Failure::TooLarge(text));
            }
            TINFLStatus::NeedsMoreInput | TINFLStatus::FailedCannotMakeProgress => return damaged(CUT),
            _ => return damaged(CHANGED),
        }
    }
    out.truncate(written);
    Ok((out, &bytes[taken..]))
}
