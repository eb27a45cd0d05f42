//! The sender's result: put into a link, and compared with a run made here when such a link is opened.

use headroom::engine::replicate;
use headroom::share::{Claim, Sameness};
use headroom::topology;
use leptos::prelude::*;

use crate::live::some;
use crate::parts::Icon;
use crate::runner::{self, Outcome};
use crate::state::App;

/// How the sender's result compares with one made here.
#[derive(Debug, Clone, PartialEq)]
pub enum Check {
    /// A run is under way; this share of it is done (0–1).
    Running(f64),
    /// It is done.
    Done(Sameness),
    /// It did not come to an end; says why.
    Failed(String),
}

/// Runs the open design as it stands and gives the claim that its report makes.
pub fn make(app: App, progress: impl Fn(f64) + 'static, done: impl FnOnce(Result<Claim, String>) + 'static) {
    let design = app.current();
    let plan = replicate::plan(&topology::build(&design).0, &design.run);
    runner::measure(app, &design, plan, progress, move |found| match found {
        Ok(Outcome::Digest(digest)) => done(Ok(Claim::new(&digest))),
        Ok(_) => {}
        Err(text) => done(Err(text)),
    });
}

/// Runs what a link has opened and compares.
pub fn check(app: App, claim: Claim) {
    app.check.set(Some(Check::Running(0.0)));
    let share = move |share| app.check.set(Some(Check::Running(share)));
    make(app, share, move |found| {
        let check = match found {
            Ok(own) => Check::Done(claim.compare(&own.digest)),
            Err(text) => Check::Failed(text),
        };
        app.voice.polite.set(words(&check));
        app.check.set(Some(check));
    });
}

/// Says how the sender's result compares.
#[component]
pub fn ClaimBar() -> impl IntoView {
    let app = App::get();
    some(move || {
        app.check.get().map(|check| {
            let icon = match check {
                Check::Done(Sameness::Same) => "circle-check",
                Check::Done(Sameness::Different) => "circle-x",
                Check::Running(_) => "circle-dashed",
                Check::Done(Sameness::OtherEngine(_)) | Check::Failed(_) => "info",
            };
            view! {
                <div class="bar claim" role="region" aria-label="The sender's result">
                    <p><Icon name=icon/>{words(&check)}</p>
                    <button class="square" type="button" aria-label="Close" on:click=move |_| app.check.set(None)>
                        <Icon name="x"/>
                    </button>
                </div>
            }
        })
    })
}

fn words(check: &Check) -> String {
    match check {
        Check::Running(share) => format!("Running it to compare with the sender's result: {:.0} %", share * 100.0),
        Check::Done(Sameness::Same) => "Same result as the sender: yes, to the last digit.".to_owned(),
        Check::Done(Sameness::Different) => {
            "Same result as the sender: no. The design was changed after the run, or something is wrong with one of the two."
                .to_owned()
        }
        Check::Done(Sameness::OtherEngine(version)) => {
            format!("The sender's engine was version {version}, and this one is another: the results cannot be compared.")
        }
        Check::Failed(text) => format!("The sender's result was not compared. {text}"),
    }
}
