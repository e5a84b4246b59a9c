//! Runs and batch jobs: one for each attempt, a run begun only while its step is under way.

use domain::run::RunStatus;
use domain::step::{Step, TriggerState};

use super::{Course, Law};
use crate::stage::Stage;
use crate::world::{Attempt, Batch, Origin, Run, RunId, Window, Work};

impl Stage {
    /// A CI has accepted a call of ours.
    pub fn judge_accepted(&self, id: RunId) {
        let mut world = self.world.borrow_mut();
        let Some(origin) = world.runs[id].origin else { return };
        self.tally.borrow_mut().runs += 1;
        self.judge_marker(&world.runs[id], &origin);
        if let Some(window) = self.judge_duplicate(&world.runs, &world.runs[id], &origin) {
            world.runs[id].excuse(window);
        }
        let run = &world.runs[id];
        if let Work::Apply { cluster, .. } = &run.work {
            self.judge_debt_of_create(run, &origin, cluster);
        }
        self.judge.borrow_mut().course(&origin).runs.push(id);
    }

    fn judge_marker(&self, run: &Run, origin: &Origin) {
        let Some(marker) = run.marker else { return };
        let known = *self.judge.borrow_mut().course(origin).marker.get_or_insert(marker);
        if known != marker {
            self.judge_breach(Law::OneMarkerPerAttempt, || {
                format!(
                    "{} carries another marker than an earlier call of {}",
                    run.name(),
                    named(origin.attempt())
                )
            });
        }
    }

    /// What excuses a run that is not the first of its attempt.
    fn judge_duplicate(&self, runs: &[Run], run: &Run, origin: &Origin) -> Option<Window> {
        let mut judge = self.judge.borrow_mut();
        let course = judge.course(origin);
        if course.runs.is_empty() {
            return None;
        }
        let settled_at = course.settles_from.map(|from| from + self.scenario.pace.settle);
        let excuses = |run: &Run| match run.window {
            Some(Window::LateInList) => settled_at.is_none_or(|settled| run.listed_at > settled),
            Some(window) => matches!(window, Window::StaleCall | Window::Unsure),
            None => false,
        };
        let earlier = course.runs.iter().map(|earlier| &runs[*earlier]);
        let window = earlier.chain([run]).find(|run| excuses(run)).and_then(|run| run.window);
        let was_asked_again = course.was_asked_again;
        drop(judge);
        let mut tally = self.tally.borrow_mut();
        if let Some(window) = window {
            self.tell(|| format!("  a duplicate, excused: {}", window.what()));
            *tally.duplicates.entry(window).or_default() += 1;
        } else if was_asked_again {
            tally.asked_again += 1;
        } else {
            let named = named(origin.attempt());
            self.judge_breach(Law::OneRunPerAttempt, || {
                format!("{} is a second run for {named}", run.name())
            });
        }
        window
    }

    /// A run leaves the queue of its CI and begins its work.
    pub fn judge_begun(&self, id: RunId) {
        let mut world = self.world.borrow_mut();
        let run = &mut world.runs[id];
        let Some(origin) = run.origin else { return };
        let store = self.store.borrow();
        let is_under_way = store.step(origin.job, origin.position).is_some_and(|step| {
            step.attempt == origin.attempt && step.state.was_attempted() && !step.state.is_final()
        });
        if is_under_way {
            return;
        }
        let mut judge = self.judge.borrow_mut();
        let course = judge.course(&origin);
        if course.was_put_aside {
            run.excuse(Window::PutAside);
        }
        if course.was_not_searched {
            run.excuse(Window::NotSearched);
        }
        if course.was_unsure {
            run.excuse(Window::Unsure);
        }
        let window = run.window;
        drop(judge);
        match window {
            Some(window) => self.tell(|| format!("  too late, excused: {}", window.what())),
            None => self.judge_breach(Law::RunsOnlyUnderWay, || {
                format!("{} begins though {} is over", run.name(), named(origin.attempt()))
            }),
        }
    }

    /// A step or its trigger came into another state: it may have taken a run that belongs to another.
    pub(super) fn note_doubt(&self, job: i64, step: &Step) {
        let Some(trigger) = &step.trigger else { return };
        let attempt = (job, step.position, step.attempt);
        if trigger.state == TriggerState::Unknown {
            let mut judge = self.judge.borrow_mut();
            judge.attempts.entry(attempt).or_default().settles_from = Some(trigger.sent_at);
        }
        let mut world = self.world.borrow_mut();
        let adopted = trigger.run.as_ref().and_then(|run| world.runs.get_mut(run.id.parse::<RunId>().ok()?));
        let of_another = adopted.filter(|run| run.origin.map(|origin| origin.attempt()) != Some(attempt));
        if of_another.is_some() || trigger.state == TriggerState::NeedsPerson {
            self.judge.borrow_mut().attempts.entry(attempt).or_default().was_unsure = true;
        }
        if let Some(run) = of_another {
            let has_marker = run.marker.is_some();
            let name = run.name();
            run.excuse(Window::Unsure);
            if has_marker {
                self.judge_breach(Law::OneMarkerPerAttempt, || format!("{name} was taken by another step"));
            }
        }
    }

    pub(super) fn note_put_aside(&self, job: i64, position: i32) {
        self.note_of_attempt(job, position, |course| course.was_put_aside = true);
    }

    /// A search for the run of a step was not answered.
    pub fn note_not_searched(&self, job: i64, position: i32) {
        self.note_of_attempt(job, position, |course| course.was_not_searched = true);
    }

    /// A person has asked for another run.
    pub fn note_asked_again(&self, job: i64, position: i32) {
        self.note_of_attempt(job, position, |course| course.was_asked_again = true);
    }

    /// The batch service is about to start another job.
    pub fn judge_batch_starts(&self, attempt: Attempt) {
        let now = self.clock.now();
        let world = self.world.borrow();
        let (job, position, number) = attempt;
        let mut of_step =
            world.batches.values().filter(|batch| (batch.attempt.0, batch.attempt.1) == (job, position));
        let is_beside = |batch: &Batch| batch.attempt.2 == number || batch.status(now) == RunStatus::Running;
        if let Some(other) = of_step.find(|batch| is_beside(batch)) {
            self.judge_breach(Law::OneRunPerAttempt, || {
                format!("a batch job starts for {}, beside that of {}", named(attempt), named(other.attempt))
            });
        }
    }

    fn note_of_attempt(&self, job: i64, position: i32, note: impl FnOnce(&mut Course)) {
        let attempt = self.store.borrow().step(job, position).map_or(1, |step| step.attempt);
        note(self.judge.borrow_mut().attempts.entry((job, position, attempt)).or_default());
    }
}

/// "job 3, step 2, attempt 1"
fn named((job, position, attempt): Attempt) -> String {
    format!("job {job}, step {position}, attempt {attempt}")
}
