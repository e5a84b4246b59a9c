//! What the cloud shows of each cluster, and how fresh that is.

use std::time::Duration;

use domain::Time;
use domain::cloud::{Resource, ResourceKind};
use domain::proof::Observation;
use domain::standing::Doubt;
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::rows::word;
use crate::transitions::show_cluster;
use crate::{Error, Store};

/// Something that a destroyed cluster left behind and a person took over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedLeftover {
    pub kind: ResourceKind,
    pub resource_id: String,
    pub name: String,
    pub by: String,
    pub because: String,
    pub at: Time,
}

impl Store {
    /// Takes the turn to look at the account, when nobody has for `gap`. Replicas thereby share one pace.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take_account_look(&self, gap: Duration) -> Result<bool, Error> {
        let taken = sqlx::query!(
            "update account_look set asked_at = now() where asked_at <= now() - make_interval(secs => $1)",
            gap.as_secs_f64()
        )
        .execute(&self.pool)
        .await?;
        Ok(taken.rows_affected() > 0)
    }

    /// What the cloud last showed of a cluster.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn observation(&self, cluster: &str) -> Result<Option<Observation>, Error> {
        Self::select_observation(&mut *self.pool.acquire().await?, cluster).await
    }

    pub(crate) async fn select_observation(
        connection: &mut PgConnection,
        cluster: &str,
    ) -> Result<Option<Observation>, Error> {
        let row = sqlx::query!(
            r#"select cluster_name, first_asked_at, known_ids, asked_at, answered_at, resources as "resources: Json<Vec<Resource>>", clean_looks,
                      error
                 from observation where cluster_name = $1"#,
            cluster
        )
        .fetch_optional(connection)
        .await?;
        Ok(row.map(|row| Observation {
            cluster: row.cluster_name,
            first_asked_at: row.first_asked_at,
            asked_at: row.asked_at,
            answered_at: row.answered_at,
            resources: row.resources.0,
            known_ids: row.known_ids,
            clean_looks: row.clean_looks,
            error: row.error,
        }))
    }

    /// Writes down what the cloud showed. When nothing was left but what a person accepted, `clears` says since when the
    /// debt was being verified as the look was begun: a look counts as proof of that destroy, and of no later one. A page
    /// that shows the cluster is only told when something changed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn observed(
        &self,
        cluster: &str,
        resources: &[Resource],
        clears: Option<Time>,
    ) -> Result<(), Error> {
        let ids: Vec<String> = resources.iter().map(|resource| resource.id.clone()).collect();
        let known = self.observation(cluster).await?;
        let is_news = known.is_none_or(|known| {
            known.resources != resources
                || known.error.is_some()
                || (clears.is_some() && known.clean_looks < 2)
        });
        let mut tx = self.begin_impatiently().await?;
        // The cluster's row is locked first, as by whoever records a destroy: two who lock them crosswise never end.
        if is_news {
            show_cluster(&mut tx, cluster).await?;
        }
        sqlx::query!(
            "insert into observation as known
                    (cluster_name, asked_at, answered_at, resources, clean_looks, known_ids)
             select $1, now(), now(), $2, count(*)::int, $4
               from obligation
              where cluster_name = $1 and state = 'verifying' and verifying_since = $3
             on conflict (cluster_name) do update
                set asked_at = now(), answered_at = now(), resources = excluded.resources, error = null,
                    known_ids = array(select distinct unnest(known.known_ids || excluded.known_ids)),
                    clean_looks = case excluded.clean_looks when 0 then 0 else known.clean_looks + 1 end",
            cluster,
            Json(resources) as _,
            clears,
            &ids
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        if is_news {
            self.nudge().await;
        }
        Ok(())
    }

    /// Writes down that the cloud was asked and did not answer. What it showed before stays, with its age.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn not_observed(&self, cluster: &str, error: &str) -> Result<(), Error> {
        sqlx::query!(
            "insert into observation (cluster_name, asked_at, error) values ($1, now(), $2)
             on conflict (cluster_name) do update set asked_at = now(), error = excluded.error",
            cluster,
            error
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Writes down whether the state of a cluster is to be believed. Returns whether that is new.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_doubt(&self, cluster: &str, doubt: Option<&Doubt>) -> Result<bool, Error> {
        let mut tx = self.begin_impatiently().await?;
        let changed = sqlx::query!(
            "update cluster set doubt = $2, version = nextval('change_version')
              where cluster_name = $1 and doubt is distinct from $2",
            cluster,
            doubt.map(Json) as _
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        tx.commit().await?;
        if changed > 0 {
            self.nudge().await;
        }
        Ok(changed > 0)
    }

    /// What people took over of a cluster's leftovers, the oldest first.
    ///
    /// # Errors
    /// When the database does not answer or a row cannot be read.
    pub async fn accepted_leftovers(&self, cluster: &str) -> Result<Vec<AcceptedLeftover>, Error> {
        Self::select_accepted_leftovers(&mut *self.pool.acquire().await?, cluster).await
    }

    pub(crate) async fn select_accepted_leftovers(
        connection: &mut PgConnection,
        cluster: &str,
    ) -> Result<Vec<AcceptedLeftover>, Error> {
        sqlx::query!(
            "select kind, resource_id, name, accepted_by, because, accepted_at
               from accepted_leftover where cluster_name = $1 order by accepted_at, resource_id",
            cluster
        )
        .fetch_all(connection)
        .await?
        .into_iter()
        .map(|row| {
            Ok(AcceptedLeftover {
                kind: word(&row.kind)?,
                resource_id: row.resource_id,
                name: row.name,
                by: row.accepted_by,
                because: row.because,
                at: row.accepted_at,
            })
        })
        .collect()
    }

    /// Replaces the list of clusters in the account that no config knows.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_strangers(&self, strangers: &[Resource]) -> Result<(), Error> {
        let ids: Vec<String> = strangers.iter().map(|stranger| stranger.id.clone()).collect();
        let mut tx = self.pool.begin().await?;
        sqlx::query!("delete from stranger where not resource_id = any($1)", &ids).execute(&mut *tx).await?;
        for stranger in strangers {
            sqlx::query!(
                "insert into stranger (resource_id, resource, seen_at) values ($1, $2, now())
                 on conflict (resource_id) do update set resource = excluded.resource, seen_at = now()",
                stranger.id,
                Json(stranger) as _
            )
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Clusters in the account that no config knows, by name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn strangers(&self) -> Result<Vec<Resource>, Error> {
        let rows = sqlx::query_scalar!(
            r#"select resource as "resource: Json<Resource>" from stranger order by resource ->> 'name'"#
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }
}
