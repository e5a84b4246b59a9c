//! The steps of a job and its log, as pages and the engine read them.

use domain::event::CheckIn;
use domain::run::{Candidate, RunRef};
use domain::step::{Action, GivenAnswer, Step, Trigger};
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::rows::word;
use crate::{Error, Store};

impl Store {
    pub(crate) async fn select_steps(connection: &mut PgConnection, number: i64) -> Result<Vec<Step>, Error> {
        let rows = sqlx::query!(
            r#"select step.position, phase, title, action as "action: Json<Action>", step.state, step.attempt,
                      answer as "answer: Json<GivenAnswer>", progress, message,
                      started_at, finished_at, cancel_sent_at, failed_looks, missing_looks, next_check_at,
                      marker as "marker?", trigger.state as "trigger_state?", intended_at as "intended_at?",
                      sent_at as "sent_at?", tries as "tries?", looks as "looks?",
                      run as "run?: Json<RunRef>", candidates as "candidates?: Json<Vec<Candidate>>",
                      asked_to_stop as "asked_to_stop?", twins_at as "twins_at?"
                 from step left join trigger using (job_number, position, attempt)
                where job_number = $1
                order by step.position"#,
            number
        )
        .fetch_all(connection)
        .await?;
        rows.into_iter()
            .map(|row| {
                let trigger = match (row.marker, row.trigger_state, row.intended_at, row.sent_at, row.tries) {
                    (Some(marker), Some(state), Some(intended_at), Some(sent_at), Some(tries)) => {
                        Some(Trigger {
                            marker,
                            state: word(&state)?,
                            intended_at,
                            sent_at,
                            tries,
                            looks: row.looks.unwrap_or_default(),
                            run: row.run.map(|run| run.0),
                            candidates: row.candidates.map(|candidates| candidates.0).unwrap_or_default(),
                            asked_to_stop: row.asked_to_stop.unwrap_or_default(),
                            twins_at: row.twins_at,
                        })
                    }
                    _ => None,
                };
                Ok(Step {
                    position: row.position,
                    phase: word(&row.phase)?,
                    title: row.title,
                    action: row.action.0,
                    state: word(&row.state)?,
                    attempt: row.attempt,
                    trigger,
                    answer: row.answer.map(|answer| answer.0),
                    progress: row.progress,
                    message: row.message,
                    started_at: row.started_at,
                    finished_at: row.finished_at,
                    cancel_sent_at: row.cancel_sent_at,
                    failed_looks: row.failed_looks,
                    missing_looks: row.missing_looks,
                    next_check_at: row.next_check_at,
                })
            })
            .collect()
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
