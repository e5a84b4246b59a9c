//! Fire drills: when the last one was held, and how it went.

use domain::Time;
use sqlx::types::Json;

use crate::{Error, Store};

/// One fire drill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    pub began_at: Time,
    pub ended_at: Time,
    pub routine: String,
    /// What was injected, for people.
    pub faults: Vec<String>,
    pub passed: bool,
    /// For people, a few lines.
    pub report: String,
}

impl Store {
    /// Writes a drill down.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn note_drill(&self, drill: &Drill) -> Result<(), Error> {
        sqlx::query!(
            "insert into drill (began_at, ended_at, routine, faults, passed, report) values ($1, $2, $3, $4, $5, $6)",
            drill.began_at,
            drill.ended_at,
            drill.routine,
            Json(&drill.faults) as _,
            drill.passed,
            drill.report
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The last drill that was held.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn last_drill(&self) -> Result<Option<Drill>, Error> {
        let row = sqlx::query!(
            r#"select began_at, ended_at, routine, faults as "faults: Json<Vec<String>>", passed, report
                 from drill order by drill_id desc limit 1"#
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| Drill {
            began_at: row.began_at,
            ended_at: row.ended_at,
            routine: row.routine,
            faults: row.faults.0,
            passed: row.passed,
            report: row.report,
        }))
    }
}
