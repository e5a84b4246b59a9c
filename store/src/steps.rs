//! The steps of a job and its log, as pages and the engine read them.

use domain::Time;
use domain::event::CheckIn;
use domain::run::{Candidate, RunRef};
use domain::step::{Action, GivenAnswer, Phase, Step, StepState, Trigger};
use serde::Deserialize;
use serde::de::IgnoredAny;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::rows::word;
use crate::{Error, Store};

impl Store {
    pub(crate) async fn select_steps(connection: &mut PgConnection, number: i64) -> Result<Vec<Step>, Error> {
        let rows = sqlx::query_as!(
            Row,
            r#"select step.position, phase, title, action as "action: Json<Action>", step.state, step.attempt,
                      answer as "answer: Json<Written<GivenAnswer>>", progress, message,
                      started_at, finished_at, cancel_sent_at, failed_looks, missing_looks, seen_at,
                      -- A delivery shortens a wait, and no pause after a look that failed: that is the wish of the provider.
                      case when failed_looks = 0
                           then least(next_check_at, (select min(received_at) from delivery
                                                       where provider = run ->> 'provider' and run_id = run ->> 'id'
                                                         and heeded_at is null))
                           else next_check_at end as "next_check_at!",
                      marker as "marker?", trigger.state as "trigger_state?", intended_at as "intended_at?",
                      sent_at as "sent_at?", tries as "tries?", looks as "looks?",
                      run as "run?: Json<Written<RunRef>>",
                      candidates as "candidates?: Json<Written<Vec<Candidate>>>",
                      asked_to_stop as "asked_to_stop?", twins_at as "twins_at?"
                 from step left join trigger using (job_number, position, attempt)
                where job_number = $1
                order by step.position"#,
            number
        )
        .fetch_all(connection)
        .await?;
        Ok(rows.into_iter().map(Row::into_step).collect())
    }

    /// The newest check-ins of a job, oldest first.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn check_ins(&self, job: i64, newest: i64) -> Result<Vec<CheckIn>, Error> {
        Self::select_check_ins(&mut *self.pool.acquire().await?, job, newest).await
    }

    pub(crate) async fn select_check_ins(
        connection: &mut PgConnection,
        job: i64,
        newest: i64,
    ) -> Result<Vec<CheckIn>, Error> {
        let mut check_ins = sqlx::query!(
            "select line, at, level, position, text from check_in where job_number = $1 order by line desc limit $2",
            job,
            newest
        )
        .fetch_all(connection)
        .await?
        .into_iter()
        .map(|row| {
            Ok(CheckIn {
                line: row.line,
                at: row.at,
                level: word(&row.level)?,
                position: row.position,
                text: row.text,
            })
        })
        .collect::<Result<Vec<_>, Error>>()?;
        check_ins.reverse();
        Ok(check_ins)
    }
}

struct Row {
    position: i32,
    phase: String,
    title: String,
    action: Json<Action>,
    state: String,
    attempt: i32,
    answer: Option<Json<Written<GivenAnswer>>>,
    progress: Option<f64>,
    message: Option<String>,
    started_at: Option<Time>,
    finished_at: Option<Time>,
    cancel_sent_at: Option<Time>,
    failed_looks: i32,
    missing_looks: i32,
    seen_at: Option<Time>,
    next_check_at: Time,
    marker: Option<Uuid>,
    trigger_state: Option<String>,
    intended_at: Option<Time>,
    sent_at: Option<Time>,
    tries: Option<i32>,
    looks: Option<i32>,
    run: Option<Json<Written<RunRef>>>,
    candidates: Option<Json<Written<Vec<Candidate>>>>,
    asked_to_stop: Option<i32>,
    twins_at: Option<Time>,
}

/// What a binary of today can read, or what only a newer one can.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written<T> {
    Known(T),
    Newer(IgnoredAny),
}

/// The words and references of a row that a newer binary may spell in another way.
struct Words {
    phase: Phase,
    state: StepState,
    answer: Option<GivenAnswer>,
    trigger: Option<Trigger>,
}

impl Row {
    /// A step of which anything cannot be read is left to the binary that wrote it: one such row keeps nobody from
    /// reading its job. It counts as begun and not ended.
    fn into_step(self) -> Step {
        let words = self.words();
        let action = self.action.0;
        let action = if words.is_some() { action } else { action.left_to_newer() };
        let words = words.unwrap_or_else(|| Words {
            phase: word(&self.phase).unwrap_or(Phase::Forward),
            state: word(&self.state).unwrap_or(StepState::Running),
            answer: None,
            trigger: None,
        });
        Step {
            position: self.position,
            phase: words.phase,
            title: self.title,
            action,
            state: words.state,
            attempt: self.attempt,
            trigger: words.trigger,
            answer: words.answer,
            progress: self.progress,
            message: self.message,
            started_at: self.started_at,
            finished_at: self.finished_at,
            cancel_sent_at: self.cancel_sent_at,
            failed_looks: self.failed_looks,
            missing_looks: self.missing_looks,
            seen_at: self.seen_at,
            next_check_at: self.next_check_at,
        }
    }

    /// None when this binary cannot read one of them.
    fn words(&self) -> Option<Words> {
        Some(Words {
            phase: word(&self.phase).ok()?,
            state: word(&self.state).ok()?,
            answer: known(self.answer.as_ref())?,
            trigger: self.trigger()?,
        })
    }

    fn trigger(&self) -> Option<Option<Trigger>> {
        let run = known(self.run.as_ref())?;
        let candidates = known(self.candidates.as_ref())?.unwrap_or_default();
        let (Some(marker), Some(state), Some(intended_at), Some(sent_at), Some(tries), Some(looks)) =
            (self.marker, &self.trigger_state, self.intended_at, self.sent_at, self.tries, self.looks)
        else {
            return Some(None);
        };
        let state = word(state).ok()?;
        let (asked_to_stop, twins_at) = (self.asked_to_stop.unwrap_or_default(), self.twins_at);
        let trigger = Trigger {
            marker,
            state,
            intended_at,
            sent_at,
            tries,
            looks,
            run,
            candidates,
            asked_to_stop,
            twins_at,
        };
        Some(Some(trigger))
    }
}

/// None when it is there and this binary cannot read it.
fn known<T: Clone>(written: Option<&Json<Written<T>>>) -> Option<Option<T>> {
    match written {
        None => Some(None),
        Some(Json(Written::Known(known))) => Some(Some(known.clone())),
        Some(Json(Written::Newer(_))) => None,
    }
}
