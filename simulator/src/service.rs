//! The outside services and their endpoints by name: what a log entry shows and what a fault is aimed at.

use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::named::named_enum;
use crate::{batch, circleci, digitalocean, slack, travis};

named_enum! {
    pub enum Service {
        Circleci = "circleci",
        Travis = "travis",
        Batch = "batch",
        Digitalocean = "digitalocean",
        Slack = "slack",
        /// None of the services, but what comes before each of them.
        Tls = "tls",
    }
}

/// A refusal that every service knows and each words in its own way.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Refusal {
    NotFound,
    ServerError,
    /// With the seconds to wait, or without a hint.
    RateLimited {
        retry_after: Option<u64>,
    },
    Unauthorized,
    Forbidden,
}

impl Service {
    /// Its endpoints, in the order of its documentation.
    pub fn endpoints(self) -> impl Iterator<Item = Endpoint> {
        Endpoint::ALL.iter().copied().filter(move |endpoint| endpoint.service() == self)
    }

    pub fn endpoint(self, name: &str) -> Option<Endpoint> {
        self.endpoints().find(|endpoint| endpoint.name() == name)
    }

    pub(crate) fn refuse(self, refusal: Refusal) -> Response {
        match self {
            Service::Circleci => circleci::refuse(refusal),
            Service::Travis => travis::refuse(refusal),
            Service::Batch => batch::refuse(refusal),
            Service::Digitalocean => digitalocean::refuse(refusal),
            Service::Slack => slack::refuse(refusal),
            // It takes no calls, so that nobody ever hears this.
            Service::Tls => StatusCode::BAD_REQUEST.into_response(),
        }
    }

    /// What meets no endpoint. DigitalOcean looks at the token first, and ours may only read.
    pub(crate) fn refuse_stray(self, method: &Method) -> Response {
        match self {
            Service::Digitalocean if method != Method::GET => digitalocean::refuse_to_write(),
            _ => self.refuse(Refusal::NotFound),
        }
    }
}

/// Writes the enum and its look-ups from one list, so that an endpoint with a name can be a fault's target.
macro_rules! endpoints {
    ($($variant:ident = $service:ident $name:literal,)+) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Endpoint {
            $($variant,)+
        }

        impl Endpoint {
            pub const ALL: &[Endpoint] = &[$(Endpoint::$variant,)+];

            pub fn service(self) -> Service {
                match self {
                    $(Endpoint::$variant => Service::$service,)+
                }
            }

            pub fn name(self) -> &'static str {
                match self {
                    $(Endpoint::$variant => $name,)+
                }
            }
        }
    };
}

endpoints! {
    CircleciTrigger = Circleci "trigger",
    CircleciPipelines = Circleci "pipelines",
    CircleciPipeline = Circleci "pipeline",
    CircleciWorkflows = Circleci "workflows",
    CircleciWorkflow = Circleci "workflow",
    CircleciJobs = Circleci "jobs",
    CircleciCancel = Circleci "cancel",
    CircleciRerun = Circleci "rerun",
    CircleciProject = Circleci "project",
    CircleciMe = Circleci "me",
    CircleciPage = Circleci "page",
    CircleciSchedules = Circleci "schedules",
    CircleciPlant = Circleci "plant_schedule",
    CircleciSchedule = Circleci "schedule",
    CircleciMove = Circleci "move_schedule",
    CircleciRemove = Circleci "remove_schedule",
    CircleciScheduledRun = Circleci "scheduled_run",
    CircleciHook = Circleci "hook",
    TravisTrigger = Travis "trigger",
    TravisRequests = Travis "requests",
    TravisRequest = Travis "request",
    TravisMessages = Travis "messages",
    TravisBuilds = Travis "builds",
    TravisBuild = Travis "build",
    TravisJobs = Travis "jobs",
    TravisCancel = Travis "cancel",
    TravisRestart = Travis "restart",
    TravisPage = Travis "page",
    BatchTrigger = Batch "trigger",
    DigitaloceanClusters = Digitalocean "clusters",
    DigitaloceanCluster = Digitalocean "cluster",
    DigitaloceanDroplets = Digitalocean "droplets",
    DigitaloceanLoadBalancers = Digitalocean "load_balancers",
    DigitaloceanVolumes = Digitalocean "volumes",
    DigitaloceanSizes = Digitalocean "sizes",
    DigitaloceanAccount = Digitalocean "account",
    SlackPost = Slack "post",
    TlsHandshake = Tls "handshake",
}

impl Endpoint {
    pub fn starts_a_run(self) -> bool {
        matches!(
            self,
            Endpoint::CircleciTrigger
                | Endpoint::CircleciScheduledRun
                | Endpoint::TravisTrigger
                | Endpoint::BatchTrigger
        )
    }

    /// Nobody calls the others: what begins there was planted before, is sent by the service itself, or comes before any
    /// call.
    pub fn is_called(self) -> bool {
        !matches!(self, Endpoint::CircleciScheduledRun | Endpoint::CircleciHook | Endpoint::TlsHandshake)
    }

    /// The run that it starts can be found in a list, and be asked for by its id.
    pub fn starts_a_listed_run(self) -> bool {
        matches!(self, Endpoint::CircleciTrigger | Endpoint::CircleciScheduledRun | Endpoint::TravisTrigger)
    }

    /// Its path contains the id of a run, or of a part of one.
    pub fn names_a_run(self) -> bool {
        matches!(
            self,
            Endpoint::CircleciPipeline
                | Endpoint::CircleciWorkflows
                | Endpoint::CircleciWorkflow
                | Endpoint::CircleciJobs
                | Endpoint::TravisRequest
                | Endpoint::TravisMessages
                | Endpoint::TravisBuild
                | Endpoint::TravisJobs
        )
    }

    pub fn cancels_a_run(self) -> bool {
        matches!(self, Endpoint::CircleciCancel | Endpoint::TravisCancel)
    }

    pub fn shows_a_run(self) -> bool {
        matches!(
            self,
            Endpoint::CircleciWorkflows
                | Endpoint::CircleciWorkflow
                | Endpoint::TravisBuild
                | Endpoint::BatchTrigger
        )
    }
}
