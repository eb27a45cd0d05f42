//! Parts of the page that follow signals, with one type for all of them: Leptos compiles each type of view anew, at half
//! a kilobyte each, and every closure, every element in an `Option` or a `Vec`, every list of keys is a type of its own.

use std::sync::{Arc, Mutex};

use leptos::prelude::*;

/// A part that is made anew when a signal that it reads changes. The form is the one into which Leptos itself brings
/// closures that stand in a view.
pub type Live = Arc<Mutex<dyn FnMut() -> AnyView + Send>>;

/// What this makes, made anew when a signal that it reads changes.
pub fn live<V: IntoView + 'static>(mut make: impl FnMut() -> V + Send + 'static) -> Live {
    Arc::new(Mutex::new(move || make().into_any()))
}

/// The same for what is not always there.
pub fn some<V: IntoView + 'static>(mut make: impl FnMut() -> Option<V> + Send + 'static) -> Live {
    Arc::new(Mutex::new(move || match make() {
        Some(made) => made.into_any(),
        None => ().into_any(),
    }))
}

/// Views of a list.
pub trait CollectAny {
    /// All of them, of one type.
    fn collect_any(self) -> Vec<AnyView>;
}

impl<I: IntoIterator<Item: IntoView + 'static>> CollectAny for I {
    fn collect_any(self) -> Vec<AnyView> {
        self.into_iter().map(|view| view.into_any()).collect()
    }
}

/// One view for each id, kept for as long as its id is there.
pub fn each<V: IntoView + 'static>(
    ids: impl Fn() -> Vec<u32> + Send + Sync + 'static,
    make: impl Fn(u32) -> V + Send + Sync + 'static,
) -> AnyView {
    keyed(Arc::new(ids), Arc::new(move |id| make(id).into_any()))
}

fn keyed(
    ids: Arc<dyn Fn() -> Vec<u32> + Send + Sync>,
    make: Arc<dyn Fn(u32) -> AnyView + Send + Sync>,
) -> AnyView {
    view! { <For each=move || ids() key=|id| *id children=move |id| make(id)/> }.into_any()
}
