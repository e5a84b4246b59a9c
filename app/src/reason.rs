//! Why somebody did something, in his own words: they are kept with the act.

use domain::text::one_line;

/// In characters. A reason is a sentence or two.
pub const LONGEST: usize = 300;

/// Why a text is no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReasonError {
    #[error("Say why: a reason is needed.")]
    Missing,
    #[error("The reason is too long: it has {LONGEST} characters at most.")]
    TooLong,
}

/// # Errors
/// When it is too long.
pub fn optional(text: &str) -> Result<Option<String>, ReasonError> {
    if text.trim().chars().count() > LONGEST {
        return Err(ReasonError::TooLong);
    }
    Ok(Some(one_line(text, LONGEST)).filter(|reason| !reason.is_empty()))
}

/// # Errors
/// When there is none, or it is too long.
pub fn required(text: &str) -> Result<String, ReasonError> {
    optional(text)?.ok_or(ReasonError::Missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_no_reason() {
        assert_eq!(required(" \r\n\t"), Err(ReasonError::Missing));
        assert_eq!(optional(" \r\n\t"), Ok(None));
    }

    #[test]
    fn a_reason_has_an_end() {
        assert_eq!(optional(&"ä".repeat(LONGEST + 1)), Err(ReasonError::TooLong));
        assert_eq!(required(&"ä".repeat(LONGEST)).map(|reason| reason.chars().count()), Ok(LONGEST));
    }

    #[test]
    fn a_reason_is_one_line_that_any_log_can_hold() {
        assert_eq!(required("not\0 needed\r\nany more").as_deref(), Ok("not needed any more"));
    }
}
