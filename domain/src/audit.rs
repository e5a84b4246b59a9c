//! The chain of acts as it is noted outside of the database, where whoever changes the rows cannot change it too.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

/// How many digits a digest has in hexadecimal.
const DIGITS: usize = 64;

/// A link that was the last one when it was noted. While it is on the chain, all that came before is as it was then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainHead {
    pub number: i64,
    /// In hexadecimal, with small letters.
    pub digest: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no head of the chain of acts; it has to be a number, a colon and {DIGITS} hexadecimal digits, as the log \
     and \"cluster-head audit\" tell it"
)]
pub struct NoChainHead(String);

impl Display for ChainHead {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.number, self.digest)
    }
}

impl FromStr for ChainHead {
    type Err = NoChainHead;

    fn from_str(text: &str) -> Result<Self, NoChainHead> {
        let read = || {
            let (number, digest) = text.trim().split_once(':')?;
            let number = number.parse().ok().filter(|number| *number >= 0)?;
            let is_digest = digest.len() == DIGITS && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
            is_digest.then(|| Self { number, digest: digest.to_ascii_lowercase() })
        };
        read().ok_or_else(|| NoChainHead(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_head_is_refused_with_what_one_looks_like() {
        let digest = "0f".repeat(32);
        for text in [
            "",
            "7",
            &digest,
            "7:0f",
            &format!("-7:{digest}"),
            &format!("7:{digest}0"),
            &format!("7:{}", "g".repeat(64)),
        ] {
            let error = text.parse::<ChainHead>().unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("\"{text}\" is no head"))
                    && error.contains("64 hexadecimal digits"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_head_is_read_as_it_was_told() {
        let head = ChainHead { number: 7, digest: "0f".repeat(32) };
        assert_eq!(head.to_string().parse(), Ok(head.clone()));
        assert_eq!(format!(" 7:{}\n", "0F".repeat(32)).parse(), Ok(head));
    }
}
