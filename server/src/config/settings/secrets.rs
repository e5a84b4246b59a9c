//! The secrets of a real start: from the environment only, never shown.

use std::collections::{BTreeMap, HashMap};

use argon2::password_hash::phc::PasswordHash;
use domain::catalogue::Catalogue;
use domain::run::ProviderKind;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::super::variables::{self, Variable};
use super::demo::is_loopback;
use super::environment::{Environment, Findings};

const MIN_PASSWORD: usize = 12;
const MIN_SECRET: usize = 24;

/// Everything that opens a door. `Debug` shows nothing of it.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// There is one if the catalogue has a target of this provider; the same holds for Travis.
    pub circleci_token: Option<SecretString>,
    pub travis_token: Option<SecretString>,
    /// Asks the cloud itself what exists. Without it the CI's word is taken.
    pub digitalocean_token: Option<SecretString>,
    /// Proves that a word comes from Slack. Without it no word is taken.
    pub slack_request_token: Option<SecretString>,
    /// Each proves that a webhook comes from CircleCI: two while the secret is changed. Without any none is taken.
    pub circleci_webhook_secrets: Vec<SecretString>,
    /// Where Slack is told what happens. Without it nothing is told. None in the demo, which tells the simulator.
    pub slack_incoming_url: Option<SecretString>,
    /// The values that the bodies of batch jobs name, by the name of the variable.
    pub batch_values: HashMap<String, SecretString>,
    pub operator: Keys,
    /// None of both, and there is no admin.
    pub admin: Keys,
}

/// What proves a role.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// What a person signs in with; none in the demo, where nobody has to.
    pub password: Option<PasswordSetting>,
    /// What a program sends as bearer token. Without it the API is closed to it.
    pub api_token: Option<SecretString>,
}

/// A password as it was set.
#[derive(Debug, Clone)]
pub enum PasswordSetting {
    /// A well-formed argon2 hash in PHC notation.
    Argon2(SecretString),
    Plain(SecretString),
}

impl Secrets {
    pub(super) fn read(environment: &Environment, catalogue: &Catalogue, findings: &mut Findings) -> Self {
        let mut tokens: BTreeMap<ProviderKind, SecretString> = BTreeMap::new();
        for (provider, variable) in variables::provider_tokens(catalogue) {
            tokens.extend(required(environment, &variable, findings, no_gaps).map(|token| (provider, token)));
        }
        let batch_values = variables::batch_values(catalogue)
            .into_iter()
            .filter_map(|variable| {
                let value = required(environment, &variable, findings, |_| Ok(()))?;
                Some((variable.name, value))
            })
            .collect();
        Self {
            circleci_token: tokens.remove(&ProviderKind::CircleCi),
            travis_token: tokens.remove(&ProviderKind::Travis),
            digitalocean_token: optional(environment, &variables::digitalocean_token(), findings, no_gaps),
            slack_request_token: optional(environment, &variables::slack_request_token(), findings, no_gaps),
            circleci_webhook_secrets: webhook_secrets(environment, findings),
            slack_incoming_url: optional(
                environment,
                &variables::slack_incoming_url(),
                findings,
                incoming_url,
            ),
            batch_values,
            operator: Keys {
                password: required(environment, &variables::password(), findings, password).map(as_set),
                api_token: optional(environment, &variables::api_token(), findings, api_token),
            },
            admin: admin(environment, findings),
        }
    }
}

fn webhook_secrets(environment: &Environment, findings: &mut Findings) -> Vec<SecretString> {
    let several = |text: &str| text.split_whitespace().try_for_each(long_enough);
    let secrets = optional(environment, &variables::circleci_webhook_secret(), findings, several);
    let secrets = secrets.iter().flat_map(|secrets| secrets.expose_secret().split_whitespace());
    secrets.map(SecretString::from).collect()
}

/// Keys that open two doors would make everybody an admin.
fn admin(environment: &Environment, findings: &mut Findings) -> Keys {
    let (password_of, token_of) = (variables::admin_password(), variables::admin_api_token());
    for (variable, other) in [(&password_of, variables::password()), (&token_of, variables::api_token())] {
        let value = environment.get(&variable.name);
        if value.is_some() && value == environment.get(&other.name) {
            findings.add_for(variable, "is the same as the operator's");
        }
    }
    Keys {
        password: optional(environment, &password_of, findings, password).map(as_set),
        api_token: optional(environment, &token_of, findings, api_token),
    }
}

/// What is wrong with a value. Never the value.
type Check = fn(&str) -> Result<(), &'static str>;

fn required(
    environment: &Environment,
    variable: &Variable,
    findings: &mut Findings,
    check: Check,
) -> Option<SecretString> {
    if environment.get(&variable.name).is_none() {
        findings.add_for(variable, "is not set");
    }
    optional(environment, variable, findings, check)
}

fn optional(
    environment: &Environment,
    variable: &Variable,
    findings: &mut Findings,
    check: Check,
) -> Option<SecretString> {
    let value = environment.get(&variable.name)?;
    match check(value) {
        Ok(()) => Some(value.into()),
        Err(wrong) => {
            findings.add_for(variable, wrong);
            None
        }
    }
}

/// Tokens travel in headers. A line break that slipped in when the variable was set would only be found there.
fn no_gaps(token: &str) -> Result<(), &'static str> {
    if token.chars().all(|c| c.is_ascii_graphic()) {
        Ok(())
    } else {
        Err("holds a space, a line break or a letter beyond ASCII")
    }
}

fn api_token(token: &str) -> Result<(), &'static str> {
    no_gaps(token)?;
    long_enough(token)
}

fn long_enough(secret: &str) -> Result<(), &'static str> {
    if secret.len() < MIN_SECRET { Err("is shorter than 24 characters") } else { Ok(()) }
}

fn incoming_url(text: &str) -> Result<(), &'static str> {
    let url = Url::parse(text).map_err(|_| "is no URL")?;
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(&url) => Ok(()),
        _ => Err("is not an https URL"),
    }
}

fn password(text: &str) -> Result<(), &'static str> {
    if text.starts_with("$argon2") {
        let hash = PasswordHash::new(text).map_err(|_| "begins like an argon2 hash and is none")?;
        return if hash.salt.is_some() && hash.hash.is_some() {
            Ok(())
        } else {
            Err("is an argon2 hash without its salt or its end")
        };
    }
    if text.starts_with('$') && text.matches('$').count() > 2 {
        return Err("looks like a hash that is not argon2");
    }
    if text.trim().chars().count() < MIN_PASSWORD { Err("is shorter than 12 characters") } else { Ok(()) }
}

fn as_set(value: SecretString) -> PasswordSetting {
    if value.expose_secret().starts_with("$argon2") {
        PasswordSetting::Argon2(value)
    } else {
        PasswordSetting::Plain(value)
    }
}
