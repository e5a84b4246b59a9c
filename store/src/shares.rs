//! Shares. Whoever holds the token reads; the row holds only its hash.

use domain::Time;
use domain::actor::Actor;
use domain::share::{Share, ShareDraft, ShareView, Shared};
use rand::Rng;
use sha2::{Digest, Sha256};
use sqlx::PgTransaction;

use crate::acts::note_of;
use crate::rows::word;
use crate::{Error, Store};

/// The secret of a link: 256 random bits in hexadecimal. It has no way into a log: neither `Display` nor `Debug` shows it.
#[derive(Clone)]
pub struct ShareToken(String);

/// Longer than any token; what is longer is no token and not worth hashing whole.
const LONGEST_GIVEN: usize = 2 * ShareToken::LENGTH;

impl ShareToken {
    /// In characters.
    pub const LENGTH: usize = 64;

    fn random() -> Self {
        let mut bytes = [0_u8; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// What somebody gave as one. Whether it is one shows in the table alone, so that a text of the wrong shape costs as
    /// much as one of the right shape.
    pub fn given(text: &str) -> Self {
        Self(text.chars().take(LONGEST_GIVEN).collect())
    }

    /// The token itself, for the link that is told once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }
}

impl std::fmt::Debug for ShareToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShareToken(…)")
    }
}

impl Store {
    /// Makes a share of what is there. The token is told here and never again.
    ///
    /// # Errors
    /// When there is no such cluster, job or receipt.
    pub async fn create_share(
        &self,
        draft: &ShareDraft,
        actor: &Actor,
    ) -> Result<(Share, ShareToken), Error> {
        let token = ShareToken::random();
        let mut tx = self.pool.begin().await?;
        let (job, receipt) = match draft.what() {
            Shared::AllClusters | Shared::Cluster(_) => (None, None),
            Shared::Job(number) => (Some(*number), None),
            Shared::Receipt(number) => (None, Some(*number)),
        };
        let cluster = cluster_of(&mut tx, draft.what()).await?;
        let now = sqlx::query_scalar!(r#"select now() as "now!""#).fetch_one(&mut *tx).await?;
        let view = draft.view();
        let row = sqlx::query_as!(
            Row,
            "insert into share (token_hash, label, cluster_name, job_number, receipt_id, detail, shows_cost, shows_names,
                                created_by, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             returning share_id, label, cluster_name, job_number, receipt_id, detail, shows_cost, shows_names, created_by,
                       created_at, expires_at, revoked_at, revoked_by, last_opened_at, opens",
            token.hash(),
            draft.label(),
            cluster,
            job,
            receipt,
            view.detail.as_str(),
            view.shows_cost,
            view.shows_names,
            actor.name,
            draft.end(now)
        )
        .fetch_one(&mut *tx)
        .await?;
        let share = Share::try_from(row)?;
        let what = format!("share {}", share.what);
        let until = share.expires_at.format("%Y-%m-%d %H:%M UTC");
        let because = format!("{}, until {until}", share.label);
        note_of(&mut tx, actor, &what, cluster.as_deref(), job, Some(&because)).await?;
        tx.commit().await?;
        Ok((share, token))
    }

    /// The share that a token opens now. Unknown, expired and revoked are the same: nothing, after one look.
    ///
    /// # Errors
    /// When the database does not answer or the row cannot be read.
    pub async fn share_of(&self, token: &ShareToken) -> Result<Option<Share>, Error> {
        sqlx::query_as!(
            Row,
            "select share_id, label, cluster_name, job_number, receipt_id, detail, shows_cost, shows_names, created_by,
                    created_at, expires_at, revoked_at, revoked_by, last_opened_at, opens
               from share where token_hash = $1 and revoked_at is null and expires_at > now()",
            token.hash()
        )
        .fetch_optional(&self.pool)
        .await?
        .map(Share::try_from)
        .transpose()
    }

    /// Whether a share still opens.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn share_works(&self, id: i64) -> Result<bool, Error> {
        let works = sqlx::query_scalar!(
            r#"select exists(select from share where share_id = $1 and revoked_at is null and expires_at > now()) as "works!""#,
            id
        );
        Ok(works.fetch_one(&self.pool).await?)
    }

    /// Counts that a person opened it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn share_opened(&self, id: i64) -> Result<(), Error> {
        sqlx::query!("update share set opens = opens + 1, last_opened_at = now() where share_id = $1", id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The newest first; those that do not work any more are told for 90 days after their end.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn shares(&self) -> Result<Vec<Share>, Error> {
        sqlx::query_as!(
            Row,
            "select share_id, label, cluster_name, job_number, receipt_id, detail, shows_cost, shows_names, created_by,
                    created_at, expires_at, revoked_at, revoked_by, last_opened_at, opens
               from share where expires_at > now() - interval '90 days' order by share_id desc limit 500"
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(Share::try_from)
        .collect()
    }

    /// One share by its number, however long ago it ended.
    ///
    /// # Errors
    /// When the database does not answer or the row cannot be read.
    pub async fn share(&self, id: i64) -> Result<Option<Share>, Error> {
        sqlx::query_as!(
            Row,
            "select share_id, label, cluster_name, job_number, receipt_id, detail, shows_cost, shows_names, created_by,
                    created_at, expires_at, revoked_at, revoked_by, last_opened_at, opens
               from share where share_id = $1",
            id
        )
        .fetch_optional(&self.pool)
        .await?
        .map(Share::try_from)
        .transpose()
    }

    /// Ends a share now. To ask twice is no mistake, and the first name stays.
    ///
    /// # Errors
    /// [`Error::UnknownShare`] when there is none.
    pub async fn revoke_share(&self, id: i64, actor: &Actor) -> Result<(), Error> {
        let is_known = sqlx::query_scalar!("select share_id from share where share_id = $1", id);
        is_known.fetch_optional(&self.pool).await?.ok_or(Error::UnknownShare(id))?;
        self.revoke(Some(id), None, actor).await?;
        Ok(())
    }

    /// Ends every share, or every one that is about one cluster alone. Says how many there were.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn revoke_shares(&self, cluster: Option<&str>, actor: &Actor) -> Result<usize, Error> {
        self.revoke(None, cluster, actor).await
    }

    async fn revoke(&self, id: Option<i64>, cluster: Option<&str>, actor: &Actor) -> Result<usize, Error> {
        let mut tx = self.pool.begin().await?;
        let revoked = sqlx::query!(
            "update share set revoked_at = now(), revoked_by = $3
              where revoked_at is null and expires_at > now()
                and ($1::bigint is null or share_id = $1) and ($2::text is null or cluster_name = $2)
             returning share_id, label, cluster_name, job_number",
            id,
            cluster,
            actor.name
        )
        .fetch_all(&mut *tx)
        .await?;
        for share in &revoked {
            let what = format!("revoke share {}", share.share_id);
            let cluster = share.cluster_name.as_deref();
            note_of(&mut tx, actor, &what, cluster, share.job_number, Some(&share.label)).await?;
        }
        tx.commit().await?;
        Ok(revoked.len())
    }
}

/// The cluster that a new share is about.
async fn cluster_of(tx: &mut PgTransaction<'_>, what: &Shared) -> Result<Option<String>, Error> {
    let cluster = match what {
        Shared::AllClusters => return Ok(None),
        Shared::Cluster(name) => {
            sqlx::query_scalar!("select cluster_name from cluster where cluster_name = $1", name)
                .fetch_optional(&mut **tx)
                .await?
                .ok_or_else(|| Error::UnknownCluster(name.clone()))?
        }
        Shared::Job(number) => {
            sqlx::query_scalar!("select cluster_name from job where job_number = $1", number)
                .fetch_optional(&mut **tx)
                .await?
                .ok_or(Error::UnknownJob(*number))?
        }
        Shared::Receipt(number) => {
            sqlx::query_scalar!("select cluster_name from receipt where receipt_id = $1", number)
                .fetch_optional(&mut **tx)
                .await?
                .ok_or(Error::UnknownReceipt(*number))?
        }
    };
    Ok(Some(cluster))
}

struct Row {
    share_id: i64,
    label: String,
    cluster_name: Option<String>,
    job_number: Option<i64>,
    receipt_id: Option<i64>,
    detail: String,
    shows_cost: bool,
    shows_names: bool,
    created_by: String,
    created_at: Time,
    expires_at: Time,
    revoked_at: Option<Time>,
    revoked_by: Option<String>,
    last_opened_at: Option<Time>,
    opens: i64,
}

impl TryFrom<Row> for Share {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.share_id,
            what: match (row.job_number, row.receipt_id, &row.cluster_name) {
                (Some(number), ..) => Shared::Job(number),
                (None, Some(number), _) => Shared::Receipt(number),
                (None, None, Some(name)) => Shared::Cluster(name.clone()),
                (None, None, None) => Shared::AllClusters,
            },
            cluster: row.cluster_name,
            label: row.label,
            view: ShareView {
                detail: word(&row.detail)?,
                shows_cost: row.shows_cost,
                shows_names: row.shows_names,
            },
            created_by: row.created_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked: row.revoked_by.zip(row.revoked_at),
            last_opened_at: row.last_opened_at,
            opens: row.opens,
        })
    }
}
