//! The share dialog: the readable and the compact link with their lengths, with the result or without, files, the frame.

use headroom::figures;
use headroom::share::{self, Claim};
use leptos::html;
use leptos::prelude::*;

use crate::live::some;
use crate::parts::{Icon, Modal};
use crate::state::App;
use crate::{claim, effects};

/// Chat tools cut longer links [characters].
const CHAT: usize = 2_000;
/// Address bars cut longer links [characters].
const ADDRESS: usize = 32_000;

/// The dialog.
#[component]
pub fn ShareDialog() -> impl IntoView {
    let app = App::get();
    let choose_compact = RwSignal::new(None::<bool>);
    let claim = RwSignal::new(None::<Claim>);
    // Made anew when the result comes into the link.
    let fragments = Memo::new(move |_| {
        let design = app.current();
        let json = claim.with(|claim| match claim {
            Some(claim) => share::to_json_with_claim(&design, claim),
            None => share::to_json(&design),
        });
        [share::readable(&json), share::compact(&json)]
    });
    let length = move |which: usize| fragments.with(|both| link(&both[which]).chars().count());
    let is_compact = Memo::new(move |_| choose_compact.get().unwrap_or_else(|| length(0) > CHAT));
    let fragment = move || fragments.with(|both| both[usize::from(is_compact.get())].clone());
    let chosen = Signal::derive(move || link(&fragment()));
    let snippet = Signal::derive(move || iframe(app, &fragment()));
    view! {
        <Modal title="Share">
            <p>"The link carries the whole design, with traffic and seed. It stands behind the #: no server sees it."</p>
            <Choice name="Readable link" hint="JSON that a person or a script can read and write" compact=false
                length=Signal::derive(move || length(0)) is_compact choose_compact/>
            <Choice name="Compact link" hint="The same, compressed, for long designs" compact=true
                length=Signal::derive(move || length(1)) is_compact choose_compact/>
            <ClaimBox claim/>
            <Text text=chosen label="Link"/>
            <Warning length=Signal::derive(move || length(usize::from(is_compact.get())))/>
            <footer><CopyButton text=chosen what="the link" main=true/></footer>
            <Files/>
            <details>
                <summary>"Embed it in a page"</summary>
                <p>"The design in a frame of its own: it runs there, can be tried out, and changes nothing here."</p>
                <Text text=snippet label="Code of the frame"/>
                <footer><CopyButton text=snippet what="the code" main=false/></footer>
            </details>
        </Modal>
    }
}

/// The ways to take a design along.
#[component]
fn Files() -> impl IntoView {
    let app = App::get();
    let button = move |icon: &'static str, label: &'static str, command: &'static str| {
        let run = move |_| {
            app.panels.dialog.set(None);
            app.command(command);
        };
        view! { <button class="btn" type="button" on:click=run><Icon name=icon/>{label}</button> }
    };
    view! {
        <section aria-label="Files">
            <h3 class="head">"Take it along"</h3>
            <div class="ways">
                {button("download", "Save a file", "page.save")}
                {button("image", "PNG", "page.png")}
                {button("image", "SVG", "page.svg")}
                {button("video", "Film of the run", "page.film")}
                {button("file-code", "Mermaid", "page.mermaid")}
                {button("printer", "Print", "page.print")}
                {button("upload", "Open a file", "page.open")}
            </div>
            <p class="quiet">"PNG and SVG carry the design: opened here again they are the same design. A file is the durable way to keep one: some browsers clear what pages store after a week."</p>
        </section>
    }
}

/// Puts the result of a run into the link, so that who opens it can check.
#[component]
fn ClaimBox(claim: RwSignal<Option<Claim>>) -> impl IntoView {
    let app = App::get();
    let share = RwSignal::new(None::<f64>);
    let wish = move |event: leptos::ev::Event| {
        let wished = event_target_checked(&event);
        share.set(wished.then_some(0.0));
        claim.set(None);
        if wished {
            let progress = move |done| {
                let _ = share.try_update(|share| *share = share.map(|_| done));
            };
            claim::make(app, progress, move |found| {
                // The dialog may be closed by now, or the box cleared.
                let still = share.try_update(Option::take).flatten().is_some();
                match found {
                    Ok(found) if still => drop(claim.try_set(Some(found))),
                    Ok(_) => {}
                    Err(text) => app.refuse(&text),
                }
            });
        }
    };
    let state = move || match (share.get(), claim.with(Option::is_some)) {
        (Some(done), _) => format!("running it: {:.0} %", done * 100.0),
        (None, true) => "in the link".to_owned(),
        (None, false) => String::new(),
    };
    view! {
        <label class="choice">
            <input type="checkbox" on:change=wish/>
            <b>"With my result"</b>
            <span class="quiet">{move || state()}</span>
            <small>"Who opens the link is told whether the same run gives the same result there, to the last digit"</small>
        </label>
    }
}

#[component]
fn Choice(
    name: &'static str,
    hint: &'static str,
    compact: bool,
    length: Signal<usize>,
    is_compact: Memo<bool>,
    choose_compact: RwSignal<Option<bool>>,
) -> impl IntoView {
    view! {
        <label class="choice">
            <input type="radio" name="link" prop:checked=move || is_compact.get() == compact
                on:change=move |_| choose_compact.set(Some(compact))/>
            <b>{name}</b>
            <span class="quiet">{move || figures::whole(length.get() as u64)}" characters"</span>
            <small>{hint}</small>
        </label>
    }
}

#[component]
fn Text(text: Signal<String>, label: &'static str) -> impl IntoView {
    let field = NodeRef::<html::Textarea>::new();
    let select = move |_| field.get_untracked().into_iter().for_each(|field| field.select());
    view! {
        <textarea node_ref=field readonly=true aria-label=label prop:value=text on:focus=select></textarea>
    }
}

#[component]
fn Warning(length: Signal<usize>) -> impl IntoView {
    some(move || {
        let length = length.get();
        let text = if length > ADDRESS {
            "Longer than 32,000 characters: address bars cut such links. Send the file instead."
        } else if length > CHAT {
            "Longer than 2,000 characters: some chat and mail tools cut such links. A file is safer there."
        } else {
            return None;
        };
        Some(view! { <p class="warn" role="note"><Icon name="triangle-alert"/>{text}</p> })
    })
}

#[component]
fn CopyButton(text: Signal<String>, what: &'static str, main: bool) -> impl IntoView {
    let app = App::get();
    let copied = RwSignal::new(String::new());
    let is_copied = move || copied.with(|copied| !copied.is_empty() && *copied == text.get());
    let copy = move |_| {
        effects::copy(app, &text.get_untracked());
        copied.set(text.get_untracked());
        app.voice.polite.set(format!("Copied {what}."));
    };
    let icon = Signal::derive(move || if is_copied() { "check" } else { "clipboard-copy" });
    let label = move || if is_copied() { "Copied".to_owned() } else { format!("Copy {what}") };
    view! {
        <button class=if main { "primary" } else { "btn" } type="button" on:click=copy>
            <Icon name=icon/>{move || label()}
        </button>
    }
}

/// The address of the page with this behind the #.
fn link(fragment: &str) -> String {
    let location = window().location();
    let here = [location.origin(), location.pathname()].map(Result::unwrap_or_default).concat();
    format!("{here}#{fragment}")
}

/// What shows this design in another page.
fn iframe(app: App, fragment: &str) -> String {
    let address = link(fragment).replacen('#', &format!("?{}#", share::EMBED), 1);
    let name = app.design.with_untracked(|design| design.name.clone());
    let title = if name.is_empty() { "A design in Headroom".to_owned() } else { name };
    let title = title.replace('&', "&amp;").replace('"', "&quot;");
    format!(r#"<iframe src="{address}" title="{title}" width="800" height="500" loading="lazy"></iframe>"#)
}
