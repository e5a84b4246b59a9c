//! Receipts: written once, with the debt that they are of, and only read from then on.

use domain::Time;
use domain::actor::Actor;
use domain::job::title;
use domain::money::UpTime;
use domain::obligation::Closing;
use domain::receipt::{Leftover, Receipt, ReceiptJob};
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::announcements::Button;
use crate::rows::{maybe_word, word};
use crate::up_times::{end, select_without_receipt};
use crate::{Error, Store};

/// Which receipts, the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptFilter {
    pub cluster: Option<String>,
    /// Only those with a smaller number.
    pub before: Option<i64>,
    pub limit: i64,
}

impl Store {
    /// The newest first.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn receipts(&self, filter: &ReceiptFilter) -> Result<Vec<Receipt>, Error> {
        sqlx::query_as!(
            Row,
            r#"select receipt_id, obligation_id, cluster_name, opened_at, made_at,
                      started_by as "started_by: Json<Actor>", up_times as "up_times: Json<Vec<UpTime>>",
                      cost::text as "cost!", jobs as "jobs: Json<Vec<ReceiptJob>>", evidence, closed_by,
                      closed_because, leftovers as "leftovers: Json<Vec<Leftover>>"
                 from receipt
                where ($1::text is null or cluster_name = $1) and ($2::bigint is null or receipt_id < $2)
                order by receipt_id desc limit $3"#,
            filter.cluster,
            filter.before,
            filter.limit
        )
        .fetch_all(&self.pool)
        .await?
        .into_iter()
        .map(Receipt::try_from)
        .collect()
    }

    /// One receipt by its number.
    ///
    /// # Errors
    /// When the database does not answer or the row cannot be read.
    pub async fn receipt(&self, number: i64) -> Result<Option<Receipt>, Error> {
        let following = ReceiptFilter { cluster: None, before: Some(number.saturating_add(1)), limit: 1 };
        Ok(self.receipts(&following).await?.pop().filter(|receipt| receipt.number == number))
    }
}

pub async fn select_receipt_of(connection: &mut PgConnection, obligation: i64) -> Result<Option<i64>, Error> {
    let number = sqlx::query_scalar!("select receipt_id from receipt where obligation_id = $1", obligation);
    Ok(number.fetch_optional(connection).await?)
}

/// Of the debt of a cluster that was settled in this transaction.
pub async fn write_for_settled(connection: &mut PgConnection, cluster: &str) -> Result<(), Error> {
    let settled = sqlx::query_scalar!(
        "select obligation_id from obligation
          where cluster_name = $1 and state = 'settled' and settled_at = now()
            and not exists (select from receipt where receipt.obligation_id = obligation.obligation_id)",
        cluster
    )
    .fetch_optional(&mut *connection)
    .await?;
    match settled {
        Some(obligation) => write(connection, obligation).await,
        None => Ok(()),
    }
}

/// The last word on a debt: nothing of it costs money any more, or a person says so.
pub async fn write(connection: &mut PgConnection, obligation: i64) -> Result<(), Error> {
    let owed = sqlx::query!(
        r#"select cluster_name, opened_at, opened_by_job, evidence, closed_by, closed_because, now() as "now!"
             from obligation where obligation_id = $1"#,
        obligation
    )
    .fetch_one(&mut *connection)
    .await?;
    let cluster = owed.cluster_name.as_str();
    end(connection, cluster).await?;
    let up_times = select_without_receipt(connection, cluster).await?;
    let began = up_times.first().map_or(owed.opened_at, |first| first.began_at.min(owed.opened_at));
    let mut receipt = Receipt {
        number: 0,
        cluster: owed.cluster_name.clone(),
        obligation,
        // A debt that was not proved paid when the cluster came up again is the same one, opened anew.
        opened_at: began,
        made_at: owed.now,
        started_by: started_by(connection, cluster, owed.opened_by_job).await?,
        cost: Receipt::cost_of(&up_times, owed.now),
        jobs: jobs_since(connection, cluster, began).await?,
        evidence: maybe_word(owed.evidence.as_deref())?,
        closed: owed.closed_by.zip(owed.closed_because).map(|(by, because)| Closing { by, because }),
        leftovers: taken_over(connection, cluster).await?,
        up_times,
    };
    receipt.number = insert(connection, &receipt).await?;
    sqlx::query!(
        "update up_time set receipt_id = $2 where cluster_name = $1 and receipt_id is null",
        cluster,
        receipt.number
    )
    .execute(&mut *connection)
    .await?;
    let button = Button {
        title: format!("Receipt {}", receipt.number),
        path: format!("/receipts/{}", receipt.number),
    };
    sqlx::query!(
        "insert into announcement (text, buttons) values ($1, $2)",
        receipt.line(),
        Json([button]) as _
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert(connection: &mut PgConnection, receipt: &Receipt) -> Result<i64, Error> {
    let (closed_by, closed_because) =
        receipt.closed.as_ref().map(|closed| (&*closed.by, &*closed.because)).unzip();
    let number = sqlx::query_scalar!(
        "insert into receipt
                (obligation_id, cluster_name, opened_at, made_at, started_by, up_times, cost, jobs, evidence,
                 closed_by, closed_because, leftovers)
         values ($1, $2, $3, $4, $5, $6, $7::text::numeric, $8, $9, $10, $11, $12)
         returning receipt_id",
        receipt.obligation,
        receipt.cluster,
        receipt.opened_at,
        receipt.made_at,
        receipt.started_by.as_ref().map(Json) as _,
        Json(&receipt.up_times) as _,
        receipt.cost.to_string(),
        Json(&receipt.jobs) as _,
        receipt.evidence.map(|evidence| evidence.as_str()),
        closed_by,
        closed_because,
        Json(&receipt.leftovers) as _
    )
    .fetch_one(connection)
    .await?;
    Ok(number)
}

/// By the job that opened the debt, or by whoever adopted the cluster.
async fn started_by(
    connection: &mut PgConnection,
    cluster: &str,
    opened_by: Option<i64>,
) -> Result<Option<Actor>, Error> {
    let row = sqlx::query!(
        r#"select actor_name as "actor_name!", channel as "channel!" from job where job_number = $2
           union all
           (select actor_name, channel from act
             where $2::bigint is null and cluster_name = $1 and what = 'adopt' order by act_id desc limit 1)"#,
        cluster,
        opened_by
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok(Actor::new(row.actor_name, word(&row.channel)?))).transpose()
}

async fn jobs_since(
    connection: &mut PgConnection,
    cluster: &str,
    since: Time,
) -> Result<Vec<ReceiptJob>, Error> {
    sqlx::query!(
        "select job_number, routine, service, size, actor_name, channel, state
           from job
          where cluster_name = $1 and started_at is not null and (finished_at is null or finished_at >= $2)
          order by job_number",
        cluster,
        since
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(|row| {
        let size = maybe_word(row.size.as_deref())?;
        Ok(ReceiptJob {
            number: row.job_number,
            title: title(&row.routine, row.service.as_deref(), size),
            by: Actor::new(row.actor_name, word(&row.channel)?),
            state: word(&row.state)?,
        })
    })
    .collect()
}

/// What the cloud still shows and a person took over.
async fn taken_over(connection: &mut PgConnection, cluster: &str) -> Result<Vec<Leftover>, Error> {
    let rows = sqlx::query!(
        "select kind, name, accepted_by, because
           from accepted_leftover
          where cluster_name = $1
            and exists (select from observation, jsonb_array_elements(resources) as shown
                         where observation.cluster_name = $1 and shown ->> 'id' = resource_id
                           and shown ->> 'kind' = kind)
          order by accepted_at, resource_id",
        cluster
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let kind: domain::cloud::ResourceKind = word(&row.kind)?;
            let what = format!("{} {}", kind.title(), row.name);
            Ok(Leftover { what, by: row.accepted_by, because: row.because })
        })
        .collect()
}

struct Row {
    receipt_id: i64,
    obligation_id: i64,
    cluster_name: String,
    opened_at: Time,
    made_at: Time,
    started_by: Option<Json<Actor>>,
    up_times: Json<Vec<UpTime>>,
    cost: String,
    jobs: Json<Vec<ReceiptJob>>,
    evidence: Option<String>,
    closed_by: Option<String>,
    closed_because: Option<String>,
    leftovers: Json<Vec<Leftover>>,
}

impl TryFrom<Row> for Receipt {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            number: row.receipt_id,
            cluster: row.cluster_name,
            obligation: row.obligation_id,
            opened_at: row.opened_at,
            made_at: row.made_at,
            started_by: row.started_by.map(|actor| actor.0),
            up_times: row.up_times.0,
            cost: word(&row.cost)?,
            jobs: row.jobs.0,
            evidence: maybe_word(row.evidence.as_deref())?,
            closed: row.closed_by.zip(row.closed_because).map(|(by, because)| Closing { by, because }),
            leftovers: row.leftovers.0,
        })
    }
}
