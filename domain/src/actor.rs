//! Who asked for something, through which door, and how far that right reaches. Every act has a name on it.

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
        /// This service itself, since a schedule said so.
        Schedule = "schedule",
    }
}

spelled_enum! {
    /// How far somebody's right to act reaches.
    #[derive(Default)]
    Role ("role") {
        /// Everything but what is kept for an admin.
        #[default]
        Operator = "operator",
        /// Also what may cost without end.
        Admin = "admin",
    }
}

impl Role {
    pub const fn is_admin(self) -> bool {
        matches!(self, Self::Admin)
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

    /// The service acting for the schedule of this name.
    pub fn schedule(name: impl Into<String>) -> Self {
        Self::new(name, Channel::Schedule)
    }

    /// The service acting for an obligation.
    pub fn system() -> Self {
        Self::new("auto-destroy", Channel::System)
    }

    /// Whether nobody asked: this service acts by itself.
    pub const fn is_this_service(&self) -> bool {
        matches!(self.channel, Channel::System | Channel::Schedule)
    }
}

/// Somebody who was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    pub actor: Actor,
    pub role: Role,
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.channel {
            Channel::Web | Channel::System => f.write_str(&self.name),
            Channel::Api => write!(f, "{} (API)", self.name),
            Channel::Slack => write!(f, "{} (Slack)", self.name),
            Channel::Schedule => write!(f, "schedule {}", self.name),
        }
    }
}
