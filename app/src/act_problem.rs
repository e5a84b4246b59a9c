//! Why the form of an act came back. As with [`Problem`](crate::problem::Problem), the address carries a code only.

use domain::cluster::Cluster;
use domain::text;
use http::StatusCode;
use leptos_router::location::Url;
use leptos_router::params::ParamsMap;

use crate::problem::{OVER_BUDGET, Refusal};
use crate::reason::LONGEST;

/// How much of what was entered comes back with the form.
const MOST_KEPT: usize = 400;

/// What the code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActProblem {
    /// It may not be done as things are; the page says why.
    Refused,
    /// The month has cost as much as it may.
    Budget,
    /// The cluster had changed since the page was made.
    Stale,
    /// The same form had started this job before.
    Used { job: i64 },
    /// The reason is missing or too long.
    Reason,
    /// The typed name is not the cluster's.
    Name,
    /// The time means nothing, or may not be chosen.
    Time,
    /// The auto-destroy time was another one by then.
    Moved,
    /// A move can be taken back no more.
    NoUndo,
}

impl ActProblem {
    pub fn from_query(query: &ParamsMap) -> Option<Self> {
        match query.get_str("problem")? {
            "refused" => Some(Self::Refused),
            "budget" => Some(Self::Budget),
            "stale" => Some(Self::Stale),
            "used" => Some(Self::Used { job: query.get_str("job")?.parse().ok()? }),
            "reason" => Some(Self::Reason),
            "name" => Some(Self::Name),
            "time" => Some(Self::Time),
            "moved" => Some(Self::Moved),
            "no-undo" => Some(Self::NoUndo),
            _ => None,
        }
    }

    fn to_query(self) -> String {
        match self {
            Self::Refused => "problem=refused".to_owned(),
            Self::Budget => "problem=budget".to_owned(),
            Self::Stale => "problem=stale".to_owned(),
            Self::Used { job } => format!("problem=used&job={job}"),
            Self::Reason => "problem=reason".to_owned(),
            Self::Name => "problem=name".to_owned(),
            Self::Time => "problem=time".to_owned(),
            Self::Moved => "problem=moved".to_owned(),
            Self::NoUndo => "problem=no-undo".to_owned(),
        }
    }

    /// The address of the form with what was entered in it.
    pub fn path_back(self, form: &str, entered: &[(&str, &str)]) -> String {
        let joint = if form.contains('?') { '&' } else { '?' };
        let entered = entered.iter().filter(|(_, value)| !value.is_empty());
        let entered = entered.map(|(name, value)| {
            let kept: String = value.chars().take(MOST_KEPT).collect();
            format!("&{name}={}", Url::escape(&kept))
        });
        format!("{form}{joint}{}{}", self.to_query(), entered.collect::<String>())
    }

    /// What the page says about it. `refused` is why it may not be done as things are, none when it may by now.
    pub fn refusal(self, cluster: &Cluster, refused: Option<String>) -> Refusal {
        let name = &cluster.name;
        let (status, field, message) = match self {
            Self::Refused => {
                let by_now = "It could not be done. It can be now. Nothing was changed: press again.";
                (StatusCode::CONFLICT, "form", refused.unwrap_or_else(|| by_now.to_owned()))
            }
            Self::Budget => (StatusCode::FORBIDDEN, "form", OVER_BUDGET.to_owned()),
            Self::Stale => {
                let state = text::cluster_state(cluster.shown_state()).to_lowercase();
                let message = format!(
                    "{name} had changed since you saw it: it is {state} now. Nothing was started. Look again, then decide."
                );
                (StatusCode::CONFLICT, "form", message)
            }
            Self::Used { job } => {
                let message = format!(
                    "This form had already started job #{job}. Nothing more was started. To start another job, press again."
                );
                (StatusCode::CONFLICT, "form", message)
            }
            Self::Reason => {
                let message = format!("Say why, in {LONGEST} characters at most. Nothing was changed.");
                (StatusCode::UNPROCESSABLE_ENTITY, "because", message)
            }
            Self::Name => {
                let message = format!("The name does not match. Type {name}, exactly. Nothing was changed.");
                (StatusCode::UNPROCESSABLE_ENTITY, "typed-name", message)
            }
            Self::Time => {
                let message = "That time cannot be chosen. Choose one within the range. Nothing was changed.";
                (StatusCode::UNPROCESSABLE_ENTITY, "until", message.to_owned())
            }
            Self::Moved => {
                let message = format!(
                    "The auto-destroy time of {name} was moved in the meantime. Nothing was changed. Look again, then decide."
                );
                (StatusCode::CONFLICT, "form", message)
            }
            Self::NoUndo => {
                let message = format!(
                    "The last move of the auto-destroy time of {name} can be taken back no more. Nothing was changed."
                );
                (StatusCode::CONFLICT, "form", message)
            }
        };
        Refusal { status, message, field }
    }
}

#[cfg(test)]
mod tests {
    use domain::cluster::ClusterState;

    use super::*;
    use crate::samples::cluster;

    fn query(pairs: &[(&'static str, &str)]) -> ParamsMap {
        let mut map = ParamsMap::new();
        pairs.iter().for_each(|(name, value)| map.insert(*name, (*value).to_owned()));
        map
    }

    #[test]
    fn words_in_the_address_are_not_repeated() {
        assert_eq!(ActProblem::from_query(&query(&[("problem", "Call 0900 now")])), None);
        assert_eq!(ActProblem::from_query(&query(&[("problem", "used"), ("job", "Call 0900")])), None);
    }

    #[test]
    fn every_code_is_read_as_it_is_written() {
        for problem in [
            ActProblem::Refused,
            ActProblem::Stale,
            ActProblem::Budget,
            ActProblem::Used { job: 7 },
            ActProblem::Reason,
            ActProblem::Name,
            ActProblem::Time,
            ActProblem::Moved,
            ActProblem::NoUndo,
        ] {
            let path = problem.path_back("/jobs/1/cancel", &[]);
            let pairs: Vec<_> = path.split_once('?').unwrap().1.split('&').collect();
            let mut map = ParamsMap::new();
            for (name, value) in pairs.iter().filter_map(|pair| pair.split_once('=')) {
                map.insert(name.to_owned(), value.to_owned());
            }
            assert_eq!(ActProblem::from_query(&map), Some(problem));
        }
    }

    #[test]
    fn what_was_entered_comes_back_and_stays_inside_its_place() {
        let path = ActProblem::Reason.path_back("/a", &[("because", "x&problem=used#<"), ("typed", "")]);
        assert_eq!(path, "/a?problem=reason&because=x%26problem%3Dused%23%3C");
        assert!(ActProblem::Reason.path_back("/a", &[("because", &"x".repeat(9_999))]).len() < 600);
    }

    #[test]
    fn what_may_be_done_by_now_says_so() {
        let cluster = cluster(ClusterState::Up);
        let told = |refused: Option<&str>| ActProblem::Refused.refusal(&cluster, refused.map(str::to_owned));
        assert_eq!(told(Some("Job #1 has ended.")).message, "Job #1 has ended.");
        assert!(told(None).message.ends_with("press again."));
        assert_eq!(told(None).status, StatusCode::CONFLICT);
    }
}
