//! What a simulator can be told before it starts. What is changed while it runs is a [`Fault`](crate::Fault).

/// The defaults are the world of the seed document: any token and project is known, nothing is limited in practice.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Simulated seconds per second. At 0 the clock stands still until [`advance`](crate::Simulator::advance) moves it.
    pub speed: f64,
    /// Items on one page of a CircleCI list.
    pub page_size: usize,
    /// Tokens that CircleCI, Travis, the batch service and DigitalOcean know. Empty: any token that is not empty.
    pub accepted_tokens: Vec<String>,
    /// Projects that CircleCI and Travis know, as `owner/name`. Empty: every project exists.
    pub known_projects: Vec<String>,
    /// Pipeline parameters that the CircleCI config declares; any other makes the pipeline `errored`.
    pub declared_parameters: Vec<String>,
    /// Branches whose commit says "skip ci": the new trigger form of CircleCI answers 200 and starts nothing.
    pub skipped_branches: Vec<String>,
    /// Repositories, as `owner/name`, on which Travis refuses requests with 406.
    pub inactive_repositories: Vec<String>,
    /// Projects, as `owner/name`, for which CircleCI offers no schedules: those of its GitHub App.
    pub projects_without_schedules: Vec<String>,
    /// Requests that Travis takes per repository and hour.
    pub max_requests: usize,
    /// Items of one batch job; each takes 0.6 s.
    pub batch_items: u32,
    /// Whether a cluster is there before anybody released one.
    pub starts_with_a_cluster: bool,
    /// What the cloud calls the cluster that the pipelines create.
    pub cluster_name: String,
    /// Whether it speaks TLS, and nothing in the clear. Nobody vouches for it but an authority of its own, which
    /// [`Simulator::authority`](crate::Simulator::authority) shows.
    pub tls: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            speed: 1.0,
            page_size: 20,
            accepted_tokens: Vec::new(),
            known_projects: Vec::new(),
            declared_parameters: vec!["kubernetes-cluster-droplet-size".to_owned()],
            skipped_branches: Vec::new(),
            inactive_repositories: Vec::new(),
            projects_without_schedules: Vec::new(),
            max_requests: 1000,
            batch_items: 1000,
            starts_with_a_cluster: false,
            cluster_name: "iriversland2".to_owned(),
            tls: false,
        }
    }
}

impl Settings {
    pub(crate) fn accepts_token(&self, token: &str) -> bool {
        !token.is_empty() && listed_or_unlimited(&self.accepted_tokens, token)
    }

    pub(crate) fn knows_project(&self, project: &str) -> bool {
        listed_or_unlimited(&self.known_projects, project)
    }
}

fn listed_or_unlimited(list: &[String], wanted: &str) -> bool {
    list.is_empty() || list.iter().any(|entry| entry == wanted)
}
