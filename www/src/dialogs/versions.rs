//! Earlier versions of the open design: when they were taken, what they held, and a button that restores one.

use headroom::shelf::{self, Version};
use leptos::prelude::*;

use crate::live::CollectAny;
use crate::open;
use crate::panels::Dialog;
use crate::parts::{Icon, Modal};
use crate::state::App;
use crate::store::{self, Browser};

/// The dialog.
#[component]
pub fn VersionList() -> impl IntoView {
    let app = App::get();
    store::flush(app);
    let id = app.place.with_untracked(|place| place.id);
    let versions = id.map_or_else(Vec::new, |id| shelf::versions(&Browser, id));
    let list = if versions.is_empty() {
        view! { <p class="empty">"There are none yet. The first is taken when you change this design."</p> }
            .into_any()
    } else {
        let rows = versions.into_iter().map(|version| view! { <Row version/> });
        view! { <ul class="designs">{rows.collect_any()}</ul> }.into_any()
    };
    view! {
        <Modal title="Earlier versions">
            <p>"Taken when a design is opened, every few minutes while you edit, and before a restore. The last "{shelf::RING}" are kept."</p>
            {list}
            <footer>
                <button class="btn" type="button" on:click=move |_| app.panels.dialog.set(Some(Dialog::Designs))>
                    <Icon name="folder-open"/>"All designs"
                </button>
            </footer>
        </Modal>
    }
}

#[component]
fn Row(version: Version) -> impl IntoView {
    let app = App::get();
    let when = store::moment(version.at_ms);
    let size = shelf::size_in_words(version.blocks, version.links);
    let text = format!("{size} · {}", version.why.words());
    let label = format!("Restore the version of {when}");
    let restore = move |_| {
        app.panels.dialog.set(None);
        open::restore(app, &version);
    };
    view! {
        <li>
            <span class="entry"><b>{when}</b><small>{text}</small></span>
            <button class="btn small" type="button" aria-label=label on:click=restore><Icon name="history"/>"Restore"</button>
        </li>
    }
}
