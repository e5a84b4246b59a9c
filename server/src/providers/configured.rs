//! All outside services as configured: the real ones, or those of a simulator.

use std::collections::HashMap;
use std::time::Duration;

use domain::run::ProviderKind;
use reqwest::Url;
use secrecy::SecretString;

use super::http::{self, Http};
use super::{
    BackupPlanter, Batch, CiProvider, CircleCi, DigitalOcean, NotConfigured, SetupError, Slack, Travis,
};

/// What the simulators are told as a token. They take anything.
const DEMO_TOKEN: &str = "demo";

/// The secrets that open the real services. What is absent is not configured.
#[derive(Debug, Default)]
pub struct Access {
    /// A personal API token; project tokens do not work on API v2.
    pub circleci_token: Option<SecretString>,
    /// An API token of a user who may create requests on the repositories.
    pub travis_token: Option<SecretString>,
    /// A token that is allowed to read clusters, droplets, load balancers, volumes and sizes.
    pub digitalocean_token: Option<SecretString>,
    /// The whole address of an incoming webhook.
    pub slack_webhook: Option<SecretString>,
    /// What the bodies of batch calls may name, by environment variable.
    pub batch_secrets: HashMap<String, SecretString>,
}

/// How long we wait for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a whole call, from connecting to the last byte of the answer. Less than half a lease, so that a
    /// worker that waits for an answer never loses its job meanwhile.
    pub answer: Duration,
    /// How long a run that was accepted may show nothing that runs.
    pub start: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { answer: Duration::from_secs(15), start: Duration::from_secs(120) }
    }
}

/// The clients that exist in this process.
pub struct Providers {
    /// Without a token there is none.
    pub circleci: Option<Box<dyn CiProvider>>,
    /// Without a token there is none.
    pub travis: Option<Box<dyn CiProvider>>,
    /// Without a token there is none, and only the CI says what exists.
    pub observer: Option<DigitalOcean>,
    /// Always there: each call brings its own address and names its own secrets.
    pub batch: Batch,
    /// Without a webhook nobody is told.
    pub slack: Option<Slack>,
}

impl Providers {
    /// Clients of the real services.
    ///
    /// # Errors
    /// When a secret cannot be used as what it is meant for.
    pub fn real(access: Access, patience: Patience) -> Result<Self, SetupError> {
        let http = Http::new(patience.answer)?;
        let circleci = |token| CircleCi::new(&http, CircleCi::API, CircleCi::APP, token, patience.start);
        let travis = |token| Travis::new(&http, Travis::API, Travis::APP, token, patience.start);
        let digitalocean = |token| DigitalOcean::new(&http, DigitalOcean::API, token);
        Ok(Self {
            circleci: access.circleci_token.map(circleci).transpose()?.map(boxed),
            travis: access.travis_token.map(travis).transpose()?.map(boxed),
            observer: access.digitalocean_token.map(digitalocean).transpose()?,
            batch: Batch::new(&http, access.batch_secrets),
            slack: access.slack_webhook.map(|webhook| Slack::new(&http, webhook)).transpose()?,
        })
    }

    /// The same clients, speaking to a simulator that serves all services under one address.
    ///
    /// # Errors
    /// When the address cannot be used.
    pub fn simulated(
        simulator: &str,
        batch_secrets: HashMap<String, SecretString>,
        patience: Patience,
    ) -> Result<Self, SetupError> {
        Self::simulated_by(&Http::new(patience.answer)?, simulator, batch_secrets, patience)
    }

    /// The same for a simulator that speaks TLS. They trust the authority that vouches for it, and nobody else.
    ///
    /// # Errors
    /// When the address or the authority's certificate cannot be used.
    pub fn simulated_behind_tls(
        simulator: &str,
        authority: &str,
        batch_secrets: HashMap<String, SecretString>,
        patience: Patience,
    ) -> Result<Self, SetupError> {
        let http = Http::trusting_only(authority, patience.answer)?;
        Self::simulated_by(&http, simulator, batch_secrets, patience)
    }

    fn simulated_by(
        http: &Http,
        simulator: &str,
        batch_secrets: HashMap<String, SecretString>,
        patience: Patience,
    ) -> Result<Self, SetupError> {
        let simulator = http::address("the simulator", simulator)?;
        let at = |path: &str| format!("{}{path}", simulator.as_str().trim_end_matches('/'));
        let token = || SecretString::from(DEMO_TOKEN);
        let circleci =
            CircleCi::new(http, &at("/circleci/api/v2"), &at("/circleci/app"), token(), patience.start)?;
        let travis = Travis::new(http, &at("/travis"), &at("/travis/app"), token(), patience.start)?;
        Ok(Self {
            circleci: Some(boxed(circleci)),
            travis: Some(boxed(travis)),
            observer: Some(DigitalOcean::new(http, &at("/digitalocean"), token())?),
            batch: Batch::simulated(http, batch_secrets, &at("/batch"))?,
            slack: Some(Slack::new(http, at("/slack/services/T0/B0/X0").into())?),
        })
    }

    /// Messages carry buttons that lead to our own pages, which people find below this address.
    #[must_use]
    pub fn linking_to(self, pages: Url) -> Self {
        Self { slack: self.slack.map(|slack| slack.linking_to(pages)), ..self }
    }

    /// The client for a CI.
    ///
    /// # Errors
    /// When there is no token for it.
    pub fn ci(&self, kind: ProviderKind) -> Result<&dyn CiProvider, NotConfigured> {
        match kind {
            ProviderKind::CircleCi => self.circleci.as_deref(),
            ProviderKind::Travis => self.travis.as_deref(),
        }
        .ok_or(NotConfigured(kind))
    }

    /// The client for planting destroys at a CI.
    ///
    /// # Errors
    /// When there is no token for it, or nothing can be planted there.
    pub fn planter(&self, kind: ProviderKind) -> Result<&dyn BackupPlanter, String> {
        let ci = self.ci(kind).map_err(|missing| missing.to_string())?;
        ci.planter().ok_or_else(|| kind.why_no_backup().unwrap_or("nothing can be planted there").to_owned())
    }
}

fn boxed(client: impl CiProvider + 'static) -> Box<dyn CiProvider> {
    Box::new(client)
}
