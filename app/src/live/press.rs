//! A press belongs to what was under the pointer when it began. While a button is down nothing on the page changes: else the
//! press would be lost, or would meet what has come to stand there.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use futures::channel::oneshot;
use leptos::ev;
use leptos::prelude::{set_timeout, set_timeout_with_handle, window_event_listener};

/// Whoever holds a button for longer selects a text, or has let go where we do not hear it.
const LONGEST: Duration = Duration::from_secs(10);

thread_local! {
    static IS_DOWN: Cell<bool> = const { Cell::new(false) };
    static RELEASED: RefCell<Option<oneshot::Sender<()>>> = const { RefCell::new(None) };
}

pub fn start() {
    window_event_listener(ev::pointerdown, |_| IS_DOWN.set(true));
    // The click comes right after the button is up, before any timer.
    window_event_listener(ev::pointerup, |_| set_timeout(release, Duration::ZERO));
    window_event_listener(ev::pointercancel, |_| release());
}

/// Waits while a button is down. There is one who waits, the reader of the stream.
pub async fn is_over() {
    if !IS_DOWN.get() {
        return;
    }
    let (release_me, released) = oneshot::channel();
    RELEASED.replace(Some(release_me));
    let limit = set_timeout_with_handle(release, LONGEST);
    // Either way of being released is right.
    let _ = released.await;
    if let Ok(limit) = limit {
        limit.clear();
    }
}

fn release() {
    IS_DOWN.set(false);
    if let Some(waiting) = RELEASED.take() {
        // An error says that nobody waits any more.
        let _ = waiting.send(());
    }
}
