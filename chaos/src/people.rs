//! People: what they do at the moments that the scenario chose, and the janitor who looks after things in the end.

use std::rc::Rc;

use chrono::TimeDelta;
use domain::act::{may_cancel, may_leave_up, resumable_until};
use domain::actor::{Actor, Channel};
use domain::job::JobWithSteps;
use domain::obligation::ObligationState;
use domain::order::Ask;
use domain::proof::DELETION_TAKES;
use domain::step::{Answer, Question};

use crate::judge::Law;
use crate::scenario::Deed;
use crate::stage::Stage;
use crate::store::Refusal;

impl Stage {
    pub fn act(self: &Rc<Self>, deed: &Deed) {
        self.tell(|| format!("somebody: {deed:?}"));
        match deed {
            Deed::Press(ask) => self.press(ask),
            Deed::Cancel => {
                if let Some(job) = self.some_job(|job| may_cancel(job).is_ok()) {
                    self.told(self.write(|store, now| store.cancel(job, &person(), now)));
                }
            }
            Deed::LeaveUp { stay } => {
                let (now, until) = (self.clock.now(), self.clock.now() + *stay);
                if let Some(job) = self.some_job(|job| may_leave_up(job, until, until, now).is_ok()) {
                    self.told(self.write(|store, now| store.leave_up(job, &person(), *stay, now)));
                }
            }
            Deed::Extend { cluster, stay } => {
                self.told(self.write(|store, now| store.extend(cluster, *stay, &person(), now)));
            }
            Deed::UndoExtension { cluster } => {
                self.told(self.write(|store, now| store.undo_extension(cluster, now)));
            }
            Deed::Answer => self.answer_all(),
            Deed::Resume => self.resume(),
            Deed::Close { cluster } => {
                self.write(|store, _| store.close_obligation(cluster, &person(), "it is mine now"));
            }
            Deed::StartByHand { cluster } => self.start_first_stack(cluster),
            Deed::Deploy { replica } if *replica < self.cast.count() => self.replace(*replica),
            Deed::Deploy { .. } => {}
            Deed::Sleep { for_so_long } => {
                (0..self.cast.count()).for_each(|process| self.crash(process, *for_so_long));
            }
            Deed::ForgetConfig => self.has_config.set(false),
        }
        self.ring();
    }

    /// Presses, and presses again with the same key when the answer is lost.
    fn press(&self, ask: &Ask) {
        let Ok(order) = self.scenario.catalogue.order(ask) else { return };
        let key = self.dice.uuid().to_string();
        let accepted = self.write(|store, now| store.accept(&order, &person(), Some(&key), now));
        let Ok(first) = accepted else { return self.told(accepted.map(|_| ())) };
        self.tally.borrow_mut().jobs += 1;
        if self.chance(self.scenario.weather.commit_unheard) {
            let again = self.write(|store, now| store.accept(&order, &person(), Some(&key), now));
            if again.as_ref().map(|again| (again.number, again.is_new)) != Ok((first.number, false)) {
                self.judge_breach(Law::OneJobPerPress, || format!("job {} was pressed once", first.number));
            }
        }
    }

    /// Answers whatever is asked, one way or another.
    pub fn answer_all(&self) {
        let questions: Vec<(i64, i32, Answer)> = {
            let store = self.store.borrow();
            let open = store.jobs.iter().filter(|row| !row.job.state.is_final());
            let asked = open.flat_map(|row| {
                row.steps
                    .iter()
                    .filter_map(|step| Some((row.job.number, step.position, self.say(step.question()?))))
            });
            asked.collect()
        };
        for (job, position, answer) in questions {
            let asks_again = answer == Answer::TriggerAgain;
            let taken = self.write(|store, now| store.answer(job, position, answer, &person(), now));
            if taken.is_ok() && asks_again {
                self.note_asked_again(job, position);
            }
            self.told(taken);
        }
        self.ring();
    }

    fn say(&self, question: Question<'_>) -> Answer {
        match question {
            Question::Approve(_) => self.dice.pick([Answer::Approve, Answer::Refuse]),
            Question::WhichRun(runs) => {
                let last = i64::try_from(runs.len()).unwrap_or(1) - 1;
                let run = runs.get(usize::try_from(self.dice.among(0..=last)).unwrap_or(0));
                match run {
                    Some(candidate) if self.dice.one_in(2) => Answer::Adopt { run: candidate.run.id.clone() },
                    _ => self.dice.pick([Answer::TriggerAgain, Answer::GiveUp]),
                }
            }
        }
    }

    /// Takes up the rest of a job that ended, mostly from where it failed.
    fn resume(&self) {
        let Some(job) = self.some_job(|job| resumable_until(job).is_ok()) else { return };
        let latest = self.store.borrow().job(job).and_then(|job| resumable_until(&job).ok()).unwrap_or(1);
        let any = i32::try_from(self.dice.among(1..=i64::from(latest))).unwrap_or(1);
        let from = self.dice.pick([latest, latest, any]);
        self.told(self.write(|store, now| store.resume(job, from, &person(), now)).map(|_| ()));
    }

    /// One of the jobs to which it can be done.
    fn some_job(&self, can_be_done: impl Fn(&JobWithSteps) -> bool) -> Option<i64> {
        let store = self.store.borrow();
        let numbers = store.jobs.iter().map(|row| row.job.number);
        let fit: Vec<i64> =
            numbers.filter(|number| store.job(*number).is_some_and(|job| can_be_done(&job))).collect();
        let last = i64::try_from(fit.len()).ok()? - 1;
        fit.get(usize::try_from(self.dice.among(0..=last.max(0))).ok()?).copied()
    }

    fn start_first_stack(self: &Rc<Self>, cluster: &str) {
        if let Some(target) = self.scenario.catalogue.cluster(cluster).and_then(|spec| spec.up.first()) {
            self.start_by_hand(target);
        }
    }

    /// Takes over what a destroyed cluster has left behind for long: no pipeline knows of it.
    pub fn take_over_leftovers(&self) {
        let now = self.clock.now();
        let is_stuck = |since| now > since + DELETION_TAKES + TimeDelta::minutes(5);
        let stuck: Vec<String> = {
            let store = self.store.borrow();
            let verifying = store.obligations.iter().filter(|owed| owed.state == ObligationState::Verifying);
            verifying
                .filter(|owed| owed.verifying_since.is_some_and(is_stuck))
                .map(|owed| owed.cluster.clone())
                .collect()
        };
        for cluster in stuck {
            self.tell(|| format!("somebody takes over what is left of {cluster}"));
            self.write(|store, _| store.accept_leftovers(&cluster));
        }
    }

    fn told(&self, outcome: Result<(), Refusal>) {
        if let Err(refusal) = outcome {
            self.tell(|| format!("  refused: {refusal:?}"));
        }
    }
}

fn person() -> Actor {
    Actor::new("operator", Channel::Web)
}
