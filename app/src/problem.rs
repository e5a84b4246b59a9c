//! Why a form came back. The address carries a code only; the text is found again from the facts of now, so that
//! nobody can put words into our mouth by a link.

use domain::Time;
use domain::catalogue::Catalogue;
use domain::cluster::Cluster;
use domain::order::conflict;
use domain::stay::{StayError, StayRange};
use domain::text;
use http::StatusCode;
use leptos_router::location::Url;
use leptos_router::params::ParamsMap;

use crate::ask::AskText;
use crate::stay;

/// The sums stand on the form, as they are now.
pub const OVER_BUDGET: &str = "There is no budget left for a start in this month. Nothing was started.";

/// What the code says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The words are no order, or the cluster's state forbids it.
    Refused,
    /// The month has cost as much as it may.
    Budget,
    /// The cluster had changed since the page was made.
    Stale,
    /// The same form had started another job before.
    Used { job: i64 },
    /// The typed name is not the cluster's.
    Name { typed: String },
    /// The cluster may not stay for so long.
    Lifetime,
    /// The cluster was up already, and has its end.
    UpAlready,
}

/// What the page says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub status: StatusCode,
    pub message: String,
    /// The id of the field that it is about.
    pub field: &'static str,
}

impl Problem {
    pub fn to_query(&self) -> String {
        match self {
            Self::Refused => "problem=refused".to_owned(),
            Self::Budget => "problem=budget".to_owned(),
            Self::Stale => "problem=stale".to_owned(),
            Self::Used { job } => format!("problem=used&job={job}"),
            Self::Lifetime => "problem=lifetime".to_owned(),
            Self::UpAlready => "problem=up".to_owned(),
            Self::Name { typed } => format!("problem=name&typed={}", Url::escape(typed)),
        }
    }

    pub fn from_query(query: &ParamsMap) -> Option<Self> {
        match query.get_str("problem")? {
            "refused" => Some(Self::Refused),
            "budget" => Some(Self::Budget),
            "stale" => Some(Self::Stale),
            "used" => Some(Self::Used { job: query.get_str("job")?.parse().ok()? }),
            "lifetime" => Some(Self::Lifetime),
            "up" => Some(Self::UpAlready),
            "name" => Some(Self::Name { typed: query.get("typed").unwrap_or_default() }),
            _ => None,
        }
    }

    pub fn refusal(&self, ask: &AskText, cluster: &Cluster, catalogue: &Catalogue, now: Time) -> Refusal {
        match self {
            Self::Refused => refused(ask, cluster, catalogue),
            Self::Budget => {
                Refusal { status: StatusCode::FORBIDDEN, message: OVER_BUDGET.to_owned(), field: "form" }
            }
            Self::Stale => Refusal::conflict(format!(
                "{} had changed since you saw it: it is {} now. Nothing was started. Look again, then decide.",
                cluster.name,
                text::cluster_state(cluster.shown_state()).to_lowercase()
            )),
            Self::Used { job } => Refusal::conflict(format!(
                "This form had already started job #{job}. Nothing more was started. To start another job, press again."
            )),
            Self::Lifetime => {
                let range = StayRange::new(stay::limits(catalogue, &cluster.name).longest_minutes, now);
                Refusal {
                    status: StatusCode::UNPROCESSABLE_ENTITY,
                    message: format!("{} Nothing was started.", StayError::OutOfRange { range }),
                    field: "until",
                }
            }
            Self::UpAlready => Refusal {
                status: StatusCode::CONFLICT,
                message: format!(
                    "{} Nothing was started.",
                    StayError::up_already(&cluster.name, cluster.destroys_at)
                ),
                field: "until",
            },
            Self::Name { .. } => Refusal {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                message: format!(
                    "The name does not match. Type {}, exactly. Nothing was started.",
                    cluster.name
                ),
                field: "typed-name",
            },
        }
    }
}

impl Refusal {
    const fn conflict(message: String) -> Self {
        Self { status: StatusCode::CONFLICT, message, field: "form" }
    }
}

fn refused(ask: &AskText, cluster: &Cluster, catalogue: &Catalogue) -> Refusal {
    match ask.order(catalogue) {
        Err(error) => Refusal {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            field: "form",
            message: format!("{error} Nothing was started."),
        },
        Ok(order) => Refusal::conflict(match conflict(&order.steps, order.size, cluster) {
            Some(conflict) => conflict.to_string(),
            None => {
                "The cluster was not ready for that. It is now. Nothing was started: press again.".to_owned()
            }
        }),
    }
}

#[cfg(test)]
mod tests {
    use domain::cluster::ClusterState;

    use super::*;
    use crate::samples::{at, catalogue, cluster};

    fn refusal(query: &[(&'static str, &str)], state: ClusterState, size: &str) -> Option<Refusal> {
        let mut map = ParamsMap::new();
        for (name, value) in query {
            map.insert(*name, (*value).to_owned());
        }
        let ask = AskText {
            routine: "up".into(),
            cluster: "iriversland2".into(),
            size: size.into(),
            ..AskText::default()
        };
        Some(Problem::from_query(&map)?.refusal(&ask, &cluster(state), &catalogue(), at(0)))
    }

    #[test]
    fn an_unknown_size_is_told_with_the_known_ones() {
        let refusal = refusal(&[("problem", "refused")], ClusterState::Down, "xl").unwrap();
        assert_eq!(refusal.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refusal.message, "\"xl\" is no size; known: s, m, l. Nothing was started.");
    }

    #[test]
    fn a_conflict_is_found_again_from_the_facts_of_now() {
        let refusal = refusal(&[("problem", "refused")], ClusterState::Up, "m").unwrap();
        assert_eq!(refusal.status, StatusCode::CONFLICT);
        assert_eq!(refusal.message, "iriversland2 is already up in size m. Nothing was started.");
    }

    #[test]
    fn a_problem_that_is_gone_by_now_says_so() {
        let refusal = refusal(&[("problem", "refused")], ClusterState::Down, "m").unwrap();
        assert!(refusal.message.ends_with("Nothing was started: press again."), "{}", refusal.message);
    }

    #[test]
    fn words_in_the_address_are_not_repeated() {
        assert_eq!(refusal(&[("problem", "Call 0900 now")], ClusterState::Down, ""), None);
        assert_eq!(refusal(&[("problem", "used"), ("job", "Call 0900 now")], ClusterState::Down, ""), None);
    }
}
