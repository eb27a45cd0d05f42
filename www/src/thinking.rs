//! What takes long about a large design is found in a worker of its own, once the person pauses: the page goes on meanwhile,
//! and a change ends it.

use std::time::Duration;

use headroom::job::{FromWorker, ToWorker};
use headroom::share;
use leptos::prelude::*;
use web_sys::Worker;

use crate::effects;
use crate::hands::{self, Listener};
use crate::state::App;

/// Nothing was changed for this long [ms].
const PAUSE_MS: u64 = 600;

/// The worker and what it is about.
#[derive(Clone, Copy)]
pub struct Thinking {
    under_way: StoredValue<Option<(Worker, Listener)>, LocalStorage>,
    /// Counts answers: what is found about an earlier one is dropped.
    asked: StoredValue<u32>,
}

impl Thinking {
    /// Nothing is under way.
    pub fn new() -> Self {
        Thinking { under_way: StoredValue::new_local(None), asked: StoredValue::new(0) }
    }

    /// There is a new answer: what was under way is about an old one, and this one may lack its slow part.
    pub fn follow(&self, app: App, complete: bool) {
        self.end();
        self.asked.update_value(|asked| *asked += 1);
        if complete {
            return;
        }
        let (this, run) = (*self, self.asked.get_value());
        set_timeout(
            move || {
                if this.asked.get_value() == run {
                    this.begin(app, run);
                }
            },
            Duration::from_millis(PAUSE_MS),
        );
    }

    fn begin(self, app: App, run: u32) {
        let launched = hands::launch(move |data| match hands::read(data) {
            Some(FromWorker::Ready) => self.under_way.with_value(|working| {
                if let Some((worker, _)) = working {
                    let design = share::to_json(&app.current());
                    hands::post(worker, &ToWorker::Analyze { run, design });
                }
            }),
            Some(FromWorker::Analyzed { run, found }) if run == self.asked.get_value() => {
                // The listener that is running cannot be dropped yet.
                set_timeout(move || self.end(), Duration::ZERO);
                effects::complete(app, *found);
            }
            Some(FromWorker::Failed { text, .. }) => app.refuse(&text),
            _ => {}
        });
        match launched {
            Ok(working) => self.under_way.set_value(Some(working)),
            Err(error) => app.refuse(&format!("The findings cannot be worked out: {error:?}")),
        }
    }

    fn end(&self) {
        let mut working = None;
        self.under_way.update_value(|known| working = known.take());
        if let Some((worker, _listener)) = working {
            hands::end(&worker);
        }
    }
}
