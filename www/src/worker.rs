//! The worker's half of the page: hands messages to the core's worker and works in slices, so that messages get in.
//!
//! A timer in a worker waits at least 4 ms; a message channel does not. So work goes on by a message to itself, and
//! only an idle worker uses a timer.

use std::cell::RefCell;

use gloo_timers::callback::Timeout;
use headroom::job::{FromWorker, Worker, wire};
use js_sys::{Array, Float64Array, Uint8Array, global};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, MessagePort};

/// Work between two looks at the messages [ms].
const TURN_MS: f64 = 8.0;
/// An idle worker looks at its clock this often [ms].
const IDLE_MS: u32 = 8;

struct State {
    worker: Worker,
    /// Posting here continues the work after waiting messages.
    again: MessagePort,
    /// A turn is on its way.
    awake: bool,
    /// The next look of an idle worker; dropping it cancels it.
    rest: Option<Timeout>,
}

thread_local! {
    static STATE: RefCell<Option<State>> = const { RefCell::new(None) };
}

/// Listens to the page for ever.
pub fn serve() {
    std::panic::set_hook(Box::new(|info| tell(&FromWorker::Failed { run: 0, text: info.to_string() })));
    let channel = MessageChannel::new().expect("a worker has message channels");
    let turn = Closure::<dyn FnMut()>::new(turn);
    channel.port1().set_onmessage(Some(turn.as_ref().unchecked_ref()));
    turn.forget();
    STATE.set(Some(State { worker: Worker::default(), again: channel.port2(), awake: false, rest: None }));
    let follow = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| follow(&event));
    scope().set_onmessage(Some(follow.as_ref().unchecked_ref()));
    follow.forget();
    tell(&FromWorker::Ready);
}

fn follow(event: &MessageEvent) {
    let Some(message) = wire::read(&Uint8Array::new(&event.data()).to_vec()) else { return };
    with_state(|state| {
        if let Some(answer) = state.worker.apply(message) {
            tell(&answer);
        }
        wake(state);
    });
}

fn turn() {
    with_state(|state| {
        state.awake = false;
        let start = js_sys::Date::now();
        loop {
            let now = js_sys::Date::now();
            let slice = state.worker.slice(now);
            slice.messages.iter().for_each(tell);
            if let Some(floats) = slice.frame {
                send_frame(&floats);
            }
            if !slice.busy {
                state.rest = Some(Timeout::new(IDLE_MS, || with_state(wake)));
                return;
            }
            if now - start >= TURN_MS {
                return wake(state);
            }
        }
    });
}

fn wake(state: &mut State) {
    if !state.awake {
        state.awake = true;
        let _ = state.again.post_message(&JsValue::NULL);
    }
}

fn with_state(act: impl FnOnce(&mut State)) {
    STATE.with_borrow_mut(|state| state.as_mut().map(act));
}

fn tell(message: &FromWorker) {
    let bytes = Uint8Array::from(&wire::write(message)[..]);
    let _ = scope().post_message_with_transfer(&bytes, &Array::of1(&bytes.buffer()));
}

fn send_frame(floats: &[f64]) {
    let array = Float64Array::from(floats);
    let _ = scope().post_message_with_transfer(&array, &Array::of1(&array.buffer()));
}

fn scope() -> DedicatedWorkerGlobalScope {
    global().unchecked_into()
}
