//! The processes of the service: each has tasks, may be killed with all of them, and may be stopped and go on later.

use std::cell::RefCell;
use std::pin::Pin;
use std::task::{Context, Waker};

use domain::Time;

use crate::clockwork::{Clockwork, TaskId};

pub type ProcessId = usize;

type Work = Pin<Box<dyn Future<Output = ()>>>;

/// Who is there, and what each is at.
#[derive(Default)]
pub struct Cast {
    tasks: RefCell<Vec<Task>>,
    processes: RefCell<Vec<Process>>,
}

struct Task {
    owner: ProcessId,
    /// Gone once it has ended or its process was killed; out while it is polled.
    work: Option<Work>,
}

#[derive(Default)]
struct Process {
    tasks: Vec<TaskId>,
    is_alive: bool,
    stopped_until: Option<Time>,
    is_to_end: bool,
}

impl Cast {
    pub fn new(processes: usize) -> Self {
        let cast = Self::default();
        cast.processes.borrow_mut().resize_with(processes, Process::default);
        cast
    }

    pub fn count(&self) -> usize {
        self.processes.borrow().len()
    }

    /// The process is there from now on, with nothing to do yet.
    pub fn start(&self, process: ProcessId) {
        self.processes.borrow_mut()[process] = Process { is_alive: true, ..Process::default() };
    }

    pub fn spawn(&self, clock: &Clockwork, owner: ProcessId, work: impl Future<Output = ()> + 'static) {
        let mut tasks = self.tasks.borrow_mut();
        let id = tasks.len();
        tasks.push(Task { owner, work: Some(Box::pin(work)) });
        self.processes.borrow_mut()[owner].tasks.push(id);
        clock.wake(id, clock.now());
    }

    /// Ends the process at once. All that it knew is gone.
    pub fn kill(&self, process: ProcessId) {
        let tasks = {
            let mut processes = self.processes.borrow_mut();
            processes[process].is_alive = false;
            std::mem::take(&mut processes[process].tasks)
        };
        for id in tasks {
            let work = self.tasks.borrow_mut()[id].work.take();
            drop(work);
        }
    }

    /// The process does nothing until then, and notices nothing of it.
    pub fn stop(&self, process: ProcessId, until: Time) {
        self.processes.borrow_mut()[process].stopped_until = Some(until);
    }

    /// The process is asked to bring to an end what it is at.
    pub fn ask_to_end(&self, process: ProcessId) {
        self.processes.borrow_mut()[process].is_to_end = true;
    }

    pub fn is_to_end(&self, process: ProcessId) -> bool {
        self.processes.borrow()[process].is_to_end
    }

    pub fn is_alive(&self, process: ProcessId) -> bool {
        self.processes.borrow()[process].is_alive
    }

    /// Lets a task go on until it waits again.
    pub fn poll(&self, clock: &Clockwork, id: TaskId) {
        let owner = self.tasks.borrow()[id].owner;
        let stopped_until = self.processes.borrow()[owner].stopped_until;
        if let Some(until) = stopped_until.filter(|until| *until > clock.now()) {
            return clock.wake(id, until);
        }
        let Some(mut work) = self.tasks.borrow_mut()[id].work.take() else { return };
        clock.polls(id);
        let is_over = work.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
        if !is_over {
            self.tasks.borrow_mut()[id].work = Some(work);
        }
    }

    /// Ends everything: what waits holds on to the stage that it is played on.
    pub fn clear(&self) {
        for process in 0..self.count() {
            self.kill(process);
        }
    }
}
