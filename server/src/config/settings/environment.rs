//! The environment as settings read it, and everything that is wrong with it, told at once.

use std::collections::HashMap;
use std::fmt;

use super::super::variables::Variable;

/// The environment variables. A variable that is set to nothing counts as not set: hosts and compose files do that.
#[derive(Clone, Default)]
pub struct Environment(HashMap<String, String>);

impl Environment {
    /// The environment of this process. A value that is no Unicode is of no use here and counts as not set.
    pub fn of_process() -> Self {
        let pairs = std::env::vars_os();
        pairs
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<T: IntoIterator<Item = (N, V)>>(pairs: T) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// Names only: most values are secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Everything that is wrong with the settings. Its display is what the user reads, one line for each; no value stands in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct SettingsErrors(Vec<String>);

/// Collects what is wrong.
#[derive(Default)]
pub(super) struct Findings(Vec<String>);

impl Findings {
    pub(super) fn add(&mut self, message: impl Into<String>) {
        self.0.push(message.into());
    }

    /// What is wrong with a variable, what it is for, and what to do.
    pub(super) fn add_for(&mut self, variable: &Variable, wrong: &str) {
        let Variable { name, purpose, remedy } = variable;
        self.add(format!("{name} {wrong}. It {purpose}: {remedy}."));
    }

    pub(super) fn none_or_err<T>(self, value: Option<T>) -> Result<T, SettingsErrors> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(SettingsErrors(self.0)),
        }
    }
}
