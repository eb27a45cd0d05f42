//! Messages as bytes: both ends are one program, so nothing is named and nothing is described. Reading them back is a
//! third of the code that reading JSON takes, which would name each field of each report twice.
//!
//! Whole numbers are varints (seven bits a byte, the lowest first; signed ones zigzag), floats the eight bytes of their
//! bits, texts and lists a length and their parts, structs their fields, an option a byte, an enum the place of its variant.
//! A field that is left out because it is empty is a zero, as an empty list and nothing are.

mod reader;
mod writer;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A message as bytes.
pub fn write<T: Serialize>(message: &T) -> Vec<u8> {
    writer::write(message)
}

/// Reads what [`write`] wrote; `None` for anything else.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    reader::read(bytes)
}

/// What is no message; there is nobody to tell the reason.
#[derive(Debug)]
struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not a message")
    }
}

impl std::error::Error for Broken {}

impl serde::ser::Error for Broken {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Broken
    }
}

/// Each default of these would bring the words for its reason along.
impl serde::de::Error for Broken {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Broken
    }

    fn invalid_type(_: serde::de::Unexpected, _: &dyn serde::de::Expected) -> Self {
        Broken
    }

    fn invalid_value(_: serde::de::Unexpected, _: &dyn serde::de::Expected) -> Self {
        Broken
    }

    fn invalid_length(_: usize, _: &dyn serde::de::Expected) -> Self {
        Broken
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Broken
    }

    fn missing_field(_: &'static str) -> Self {
        Broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Plan;
    use crate::engine::simulate::measure;
    use crate::job::{FromWorker, ToWorker};

    fn there_and_back<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(message: &T) {
        let bytes = write(message);
        assert_eq!(read::<T>(&bytes).as_ref(), Some(message));
        // A message that was cut off is none, wherever it was cut.
        for end in 0..bytes.len().min(300) {
            assert_eq!(read::<T>(&bytes[..end]), None, "{end}");
        }
        assert_eq!(read::<T>(&[&bytes[..], &[0]].concat()), None);
    }

    #[test]
    fn messages_come_back_as_they_were() {
        let design = "{“ü”}".to_owned();
        let plan = Plan { seed: u64::MAX, duration_s: 10.0, warmup_s: 0.1 };
        there_and_back(&ToWorker::Measure { run: 300, design: design.clone(), plan });
        there_and_back(&ToWorker::Kill { run: 7, node: 2, instance: Some(1), dead: true });
        there_and_back(&ToWorker::Kill { run: 7, node: 2, instance: None, dead: false });
        there_and_back(&FromWorker::Ready);
        there_and_back(&FromWorker::Failed { run: 0, text: design });
    }

    #[test]
    fn reports_come_back_to_the_last_bit() {
        for example in crate::examples::EXAMPLES {
            let (topology, _) = crate::topology::build(&example.design());
            let plan = Plan { seed: 7, duration_s: 2.0, warmup_s: 1.0 };
            let report = Box::new(measure(&topology, &plan));
            there_and_back(&FromWorker::Live { run: 1, report });
        }
    }

    #[test]
    fn what_is_left_out_of_a_struct_because_it_is_empty_does_not_shift_what_follows() {
        let (topology, _) = crate::topology::build(&crate::examples::EXAMPLES[0].design());
        let mut report = measure(&topology, &Plan { seed: 7, duration_s: 2.0, warmup_s: 1.0 });
        report.nodes.iter_mut().for_each(|node| node.levels.clear());
        report.phases =
            vec![crate::report::Phase { from_s: 0.5, until_s: 2.0, traffic: report.total.clone() }];
        assert!(report.by_client.is_empty() && report.faults.is_empty());
        there_and_back(&FromWorker::Live { run: 1, report: Box::new(report) });
    }
}
