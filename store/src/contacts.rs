//! When each outside service last answered: how old our facts are.

use domain::Time;

use crate::{Error, Store};

/// The last contact with an outside service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderContact {
    /// As people know it: "CircleCI".
    pub name: String,
    pub last_answer_at: Option<Time>,
    pub last_error_at: Option<Time>,
    /// What was wrong the last time something was; outdated once an answer is newer.
    pub last_error: Option<String>,
}

impl Store {
    /// Every service that was ever asked, by name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn provider_contacts(&self) -> Result<Vec<ProviderContact>, Error> {
        Ok(sqlx::query_as!(
            ProviderContact,
            "select provider as name, last_answer_at, last_error_at, last_error from provider_contact order by provider"
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// Notes that a service was asked, and the error if it did not answer well.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn note_contact(&self, provider: &str, error: Option<&str>) -> Result<(), Error> {
        sqlx::query!(
            "insert into provider_contact as known (provider, last_answer_at, last_error_at, last_error)
             values ($1, case when $2::text is null then now() end, case when $2 is not null then now() end, $2)
             on conflict (provider) do update
                set last_answer_at = coalesce(excluded.last_answer_at, known.last_answer_at),
                    last_error_at = coalesce(excluded.last_error_at, known.last_error_at),
                    last_error = coalesce(excluded.last_error, known.last_error)",
            provider,
            error
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
