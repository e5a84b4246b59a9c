//! A link that lets anyone read one thing until it ends: what it shows of it, how long it lives, how it is told apart.

use std::fmt;
use std::str::FromStr;

use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::Time;
use crate::spelling::spelled_enum;
use crate::text::one_line;

/// In characters.
pub const LONGEST_LABEL: usize = 80;

const SHORTEST_HOURS: u32 = 1;
const LONGEST_HOURS: u32 = 90 * 24;

spelled_enum! {
    /// How much a stranger sees.
    #[derive(Default)]
    ShareDetail ("detail level") {
        Summary = "summary",
        #[default]
        Steps = "steps",
        StepsAndLog = "steps_and_log",
    }
}

/// The one thing that a share shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Shared {
    /// Also those that are declared later: for a screen on a wall.
    AllClusters,
    Cluster(String),
    Job(i64),
    Receipt(i64),
}

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllClusters => f.write_str("all clusters"),
            Self::Cluster(name) => f.write_str(name),
            Self::Job(number) => write!(f, "job #{number}"),
            Self::Receipt(number) => write!(f, "receipt {number}"),
        }
    }
}

/// How long a share lives: from an hour to 90 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ShareLength {
    hours: u32,
}

impl ShareLength {
    pub const LONGEST: Self = Self { hours: LONGEST_HOURS };

    /// The one that is offered before anybody chose: a week.
    pub const USUAL: Self = Self { hours: 7 * 24 };

    pub fn end(self, now: Time) -> Time {
        now + Duration::hours(self.hours.into())
    }
}

impl fmt::Display for ShareLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hours.is_multiple_of(24) {
            write!(f, "{}d", self.hours / 24)
        } else {
            write!(f, "{}h", self.hours)
        }
    }
}

impl FromStr for ShareLength {
    type Err = ShareError;

    /// "1h", "7d".
    fn from_str(text: &str) -> Result<Self, ShareError> {
        let refused = || ShareError::Length { found: one_line(text, 40), longest: Self::LONGEST };
        let text = text.trim();
        let (number, hours_each) = match (text.strip_suffix('h'), text.strip_suffix('d')) {
            (Some(number), _) => (number, 1),
            (None, Some(number)) => (number, 24),
            (None, None) => return Err(refused()),
        };
        // `parse` alone would take "+7".
        if !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refused());
        }
        let hours = number.parse::<u32>().ok().and_then(|number| number.checked_mul(hours_each));
        let hours = hours.filter(|hours| (SHORTEST_HOURS..=LONGEST_HOURS).contains(hours));
        hours.map(|hours| Self { hours }).ok_or_else(refused)
    }
}

/// What the config says about sharing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharePolicy {
    pub allowed: bool,
    pub longest: ShareLength,
    /// The sites that may show a share inside of their own pages.
    pub frame_origins: Vec<String>,
}

impl Default for SharePolicy {
    fn default() -> Self {
        Self { allowed: true, longest: ShareLength::LONGEST, frame_origins: Vec::new() }
    }
}

impl SharePolicy {
    /// The length that is offered before anybody chose.
    pub fn usual(&self) -> ShareLength {
        ShareLength::USUAL.min(self.longest)
    }

    fn check(&self, length: ShareLength) -> Result<(), ShareError> {
        if !self.allowed {
            return Err(ShareError::SwitchedOff);
        }
        if length > self.longest {
            return Err(ShareError::Length { found: length.to_string(), longest: self.longest });
        }
        Ok(())
    }
}

/// Why something is not shared. Told to people as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    #[error("Sharing is switched off in the config.")]
    SwitchedOff,
    #[error(
        "\"{found}\" is no time for which a link can work: write hours or days, from {SHORTEST_HOURS}h to {longest}, such as 24h or 7d."
    )]
    Length { found: String, longest: ShareLength },
    #[error("The label is too long: it has {LONGEST_LABEL} characters at most.")]
    Label,
}

/// A share that somebody asks for and may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareDraft {
    what: Shared,
    label: String,
    view: ShareView,
    length: ShareLength,
}

/// What of the thing a stranger sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ShareView {
    pub detail: ShareDetail,
    pub shows_cost: bool,
    pub shows_names: bool,
}

impl ShareDraft {
    /// Without a label it is called after what it shows.
    ///
    /// # Errors
    /// Says why it may not be.
    pub fn new(
        what: Shared,
        label: &str,
        view: ShareView,
        length: ShareLength,
        policy: &SharePolicy,
    ) -> Result<Self, ShareError> {
        policy.check(length)?;
        if label.trim().chars().count() > LONGEST_LABEL {
            return Err(ShareError::Label);
        }
        let label = Some(one_line(label, LONGEST_LABEL)).filter(|label| !label.is_empty());
        let label = label.unwrap_or_else(|| one_line(&what.to_string(), LONGEST_LABEL));
        Ok(Self { what, label, view, length })
    }

    pub const fn what(&self) -> &Shared {
        &self.what
    }

    pub fn label(&self) -> &str {
        &self.label
    }

    pub const fn view(&self) -> ShareView {
        self.view
    }

    pub fn end(&self, now: Time) -> Time {
        self.length.end(now)
    }
}

/// A share as it stands in its row. Its token is nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    pub id: i64,
    pub what: Shared,
    /// The cluster that it is about, whatever it shows of it; none when it is about all of them.
    pub cluster: Option<String>,
    pub label: String,
    pub view: ShareView,
    pub created_by: String,
    pub created_at: Time,
    pub expires_at: Time,
    /// By whom, and when.
    pub revoked: Option<(String, Time)>,
    pub last_opened_at: Option<Time>,
    /// How often a browser opened it.
    pub opens: i64,
}

spelled_enum! {
    ShareState ("state of a share") { Active = "active", Expired = "expired", Revoked = "revoked" }
}

impl Share {
    pub fn state(&self, now: Time) -> ShareState {
        match &self.revoked {
            Some(_) => ShareState::Revoked,
            None if self.expires_at <= now => ShareState::Expired,
            None => ShareState::Active,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn draft(label: &str, length: &str, policy: &SharePolicy) -> Result<ShareDraft, ShareError> {
        ShareDraft::new(Shared::Job(128), label, ShareView::default(), length.parse()?, policy)
    }

    #[test]
    fn a_share_lives_from_an_hour_to_ninety_days() {
        for length in ["1h", "24h", "7d", "90d", "2160h"] {
            assert!(draft("", length, &SharePolicy::default()).is_ok(), "{length}");
        }
        for length in
            ["", "0h", "0d", "91d", "2161h", "7", "d", "-1d", "+7d", "7 d", "1.5h", "99999999999d", "7m", "é"]
        {
            let error = draft("", length, &SharePolicy::default()).unwrap_err().to_string();
            assert!(error.contains("from 1h to 90d"), "{length}: {error}");
        }
    }

    #[test]
    fn a_policy_may_shorten_and_forbid() {
        let short = SharePolicy { longest: "24h".parse().unwrap(), ..SharePolicy::default() };
        assert!(draft("", "24h", &short).is_ok());
        assert!(draft("", "2d", &short).unwrap_err().to_string().contains("from 1h to 1d"));
        assert_eq!(short.usual().to_string(), "1d");
        let off = SharePolicy { allowed: false, ..SharePolicy::default() };
        assert_eq!(draft("", "1h", &off), Err(ShareError::SwitchedOff));
    }

    #[test]
    fn a_label_is_one_line_and_what_has_none_is_called_after_what_it_shows() {
        let label =
            |text: &str| draft(text, "1h", &SharePolicy::default()).map(|draft| draft.label().to_owned());
        assert_eq!(label(" for\r\n the\0board "), Ok("for the board".into()));
        assert_eq!(label("\t"), Ok("job #128".into()));
        assert_eq!(label(&"ä".repeat(81)), Err(ShareError::Label));
    }

    #[test]
    fn who_revokes_is_said_even_after_the_end() {
        let at = |hour: i64| crate::Time::UNIX_EPOCH + Duration::hours(hour);
        let share = Share {
            id: 1,
            what: Shared::Job(1),
            cluster: Some("c".into()),
            label: "l".into(),
            view: ShareView::default(),
            created_by: "ana".into(),
            created_at: at(0),
            expires_at: at(5),
            revoked: None,
            last_opened_at: None,
            opens: 0,
        };
        assert_eq!((share.state(at(4)), share.state(at(5))), (ShareState::Active, ShareState::Expired));
        let revoked = Share { revoked: Some(("ana".into(), at(1))), ..share };
        assert_eq!(revoked.state(at(9)), ShareState::Revoked);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic_and_what_is_read_is_in_range(text in "\\PC{0,12}|[0-9]{1,12}[hd]") {
            if let Ok(length) = text.parse::<ShareLength>() {
                prop_assert!((1..=2160).contains(&length.hours));
                prop_assert_eq!(length.to_string().parse::<ShareLength>(), Ok(length));
            }
        }
    }
}
