//! Moving the auto-destroy time of a cluster that is up, and taking that back.

use domain::Time;
use domain::actor::{Actor, Role};
use domain::ending::warnings_owed;
use domain::extension::{ExtendError, extended, may_undo};
use domain::obligation::Obligation;
use domain::stay::Stay;
use sqlx::types::Json;
use sqlx::{PgConnection, PgTransaction};

use crate::accept::{LockedCluster, lock_cluster};
use crate::acts::note;
use crate::transitions::touch_cluster;
use crate::{Error, Store};

/// What somebody wishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub stay: Stay,
    /// The auto-destroy time on which he decided, if he says so.
    pub seen: Option<Option<Time>>,
    /// A second press with the same key moves nothing.
    pub idempotency_key: Option<String>,
    /// Only an admin may take the end away.
    pub role: Role,
}

/// How long the cluster stays from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extended {
    pub destroys_at: Option<Time>,
    /// False when the key had been used for it before.
    pub is_new: bool,
}

impl Store {
    /// Moves the auto-destroy time of a cluster.
    ///
    /// # Errors
    /// [`Error::Extend`] when it stays as it is, [`Error::UnknownCluster`] when there is no such cluster.
    pub async fn extend(&self, cluster: &str, wish: &Wish, actor: &Actor) -> Result<Extended, Error> {
        let mut tx = self.pool.begin().await?;
        let LockedCluster { now, .. } = lock_cluster(&mut tx, cluster).await?;
        let owed = unsettled(&mut tx, cluster).await?;
        if made_before(&mut tx, cluster, wish).await? {
            return Ok(Extended { destroys_at: owed.and_then(|owed| owed.destroys_at), is_new: false });
        }
        let owed = owed.ok_or_else(|| ExtendError::NotOwed { cluster: cluster.to_owned() })?;
        let destroys_at = extended(&owed, wish.stay, wish.seen, wish.role, now)?;
        set_end(&mut tx, &owed, destroys_at, Some(&actor.name), now).await?;
        sqlx::query!(
            "insert into extension
                    (obligation_id, idempotency_key, wish, extended_by, ends_from, ends_at, chosen_before)
             values ($1, $2, $3, $4, $5, $6, $7)",
            owed.id,
            wish.idempotency_key,
            Json(&wish.stay) as _,
            actor.name,
            owed.destroys_at,
            destroys_at,
            owed.chosen_by
        )
        .execute(&mut *tx)
        .await?;
        let what = format!("from {} to {}", told(owed.destroys_at), told(destroys_at));
        let text = format!("{actor} moved the auto-destroy time of {cluster} {what}.");
        self.moved(tx, cluster, actor, ("extend", &what), &text).await?;
        Ok(Extended { destroys_at, is_new: true })
    }

    /// Takes the last move back, or the one that is named. To ask twice is no mistake.
    ///
    /// # Errors
    /// As [`Store::extend`].
    pub async fn undo_extension(
        &self,
        cluster: &str,
        which: Option<i64>,
        actor: &Actor,
    ) -> Result<Extended, Error> {
        let mut tx = self.pool.begin().await?;
        let LockedCluster { now, .. } = lock_cluster(&mut tx, cluster).await?;
        let owed = unsettled(&mut tx, cluster).await?;
        let owed = owed.ok_or_else(|| ExtendError::NotOwed { cluster: cluster.to_owned() })?;
        if let Some(which) = which
            && is_undone(&mut tx, owed.id, which).await?
        {
            return Ok(Extended { destroys_at: owed.destroys_at, is_new: false });
        }
        let last = may_undo(&owed, now)?;
        if which.is_some_and(|which| which != last.id) {
            let why = "it was moved again since";
            return Err(ExtendError::NoUndo { cluster: cluster.to_owned(), why }.into());
        }
        set_end(&mut tx, &owed, last.from, last.chosen_before.as_deref(), now).await?;
        sqlx::query!("update extension set undone_at = now() where extension_id = $1", last.id)
            .execute(&mut *tx)
            .await?;
        let what = format!("back to {}", told(last.from));
        let text = format!("{actor} took back the last move of the auto-destroy time of {cluster}: {what}.");
        self.moved(tx, cluster, actor, ("undo extend", &what), &text).await?;
        Ok(Extended { destroys_at: last.from, is_new: true })
    }

    async fn moved(
        &self,
        mut tx: PgTransaction<'static>,
        cluster: &str,
        actor: &Actor,
        (act, what): (&str, &str),
        text: &str,
    ) -> Result<(), Error> {
        note(&mut tx, actor, act, cluster, None, Some(what)).await?;
        sqlx::query!("insert into announcement (text) values ($1)", text).execute(&mut *tx).await?;
        touch_cluster(&mut tx, cluster).await?;
        tx.commit().await?;
        self.nudge().await;
        Ok(())
    }
}

async fn unsettled(connection: &mut PgConnection, cluster: &str) -> Result<Option<Obligation>, Error> {
    let owed = Store::select_obligations(connection, Some(cluster), None).await?.pop();
    Ok(owed.map(|owed| owed.obligation))
}

async fn set_end(
    connection: &mut PgConnection,
    owed: &Obligation,
    destroys_at: Option<Time>,
    chosen_by: Option<&str>,
    now: Time,
) -> Result<(), Error> {
    sqlx::query!(
        "update obligation
            set destroys_at = $2, next_attempt_at = coalesce($2, now()), chosen_by = $3, warnings = $4,
                active_at = now(), due_since = null, alarms = 0
          where obligation_id = $1",
        owed.id,
        destroys_at,
        chosen_by,
        warnings_owed(destroys_at, now)
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether the same press came before.
async fn made_before(connection: &mut PgConnection, cluster: &str, wish: &Wish) -> Result<bool, Error> {
    let Some(key) = &wish.idempotency_key else { return Ok(false) };
    let earlier = sqlx::query_scalar!(
        r#"select cluster_name = $2 and wish = $3 as "is_the_same!"
             from extension join obligation using (obligation_id) where idempotency_key = $1"#,
        key,
        cluster,
        Json(&wish.stay) as _
    )
    .fetch_optional(connection)
    .await?;
    match earlier {
        Some(true) => Ok(true),
        Some(false) => Err(ExtendError::KeyReused.into()),
        None => Ok(false),
    }
}

async fn is_undone(connection: &mut PgConnection, obligation: i64, extension: i64) -> Result<bool, Error> {
    let undone = sqlx::query_scalar!(
        r#"select undone_at is not null as "is_undone!"
             from extension where extension_id = $1 and obligation_id = $2"#,
        extension,
        obligation
    )
    .fetch_optional(connection)
    .await?;
    Ok(undone.unwrap_or(false))
}

fn told(end: Option<Time>) -> String {
    end.map_or_else(|| "no end".to_owned(), |end| end.format("%Y-%m-%d %H:%M UTC").to_string())
}
