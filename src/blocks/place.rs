//! Where in the world a group lies.

use super::param::{Choice, Fixed, Kind, Param, Reader, Unit};
use crate::design::location::Location;

/// Where a region lies; without a location, distances cost nothing.
pub const LOCATION: Param = Param {
    id: "location",
    label: "Where it lies",
    doc: "Links between zones and regions that lie somewhere take as long as messages do between them.",
    unit: Unit::None,
    kind: Kind::Choice(&[
        Choice { id: "nowhere", label: "Nowhere in particular", doc: "Distances cost nothing." },
        Choice { id: "us-east-1", label: "Virginia", doc: "America, east." },
        Choice { id: "us-west-2", label: "Oregon", doc: "America, west." },
        Choice { id: "ca-central-1", label: "Montreal", doc: "Canada." },
        Choice { id: "sa-east-1", label: "São Paulo", doc: "South America." },
        Choice { id: "eu-west-1", label: "Ireland", doc: "Europe, west." },
        Choice { id: "eu-central-1", label: "Frankfurt", doc: "Europe, middle." },
        Choice { id: "ap-northeast-1", label: "Tokyo", doc: "Japan." },
        Choice { id: "ap-northeast-2", label: "Seoul", doc: "Korea." },
        Choice { id: "ap-southeast-1", label: "Singapore", doc: "Asia, south-east." },
        Choice { id: "ap-southeast-2", label: "Sydney", doc: "Australia." },
        Choice { id: "ap-south-1", label: "Mumbai", doc: "India." },
    ]),
    default: Fixed::Choice("nowhere"),
    source: "Neutral; round trips from references/defaults, else by the distance",
    when: None,
};

/// The location that these values say.
pub fn location(read: &Reader) -> Option<Location> {
    Location::find(read.choice(LOCATION.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_location_can_be_chosen() {
        let Kind::Choice(choices) = LOCATION.kind else { panic!("a choice") };
        let ids: Vec<&str> = choices[1..].iter().map(|choice| choice.id).collect();
        assert_eq!(ids, Location::ALL.map(Location::id));
    }

    #[test]
    fn unmeasured_ways_follow_the_distance() {
        let trip = |a: &str, b: &str| {
            let find = |id| Location::find(id).expect("a location");
            find(a).round_trip_ms(find(b))
        };
        assert_eq!(trip("ap-south-1", "us-east-1"), 190.0);
        assert_eq!(trip("eu-west-1", "eu-west-1"), 0.0);
        // Frankfurt to Singapore is 10,300 km.
        assert!((trip("eu-central-1", "ap-southeast-1") - 144.0).abs() < 5.0);
    }
}
