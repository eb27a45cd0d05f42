//! Parts of the world that a region can lie in, and how long a message takes between them.

/// Where a region lies, by the names of a large provider. The list grows at its end only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Location {
    /// Virginia.
    UsEast1,
    /// Oregon.
    UsWest2,
    /// Montreal.
    CaCentral1,
    /// São Paulo.
    SaEast1,
    /// Ireland.
    EuWest1,
    /// Frankfurt.
    EuCentral1,
    /// Tokyo.
    ApNortheast1,
    /// Seoul.
    ApNortheast2,
    /// Singapore.
    ApSoutheast1,
    /// Sydney.
    ApSoutheast2,
    /// Mumbai.
    ApSouth1,
}

/// Round trips that were measured [ms] (references/defaults: inter-region RTT; Virginia–Mumbai: rules §2).
const MEASURED: [(Location, Location, f64); 14] = {
    use Location::*;
    [
        (UsEast1, CaCentral1, 14.0),
        (UsEast1, UsWest2, 75.0),
        (UsEast1, EuWest1, 75.0),
        (UsEast1, EuCentral1, 89.0),
        (UsEast1, SaEast1, 120.0),
        (UsEast1, ApNortheast1, 145.0),
        (UsEast1, ApNortheast2, 178.0),
        (UsEast1, ApSoutheast1, 217.0),
        (UsEast1, ApSoutheast2, 230.0),
        (UsEast1, ApSouth1, 190.0),
        (EuWest1, EuCentral1, 20.0),
        (EuWest1, ApNortheast1, 212.0),
        (ApSoutheast1, ApNortheast1, 74.0),
        (ApSoutheast1, ApSoutheast2, 175.0),
    ]
};

/// Light in glass needs 1 ms for a round trip of 100 km; cables run about 1.4 times as far as the crow flies, which
/// meets the measured pairs from Virginia within 15 %.
const MS_PER_KM: f64 = 1.4 / 100.0;

impl Location {
    /// All, in the order of the form.
    pub const ALL: [Location; 11] = [
        Location::UsEast1,
        Location::UsWest2,
        Location::CaCentral1,
        Location::SaEast1,
        Location::EuWest1,
        Location::EuCentral1,
        Location::ApNortheast1,
        Location::ApNortheast2,
        Location::ApSoutheast1,
        Location::ApSoutheast2,
        Location::ApSouth1,
    ];

    /// Name in the JSON. Never changes.
    pub fn id(self) -> &'static str {
        match self {
            Location::UsEast1 => "us-east-1",
            Location::UsWest2 => "us-west-2",
            Location::CaCentral1 => "ca-central-1",
            Location::SaEast1 => "sa-east-1",
            Location::EuWest1 => "eu-west-1",
            Location::EuCentral1 => "eu-central-1",
            Location::ApNortheast1 => "ap-northeast-1",
            Location::ApNortheast2 => "ap-northeast-2",
            Location::ApSoutheast1 => "ap-southeast-1",
            Location::ApSoutheast2 => "ap-southeast-2",
            Location::ApSouth1 => "ap-south-1",
        }
    }

    /// Latitude and longitude [degrees].
    fn place(self) -> (f64, f64) {
        match self {
            Location::UsEast1 => (38.9, -77.4),
            Location::UsWest2 => (45.8, -119.7),
            Location::CaCentral1 => (45.5, -73.6),
            Location::SaEast1 => (-23.5, -46.6),
            Location::EuWest1 => (53.3, -6.3),
            Location::EuCentral1 => (50.1, 8.7),
            Location::ApNortheast1 => (35.7, 139.7),
            Location::ApNortheast2 => (37.6, 127.0),
            Location::ApSoutheast1 => (1.3, 103.8),
            Location::ApSoutheast2 => (-33.9, 151.2),
            Location::ApSouth1 => (19.1, 72.9),
        }
    }

    /// The location of this id.
    pub fn find(id: &str) -> Option<Location> {
        Location::ALL.into_iter().find(|location| location.id() == id)
    }

    /// Round trip to another location [ms]: measured where a measurement is known, else by the distance.
    pub fn round_trip_ms(self, other: Location) -> f64 {
        let pair =
            |(a, b, _): &&(Location, Location, f64)| (*a, *b) == (self, other) || (*b, *a) == (self, other);
        match MEASURED.iter().find(pair) {
            _ if self == other => 0.0,
            Some((_, _, ms)) => *ms,
            None => self.kilometers(other) * MS_PER_KM,
        }
    }

    /// Great-circle distance [km], by the haversine formula.
    fn kilometers(self, other: Location) -> f64 {
        let ((lat_a, lon_a), (lat_b, lon_b)) = (self.place(), other.place());
        let half = |a: f64, b: f64| {
            let sine = libm::sin((b - a).to_radians() / 2.0);
            sine * sine
        };
        let across = libm::cos(lat_a.to_radians()) * libm::cos(lat_b.to_radians()) * half(lon_a, lon_b);
        2.0 * 6_371.0 * libm::asin(f64::sqrt((half(lat_a, lat_b) + across).min(1.0)))
    }
}
