//! Who asked for something, and through which door. Every act has a name on it.

use serde::{Deserialize, Serialize};

use crate::spelling::spelled_enum;

spelled_enum! {
    /// The door through which an act came in.
    Channel ("channel") {
        Web = "web",
        Api = "api",
        Slack = "slack",
        /// This service itself: an obligation that fell due.
        System = "system",
    }
}

/// A person or program that acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub name: String,
    pub channel: Channel,
}

impl Actor {
    pub fn new(name: impl Into<String>, channel: Channel) -> Self {
        Self { name: name.into(), channel }
    }

    /// The service acting for an obligation.
    pub fn system() -> Self {
        Self::new("auto-destroy", Channel::System)
    }
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.channel {
            Channel::Web | Channel::System => f.write_str(&self.name),
            Channel::Api => write!(f, "{} (API)", self.name),
            Channel::Slack => write!(f, "{} (Slack)", self.name),
        }
    }
}
