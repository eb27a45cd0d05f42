//! Remedies for names that are not known: the one that was probably meant, or all that there are.

/// ` Did you mean “cores”?`, or ` There is: …` when nothing is near; to be put behind a sentence.
pub(super) fn remedy<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    if let Some(meant) = nearest(name, known.clone()) {
        return format!(" Did you mean “{meant}”?");
    }
    let all: Vec<&str> = known.collect();
    if all.is_empty() { String::new() } else { format!(" There is: {}.", all.join(", ")) }
}

/// The known name with the fewest edits, when that is few enough to be a slip; the first of several.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_ascii_lowercase();
    let edits = |other: &'a str| {
        // The unit was forgotten, or a part of the name.
        let part = name.len() >= 3 && (other.starts_with(&name) || name.starts_with(other));
        (if part { 1 } else { distance(&name, other) }, other)
    };
    let few = name.chars().count().div_ceil(3);
    let best = known.map(edits).reduce(|best, other| if other.0 < best.0 { other } else { best })?;
    (best.0 <= few).then_some(best.1)
}

/// Fewest letters to insert, remove, replace, or exchange with the next one (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        (before, last) = (last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_names_what_was_meant_and_anything_else_all_that_there_is() {
        let known = ["cores", "service_ms", "queue", "latency_ms"];
        let remedy = |name| remedy(name, known.into_iter());
        for (slip, meant) in [
            ("core", "cores"),
            ("croes", "cores"),
            ("Cores", "cores"),
            ("service_sm", "service_ms"),
            ("latency", "latency_ms"),
            ("queues", "queue"),
        ] {
            assert_eq!(remedy(slip), format!(" Did you mean “{meant}”?"));
        }
        for other in ["wibble", "x", "", "ms", "price_month"] {
            assert_eq!(remedy(other), " There is: cores, service_ms, queue, latency_ms.");
        }
    }

    /// The textbook pairs.
    #[test]
    fn the_distance_counts_edits() {
        let pairs = [("kitten", "sitting", 3), ("", "abc", 3), ("ab", "ba", 1), ("flaw", "lawn", 2)];
        for (a, b, edits) in pairs {
            assert_eq!((distance(a, b), distance(b, a)), (edits, edits), "{a} {b}");
        }
    }
}
