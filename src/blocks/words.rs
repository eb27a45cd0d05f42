//! Which kind of block a person means by a name in another tool: by the words of the catalogue and of the trade.

use super::{About, BLOCKS};

/// What else a kind is called, besides its name and its products. Words of several parts are written with blanks.
const ALSO: [(&str, &[&str]); 18] = [
    (
        "client",
        &[
            "user",
            "users",
            "browser",
            "browsers",
            "visitor",
            "visitors",
            "customer",
            "customers",
            "mobile",
            "phone",
            "phones",
            "mobile app",
            "web app",
            "device",
            "devices",
            "clients",
            "people",
            "traffic",
            "shopper",
            "reader",
        ],
    ),
    ("dns", &["name server", "domain"]),
    ("cdn", &["edge", "edge cache", "content delivery"]),
    ("load-balancer", &["lb", "balancer", "alb", "nlb", "elb", "reverse proxy", "proxy", "ingress"]),
    ("api-gateway", &["gateway", "gw", "bff"]),
    ("rate-limiter", &["limiter", "rate limit", "throttle", "throttling"]),
    (
        "app-server",
        &[
            "server",
            "servers",
            "service",
            "services",
            "api",
            "app",
            "application",
            "backend",
            "web server",
            "web",
            "microservice",
            "frontend",
            "monolith",
        ],
    ),
    ("worker", &["workers", "consumer", "consumers", "job", "jobs", "batch", "processor", "cron"]),
    ("function", &["lambda", "serverless", "functions", "faas"]),
    ("external-service", &["external", "third party", "partner", "partners", "payment provider", "saas"]),
    ("id-generator", &["id service", "sequence", "key generation", "ticket server"]),
    ("cache", &["caches", "cached", "memcache"]),
    (
        "sql-database",
        &[
            "database",
            "databases",
            "db",
            "sql",
            "rdbms",
            "postgres",
            "mariadb",
            "oracle",
            "sqlite",
            "aurora",
            "rds",
            "primary",
            "replica",
        ],
    ),
    (
        "key-value-store",
        &["kv", "nosql", "dynamo", "cassandra", "mongodb", "mongo", "document store", "wide column"],
    ),
    (
        "message-queue",
        &[
            "queue",
            "queues",
            "broker",
            "kafka",
            "topic",
            "stream",
            "event bus",
            "message bus",
            "pubsub",
            "sqs",
            "sns",
            "events",
            "mq",
        ],
    ),
    (
        "object-store",
        &[
            "s3",
            "blob",
            "blobs",
            "bucket",
            "file storage",
            "object storage",
            "blob storage",
            "storage",
            "files",
        ],
    ),
    ("search-index", &["search", "index", "elastic", "full text"]),
    ("monitoring", &["metrics", "alerts", "alerting", "observability", "logging", "logs"]),
];

/// What makes products, and is left out of their names as often as not.
const MAKERS: [&str; 6] = ["amazon", "aws", "apache", "azure", "google", "cloudflare"];

/// Every name of every kind.
#[derive(Debug)]
pub struct Lexicon(Vec<(Vec<String>, &'static About)>);

impl Default for Lexicon {
    fn default() -> Self {
        let of = |about: &'static About| phrases(about).into_iter().map(move |phrase| (phrase, about));
        Lexicon(BLOCKS.iter().flat_map(|block| of(block.about())).collect())
    }
}

impl Lexicon {
    /// The kind that a label means; `None` when no word of it is known. Of several names the longest counts, and of
    /// equally long ones the last: a “cache server” is a cache by its name, an “order service database” a database.
    pub fn kind_of(&self, label: &str) -> Option<&'static About> {
        let label = words(label);
        let mut best: Option<(Rank, &'static About)> = None;
        for (phrase, about) in &self.0 {
            let Some(end) = last_place(&label, phrase) else { continue };
            let rank = (!is_general(phrase), phrase.len(), end);
            if best.as_ref().is_none_or(|(found, _)| rank > *found) {
                best = Some((rank, about));
            }
        }
        best.map(|(_, about)| about)
    }
}

/// Says more than “service”; number of words; where it ends in the label.
type Rank = (bool, usize, usize);

/// The kind with exactly this name, in any case.
pub fn named(name: &str) -> Option<&'static About> {
    BLOCKS.iter().map(|block| block.about()).find(|about| about.name.eq_ignore_ascii_case(name.trim()))
}

/// What says little: “Cache service” is a cache.
fn is_general(phrase: &[String]) -> bool {
    const GENERAL: [&str; 10] = [
        "server",
        "servers",
        "service",
        "services",
        "api",
        "app",
        "application",
        "web",
        "backend",
        "storage",
    ];
    phrase.len() == 1 && GENERAL.contains(&phrase[0].as_str())
}

fn phrases(about: &'static About) -> Vec<Vec<String>> {
    let also = ALSO.iter().find(|(id, _)| *id == about.id).map_or(&[][..], |(_, also)| also);
    let products = about.learn.products.split([',', ':', '.']);
    let products =
        products.flat_map(|all| all.split(" with ")).flat_map(|all| all.split(" and ")).map(str::trim);
    // “Go or Rust services on EC2” is no name.
    let products = products.filter(|product| product.split(' ').count() <= 2);
    let names = [about.name].into_iter().chain(also.iter().copied()).chain(products).map(words);
    let mut all: Vec<Vec<String>> = names.filter(|name| !name.is_empty()).collect();
    let bare = |name: &Vec<String>| {
        let made = name.len() > 1 && MAKERS.contains(&name[0].as_str());
        made.then(|| name[1..].to_vec())
    };
    let more: Vec<Vec<String>> = all.iter().filter_map(bare).collect();
    all.extend(more);
    all
}

fn words(text: &str) -> Vec<String> {
    let lower = text.to_ascii_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Where the last occurrence of a phrase in a label ends.
fn last_place(label: &[String], phrase: &[String]) -> Option<usize> {
    let starts = label.windows(phrase.len()).rposition(|window| window == phrase)?;
    Some(starts + phrase.len())
}
