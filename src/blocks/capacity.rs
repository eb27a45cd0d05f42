//! The parameters that blocks of compute share: sizes of machines, autoscaling, the order of serving, errors.

use super::machine;
use super::param::{Choice, Fixed, Kind, Param, Reader, Unit};
use crate::topology::{Discipline, Scaling};

/// A size of machine: cores, memory [GB], price [USD/month].
struct Size {
    choice: Choice,
    cores: u32,
    month: f64,
}

const fn size(id: &'static str, label: &'static str, doc: &'static str, cores: u32, month: f64) -> Size {
    Size { choice: Choice { id, label, doc }, cores, month }
}

/// Sizes on demand in us-east-1 at 730 h a month (references/defaults), by rising price.
const SIZES: [Size; 11] = [
    size("t3-micro", "t3.micro, 2 cores, 1 GB", "Burstable; $7.59 a month.", 2, 7.59),
    size("t3-small", "t3.small, 2 cores, 2 GB", "Burstable; $15.18 a month.", 2, 15.18),
    size("t3-medium", "t3.medium, 2 cores, 4 GB", "Burstable; $30.37 a month.", 2, 30.37),
    size("m6g-large", "m6g.large, 2 cores, 8 GB", "Arm; $56.21 a month.", 2, 56.21),
    size("m7g-large", "m7g.large, 2 cores, 8 GB", "Newer Arm; $59.57 a month.", 2, 59.57),
    size("c5-large", "c5.large, 2 cores, 4 GB", "For computing; $62.05 a month.", 2, 62.05),
    size("m5-large", "m5.large, 2 cores, 8 GB", "General; $70.08 a month.", 2, 70.08),
    size("c5-xlarge", "c5.xlarge, 4 cores, 8 GB", "For computing; $124.10 a month.", 4, 124.10),
    size("m5-xlarge", "m5.xlarge, 4 cores, 16 GB", "General; $140.16 a month.", 4, 140.16),
    size("r5-xlarge", "r5.xlarge, 4 cores, 32 GB", "Much memory; $183.96 a month.", 4, 183.96),
    size("m5-2xlarge", "m5.2xlarge, 8 cores, 32 GB", "General; $280.32 a month.", 8, 280.32),
];

const CHOICES: [Choice; 1 + SIZES.len()] = {
    let custom = Choice { id: "custom", label: "Custom", doc: "Cores and price as you set them." };
    let mut all = [custom; 1 + SIZES.len()];
    let mut i = 0;
    while i < SIZES.len() {
        all[i + 1] = SIZES[i].choice;
        i += 1;
    }
    all
};

/// Size of the machine: cores and price.
pub const MACHINE: Param = Param {
    id: "machine",
    label: "Machine",
    doc: "Its size: cores, memory and price. A bigger machine is the first way to scale, until there is none.",
    kind: Kind::Choice(&CHOICES),
    default: Fixed::Choice("custom"),
    source: "AWS us-east-1, on demand (references/defaults)",
    ..Param::BLANK
};

/// Cores, where the size is custom.
pub const CORES: Param = Param { when: Some(("machine", "custom")), ..machine::CORES };

/// Price, where the size is custom.
pub const PRICE_MONTH: Param = Param { when: Some(("machine", "custom")), ..machine::PRICE_MONTH };

/// Cores of one instance and its price a month.
pub fn machine(read: &Reader) -> (u32, f64) {
    let chosen = read.choice(MACHINE.id);
    match SIZES.iter().find(|size| size.choice.id == chosen) {
        Some(size) => (size.cores, size.month),
        None => (read.count(CORES.id), read.number(PRICE_MONTH.id)),
    }
}

/// Whether instances come and go.
pub const AUTOSCALING: Param = Param {
    id: "autoscaling",
    label: "Autoscaling",
    doc: "Instances come and go with the load. The bill counts those at the start.",
    ..Param::BLANK
};

const ON: Option<(&str, &str)> = Some(("autoscaling", "true"));

/// Fewest instances.
pub const SCALE_MIN: Param = Param {
    id: "min_instances",
    label: "At least",
    doc: "Instances that always run.",
    kind: Kind::Integer { min: 1.0, max: 1_000.0 },
    default: Fixed::Number(1.0),
    when: ON,
    ..Param::BLANK
};

/// Most instances.
pub const SCALE_MAX: Param = Param {
    id: "max_instances",
    label: "At most",
    doc: "Instances at most; the ladder counts these.",
    kind: Kind::Integer { min: 1.0, max: 1_000.0 },
    default: Fixed::Number(10.0),
    source: "Judgement",
    when: ON,
    ..Param::BLANK
};

/// Busy share aimed at.
pub const SCALE_TARGET: Param = Param {
    id: "target_busy",
    label: "Aims at",
    doc: "Busy share of the cores that it aims at: what is left must last until new instances have booted.",
    unit: Unit::Share,
    kind: Kind::Number { min: 0.05, max: 1.0 },
    default: Fixed::Number(0.6),
    source: "Judgement: 50 to 70 % is usual",
    when: ON,
};

/// Boot delay.
pub const SCALE_BOOT: Param = Param {
    id: "boot_s",
    label: "Boot delay",
    doc: "From the decision until a new instance serves.",
    unit: Unit::Seconds,
    kind: Kind::Number { min: 0.0, max: 3_600.0 },
    default: Fixed::Number(60.0),
    source: "Judgement: a virtual machine with its software; a container takes a few seconds",
    when: ON,
};

/// Cool-down.
pub const SCALE_COOLDOWN: Param = Param {
    id: "cooldown_s",
    label: "Cool-down",
    doc: "Time after a change before an instance is taken away; it finishes what it holds.",
    unit: Unit::Seconds,
    kind: Kind::Number { min: 0.0, max: 86_400.0 },
    default: Fixed::Number(300.0),
    source: "AWS and Kubernetes: 300 s",
    when: ON,
};

/// Instances at most, and how they scale, for a block that starts with so many.
pub fn scaling(read: &Reader, instances: u32) -> (u32, Option<Scaling>) {
    if !read.flag(AUTOSCALING.id) {
        return (instances, None);
    }
    let most = read.count(SCALE_MAX.id);
    let min = read.count(SCALE_MIN.id).min(most);
    let scaling = Scaling {
        start: instances.clamp(min, most),
        min,
        target: read.number(SCALE_TARGET.id),
        boot_s: read.number(SCALE_BOOT.id),
        cooldown_s: read.number(SCALE_COOLDOWN.id),
    };
    (most, Some(scaling))
}

/// Order of serving.
pub const DISCIPLINE: Param = Param {
    id: "discipline",
    label: "Serves",
    doc: "In which order an instance gives its cores to the calls that it holds.",
    kind: Kind::Choice(&[
        Choice { id: "fifo", label: "In order", doc: "First come, first served." },
        Choice {
            id: "sharing",
            label: "All at once",
            doc: "Cores are shared equally, as threads under a scheduler: short calls do not wait for long ones.",
        },
        Choice {
            id: "priority",
            label: "Urgent first",
            doc: "By the priority of the client; what has begun is finished first.",
        },
        Choice {
            id: "preemptive",
            label: "Urgent at once",
            doc: "By the priority of the client; urgent calls push others out, which go on later.",
        },
    ]),
    default: Fixed::Choice("fifo"),
    ..Param::BLANK
};

/// The order that these values ask for.
pub fn discipline(read: &Reader) -> Discipline {
    match read.choice(DISCIPLINE.id) {
        "sharing" => Discipline::Sharing,
        "priority" => Discipline::Priority { preemptive: false },
        "preemptive" => Discipline::Priority { preemptive: true },
        _ => Discipline::Fifo,
    }
}

/// Share of calls that fail.
pub const ERRORS: Param = Param {
    id: "errors",
    label: "Errors",
    doc: "Share of the calls that fail after their service: faults of its own.",
    unit: Unit::Share,
    kind: Kind::Number { min: 0.0, max: 1.0 },
    default: Fixed::Number(0.0),
    ..Param::BLANK
};
