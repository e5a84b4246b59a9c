//! What witnesses saw: those who ask for jobs, watch rows being written, or look at pages. The simulators see only what is
//! said to them, and a law about something else needs somebody who was there.
//!
//! A fact says what was seen and not whether it is wrong: that is for the [judge](crate::judge).

use serde::{Deserialize, Serialize};

/// Witnesses who say more than this have forgotten to begin anew.
const MOST: usize = 500_000;

/// Something that was seen. Jobs go by their numbers, processes and pages by any name that tells them apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fact {
    /// The service answered that it has accepted a command; with the number of the job where it made one.
    Accepted { command: String, job: Option<i64>, by: String },
    /// A job was looked at through one process of the service, which knew its state or knew of no such job.
    Looked { job: i64, through: String, state: Option<String> },
    /// A process took the claim on a job, whose fence rose.
    Claimed { job: i64, fence_before: i64, fence: i64, by: String },
    /// A process changed something of a job while its claim was this one.
    Moved { job: i64, fence: i64, what: String, by: String },
    /// The claim on a job ended so long ago and is nobody's, although it is the turn of that job and healthy processes are
    /// there.
    LeftBehind { job: i64, by: String, for_milliseconds: u32 },
    /// A row was written, in a transaction of this number.
    Wrote { thing: String, version_before: i64, version: i64, transaction: String },
    /// The state of a thing was another one after a transaction than before.
    Changed { thing: String, from: String, to: String, transaction: String },
    /// A thing is at this version.
    Stands { thing: String, version: i64 },
    /// A page was told of a thing, in one of the streams that it opened.
    Shown { page: String, stream: u32, event: i64, thing: String, version: i64 },
    /// So many clusters are wanted.
    Wanted { clusters: usize },
    /// The record of acts got a line.
    Noted { act: String, job: Option<i64>, by: String },
    /// The chain of acts, which has so many links, was verified: it holds, or this is what breaks it.
    Verified { links: i64, broken: Option<String> },
    /// A place was searched for secrets.
    Searched { place: String, found: bool },
}

/// All that was said, in the order in which it was said.
#[derive(Default)]
pub(crate) struct Testimony(Vec<Fact>);

/// Why nothing more is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the witnesses have said more than {MOST} facts; let them begin anew, with DELETE /_facts")]
pub struct TooMuchSaid;

impl Testimony {
    /// Hears all of it or, when it is too much, nothing.
    pub fn hear(&mut self, facts: Vec<Fact>) -> Result<(), TooMuchSaid> {
        if self.0.len() + facts.len() > MOST {
            return Err(TooMuchSaid);
        }
        self.0.extend(facts);
        Ok(())
    }

    pub fn facts(&self) -> &[Fact] {
        &self.0
    }

    pub fn forget(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_not_heard_in_part() {
        let mut testimony = Testimony::default();
        let facts = |count| vec![Fact::Wanted { clusters: 1 }; count];
        assert_eq!(testimony.hear(facts(MOST - 1)), Ok(()));
        assert_eq!(testimony.hear(facts(2)), Err(TooMuchSaid));
        assert_eq!(testimony.facts().len(), MOST - 1);
        assert_eq!(testimony.hear(facts(1)), Ok(()));
        testimony.forget();
        assert_eq!(testimony.hear(facts(2)), Ok(()));
    }
}
