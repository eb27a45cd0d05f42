//! SQL database: a primary that takes the writes, read replicas that help with reads, a standby that waits.

use super::param::{Choice, Fixed, Kind, Param, Reader, Unit, Values};
use super::{About, Block, Family, Learn, Lowered, life, machine, service, store};
use crate::report::Cause;
use crate::topology::{Data, Partition, Price, Reads, ShardBy, Shards, Spare, Station, Store, nanoseconds};

pub struct SqlDatabase;

impl Block for SqlDatabase {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn lower(&self, values: &Values) -> Lowered {
        let read = Reader::new(ABOUT.params, values);
        let replicas = read.count("replicas");
        let second = read.choice("standby");
        let standby = second != "none";
        let instances = read.count("shards") * (1 + replicas + u32::from(standby));
        let share = 1.0 / read.number("shards");
        let data = Data { memory: store::memory(&read, share), ..store::data(&read, share) };
        let needed = data.disk_gb.unwrap_or(read.number("data_gb").max(data.gb));
        let disk = needed * store::DISK_GB;
        // A cold standby is a backup on disk, a warm one a small machine.
        let missing = match second {
            "cold" => 1.0,
            "warm" => 1.0 - read.number("capacity"),
            _ => 0.0,
        };
        let nodes = f64::from(instances) - read.number("shards") * missing;
        Lowered {
            station: Station::Store(Store {
                replicas,
                standby,
                promotion_s: match second {
                    "cold" => read.number("cold_s"),
                    "warm" => read.number("warm_s"),
                    "multi-primary" => 0.0,
                    _ => read.number("failover_s"),
                },
                reads: match read.choice("reads_from") {
                    "primary" => Reads::Primary,
                    "replicas" => Reads::Replicas,
                    _ => Reads::All,
                },
                replay: read.number("replay"),
                lag_ns: nanoseconds(read.number("lag_ms") / 1e3),
                sync: read.count("sync"),
                nearest: read.flag("nearest"),
                partition: match read.choice("partition") {
                    "cp" => Partition::Refuse,
                    "ap" => Partition::GoOn,
                    _ => Partition::Promote,
                },
                multi: second == "multi-primary",
                spare: spare(&read),
                refresh_ns: 0,
                ring: None,
                data,
                shards: shards(&read),
            }),
            servers: store::servers(&read, instances, store::scan_s(&read, share), Cause::PoolExhausted),
            price: Price {
                month: nodes * read.number("price_month") + f64::from(instances) * disk,
                million_calls: 0.0,
                egress_gb: machine::EGRESS_GB,
            },
            managed: false,
        }
    }
}

fn spare(read: &Reader) -> Spare {
    match read.choice("standby") {
        "cold" => Spare { backup_ns: nanoseconds(3600.0 * read.number("backup_h")), weak: None },
        "warm" => Spare { backup_ns: 0, weak: Some((read.number("capacity"), read.number("grow_s"))) },
        _ => Spare::default(),
    }
}

fn shards(read: &Reader) -> Shards {
    Shards {
        count: read.count("shards"),
        by: match read.choice("shard_by") {
            "range" => ShardBy::Range,
            "owner" => ShardBy::Owner,
            _ => ShardBy::Key,
        },
        scatter: read.number("scatter"),
    }
}

static ABOUT: About = About {
    id: "sql-database",
    name: "SQL database",
    doc: "Keeps the data: the primary takes every write, replicas help with reads.",
    icon: "db",
    family: Family::Data,
    accepts_calls: true,
    makes_calls: false,
    params: &[
        Param {
            id: "replicas",
            label: "Read replicas",
            doc: "Copies that answer reads and apply every write of the primary.",
            unit: Unit::None,
            kind: Kind::Integer { min: 0.0, max: 50.0 },
            default: Fixed::Number(0.0),
            source: "Neutral",
            when: None,
        },
        Param {
            id: "reads_from",
            label: "Reads go to",
            doc: "Which nodes answer reads. Without replicas it is the primary.",
            unit: Unit::None,
            kind: Kind::Choice(&[
                Choice {
                    id: "all",
                    label: "Primary and replicas",
                    doc: "In turn; a replica may be a little behind.",
                },
                Choice { id: "primary", label: "Primary", doc: "Never behind, and replicas do not help." },
                Choice { id: "replicas", label: "Replicas", doc: "Keeps the primary free for writes." },
            ]),
            default: Fixed::Choice("all"),
            source: "rules 3.2",
            when: None,
        },
        Param {
            id: "shards",
            label: "Shards",
            doc: "Pieces that the data is cut into, each with a primary, replicas and a standby of its own.",
            unit: Unit::None,
            kind: Kind::Integer { min: 1.0, max: 100.0 },
            default: Fixed::Number(1.0),
            source: "Neutral: in one piece",
            when: None,
        },
        Param {
            id: "shard_by",
            label: "Cut by",
            doc: "What decides in which shard a key lies.",
            unit: Unit::None,
            kind: Kind::Choice(&[
                Choice { id: "key", label: "Key", doc: "By its hash: even, unless one key is hot." },
                Choice {
                    id: "range",
                    label: "Range",
                    doc: "Ids in order: what is new all goes to the last shard.",
                },
                Choice {
                    id: "owner",
                    label: "Owner",
                    doc: "All of one seller or customer together: queries stay in one shard, and a large owner fills it.",
                },
            ]),
            default: Fixed::Choice("key"),
            source: "rules 1.9",
            when: None,
        },
        Param {
            id: "scatter",
            label: "Reads across shards",
            doc: "Share of the reads that no single shard can answer: they ask all and wait for the slowest.",
            unit: Unit::Share,
            kind: Kind::Number { min: 0.0, max: 1.0 },
            default: Fixed::Number(0.0),
            source: "Neutral: every read knows its key",
            when: None,
        },
        Param {
            id: "standby",
            label: "Standby",
            doc: "A copy that takes no traffic until the primary has died.",
            unit: Unit::None,
            kind: Kind::Choice(&[
                Choice {
                    id: "none",
                    label: "None",
                    doc: "A person restores the primary; replicas go on answering reads.",
                },
                Choice {
                    id: "cold",
                    label: "Cold: a backup",
                    doc: "A machine is set up and the latest backup restored; all that came after it is lost.",
                },
                Choice {
                    id: "warm",
                    label: "Warm standby",
                    doc: "Follows the primary on a small machine, and grows once it is promoted.",
                },
                Choice {
                    id: "hot",
                    label: "Hot standby",
                    doc: "Runs all the time and is promoted by itself.",
                },
                Choice {
                    id: "multi-primary",
                    label: "Second primary",
                    doc: "Both take writes all the time; both may change the same key before they hear of each other.",
                },
            ]),
            default: Fixed::Choice("none"),
            source: "Neutral",
            when: None,
        },
        Param {
            id: "cold_s",
            label: "Restoring takes",
            doc: "Time to set up a machine and restore the backup, once the death has been noticed.",
            unit: Unit::Seconds,
            kind: Kind::Number { min: 0.0, max: 604_800.0 },
            default: Fixed::Number(14_400.0),
            source: "Hours (rules 2)",
            when: Some(("standby", "cold")),
        },
        Param {
            id: "backup_h",
            label: "Backup every",
            doc: "Hours between two backups: a failover loses what was written since the latest.",
            unit: Unit::None,
            kind: Kind::Number { min: 0.01, max: 720.0 },
            default: Fixed::Number(24.0),
            source: "Judgement: nightly",
            when: Some(("standby", "cold")),
        },
        Param {
            id: "warm_s",
            label: "Promotion takes",
            doc: "Time until the small machine takes the traffic, once the death has been noticed.",
            unit: Unit::Seconds,
            kind: Kind::Number { min: 0.0, max: 86_400.0 },
            default: Fixed::Number(300.0),
            source: "Minutes (rules 2)",
            when: Some(("standby", "warm")),
        },
        Param {
            id: "capacity",
            label: "Size while it waits",
            doc: "Cores and price of the warm standby as a share of a full node.",
            unit: Unit::Share,
            kind: Kind::Number { min: 0.05, max: 1.0 },
            default: Fixed::Number(0.25),
            source: "Judgement: two sizes smaller",
            when: Some(("standby", "warm")),
        },
        Param {
            id: "grow_s",
            label: "Growing takes",
            doc: "Time from the promotion until it has all its cores.",
            unit: Unit::Seconds,
            kind: Kind::Number { min: 0.0, max: 86_400.0 },
            default: Fixed::Number(600.0),
            source: "Judgement: a change of size takes minutes",
            when: Some(("standby", "warm")),
        },
        Param {
            id: "failover_s",
            label: "Promotion takes",
            doc: "Time to promote the standby once the death has been noticed. Noticing comes on top: seconds with \
                  monitoring, many minutes without.",
            unit: Unit::Seconds,
            kind: Kind::Number { min: 0.0, max: 86_400.0 },
            default: Fixed::Number(30.0),
            source: "Hot standby: 30 s and detection (rules 2); RDS 60–120 s in all (references/defaults)",
            when: Some(("standby", "hot")),
        },
        Param {
            doc: "Queries that one node works on at the same moment.",
            default: Fixed::Number(8.0),
            source: "Four db.m5.large (rules 3.2)",
            ..machine::CORES
        },
        Param {
            id: "read_ms",
            label: "Read takes",
            doc: "Mean time of a core for one read.",
            unit: Unit::Milliseconds,
            kind: Kind::Number { min: 0.0, max: 600_000.0 },
            default: Fixed::Number(2.0),
            source: "Real queries, 1,000–10,000 a second on 8 cores (references/defaults)",
            when: None,
        },
        Param {
            id: "write_ms",
            label: "Write takes",
            doc: "Mean time of a core for one write.",
            unit: Unit::Milliseconds,
            kind: Kind::Number { min: 0.0, max: 600_000.0 },
            default: Fixed::Number(4.0),
            source: "Twice a read (rules 3.2)",
            when: None,
        },
        service::SHAPE,
        service::CV,
        Param {
            id: "replay",
            label: "Replay costs",
            doc: "Work of one write at each replica, as a share of its work at the primary: why replicas never scale writes.",
            unit: Unit::Share,
            kind: Kind::Number { min: 0.0, max: 1.0 },
            default: Fixed::Number(0.5),
            source: "rules 1.8",
            when: None,
        },
        Param {
            id: "lag_ms",
            label: "Copies lag by",
            doc: "Time from a write's commit until it reaches replicas and standby. A read there misses what is younger, and \
                  a failover loses it.",
            unit: Unit::Milliseconds,
            kind: Kind::Number { min: 0.0, max: 86_400_000.0 },
            default: Fixed::Number(0.0),
            source: "Format 1: at once; usually 10 ms to seconds (references/defaults)",
            when: None,
        },
        Param {
            id: "sync",
            label: "Copies that must confirm",
            doc: "Replicas and standbys that must have a write before it is acknowledged: no loss, at the price of their \
                  lag in every write. A dead one blocks writes until its check removes it. 0 is asynchronous.",
            unit: Unit::None,
            kind: Kind::Integer { min: 0.0, max: 50.0 },
            default: Fixed::Number(0.0),
            source: "Format 1: asynchronous",
            when: None,
        },
        Param {
            id: "partition",
            label: "Cut off from each other",
            doc: "What the sides do when some nodes cannot reach the others.",
            unit: Unit::None,
            kind: Kind::Choice(&[
                Choice {
                    id: "promote",
                    label: "Promotes a standby",
                    doc: "As after a death: the side that is not cut off promotes its standby, if it has one.",
                },
                Choice {
                    id: "cp",
                    label: "Refuses (CP)",
                    doc: "Only a side with a majority of the nodes answers. Where their number is even, monitoring has a vote: of \
                          two sites the one without it refuses.",
                },
                Choice {
                    id: "ap",
                    label: "Goes on (AP)",
                    doc: "Reads go on everywhere, and may be old; writes go on wherever a primary is: with two, on both \
                          sides, and may conflict.",
                },
            ]),
            default: Fixed::Choice("promote"),
            source: "Format 1; the choice is of rules 1.8",
            when: None,
        },
        store::NEAREST,
        Param {
            id: "connections",
            label: "Connections",
            doc: "Queries that one node holds, at work or waiting for a core; more are refused at once.",
            unit: Unit::None,
            kind: Kind::Integer { min: 1.0, max: 100_000.0 },
            default: Fixed::Number(500.0),
            source: "Judgement: PostgreSQL allows 100 unless told otherwise, providers several hundred",
            when: None,
        },
        Param {
            label: "Price of a node",
            doc: "Cost of one node a month, whether primary, replica or standby. Set it with the cores.",
            default: Fixed::Number(499.32),
            source: "Four db.m5.large on demand, us-east-1 (rules 3.2)",
            ..machine::PRICE_MONTH
        },
        store::DATA,
        store::ROWS,
        store::ROW_BYTES,
        store::GROWTH,
        store::DISK,
        store::RAM,
        store::DISK_MS,
        store::INDEX,
        machine::NETWORK,
        life::MTTF,
        life::MTTR,
        life::COVERAGE,
        life::MANUAL_S,
        life::CREWS,
        life::STANDBY_RATE,
    ],
    initial: &[],
    initial_link: &[],
    learn: Learn {
        what: "Tables with relations and transactions. One node, the primary, takes all writes; replicas copy it a moment \
               later and answer reads. A standby is a copy that waits for the primary's death.",
        like: "An accountant with one ledger. Clerks may read from carbon copies, but only the accountant writes.",
        when: "Whenever data belongs together and must be right. Start with one; most products never outgrow it.",
        costs: "The dearest machine of the house, times the copies. A replica adds a little less than its own capacity, \
                because it also repeats every write, and what it answers may be old.",
        fails: "Writes have one place to go: when the primary is full, replicas do not help, and when it dies, writes stop \
                until a standby is promoted. Cut in two, it is for you to choose: the side without a majority refuses (CP), or both go \
                on and what was changed on both must be merged (AP). A replica is no backup: it repeats a mistaken delete within the second.",
        products: "PostgreSQL, MySQL, SQL Server, Amazon RDS and Aurora, Cloud SQL",
    },
};
