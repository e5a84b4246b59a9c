//! Virtual time: it jumps from one event to the next, and what waits is woken when its moment comes.
//!
//! Tasks are plain futures. A future that waits is a worker between two of its effects, so that dropping it is a crash and
//! not polling it is a process that was stopped. Of events at the same moment chance says which comes first.

use std::cell::{Cell, RefCell};
use std::collections::BinaryHeap;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};

use chrono::TimeDelta;
use domain::Time;

use crate::dice::Dice;
use crate::stage::Stage;

pub type TaskId = usize;
pub type Happening = Box<dyn FnOnce(&Rc<Stage>)>;

/// The moment at which every history begins.
pub const START: Time = Time::UNIX_EPOCH;

/// What comes next.
pub enum Event {
    /// A task may go on.
    Wake(TaskId),
    /// Something happens outside of the tasks.
    Happen(Happening),
}

struct Entry {
    at: Time,
    tie: u64,
    event: Event,
}

/// The clock that all share, with everything that is still to come.
pub struct Clockwork {
    now: Cell<Time>,
    agenda: RefCell<BinaryHeap<Entry>>,
    ties: RefCell<Dice>,
    current: Cell<TaskId>,
    naps: RefCell<Vec<(TaskId, Weak<Cell<Time>>)>>,
}

impl Clockwork {
    pub fn new(ties: Dice) -> Self {
        Self {
            now: Cell::new(START),
            agenda: RefCell::default(),
            ties: RefCell::new(ties),
            current: Cell::new(0),
            naps: RefCell::default(),
        }
    }

    pub const fn now(&self) -> Time {
        self.now.get()
    }

    /// Goes on to the next event.
    pub fn next(&self) -> Option<Event> {
        let entry = self.agenda.borrow_mut().pop()?;
        self.now.set(entry.at);
        Some(entry.event)
    }

    /// Nothing comes any more.
    pub fn forget(&self) {
        self.agenda.borrow_mut().clear();
    }

    /// The task that is polled from now on: what it waits for wakes it.
    pub fn polls(&self, task: TaskId) {
        self.current.set(task);
    }

    pub fn wake(&self, task: TaskId, at: Time) {
        self.note(at, Event::Wake(task));
    }

    pub fn happen_at(&self, at: Time, what: impl FnOnce(&Rc<Stage>) + 'static) {
        self.note(at, Event::Happen(Box::new(what)));
    }

    pub fn happen_after(&self, pause: TimeDelta, what: impl FnOnce(&Rc<Stage>) + 'static) {
        self.happen_at(self.now() + pause, what);
    }

    pub fn sleep(&self, pause: TimeDelta) -> Sleep<'_> {
        Sleep { clock: self, until: self.now() + pause, is_noted: false }
    }

    /// Sleeps until then, or until somebody rings.
    pub fn nap(&self, until: Time) -> Nap<'_> {
        Nap { clock: self, until: Rc::new(Cell::new(until)), is_noted: false }
    }

    /// Wakes all that nap, each after a pause of its own.
    pub fn ring(&self, mut pause: impl FnMut() -> TimeDelta) {
        let now = self.now();
        self.naps.borrow_mut().retain(|(task, until)| {
            let Some(until) = until.upgrade() else { return false };
            let at = now + pause();
            if at < until.get() {
                until.set(at);
                self.wake(*task, at);
            }
            true
        });
    }

    fn note(&self, at: Time, event: Event) {
        let tie = self.ties.borrow_mut().number();
        self.agenda.borrow_mut().push(Entry { at: at.max(self.now()), tie, event });
    }
}

/// Waits for a moment.
pub struct Sleep<'a> {
    clock: &'a Clockwork,
    until: Time,
    is_noted: bool,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.clock.now() >= self.until {
            return Poll::Ready(());
        }
        if !self.is_noted {
            self.is_noted = true;
            self.clock.wake(self.clock.current.get(), self.until);
        }
        Poll::Pending
    }
}

/// Waits for a moment that may come earlier.
pub struct Nap<'a> {
    clock: &'a Clockwork,
    until: Rc<Cell<Time>>,
    is_noted: bool,
}

impl Future for Nap<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.clock.now() >= self.until.get() {
            return Poll::Ready(());
        }
        if !self.is_noted {
            self.is_noted = true;
            let task = self.clock.current.get();
            self.clock.naps.borrow_mut().push((task, Rc::downgrade(&self.until)));
            self.clock.wake(task, self.until.get());
        }
        Poll::Pending
    }
}

/// An answer that is on its way.
pub struct Reply<T>(Rc<RefCell<Waiting<T>>>);

struct Waiting<T> {
    answer: Option<T>,
    task: Option<TaskId>,
}

impl<T> Clone for Reply<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> Reply<T> {
    pub fn new() -> Self {
        Self(Rc::new(RefCell::new(Waiting { answer: None, task: None })))
    }

    /// The answer arrives.
    pub fn arrive(&self, clock: &Clockwork, answer: T) {
        let mut waiting = self.0.borrow_mut();
        waiting.answer = Some(answer);
        if let Some(task) = waiting.task {
            clock.wake(task, clock.now());
        }
    }

    pub async fn wait(&self, clock: &Clockwork) -> T {
        std::future::poll_fn(|_| {
            let mut waiting = self.0.borrow_mut();
            waiting.task = Some(clock.current.get());
            waiting.answer.take().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    /// The earliest is the greatest, which is what a heap gives first.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (other.at, other.tie).cmp(&(self.at, self.tie))
    }
}
