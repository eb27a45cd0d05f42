//! The exercise panel: brief, facts, goals with what was measured beside what is asked, hints, references.

use std::sync::Arc;

use headroom::design::Design;
use headroom::exercises::{self, Exercise, Step, Verdict, World};
use leptos::prelude::*;

use crate::panels::{Sheet, Tab};
use crate::runner::{Ended, Outcome};
use crate::state::App;
use crate::{open, runner, store};

mod goals;
mod panel;

pub use panel::LessonPanel;

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
        let exercise = exercises::find(exercise)?;
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
    /// The design that it judged.
    judged: RwSignal<Option<Arc<Design>>>,
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
            judged: RwSignal::new(None),
            judging: RwSignal::new(None),
            hints: RwSignal::new(0),
            failed: RwSignal::new(0),
        }
    }

    /// Opens a step's panel without touching the design.
    pub fn set(&self, app: App, place: Option<Place>) {
        let failed = place.and_then(|place| store::note(&place.note("failed")));
        app.panels.tab.set(if place.is_some() { Tab::Exercise } else { Tab::Blocks });
        self.open.set(place);
        app.session.update_value(|session| session.set_world(place.map(|place| &place.exercise.world)));
        self.verdict.set(None);
        self.judging.set(None);
        self.hints.set(0);
        self.failed.set(failed.and_then(|count| count.parse().ok()).unwrap_or(0));
    }

    /// The world of the exercise that is open.
    pub fn world(&self) -> Option<&'static World> {
        self.open.get().map(|place| &place.exercise.world)
    }

    /// Has the worker judge the open design.
    pub fn check(&self, app: App) {
        let Some(place) = self.open.get_untracked() else { return };
        let lesson = *self;
        let design = app.design.get_untracked();
        self.judging.set(Some(0.0));
        let progress = move |share| lesson.judging.set(Some(share));
        runner::judge(app, place.ids(), progress, move |found| {
            lesson.judging.set(None);
            match found {
                Ok(Outcome::Verdict(verdict)) => {
                    lesson.judged.set(Some(design));
                    lesson.note(app, place, Arc::from(verdict));
                }
                Ok(Outcome::Tried(_) | Outcome::Digest(_)) => {}
                Err(Ended::Stopped) => app.voice.polite.set("Stopped.".to_owned()),
                Err(Ended::Failed(text)) => app.refuse(&text),
            }
        });
    }

    fn note(&self, app: App, place: Place, verdict: Arc<Verdict>) {
        if self.open.get_untracked() != Some(place) {
            return;
        }
        let met = verdict.goals.iter().filter(|goal| goal.met).count();
        let said = format!("{met} of {} goals are met.", verdict.goals.len());
        if verdict.passed {
            store::set_note(&place.note("passed"), "yes");
            app.voice.polite.set(format!("Passed. {said}"));
        } else {
            self.failed.update(|failed| *failed += 1);
            store::set_note(&place.note("failed"), &self.failed.get_untracked().to_string());
            app.voice.polite.set(format!("Not yet. {said}"));
        }
        self.verdict.set(Some(verdict));
    }

    /// Opens a step with its starting design.
    pub fn start(&self, app: App, place: Place) {
        let what = format!("The exercise “{}”", place.step().name);
        open::copy(app, (place.step().start)(), &what, Some(place));
        app.panels.sheet.set(Some(Sheet::Palette));
    }
}
