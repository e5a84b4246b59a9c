//! What stands in the rows, read past the replicas and past their links. It says when all has come to rest and whose a run
//! is; what was really done is for the simulator to say.

use std::collections::HashSet;

use anyhow::Result;
use simulator::Fact;
use workbench::postgres::{Client, Postgres};

/// What is not at rest yet, and what should not be.
#[derive(Debug, Default)]
pub struct Unrest {
    /// Unfinished jobs, each as a line for people.
    pub jobs: Vec<String>,
    /// Debts that are being paid. One that is open is at rest: its cluster is wanted.
    pub debts: Vec<String>,
    /// Claims that ended, on jobs whose turn it is, and that nobody has taken over.
    pub left_behind: Vec<Fact>,
}

impl Unrest {
    pub fn is_over(&self) -> bool {
        self.jobs.is_empty() && self.debts.is_empty()
    }
}

/// Something in the cloud that a destroyed cluster left there.
pub struct Leftover {
    pub cluster: String,
    pub kind: String,
    pub id: String,
    pub name: String,
}

pub struct Records<'a> {
    pub postgres: &'a Postgres,
    pub database: &'a str,
}

impl Records<'_> {
    pub fn unrest(&self) -> Result<Unrest> {
        let unfinished = "state in ('queued', 'running', 'waiting')";
        let job = "format('#%s %s %s, next look %s, recoveries %s', job_number, routine, state, next_check_at, recoveries)";
        let first = "not exists (select from job as other where other.cluster_name = job.cluster_name
            and other.state in ('queued', 'running', 'waiting')
            and (other.fence = 0, not other.pays_obligation, other.job_number)
                < (job.fence = 0, not job.pays_obligation, job.job_number))";
        // To connect takes longer than to ask.
        let mut client = self.postgres.connect(self.database)?;
        Ok(Unrest {
            jobs: lines(
                &mut client,
                &format!("select {job} from job where {unfinished} order by job_number"),
            )?,
            debts: lines(
                &mut client,
                "select format('%s of %s: %s', state, cluster_name, last_error) from obligation
                  where state not in ('settled', 'closed', 'open')",
            )?,
            left_behind: left_behind(&mut client, &format!("{unfinished} and {first}"))?,
        })
    }

    /// The runs of which some attempt of a step knows, by their ids.
    pub fn known_runs(&self) -> Result<HashSet<String>> {
        let lines = self.lines("select run ->> 'id' from trigger where run is not null")?;
        Ok(lines.into_iter().collect())
    }

    /// At which version each thing is that pages show, by its place on them: the jobs from this one on, and the cluster with
    /// its latest job.
    pub fn versions_from(&self, number: i64) -> Result<Vec<Fact>> {
        let mut client = self.postgres.connect(self.database)?;
        let rows = client.query(
            "select format('job-row-%s', job_number), version from job where job_number >= $1
             union all
             select format('cluster-%s', cluster_name),
                    greatest(version, (select job.version from job where job.cluster_name = cluster.cluster_name
                                        order by job_number desc limit 1))
               from cluster",
            &[&number],
        )?;
        Ok(rows.iter().map(|row| Fact::Stands { thing: row.get(0), version: row.get(1) }).collect())
    }

    /// Whether the chain of acts holds, and how long it is.
    pub fn chain(&self) -> Result<Fact> {
        let mut client = self.postgres.connect(self.database)?;
        let row = client.query_one(
            "select (select count(*) from act_link), (select what from first_broken_act_link())",
            &[],
        )?;
        Ok(Fact::Verified { links: row.get(0), broken: row.get(1) })
    }

    /// How the jobs from this one on ended, each as a line for people.
    pub fn jobs_from(&self, number: i64) -> Result<Vec<String>> {
        self.lines(&format!(
            "select format('#%s %s: %s. %s', job_number, routine, state, outcome) from job
              where job_number >= {number} order by job_number"
        ))
    }

    /// How many attempts of batch steps from this job on were begun.
    pub fn batches_from(&self, number: i64) -> Result<i64> {
        let mut client = self.postgres.connect(self.database)?;
        let row = client.query_one(
            "select coalesce(sum(case when state in ('queued', 'skipped') then attempt - 1 else attempt end), 0)
               from step where job_number >= $1 and action ->> 'kind' = 'batch'",
            &[&number],
        )?;
        Ok(row.get(0))
    }

    /// What the cloud shows of clusters whose destroy has to be proved, and nobody has taken over: those kinds only that no
    /// pipeline can destroy any more.
    pub fn leftovers(&self) -> Result<Vec<Leftover>> {
        let mut client = self.postgres.connect(self.database)?;
        let rows = client.query(
            "select cluster_name, shown ->> 'kind', shown ->> 'id', shown ->> 'name'
               from observation cross join jsonb_array_elements(resources) as shown
              where cluster_name in (select cluster_name from obligation where state = 'verifying')
                and shown ->> 'kind' in ('load_balancer', 'volume')
                and not exists (select from accepted_leftover as taken
                                 where taken.cluster_name = observation.cluster_name
                                   and taken.kind = shown ->> 'kind' and taken.resource_id = shown ->> 'id')",
            &[],
        )?;
        Ok(rows
            .iter()
            .map(|row| Leftover { cluster: row.get(0), kind: row.get(1), id: row.get(2), name: row.get(3) })
            .collect())
    }

    /// Makes debts older that wait: for the end of the time for which the CI is believed, or for the next attempt. Returns
    /// how many do.
    pub fn let_time_pass(&self) -> Result<u64> {
        let mut client = self.postgres.connect(self.database)?;
        Ok(client.execute(
            "update obligation
                set verifying_since = verifying_since - interval '10 minutes', next_attempt_at = now()
              where (state = 'verifying' and verifying_since between now() - interval '10 minutes' and now() - interval '3 seconds')
                 or (state = 'due' and next_attempt_at > now())",
            &[],
        )?)
    }

    /// How many clusters somebody wants at present.
    pub fn wanted_clusters(&self) -> Result<usize> {
        Ok(self.lines("select cluster_name from obligation where state = 'open'")?.len())
    }

    fn lines(&self, query: &str) -> Result<Vec<String>> {
        lines(&mut self.postgres.connect(self.database)?, query)
    }
}

fn lines(client: &mut Client, query: &str) -> Result<Vec<String>> {
    Ok(client.query(query, &[])?.iter().map(|row| row.get(0)).collect())
}

fn left_behind(client: &mut Client, of_jobs: &str) -> Result<Vec<Fact>> {
    let ago = "extract(epoch from now() - claimed_until) * 1000";
    let rows = client.query(
        &format!(
            "select job_number, claimed_by::text, floor({ago})::bigint from job
              where {of_jobs} and claimed_until < now()"
        ),
        &[],
    )?;
    rows.iter()
        .map(|row| {
            let for_milliseconds = u32::try_from(row.get::<_, i64>(2))?;
            Ok(Fact::LeftBehind { job: row.get(0), by: row.get(1), for_milliseconds })
        })
        .collect()
}
