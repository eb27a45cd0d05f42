//! Two designs side by side: what was changed, what follows at once, and what runs on the same random numbers show.

use std::rc::Rc;
use std::sync::Arc;

use headroom::analysis::changes::changes;
use headroom::analysis::compare::{self, Comparison, Pair};
use headroom::analysis::{self, Answer, Finding};
use headroom::design::Design;
use headroom::examples::EXAMPLES;
use headroom::figures::{self, rows};
use headroom::share;
use leptos::prelude::*;

use crate::crew::Work;
use crate::live::{CollectAny, some};
use crate::measuring::{self, RUNS};
use crate::parts::{Modal, Progress};
use crate::state::App;

/// Earlier versions that are offered.
const VERSIONS: usize = 12;

/// The other design and what follows from both.
#[derive(Clone)]
struct Both {
    other: Arc<Design>,
    now: Arc<Design>,
    answers: Arc<[Answer; 2]>,
}

impl PartialEq for Both {
    fn eq(&self, other: &Both) -> bool {
        Arc::ptr_eq(&self.answers, &other.answers)
    }
}

/// The dialog.
#[component]
pub fn Compare() -> impl IntoView {
    let app = App::get();
    let other = RwSignal::new(None::<Arc<Design>>);
    let both = Memo::new(move |_| {
        let (other, now) = (other.get()?, app.current());
        let answers = Arc::new([&*other, &*now].map(analysis::answer));
        Some(Both { other, now, answers })
    });
    let work = Work::new();
    on_cleanup(move || work.stop());
    let found = RwSignal::new(None::<Arc<Comparison>>);
    Effect::new(move |_| {
        both.track();
        work.stop();
        found.set(None);
    });
    view! {
        <Modal title="Compare with another design" broad=true>
            <Choice other/>
            {some(move || both.get().map(|chosen| view! { <Changed both=chosen/><Differences both work found/> }))}
        </Modal>
    }
}

/// Which design stands beside the open one.
#[component]
fn Choice(other: RwSignal<Option<Arc<Design>>>) -> impl IntoView {
    let app = App::get();
    // The list stands while the dialog is open: what is behind it cannot be edited meanwhile.
    let versions: Vec<Arc<Design>> =
        app.session.with_value(|session| session.history().past().cloned().collect());
    let opened = versions.last().cloned();
    let now = app.design.get_untracked();
    let step = |(index, design): (usize, &Arc<Design>)| {
        let changed = changes(design, &now);
        let what = match &changed[..] {
            [] => "only places differ".to_owned(),
            [one] => one.trim_end_matches('.').to_owned(),
            [first, rest @ ..] => format!("{} and {} more", first.trim_end_matches('.'), rest.len()),
        };
        view! { <option value=format!("v{index}")>{format!("{} back: {what}", figures::counted(index as u32 + 1, "step"))}</option> }
    };
    let earlier = versions.iter().take(VERSIONS).enumerate().map(step).collect_any();
    let examples = EXAMPLES
        .iter()
        .enumerate()
        .map(|(index, example)| view! { <option value=format!("e{index}")>{example.name}</option> });
    let by_link = RwSignal::new(false);
    let has_opened = opened.is_some();
    let choose = move |event| {
        let chosen = event_target_value(&event);
        by_link.set(chosen == "link");
        let number = || chosen.get(1..).and_then(|number| number.parse::<usize>().ok());
        other.set(match chosen.chars().next() {
            Some('o') => opened.clone(),
            Some('v') => number().and_then(|index| versions.get(index).cloned()),
            Some('e') => {
                number().and_then(|index| EXAMPLES.get(index)).map(|example| Arc::new(example.design()))
            }
            _ => None,
        });
    };
    let read = move |event| {
        let text = event_target_value(&event);
        match read(text.trim()) {
            Ok(design) => other.set(Some(Arc::new(design))),
            Err(why) => {
                other.set(None);
                if !text.trim().is_empty() {
                    app.refuse(&why);
                }
            }
        }
    };
    view! {
        <div class="with">
            <label for="compare-with">"Compare with"</label>
            <select id="compare-with" on:change=choose>
                <option value="">"Choose …"</option>
                <optgroup label="This design">
                    <option value="opened" disabled=!has_opened>{if has_opened { "as it was opened" } else { "as it was opened: nothing has changed since" }}</option>
                    {earlier}
                </optgroup>
                <optgroup label="Another one">
                    <option value="link">"a link or a file's text …"</option>
                </optgroup>
                <optgroup label="Examples">{examples.collect_any()}</optgroup>
            </select>
        </div>
        <textarea aria-label="Link or text of the other design" placeholder="Paste a link or the text of a file" spellcheck="false"
            hidden=move || !by_link.get() on:change=read></textarea>
    }
}

/// A link, its fragment, or a format 1 text.
fn read(text: &str) -> Result<Design, String> {
    let found = match text.split_once('#') {
        Some((_, fragment)) if !text.starts_with('{') => share::open_fragment(&format!("#{fragment}")),
        _ => share::from_json(text),
    };
    found.map(|opened| opened.design).map_err(|failure| failure.to_string())
}

/// What was changed, in words.
#[component]
fn Changed(both: Both) -> impl IntoView {
    let all = changes(&both.other, &both.now);
    let none = all.is_empty().then(|| view! { <p>"Nothing: both are the same system."</p> });
    let line = |text: String| view! { <li>{text}</li> };
    view! {
        <section aria-label="What was changed">
            <h3 class="head">"From the other design to this one"</h3>
            {none}
            <ul class="changes">{all.into_iter().map(line).collect_any()}</ul>
        </section>
    }
}

/// The figures of both, the runs that narrow them, and the findings that came and went.
#[component]
fn Differences(
    both: Memo<Option<Both>>,
    work: Work,
    found: RwSignal<Option<Arc<Comparison>>>,
) -> impl IntoView {
    let app = App::get();
    let busy = Memo::new(move |_| work.share.with(Option::is_some));
    let press = move |_| {
        if busy.get_untracked() {
            work.stop();
        } else if let Some(both) = both.get_untracked() {
            run(app, both, work, found);
        }
    };
    let label = move || {
        if busy.get() {
            "Stop".to_owned()
        } else {
            format!("Run both {RUNS} times on the same random numbers")
        }
    };
    let pairs = move || match (found.get(), both.get()) {
        (Some(found), _) => found.pairs.clone(),
        (None, Some(both)) => compare::at_once([&both.answers[0], &both.answers[1]]),
        (None, None) => Vec::new(),
    };
    let row = |pair: Pair| {
        let [of, name, first, second, change, verdict] = rows::compared(&pair);
        let named = if of == "all" { figures::sentence_case(&name) } else { format!("{name}, {of}") };
        view! {
            <tr class:same=pair.differs() == Some(false)>
                <th scope="row">{named}</th><td>{first}</td><td>{second}</td><td>{change}<small>{verdict}</small></td>
            </tr>
        }
    };
    let findings = move || {
        let list = |title: &'static str, findings: &[Finding]| {
            let line = |finding: &Finding| view! { <li>{finding.title.clone()}</li> };
            (!findings.is_empty()).then(|| view! { <h3 class="head">{title}</h3><ul class="changes">{findings.iter().map(line).collect_any()}</ul> })
        };
        found.get().map(|found| {
            view! {
                {list("Findings that are gone", &found.vanished)}
                {list("New findings", &found.appeared)}
            }
        })
    };
    view! {
        <table class="compared" aria-label="Both designs">
            <thead><tr>
                <th scope="col"><span class="hidden">"Figure"</span></th>
                <th scope="col">"The other"</th><th scope="col">"This one"</th><th scope="col">"Difference"</th>
            </tr></thead>
            <tbody>{move || pairs().into_iter().map(row).collect_any()}</tbody>
        </table>
        <p class="quiet" hidden=move || found.with(Option::is_some)>
            "These follow without a run. The runs give latency and success of both, with the interval of each difference."
        </p>
        <p class="quiet" hidden=move || found.with(Option::is_none)>
            "Means over the runs; the differences with their 95 % intervals. Where the interval holds 0, no difference is to be seen."
        </p>
        <div class="trial">
            <button class="btn" type="button" on:click=press>{move || label()}</button>
            <Progress name="Running both" share=work.share/>
        </div>
        {some(findings)}
    }
}

fn run(app: App, both: Both, work: Work, found: RwSignal<Option<Arc<Comparison>>>) {
    let designs = [&*both.other, &*both.now];
    let plan = compare::plan([&both.answers[0].topology, &both.answers[1].topology], designs);
    let [other, now] = designs.map(|design| -> Rc<str> { Rc::from(share::to_json(design)) });
    let tasks = measuring::tasks(&other, plan).into_iter().chain(measuring::tasks(&now, plan)).collect();
    work.start(
        app,
        tasks,
        Box::new(move |app, reports| {
            let (first, second) = reports.split_at(RUNS as usize);
            let all = compare::found([&both.answers[0], &both.answers[1]], plan, [first, second]);
            let seen = all.pairs.iter().filter(|pair| pair.differs() == Some(true)).count();
            app.voice.polite.set(format!("Compared: {seen} of {} figures differ.", all.pairs.len()));
            found.set(Some(Arc::new(all)));
        }),
    );
}
