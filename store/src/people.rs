//! Who may be named in what is told of a cluster: for pages that tell no names.

use crate::{Error, Store};

impl Store {
    /// Everybody who had a hand in these jobs of a cluster, in its debts or in anything else that was done to it by hand:
    /// as their names stand in outcomes, messages and check-ins. This service itself is nobody.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn people_around(&self, cluster: &str, jobs: &[i64]) -> Result<Vec<String>, Error> {
        let people = sqlx::query_scalar!(
            r#"with hand (name, channel) as (
                   select actor_name, channel from job where job_number = any($2)
                   union all
                   select cancelled_by_name, cancelled_by_channel from job where job_number = any($2)
                   union all
                   select abandoned_by_name, abandoned_by_channel from job where job_number = any($2)
                   union all
                   select answer -> 'by' ->> 'name', answer -> 'by' ->> 'channel' from step where job_number = any($2)
                   union all
                   select actor_name, channel from act where cluster_name = $1
                   union all
                   select chosen_by, null from obligation where cluster_name = $1
                   union all
                   select closed_by, null from obligation where cluster_name = $1
                   union all
                   select extended_by, null from extension join obligation using (obligation_id) where cluster_name = $1
                   union all
                   select accepted_by, null from accepted_leftover where cluster_name = $1
               )
               select distinct case channel when 'schedule' then 'schedule ' || name else name end as "name!"
                 from hand
                where name is not null and channel is distinct from 'system'"#,
            cluster,
            jobs
        );
        Ok(people.fetch_all(&self.pool).await?)
    }
}
