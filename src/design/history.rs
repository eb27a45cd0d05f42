//! Undo and redo: whole-design snapshots behind `Arc`; a gesture is begin, many applies, then commit or cancel.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Design, Edit, Refusal};

/// How many steps can be undone.
pub const STEPS: usize = 200;

/// The current design with its past and its undone future.
#[derive(Debug, Clone)]
pub struct History {
    now: Arc<Design>,
    past: VecDeque<Arc<Design>>,
    future: Vec<Arc<Design>>,
    gesture: Option<Arc<Design>>,
}

impl History {
    /// A history that starts here.
    pub fn new(design: Design) -> Self {
        History { now: Arc::new(design), past: VecDeque::new(), future: Vec::new(), gesture: None }
    }

    /// The design as it stands.
    pub fn design(&self) -> &Arc<Design> {
        &self.now
    }

    /// Starts a gesture: until [`History::commit`] all applies are one step.
    pub fn begin(&mut self) {
        if self.gesture.is_none() {
            self.gesture = Some(Arc::clone(&self.now));
        }
    }

    /// Applies an edit: a step of its own, or part of the open gesture.
    ///
    /// # Errors
    /// The edit's refusal; the design is then as it was.
    pub fn apply(&mut self, edit: &Edit) -> Result<(), Refusal> {
        let mut next = (*self.now).clone();
        edit.apply(&mut next)?;
        if next == *self.now {
            return Ok(());
        }
        let before = std::mem::replace(&mut self.now, Arc::new(next));
        if self.gesture.is_none() {
            self.remember(before);
        }
        Ok(())
    }

    /// Puts another design in place of this one, as one step; false when it is the same.
    pub fn replace(&mut self, design: Design) -> bool {
        self.cancel();
        if *self.now == design {
            return false;
        }
        let before = std::mem::replace(&mut self.now, Arc::new(design));
        self.remember(before);
        true
    }

    /// Applies an edit as part of the last step: a burst of arrow keys or of typing is undone at once.
    ///
    /// # Errors
    /// The edit's refusal; the design is then as it was.
    pub fn amend(&mut self, edit: &Edit) -> Result<(), Refusal> {
        let mut next = (*self.now).clone();
        edit.apply(&mut next)?;
        self.now = Arc::new(next);
        Ok(())
    }

    /// Ends the gesture as one step; without a change it leaves no step and says false.
    pub fn commit(&mut self) -> bool {
        let Some(before) = self.gesture.take().filter(|before| *before != self.now) else { return false };
        self.remember(before);
        true
    }

    /// Ends the gesture and restores what was before it.
    pub fn cancel(&mut self) {
        if let Some(before) = self.gesture.take() {
            self.now = before;
        }
    }

    /// One step back; false when there is none.
    pub fn undo(&mut self) -> bool {
        self.cancel();
        let Some(before) = self.past.pop_back() else { return false };
        self.future.push(std::mem::replace(&mut self.now, before));
        true
    }

    /// One step forward again; false when there is none.
    pub fn redo(&mut self) -> bool {
        let Some(after) = self.future.pop() else { return false };
        self.past.push_back(std::mem::replace(&mut self.now, after));
        true
    }

    /// Whether there is a step to undo.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is a step to redo.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    fn remember(&mut self, before: Arc<Design>) {
        if self.past.len() == STEPS {
            self.past.pop_front();
        }
        self.past.push_back(before);
        self.future.clear();
    }
}
