//! When clusters cost money. Written in the transaction that changes the cluster, read by the meter.

use chrono::NaiveDate;
use domain::Time;
use domain::money::{Cost, Month, UpTime};
use domain::price::Price;
use domain::size::SizeOffer;
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::prices::select_prices;
use crate::rows::word;
use crate::{Error, Store};

/// All that costs money in the present month.
pub struct ThisMonth {
    pub up_times: Vec<UpTime>,
    /// The database's time when they were read.
    pub now: Time,
}

impl ThisMonth {
    pub fn cost(&self) -> Cost {
        Month::of(self.now).cost(&self.up_times, self.now)
    }
}

impl Store {
    /// The up-times of a cluster of which there is no receipt yet, the oldest first.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn up_times_without_receipt(&self, cluster: &str) -> Result<Vec<UpTime>, Error> {
        select_without_receipt(&mut *self.pool.acquire().await?, cluster).await
    }

    /// All that costs money in the present month, by the database's clock.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn this_month(&self) -> Result<ThisMonth, Error> {
        of_this_month(&mut *self.pool.acquire().await?).await
    }
}

pub async fn of_this_month(connection: &mut PgConnection) -> Result<ThisMonth, Error> {
    let now = sqlx::query_scalar!(r#"select now() as "now!""#).fetch_one(&mut *connection).await?;
    let up_times = sqlx::query_as!(
        Row,
        r#"select cluster_name, size, machine, nodes, hourly::text as "hourly!", monthly::text as "monthly!",
                  price_source, prices_of, job_number, began_at, ended_at
             from up_time where ended_at is null or ended_at > $1
            order by began_at, up_time_id"#,
        Month::of(now).begins
    )
    .fetch_all(connection)
    .await?;
    let up_times = up_times.into_iter().map(UpTime::try_from).collect::<Result<_, _>>()?;
    Ok(ThisMonth { up_times, now })
}

pub async fn select_between(
    connection: &mut PgConnection,
    cluster: &str,
    from: Time,
    until: Time,
) -> Result<Vec<UpTime>, Error> {
    sqlx::query_as!(
        Row,
        r#"select cluster_name, size, machine, nodes, hourly::text as "hourly!", monthly::text as "monthly!",
                  price_source, prices_of, job_number, began_at, ended_at
             from up_time
            where cluster_name = $1 and began_at < $3 and (ended_at is null or ended_at > $2)
            order by began_at, up_time_id"#,
        cluster,
        from,
        until
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(UpTime::try_from)
    .collect()
}

pub async fn select_without_receipt(
    connection: &mut PgConnection,
    cluster: &str,
) -> Result<Vec<UpTime>, Error> {
    sqlx::query_as!(
        Row,
        r#"select cluster_name, size, machine, nodes, hourly::text as "hourly!", monthly::text as "monthly!",
                  price_source, prices_of, job_number, began_at, ended_at
             from up_time where cluster_name = $1 and receipt_id is null
            order by began_at, up_time_id"#,
        cluster
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(UpTime::try_from)
    .collect()
}

/// A job begins to bring the cluster up, or goes on with it.
pub async fn begin_by_job(connection: &mut PgConnection, job: i64, cluster: &str) -> Result<(), Error> {
    let offer = sqlx::query_scalar!(
        r#"select offer as "offer: Json<SizeOffer>" from job where job_number = $1"#,
        job
    )
    .fetch_one(&mut *connection)
    .await?;
    match offer {
        Some(offer) => begin(connection, cluster, &offer.0, Some(job)).await,
        // The job was accepted before there was a meter.
        None => Ok(()),
    }
}

/// Unless the cluster has been up in this size for a while. In another size it is another cluster.
pub async fn begin(
    connection: &mut PgConnection,
    cluster: &str,
    offer: &SizeOffer,
    job: Option<i64>,
) -> Result<(), Error> {
    sqlx::query!(
        "update up_time set ended_at = now() where cluster_name = $1 and ended_at is null and size <> $2",
        cluster,
        offer.size.as_str()
    )
    .execute(&mut *connection)
    .await?;
    let list = select_prices(connection, Some(&offer.machine)).await?;
    let SizeOffer { size, machine, nodes, price, .. } = offer.clone().by_list(&list);
    sqlx::query!(
        "insert into up_time
                (cluster_name, size, machine, nodes, hourly, monthly, price_source, prices_of, job_number,
                 began_at)
         values ($1, $2, $3, $4, $5::text::numeric, $6::text::numeric, $7, $8, $9, now())
         on conflict (cluster_name) where ended_at is null do nothing",
        cluster,
        size.as_str(),
        machine,
        i32::from(nodes),
        price.hourly.to_string(),
        price.monthly.to_string(),
        price.source.as_str(),
        price.of,
        job
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The cluster is gone.
pub async fn end(connection: &mut PgConnection, cluster: &str) -> Result<(), Error> {
    sqlx::query!("update up_time set ended_at = now() where cluster_name = $1 and ended_at is null", cluster)
        .execute(connection)
        .await?;
    Ok(())
}

/// The cloud still shows what was thought to be gone: it has cost money all the time.
pub async fn take_end_back(connection: &mut PgConnection, cluster: &str) -> Result<(), Error> {
    sqlx::query!(
        "update up_time set ended_at = null
          where up_time_id = (select up_time_id from up_time where cluster_name = $1 and receipt_id is null
                               order by began_at desc, up_time_id desc limit 1)",
        cluster
    )
    .execute(connection)
    .await?;
    Ok(())
}

struct Row {
    cluster_name: String,
    size: String,
    machine: String,
    nodes: i32,
    hourly: String,
    monthly: String,
    price_source: String,
    prices_of: Option<NaiveDate>,
    job_number: Option<i64>,
    began_at: Time,
    ended_at: Option<Time>,
}

impl TryFrom<Row> for UpTime {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            cluster: row.cluster_name,
            size: word(&row.size)?,
            machine: row.machine,
            nodes: u16::try_from(row.nodes).map_err(|error| Error::Unreadable(error.to_string()))?,
            price: Price {
                hourly: word(&row.hourly)?,
                monthly: word(&row.monthly)?,
                source: word(&row.price_source)?,
                of: row.prices_of,
            },
            job: row.job_number,
            began_at: row.began_at,
            ended_at: row.ended_at,
        })
    }
}
