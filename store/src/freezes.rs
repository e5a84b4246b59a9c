//! Times in which no schedule runs.

use domain::Time;
use domain::actor::Actor;
use domain::schedule::freeze::Freeze;
use sqlx::{PgConnection, PgTransaction};

use crate::acts::note_of;
use crate::{Added, Error, Store};

/// Nobody looks further ahead.
pub const FAR: chrono::Duration = chrono::Duration::days(100 * 366);

impl Store {
    /// The freezes that are not over at `now`, the first one first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn freezes(&self, now: Time) -> Result<Vec<Freeze>, Error> {
        freezes_between(&mut *self.pool.acquire().await?, now, now + FAR).await
    }

    /// Freezes the schedules of one cluster or of all. The same freeze again is the first one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn add_freeze(
        &self,
        from: Time,
        until: Time,
        cluster: Option<&str>,
        because: &str,
        actor: &Actor,
    ) -> Result<Added, Error> {
        let mut tx = self.pool.begin().await?;
        let added = sqlx::query_scalar!(
            "insert into schedule_freeze (frozen_from, frozen_until, cluster_name, because, created_by)
             values ($1, $2, $3, $4, $5)
             on conflict on constraint schedule_freeze_is_unique do nothing
             returning freeze_id",
            from,
            until,
            cluster,
            because,
            actor.name
        )
        .fetch_optional(&mut *tx)
        .await?;
        let Some(id) = added else {
            let present = sqlx::query_scalar!(
                "select freeze_id from schedule_freeze
                  where frozen_from = $1 and frozen_until = $2 and cluster_name is not distinct from $3",
                from,
                until,
                cluster
            );
            return Ok(Added { id: present.fetch_one(&mut *tx).await?, is_new: false });
        };
        let told = |time: Time| time.format("%Y-%m-%d %H:%M UTC");
        let what = format!("freeze schedules from {} until {}", told(from), told(until));
        note_of(&mut tx, actor, &what, cluster, None, Some(because)).await?;
        self.thawed_or_frozen(tx, cluster).await?;
        Ok(Added { id, is_new: true })
    }

    /// Lets schedules run again in that time.
    ///
    /// # Errors
    /// [`Error::UnknownFreeze`] when there is none.
    pub async fn remove_freeze(&self, id: i64, actor: &Actor) -> Result<(), Error> {
        let mut tx = self.pool.begin().await?;
        let removed = sqlx::query!(
            "delete from schedule_freeze where freeze_id = $1 returning frozen_from, frozen_until, cluster_name",
            id
        )
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(Error::UnknownFreeze(id))?;
        let told = |time: Time| time.format("%Y-%m-%d %H:%M UTC");
        let what = format!(
            "remove the freeze from {} until {}",
            told(removed.frozen_from),
            told(removed.frozen_until)
        );
        let cluster = removed.cluster_name.as_deref();
        note_of(&mut tx, actor, &what, cluster, None, None).await?;
        self.thawed_or_frozen(tx, cluster).await
    }

    /// Commits, and lets the pages of the cluster, or of all, say anew when a schedule destroys them.
    async fn thawed_or_frozen(
        &self,
        mut tx: PgTransaction<'static>,
        cluster: Option<&str>,
    ) -> Result<(), Error> {
        let meant = match cluster {
            Some(cluster) => vec![cluster.to_owned()],
            None => Self::select_clusters(&mut tx, None).await?.into_iter().map(|found| found.name).collect(),
        };
        self.shown(tx, &meant.iter().collect::<Vec<_>>()).await
    }
}

/// Those that touch a time from `from` to `until`.
pub async fn freezes_between(
    connection: &mut PgConnection,
    from: Time,
    until: Time,
) -> Result<Vec<Freeze>, Error> {
    Ok(sqlx::query_as!(
        Freeze,
        r#"select freeze_id as id, frozen_from as "from", frozen_until as until, cluster_name as cluster, because,
                  created_by as by
             from schedule_freeze where frozen_until > $1 and frozen_from <= $2
            order by frozen_from, freeze_id"#,
        from,
        until
    )
    .fetch_all(connection)
    .await?)
}
