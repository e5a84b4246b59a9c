//! What the cloud's own list says of machines. The last list that could be had stays.

use std::time::Duration;

use domain::Time;
use domain::price::{ListAge, ListedPrice, MachinePrice};
use sqlx::PgConnection;

use crate::rows::word;
use crate::{Error, Store};

impl Store {
    /// Takes the turn to ask for the list, when nobody has for `gap`. Replicas thereby share one pace.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take_price_look(&self, gap: Duration) -> Result<bool, Error> {
        let taken = sqlx::query!(
            "update price_look set asked_at = now() where asked_at <= now() - make_interval(secs => $1)",
            gap.as_secs_f64()
        )
        .execute(&self.pool)
        .await?;
        Ok(taken.rows_affected() > 0)
    }

    /// The list could not be had: the next turn is there `after` from now, in a pace of once per `gap`. Since when it
    /// could not is remembered from the first time on.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn price_list_failed(&self, error: &str, gap: Duration, after: Duration) -> Result<(), Error> {
        sqlx::query!(
            "update price_look
                set asked_at = now() + make_interval(secs => $1), failing_since = coalesce(failing_since, now()),
                    last_error = $2",
            after.as_secs_f64() - gap.as_secs_f64(),
            error
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Writes down a list. What does not stand in it any more stays as it was, with its age: a cluster may still be of it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_prices(&self, list: &[ListedPrice]) -> Result<(), Error> {
        let machines: Vec<String> = list.iter().map(|listed| listed.machine.clone()).collect();
        let hourly: Vec<String> = list.iter().map(|listed| listed.hourly.to_string()).collect();
        let monthly: Vec<String> = list.iter().map(|listed| listed.monthly.to_string()).collect();
        let mut tx = self.pool.begin().await?;
        sqlx::query!(
            "insert into price (machine, hourly, monthly, seen_at)
             select machine, hourly::numeric, monthly::numeric, now()
               from unnest($1::text[], $2::text[], $3::text[]) as listed (machine, hourly, monthly)
             on conflict (machine) do update
                set hourly = excluded.hourly, monthly = excluded.monthly, seen_at = excluded.seen_at",
            &machines,
            &hourly,
            &monthly
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!("update price_look set read_at = now(), failing_since = null, last_error = null")
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// How it stands with the list.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn price_list_age(&self) -> Result<ListAge, Error> {
        select_list_age(&mut *self.pool.acquire().await?).await
    }

    /// Every machine whose price was ever seen, with when it was seen last.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn prices(&self) -> Result<Vec<MachinePrice>, Error> {
        select_prices(&mut *self.pool.acquire().await?, None).await
    }
}

pub async fn select_list_age(connection: &mut PgConnection) -> Result<ListAge, Error> {
    // While an older version still reads the list, only the prices say when.
    let row = sqlx::query!(
        "select greatest(read_at, (select max(seen_at) from price)) as read_at, failing_since from price_look"
    );
    let row = row.fetch_one(connection).await?;
    let is_over = |since: &Time| row.read_at.is_some_and(|read_at| read_at > *since);
    Ok(ListAge { read_at: row.read_at, failing_since: row.failing_since.filter(|since| !is_over(since)) })
}

pub async fn select_prices(
    connection: &mut PgConnection,
    machine: Option<&str>,
) -> Result<Vec<MachinePrice>, Error> {
    sqlx::query!(
        r#"select machine, hourly::text as "hourly!", monthly::text as "monthly!", seen_at
             from price where $1::text is null or machine = $1 order by machine"#,
        machine
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(|row| {
        Ok(MachinePrice {
            machine: row.machine,
            hourly: word(&row.hourly)?,
            monthly: word(&row.monthly)?,
            seen_at: row.seen_at,
        })
    })
    .collect()
}
