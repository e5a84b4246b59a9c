//! An ask as a form or an address gives it: all text, nothing checked.

use domain::catalogue::Catalogue;
use domain::order::{Ask, AskError, Order};
use domain::routine::Routine;
use domain::spelling::UnknownSpelling;
use domain::stay::{Stay, StayError};

use crate::stay;

/// What somebody asks for, in words that may mean nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AskText {
    pub routine: String,
    pub cluster: String,
    /// Empty when none was chosen.
    pub size: String,
    pub service: String,
    /// How long the cluster stays up: "4h", "none", "until"; empty for as long as usual.
    pub lifetime: String,
    /// The time, where "until" was chosen.
    pub until: String,
}

/// Why the words are no order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskTextError {
    #[error("{0}.")]
    Size(#[from] UnknownSpelling),
    #[error(transparent)]
    Stay(#[from] StayError),
    #[error(transparent)]
    Ask(#[from] AskError),
}

impl AskText {
    /// # Errors
    /// When a word means nothing here.
    pub fn order(&self, catalogue: &Catalogue) -> Result<Order, AskTextError> {
        let size = chosen(&self.size).map(str::parse).transpose()?;
        let ask = Ask {
            routine: self.routine.clone(),
            cluster: self.cluster.clone(),
            size,
            service: chosen(&self.service).map(str::to_owned),
            lifetime: self.stay()?,
        };
        Ok(catalogue.order(&ask)?)
    }

    fn stay(&self) -> Result<Option<Stay>, StayError> {
        // Whoever says a time and leaves the choice above it as it was, means the time.
        let until = chosen(&self.until).map(|_| "until");
        chosen(&self.lifetime).or(until).map(|length| stay::read(length, &self.until)).transpose()
    }

    pub fn leave_out_what_is_not_taken(&mut self, routine: &Routine) {
        if !routine.creates_cluster() {
            self.size.clear();
            self.lifetime.clear();
        }
        if !routine.takes_service() {
            self.service.clear();
        }
    }
}

fn chosen(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use domain::size::Size;

    use super::*;
    use crate::samples::catalogue;

    fn ask(routine: &str, size: &str) -> AskText {
        AskText {
            routine: routine.into(),
            cluster: "iriversland2".into(),
            size: size.into(),
            ..AskText::default()
        }
    }

    #[test]
    fn a_size_that_means_nothing_is_refused_with_the_known_ones() {
        let error = ask("up", "xl").order(&catalogue()).unwrap_err();
        assert_eq!(error.to_string(), "\"xl\" is no size; known: s, m, l.");
    }

    #[test]
    fn no_size_is_the_default_size() {
        assert_eq!(ask("up", "").order(&catalogue()).unwrap().size, Some(Size::L));
    }

    #[test]
    fn a_routine_that_brings_nothing_up_leaves_the_size_out() {
        let catalogue = catalogue();
        let mut ask = AskText { service: "slack-middleware".into(), ..ask("deploy", "m") };
        ask.leave_out_what_is_not_taken(catalogue.routine("deploy").unwrap());
        assert_eq!((ask.size.as_str(), ask.service.as_str()), ("", "slack-middleware"));
        assert!(ask.order(&catalogue).is_ok());
    }
}
