//! The catalogue: one file per kind of block, listed here in palette order. Adding one is a new file and two lines.

pub mod form;
pub mod life;
pub mod link;
pub mod param;
pub mod sections;
pub mod words;

mod api_gateway;
mod app_server;
mod cache;
mod cdn;
mod client;
mod dns;
mod external_service;
mod function;
mod id_generator;
mod key_value_store;
mod load_balancer;
mod message_queue;
mod monitoring;
mod object_store;
mod place;
mod rate_limiter;
mod search_index;
mod sql_database;
mod worker;

mod arrivals;
mod capacity;
mod habits;
mod hits;
mod limiting;
mod machine;
mod policy;
mod routing;
mod service;
mod store;

use crate::topology::{Life, Price, Servers, Station};
use param::{Fixed, Param, Reader, Values};

/// The parameter of a tag: of a client its requests', of a link or a limit which it lets through or counts.
pub const TAG: &str = "tag";

/// Most characters of a tag.
pub const LONGEST_TAG: usize = 24;

/// Every kind of block, in palette order.
pub static BLOCKS: &[&dyn Block] = &[
    &client::Client,
    &dns::Dns,
    &cdn::Cdn,
    &load_balancer::LoadBalancer,
    &api_gateway::ApiGateway,
    &rate_limiter::RateLimiter,
    &app_server::AppServer,
    &worker::Worker,
    &function::Function,
    &external_service::ExternalService,
    &id_generator::IdGenerator,
    &cache::Cache,
    &sql_database::SqlDatabase,
    &key_value_store::KeyValueStore,
    &message_queue::MessageQueue,
    &object_store::ObjectStore,
    &search_index::SearchIndex,
    &monitoring::Monitoring,
];

/// A kind of block.
pub trait Block: Sync {
    /// What the catalogue says of it.
    fn about(&self) -> &'static About;

    /// What it means to the engines. Any values give an answer: absent ones have the defaults.
    fn lower(&self, values: &Values) -> Lowered;

    /// How often its instances fail; whether a provider keeps them is part of what it lowers to.
    fn life(&self, values: &Values, managed: bool) -> Life {
        life::of_block(self.about().params, values, managed)
    }

    /// What one of its instances sends, and receives, at most [bit/s]; `None` is without a limit.
    fn network(&self, values: &Values) -> Option<f64> {
        machine::network(self.about().params, values)
    }

    /// The tag of its requests, or of those that it counts; empty where it has none.
    fn tag<'a>(&self, values: &'a Values) -> &'a str {
        let read = Reader::new(self.about().params, values);
        if read.has(TAG) { read.text(TAG) } else { "" }
    }

    /// Writes that it makes for each one that comes to something, on average.
    fn tries(&self, values: &Values) -> f64 {
        let _ = values;
        1.0
    }
}

/// The catalogue entry of a block.
#[derive(Debug)]
pub struct About {
    /// Name in the JSON and in links. Never changes.
    pub id: &'static str,
    /// Name on the screen.
    pub name: &'static str,
    /// One sentence: what it does with a call.
    pub doc: &'static str,
    /// Name of its icon in `static/icons.svg`.
    pub icon: &'static str,
    /// Where it stands in the palette.
    pub family: Family,
    /// A link may end here.
    pub accepts_calls: bool,
    /// A link may start here.
    pub makes_calls: bool,
    /// Its parameters, in the order of the form.
    pub params: &'static [Param],
    /// What the palette places, where that differs from the defaults of format 1.
    pub initial: &'static [(&'static str, Fixed)],
    /// What a link drawn from it starts with, where that differs from the defaults of format 1.
    pub initial_link: &'static [(&'static str, Fixed)],
    /// The Learn card.
    pub learn: Learn,
}

/// Families of the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Where traffic comes from and enters.
    Edge,
    /// Where work is done.
    Compute,
    /// Where data is kept.
    Data,
    /// What watches the rest.
    Operations,
}

impl Family {
    /// All families, in palette order.
    pub const ALL: [Family; 4] = [Family::Edge, Family::Compute, Family::Data, Family::Operations];

    /// Heading in the palette.
    pub fn name(self) -> &'static str {
        match self {
            Family::Edge => "Edge",
            Family::Compute => "Compute",
            Family::Data => "Data",
            Family::Operations => "Operations",
        }
    }
}

/// What a person learns about a kind of block.
#[derive(Debug, Clone, Copy)]
pub struct Learn {
    /// What it is.
    pub what: &'static str,
    /// An everyday analogy.
    pub like: &'static str,
    /// When to use it.
    pub when: &'static str,
    /// What it costs, in money and in trouble.
    pub costs: &'static str,
    /// How it fails.
    pub fails: &'static str,
    /// Real products.
    pub products: &'static str,
}

/// A block as the engines see it.
#[derive(Debug, Clone)]
pub struct Lowered {
    /// What it does with a call.
    pub station: Station,
    /// Where calls wait and are served.
    pub servers: Servers,
    /// What it costs.
    pub price: Price,
    /// Carries its own redundancy.
    pub managed: bool,
}

/// The block with this id.
pub fn find(id: &str) -> Option<&'static dyn Block> {
    BLOCKS.iter().copied().find(|block| block.about().id == id)
}

/// What sends traffic, in a drawing that says no more of it.
pub fn caller() -> &'static About {
    client::Client.about()
}

/// What does work, in a drawing that says no more of it.
pub fn server() -> &'static About {
    app_server::AppServer.about()
}

/// What keeps data, in a drawing that says no more of it.
pub fn store() -> &'static About {
    sql_database::SqlDatabase.about()
}

/// The block that a fix puts in front of instances to spread calls over them.
pub fn router() -> &'static dyn Block {
    &load_balancer::LoadBalancer
}

/// The block that a fix puts in front of a store to answer what is read again and again.
pub fn cache() -> &'static dyn Block {
    &cache::Cache
}

/// The block that a fix adds to keep the sessions that servers kept in memory.
pub fn session_store() -> &'static dyn Block {
    &key_value_store::KeyValueStore
}

/// The block that a fix adds so that failures are noticed.
pub fn observer() -> &'static dyn Block {
    &monitoring::Monitoring
}
