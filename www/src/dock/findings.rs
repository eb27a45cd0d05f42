//! Findings, most severe first, each with buttons that say what they achieve.

use headroom::analysis::{Finding, Fix, Severity};
use leptos::prelude::*;

use crate::live::{CollectAny, some};
use crate::parts::Icon;
use crate::state::App;

/// Findings shown at first, and with each press for more: a large design has a thousand.
const FIRST: usize = 30;

/// The list.
#[component]
pub fn Findings() -> impl IntoView {
    let app = App::get();
    let findings = Memo::new(move |_| app.answer.with(|answer| answer.findings.clone()));
    let count = move || findings.with(|found| (!found.is_empty()).then_some(found.len()));
    let shown = RwSignal::new(FIRST);
    let list = move || {
        let found = findings.get().into_iter().take(shown.get());
        found.map(|finding| view! { <Entry finding/> }).collect_any()
    };
    let hidden = move || findings.with(|found| found.len().saturating_sub(shown.get()));
    let more = move || {
        (hidden() > 0).then(|| {
            let press = move |_| shown.update(|shown| *shown += FIRST);
            view! { <button class="btn small" type="button" on:click=press>{format!("{} more", hidden().min(FIRST))}</button> }
        })
    };
    let complete = Memo::new(move |_| app.answer.with(|answer| answer.complete));
    let empty = move || {
        if complete.get() {
            "Nothing to say: no block is near its limit and none is missed."
        } else {
            "Looking for findings: with this many blocks it takes a while, once nothing changes."
        }
    };
    view! {
        <section aria-label="Findings">
            <div class="hd"><h2 class="head">"Findings"</h2><small>{move || count()}</small></div>
            {move || list()}
            {some(more)}
            <Show when=move || findings.with(Vec::is_empty)>
                <p class="empty">{move || empty()}</p>
            </Show>
        </section>
    }
}

#[component]
fn Entry(finding: Finding) -> impl IntoView {
    let app = App::get();
    let (icon, tone, word) = look(&finding);
    let (node, link) = (finding.node, finding.link);
    let show = move |_| match (node, link) {
        (Some(id), _) => app.select_node(id),
        (None, Some(id)) => app.select_link(id),
        (None, None) => {}
    };
    view! {
        <article class="finding">
            <span class=tone title=word><Icon name=icon/></span>
            <div>
                <p>
                    <span class="hidden">{word}": "</span>
                    <button class="link" type="button" on:click=show>{finding.title}</button>
                    " "{finding.reason}
                </p>
                <div class="acts">{finding.fixes.into_iter().map(|fix| view! { <FixButton fix/> }).collect_any()}</div>
            </div>
        </article>
    }
}

#[component]
fn FixButton(fix: Fix) -> impl IntoView {
    let app = App::get();
    let said = format!("Done: {}. Undo takes it back.", fix.label);
    let apply = move |_| {
        app.edit(&fix.edit);
        app.voice.polite.set(said.clone());
    };
    view! { <button class="btn" type="button" on:click=apply>{fix.label}</button> }
}

fn look(finding: &Finding) -> (&'static str, &'static str, &'static str) {
    if finding.rule.contains("single-point") || finding.rule.contains("spof") {
        return ("shield-alert", "sev-spof", "Single point of failure");
    }
    match finding.severity {
        Severity::Critical => ("triangle-alert", "sev-critical", "Critical"),
        Severity::Warning => ("flame", "sev-warning", "Warning"),
        Severity::Note => ("info", "sev-note", "Note"),
    }
}
