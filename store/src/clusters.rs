//! Clusters as pages and the engine read them.

use chrono::{DateTime, Utc};
use domain::cluster::{Cluster, Deployment};
use domain::standing::Doubt;
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::rows::{maybe_word, word};
use crate::{Error, Store};

struct Row {
    cluster_name: String,
    state: String,
    size: Option<String>,
    since: DateTime<Utc>,
    failure: Option<String>,
    version: i64,
    destroys_at: Option<DateTime<Utc>>,
    active_job: Option<i64>,
    doubt: Option<Json<Doubt>>,
}

impl Row {
    fn into_cluster(self, deployments: Vec<Deployment>) -> Result<Cluster, Error> {
        Ok(Cluster {
            name: self.cluster_name,
            state: word(&self.state)?,
            size: maybe_word(self.size.as_deref())?,
            since: self.since,
            failure: self.failure,
            deployments,
            destroys_at: self.destroys_at,
            active_job: self.active_job,
            doubt: self.doubt.map(|doubt| doubt.0),
            version: self.version,
        })
    }
}

impl Store {
    /// Gives each declared cluster its row. Rows of clusters that are not declared any more stay.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ensure_clusters(&self, names: &[&str]) -> Result<(), Error> {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        sqlx::query!(
            "insert into cluster (cluster_name) select unnest($1::text[]) on conflict (cluster_name) do nothing",
            &names
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Every cluster that has a row, by name.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn clusters(&self) -> Result<Vec<Cluster>, Error> {
        Self::select_clusters(&mut *self.pool.acquire().await?, None).await
    }

    /// One cluster by its name.
    ///
    /// # Errors
    /// When the database does not answer or the row cannot be read.
    pub async fn cluster(&self, name: &str) -> Result<Option<Cluster>, Error> {
        Ok(Self::select_clusters(&mut *self.pool.acquire().await?, Some(name)).await?.pop())
    }

    pub(crate) async fn select_clusters(
        connection: &mut PgConnection,
        name: Option<&str>,
    ) -> Result<Vec<Cluster>, Error> {
        let rows = sqlx::query_as!(
            Row,
            r#"select cluster_name, state, size, since, failure, version, doubt as "doubt: Json<Doubt>",
                      (select destroys_at from obligation
                        where obligation.cluster_name = cluster.cluster_name and obligation.state not in ('settled', 'closed')
                      ) as destroys_at,
                      (select job_number from job
                        where job.cluster_name = cluster.cluster_name and job.state in ('queued', 'running', 'waiting')
                        order by fence = 0, not pays_obligation, job_number
                        limit 1
                      ) as active_job
                 from cluster
                where $1::text is null or cluster_name = $1
                order by cluster_name"#,
            name
        )
        .fetch_all(&mut *connection)
        .await?;
        let mut deployments = sqlx::query!(
            "select cluster_name, service, deployed_at, job_number from deployment
              where $1::text is null or cluster_name = $1
              order by cluster_name, service",
            name
        )
        .fetch_all(connection)
        .await?;
        rows.into_iter()
            .map(|row| {
                let own = deployments
                    .extract_if(.., |deployment| deployment.cluster_name == row.cluster_name)
                    .map(|deployment| Deployment {
                        service: deployment.service,
                        at: deployment.deployed_at,
                        job: deployment.job_number,
                    })
                    .collect();
                row.into_cluster(own)
            })
            .collect()
    }
}
