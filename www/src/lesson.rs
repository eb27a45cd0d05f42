//! The exercise panel: brief, facts, goals with what was measured beside what is asked, hints, references.

use std::sync::Arc;

use headroom::exercises::{Exercise, Step, Verdict};
use leptos::prelude::*;

use crate::parts::Icon;
use crate::state::{App, Sheet};
use crate::{open, store};

/// All exercises.
pub static EXERCISES: &[Exercise] = &[];

/// One step of an exercise.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The exercise.
    pub exercise: &'static Exercise,
    /// Place of the step in it.
    pub step: usize,
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.ids() == other.ids()
    }
}

impl Place {
    /// The step with these ids.
    pub fn find(exercise: &str, step: &str) -> Option<Place> {
        let exercise = EXERCISES.iter().find(|known| known.id == exercise)?;
        let step = exercise.steps.iter().position(|known| known.id == step)?;
        Some(Place { exercise, step })
    }

    /// The step.
    pub fn step(&self) -> &'static Step {
        &self.exercise.steps[self.step]
    }

    /// Ids of exercise and step.
    pub fn ids(&self) -> (String, String) {
        (self.exercise.id.to_owned(), self.step().id.to_owned())
    }

    fn note(&self, what: &str) -> String {
        format!("exercise.{}.{}.{what}", self.exercise.id, self.step().id)
    }
}

/// Whether the step was passed in this browser.
pub fn is_passed(place: Place) -> bool {
    store::note(&place.note("passed")).is_some()
}

/// The step that is open and how it goes.
#[derive(Clone, Copy)]
pub struct Lesson {
    /// The step.
    pub open: RwSignal<Option<Place>>,
    /// What the judge said last.
    verdict: RwSignal<Option<Arc<Verdict>>>,
    /// How far the judge is (0–1), while it measures.
    judging: RwSignal<Option<f64>>,
    /// Hints shown.
    hints: RwSignal<usize>,
    /// Failed tries: each opens one more hint.
    failed: RwSignal<usize>,
}

impl Lesson {
    /// No exercise is open.
    pub fn new() -> Self {
        Lesson {
            open: RwSignal::new(None),
            verdict: RwSignal::new(None),
            judging: RwSignal::new(None),
            hints: RwSignal::new(0),
            failed: RwSignal::new(0),
        }
    }

    /// Opens a step's panel without touching the design.
    pub fn set(&self, place: Option<Place>) {
        let failed = place.and_then(|place| store::note(&place.note("failed")));
        self.open.set(place);
        self.verdict.set(None);
        self.judging.set(None);
        self.hints.set(0);
        self.failed.set(failed.and_then(|count| count.parse().ok()).unwrap_or(0));
    }

    /// Opens a step with its starting design.
    pub fn start(&self, app: App, place: Place) {
        let what = format!("The exercise “{}”", place.step().name);
        open::copy(app, (place.step().start)(), &what, Some(place));
        app.panels.sheet.set(Some(Sheet::Palette));
    }
}

/// The panel.
#[component]
pub fn LessonPanel() -> impl IntoView {
    let app = App::get();
    let _ = app;
    view! { <aside class="lesson" aria-label="Exercise"><Icon name="graduation-cap"/></aside> }
}
