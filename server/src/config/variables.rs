//! The environment variables: their names, what each is for, and how to get it right.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::Catalogue;
use domain::run::ProviderKind;
use domain::step::{BodyValue, CiTarget};

/// An environment variable as errors and `check` speak of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    pub name: String,
    /// "It …": a sentence without its subject and without its full stop.
    pub purpose: String,
    pub remedy: String,
}

impl Variable {
    fn new(name: &str, purpose: impl Into<String>, remedy: &str) -> Self {
        Self { name: name.to_owned(), purpose: purpose.into(), remedy: remedy.to_owned() }
    }
}

pub(super) fn database_url() -> Variable {
    Variable::new(
        "DATABASE_URL",
        "says where clusters and jobs are kept",
        "set it to postgres://user:password@host/database",
    )
}

pub(super) fn password() -> Variable {
    Variable::new(
        "CLUSTER_HEAD_PASSWORD",
        "is what the operator signs in with",
        "set it to an argon2 hash ($argon2id$…) or to a password of at least 12 characters",
    )
}

pub(super) fn api_token() -> Variable {
    Variable::new(
        "CLUSTER_HEAD_API_TOKEN",
        "lets programs use the API",
        "set it to at least 24 characters without spaces, or unset it to keep the API closed to programs",
    )
}

pub(super) fn admin_password() -> Variable {
    Variable::new(
        "CLUSTER_HEAD_ADMIN_PASSWORD",
        "is what an admin signs in with, who may also do what can cost without end",
        "set it to an argon2 hash ($argon2id$…) or to a password of at least 12 characters, another one than the operator's, or unset it to have no admin",
    )
}

pub(super) fn admin_api_token() -> Variable {
    Variable::new(
        "CLUSTER_HEAD_ADMIN_API_TOKEN",
        "lets programs do what only an admin may",
        "set it to at least 24 characters without spaces, other ones than the operator's, or unset it",
    )
}

pub(super) fn slack_request_token() -> Variable {
    Variable::new(
        "REQUEST_FROM_SLACK_TOKEN",
        "proves that a word comes from Slack",
        "set it to the token of the outgoing webhook, or unset it to take no words",
    )
}

pub(super) fn circleci_webhook_secret() -> Variable {
    Variable::new(
        "CIRCLECI_WEBHOOK_SECRET",
        "proves that a webhook comes from CircleCI",
        "set it to the secret of the webhook, at least 24 characters, or to the new and the old one with a space between while you change it, or unset it to take no webhooks",
    )
}

pub(super) fn slack_incoming_url() -> Variable {
    Variable::new(
        "SLACK_INCOMING_URL",
        "is where Slack is told what happens",
        "set it to the https URL of an incoming webhook, or unset it to tell Slack nothing",
    )
}

pub(super) fn public_url() -> Variable {
    Variable::new(
        "CLUSTER_HEAD_PUBLIC_URL",
        "says where people find these pages",
        "set it to the URL of the first page, such as https://head.example.org, or unset it to send no links",
    )
}

pub(super) fn digitalocean_token() -> Variable {
    Variable::new(
        "DIGITALOCEAN_TOKEN",
        "asks the cloud itself what exists",
        "set it to a DigitalOcean token that may only read, or unset it to take the CI's word",
    )
}

/// The token of each provider that the catalogue uses.
pub(super) fn provider_tokens(catalogue: &Catalogue) -> Vec<(ProviderKind, Variable)> {
    let mut projects: BTreeMap<ProviderKind, BTreeSet<&str>> = BTreeMap::new();
    for target in targets(catalogue) {
        projects.entry(target.provider).or_default().insert(&target.project);
    }
    let token = |(provider, projects): (ProviderKind, BTreeSet<&str>)| {
        let projects = projects.into_iter().collect::<Vec<_>>().join(", ");
        let purpose = format!("starts and watches {}s of {projects}", provider.run_noun());
        (provider, Variable::new(provider_token(provider), purpose, remedy(provider)))
    };
    projects.into_iter().map(token).collect()
}

pub(super) const fn provider_token(provider: ProviderKind) -> &'static str {
    match provider {
        ProviderKind::CircleCi => "CIRCLECI_TOKEN",
        ProviderKind::Travis => "TRAVIS_TOKEN",
    }
}

/// The variables whose values go into the bodies of batch jobs.
pub(super) fn batch_values(catalogue: &Catalogue) -> Vec<Variable> {
    let mut batches: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for batch in &catalogue.batches {
        for value in batch.body.values() {
            if let BodyValue::Env(name) = value {
                batches.entry(name).or_default().insert(&batch.name);
            }
        }
    }
    let variable = |(name, batches): (&str, BTreeSet<&str>)| {
        let batches = batches.into_iter().collect::<Vec<_>>().join(", ");
        Variable::new(
            name,
            format!("is sent with the batch job {batches}"),
            "set it to the value that the batch service knows",
        )
    };
    batches.into_iter().map(variable).collect()
}

const fn remedy(provider: ProviderKind) -> &'static str {
    match provider {
        ProviderKind::CircleCi => {
            "set it to a personal API token of CircleCI (a project token is not enough)"
        }
        ProviderKind::Travis => "set it to an API token of Travis CI",
    }
}

fn targets(catalogue: &Catalogue) -> impl Iterator<Item = &CiTarget> {
    let stacks = catalogue.clusters.iter().flat_map(|cluster| cluster.up.iter().chain(&cluster.down));
    stacks.chain(catalogue.services.iter().map(|service| &service.deploy))
}
