//! What a browser asks to be told about, and which things are sent for that.

use std::collections::BTreeSet;
use std::str::FromStr;

use axum::http::StatusCode;
use domain::text::one_line;
use store::ChangedRow;

use crate::web::error::Problem;

/// More than any page shows.
const MOST_TOPICS: usize = 20;

const KNOWN: [&str; 3] = ["clusters", "jobs", "job:<number>"];

/// One word of `?topics=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Topic {
    Clusters,
    Jobs,
    Job(i64),
}

impl FromStr for Topic {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let unknown = || {
            let message = format!("There is no topic \"{}\".", one_line(text, 60));
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_topic", message).with_known(KNOWN)
        };
        match text {
            "clusters" => Ok(Self::Clusters),
            "jobs" => Ok(Self::Jobs),
            _ => {
                let number = text.strip_prefix("job:").and_then(|number| number.parse().ok());
                number.filter(|number| *number > 0).map(Self::Job).ok_or_else(unknown)
            }
        }
    }
}

/// A thing that is sent whole.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Object {
    Cluster(String),
    JobRow(i64),
    Job(i64),
}

impl Object {
    /// The name of its event.
    pub const fn event(&self) -> &'static str {
        match self {
            Self::Cluster(_) => "cluster",
            Self::JobRow(_) => "job_row",
            Self::Job(_) => "job",
        }
    }
}

/// Everything that one stream is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topics(BTreeSet<Topic>);

impl FromStr for Topics {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let topics = text.split(',').map(|word| word.trim().parse()).collect::<Result<BTreeSet<_>, _>>()?;
        if topics.len() > MOST_TOPICS {
            let message = format!("A stream is about {MOST_TOPICS} topics at most.");
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many_topics", message));
        }
        Ok(Self(topics))
    }
}

impl Topics {
    pub fn has_clusters(&self) -> bool {
        self.0.contains(&Topic::Clusters)
    }

    pub fn has_jobs(&self) -> bool {
        self.0.contains(&Topic::Jobs)
    }

    /// The jobs that are watched each by itself.
    pub fn jobs(&self) -> impl Iterator<Item = i64> {
        self.0.iter().filter_map(|topic| match topic {
            Topic::Job(number) => Some(*number),
            Topic::Clusters | Topic::Jobs => None,
        })
    }

    /// What to send when this row changed. A job's page also shows things of its cluster: the queue before the job,
    /// and what is owed. A cluster's card also shows how far its job is.
    pub fn touched_by(&self, row: &ChangedRow) -> Vec<Object> {
        match row {
            ChangedRow::Cluster(name) => {
                let cluster = self.has_clusters().then(|| Object::Cluster(name.clone()));
                cluster.into_iter().chain(self.jobs().map(Object::Job)).collect()
            }
            ChangedRow::Job { number, cluster } => {
                let cluster = self.has_clusters().then(|| Object::Cluster(cluster.clone()));
                let row = self.has_jobs().then_some(Object::JobRow(*number));
                let job = self.0.contains(&Topic::Job(*number)).then_some(Object::Job(*number));
                cluster.into_iter().chain(row).chain(job).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_topic_is_refused_with_the_known_ones() {
        for text in
            ["", "cluster", "job:", "job:x", "job:0", "job:-1", "job:99999999999999999999", "clusters,nope"]
        {
            let problem = text.parse::<Topics>().unwrap_err();
            assert_eq!(problem.known, KNOWN, "{text:?}");
        }
    }

    #[test]
    fn twenty_topics_are_enough() {
        let topics =
            |count: i64| (1..=count).map(|number| format!("job:{number}")).collect::<Vec<_>>().join(",");
        assert!(topics(20).parse::<Topics>().is_ok());
        assert_eq!(topics(21).parse::<Topics>().unwrap_err().code, "too_many_topics");
    }

    fn job(number: i64) -> ChangedRow {
        ChangedRow::Job { number, cluster: "c".into() }
    }

    #[test]
    fn a_changed_row_touches_only_what_is_watched() {
        let topics: Topics = "jobs, job:7".parse().unwrap();
        assert_eq!(topics.touched_by(&job(8)), [Object::JobRow(8)]);
        assert_eq!(topics.touched_by(&job(7)), [Object::JobRow(7), Object::Job(7)]);
        assert_eq!(topics.touched_by(&ChangedRow::Cluster("c".into())), [Object::Job(7)]);
        let topics: Topics = "clusters".parse().unwrap();
        assert_eq!(topics.touched_by(&job(8)), [Object::Cluster("c".into())]);
        assert_eq!(topics.touched_by(&ChangedRow::Cluster("c".into())), [Object::Cluster("c".into())]);
    }
}
