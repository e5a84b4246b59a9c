//! The CI: takes calls, runs what it accepted, shows what it likes to show.

use std::rc::Rc;

use chrono::TimeDelta;
use domain::Time;
use domain::plan::MAX_NOT_FOUND;
use domain::run::{Candidate, Likeness, RunRef, RunStatus};
use domain::step::CiTarget;
use domain::turn::{Seen, Sent};
use uuid::Uuid;

use super::calls::{Fate, TIMEOUT};
use super::{Failure, Origin, Run, RunId, RunState, Window, Work};
use crate::clockwork::Reply;
use crate::stage::Stage;

/// A provider's clock may be so far behind ours.
const CLOCK_ALLOWANCE: TimeDelta = TimeDelta::seconds(120);
/// A run that was accepted has nothing to cancel before this.
const NOTHING_TO_CANCEL: TimeDelta = TimeDelta::seconds(3);
/// A run whose stack is locked, or that needs another stack.
const FAILS_SOON: TimeDelta = TimeDelta::seconds(2);

/// A call that starts a run.
struct Call {
    target: CiTarget,
    marker: Uuid,
    origin: Origin,
}

impl Stage {
    /// Sends the call that starts a run. It goes its way, whatever becomes of the process that sent it.
    pub fn post(self: &Rc<Self>, target: &CiTarget, marker: Uuid, origin: Origin) -> Reply<Sent> {
        let (there, back) = (self.travel(), self.travel());
        let fate = self.fate_of_call(target.provider);
        let reply = Reply::new();
        let answer = reply.clone();
        let call = Call { target: target.clone(), marker, origin };
        self.tell(|| format!("  call of job {} step {} leaves ({fate:?})", origin.job, origin.position));
        self.clock.happen_after(there, move |stage| {
            if let Some(sent) = stage.receive(&call, fate) {
                stage.clock.happen_after(back, move |stage| answer.arrive(&stage.clock, sent));
            }
        });
        reply
    }

    /// The call arrives, or not. What is answered, if anything is.
    fn receive(self: &Rc<Self>, call: &Call, fate: Fate) -> Option<Sent> {
        let after = Some(TimeDelta::seconds(self.dice.among(1..=60)));
        match fate {
            Fate::Lost => None,
            Fate::NoConnection => Some(Sent::Unsent { after: None, what: "no connection".into() }),
            Fate::Busy => Some(Sent::Unsent { after, what: "429".into() }),
            Fate::Unauthorized => Some(Sent::Unauthorized("401".into())),
            Fate::Rejected => Some(Sent::Rejected("422".into())),
            Fate::BrokenBefore => Some(Sent::Unknown("500".into())),
            Fate::Fine => Some(Sent::Accepted(self.accept(call))),
            Fate::BrokenAfter => {
                self.accept(call);
                Some(Sent::Unknown("500".into()))
            }
            Fate::Reset => {
                self.accept(call);
                Some(Sent::Unknown("the connection was reset".into()))
            }
            Fate::AnswerLost => {
                self.accept(call);
                None
            }
        }
    }

    fn accept(self: &Rc<Self>, call: &Call) -> RunRef {
        let run = self.start_run(&call.target, call.marker, Some(call.origin));
        if self.chance(self.scenario.weather.twin) {
            let twin = self.start_run(&call.target, call.marker, Some(call.origin));
            for run in [run, twin] {
                self.world.borrow_mut().runs[run].excuse(Window::Twin);
            }
        }
        let reference = self.world.borrow().runs[run].reference();
        self.judge_accepted(run);
        reference
    }

    /// Somebody starts the target by hand.
    pub fn start_by_hand(self: &Rc<Self>, target: &CiTarget) {
        let marker = self.dice.uuid();
        self.start_run(target, marker, None);
    }

    fn start_run(self: &Rc<Self>, target: &CiTarget, marker: Uuid, origin: Option<Origin>) -> RunId {
        let now = self.clock.now();
        let work = Work::of(&target.branch);
        let course = self.course(&work);
        let listed_at = now + self.list_lag();
        let is_hidden = self.chance(self.scenario.weather.missing);
        let missing_looks = if is_hidden { self.dice.pick([1, 2, 2, u32::MAX]) } else { 0 };
        let mut world = self.world.borrow_mut();
        let id = world.runs.len();
        let mut run = Run {
            id,
            provider: target.provider,
            project: target.project.clone(),
            branch: target.branch.clone(),
            work,
            marker: (origin.is_some() && target.carries_marker()).then_some(marker),
            origin,
            accepted_at: now,
            listed_at,
            course,
            state: RunState::Queued,
            is_cancelled: false,
            missing_looks,
            missed_in_a_row: 0,
            window: None,
        };
        if let Some(origin) = origin {
            if origin.left_stale {
                run.excuse(Window::StaleCall);
            }
            if listed_at > origin.sent_at + self.scenario.pace.settle {
                run.excuse(Window::LateInList);
            }
        }
        self.tell(|| {
            let lag = (listed_at - now).num_seconds();
            format!("  {} is accepted; listed after {lag} s, {:?}", run.name(), run.course)
        });
        world.runs.push(run);
        self.clock.happen_after(course.queued_for, move |stage| stage.begin_run(id));
        id
    }

    fn begin_run(self: &Rc<Self>, id: RunId) {
        let (course, made_after) = {
            let mut world = self.world.borrow_mut();
            let run = &world.runs[id];
            if run.state != RunState::Queued || run.is_cancelled {
                return;
            }
            let course = run.course;
            let stack = run.work.stack();
            let is_locked = stack.as_ref().is_some_and(|stack| world.locks.contains_key(stack));
            let is_in_vain = is_locked || !world.has_what_it_needs(&run.work);
            self.tell(|| format!("  {} begins{}", run.name(), if is_in_vain { " in vain" } else { "" }));
            world.runs[id].state = RunState::Running;
            if is_in_vain {
                self.clock.happen_after(FAILS_SOON, move |stage| stage.end_run(id, RunStatus::Failed));
                return;
            }
            if let Some(stack) = stack {
                world.locks.insert(stack, id);
            }
            (course, course.takes * i32::try_from(self.dice.among(1..=9)).unwrap_or(1) / 10)
        };
        self.judge_begun(id);
        self.clock.happen_after(made_after, move |stage| stage.make_things(id));
        self.clock.happen_after(course.takes, move |stage| stage.end_run(id, course.end));
    }

    fn end_run(self: &Rc<Self>, id: RunId, status: RunStatus) {
        let is_over = {
            let mut world = self.world.borrow_mut();
            if !matches!(world.runs[id].state, RunState::Queued | RunState::Running) {
                return;
            }
            world.runs[id].state = RunState::Ended(status);
            self.tell(|| format!("  {} ends: {status}", world.runs[id].name()));
            let stack = world.runs[id].work.stack();
            let has_lock = stack.as_ref().is_some_and(|stack| world.locks.get(stack) == Some(&id));
            if let Some(stack) = stack.filter(|_| has_lock) {
                world.locks.remove(&stack);
            }
            has_lock && status == RunStatus::Succeeded
        };
        if is_over {
            self.remove_things(id);
        }
    }

    /// The runs that may be the one that was sent with this marker at or after `since`, the oldest first.
    pub fn find(&self, target: &CiTarget, marker: Uuid, since: Time) -> Vec<Candidate> {
        let now = self.clock.now();
        let tells_actor = self.scenario.tells_actor;
        let is_marked = target.carries_marker();
        let likeness = match (is_marked, tells_actor) {
            (true, _) => Likeness::Marker,
            (false, true) => Likeness::Actor,
            (false, false) => Likeness::Looks,
        };
        let candidate = |run: &Run| Candidate { run: run.reference(), likeness };
        let fits = |run: &&Run| {
            run.provider == target.provider
                && run.project == target.project
                && run.branch == target.branch
                && run.listed_at <= now
                && run.accepted_at >= since - CLOCK_ALLOWANCE
                && (!is_marked || run.marker == Some(marker))
                && (is_marked || !tells_actor || run.origin.is_some())
        };
        self.world.borrow().runs.iter().filter(fits).map(candidate).collect()
    }

    /// How far a run is.
    pub fn look(&self, reference: &RunRef) -> Result<Seen, Failure> {
        let mut world = self.world.borrow_mut();
        let run = reference.id.parse().ok().and_then(|id: RunId| world.runs.get_mut(id));
        let run = run.ok_or(Failure::NotFound)?;
        if run.missing_looks > 0 {
            run.missing_looks -= 1;
            run.missed_in_a_row += 1;
            if run.missed_in_a_row >= MAX_NOT_FOUND {
                run.excuse(Window::Hidden);
            }
            return Err(Failure::NotFound);
        }
        run.missed_in_a_row = 0;
        let is_strange = run.state == RunState::Running && self.chance(self.scenario.weather.strange_word);
        let status = match run.state {
            RunState::Running if is_strange => RunStatus::Unknown,
            RunState::Queued => RunStatus::Queued,
            RunState::Running => RunStatus::Running,
            RunState::Ended(status) => status,
        };
        Ok(Seen { status, detail: None, progress: None, run: Some(run.reference()) })
    }

    /// Asks to stop a run. Like the call that started it, it goes its way by itself.
    pub async fn cancel(self: &Rc<Self>, target: &CiTarget, reference: &RunRef) -> Result<(), String> {
        let (there, back) = (self.travel(), self.travel());
        let fate = self.fate_of_call(target.provider);
        let id: RunId = reference.id.parse().unwrap_or(RunId::MAX);
        let reply = Reply::new();
        let answer = reply.clone();
        self.clock.happen_after(there, move |stage| {
            if let Some(said) = stage.receive_cancel(id, fate) {
                stage.clock.happen_after(back, move |stage| answer.arrive(&stage.clock, said));
            }
        });
        self.within_timeout(&reply).await.unwrap_or_else(|| Err("no answer in time".into()))
    }

    fn receive_cancel(self: &Rc<Self>, id: RunId, fate: Fate) -> Option<Result<(), String>> {
        let is_done = matches!(fate, Fate::Fine | Fate::BrokenAfter | Fate::AnswerLost | Fate::Reset);
        let answer = if is_done { self.cancel_run(id) } else { Err(format!("{fate:?}")) };
        if !is_done
            && let Some(run) = self.world.borrow_mut().runs.get_mut(id)
            && run.state == RunState::Queued
        {
            run.excuse(Window::CancelRefused);
        }
        match fate {
            Fate::Lost | Fate::AnswerLost => None,
            Fate::Fine => Some(answer),
            _ => Some(Err(format!("{fate:?}"))),
        }
    }

    fn cancel_run(self: &Rc<Self>, id: RunId) -> Result<(), String> {
        let now = self.clock.now();
        let mut world = self.world.borrow_mut();
        let run = world.runs.get_mut(id).ok_or("404")?;
        if matches!(run.state, RunState::Ended(_)) || run.is_cancelled {
            return Ok(());
        }
        if run.state == RunState::Queued && now < run.accepted_at + NOTHING_TO_CANCEL {
            return Err("there is nothing yet that could be cancelled".into());
        }
        if self.chance(self.scenario.weather.deaf_cancel) {
            if run.state == RunState::Queued {
                run.excuse(Window::CancelRefused);
            }
            self.tell(|| format!("  {} is asked to stop and does not", run.name()));
            return Ok(());
        }
        run.is_cancelled = true;
        self.tell(|| format!("  {} is asked to stop", run.name()));
        let stops_after = run.course.stops_after;
        self.clock.happen_after(stops_after, move |stage| stage.end_run(id, RunStatus::Cancelled));
        Ok(())
    }

    /// What the client hears of an answer that may never come.
    pub async fn within_timeout<T>(&self, reply: &Reply<T>) -> Option<T> {
        let answer = std::pin::pin!(reply.wait(&self.clock));
        let patience = std::pin::pin!(self.clock.sleep(TIMEOUT));
        match futures::future::select(answer, patience).await {
            futures::future::Either::Left((answer, _)) => Some(answer),
            futures::future::Either::Right(_) => None,
        }
    }
}
