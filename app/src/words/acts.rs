//! What people did to a cluster, each with a name on it.

use domain::Time;
use store::Act;

use crate::view::Sentence;

/// "14:02 operator cancelled job #12: not needed"
pub fn done(act: &Act, now: Time) -> Sentence {
    let words = Sentence::default().minute(act.at, now).then(format!(" {} ", act.actor));
    let words = match (act.what.as_str(), act.job) {
        ("cancel", Some(job)) => words.then("cancelled ").job(job),
        ("leave up", Some(job)) => words.then("left the cluster up in ").job(job),
        ("answer", Some(job)) => words.then("answered ").job(job),
        ("close obligation", _) => words.then("took the debt over"),
        ("extend", _) => words.then("moved the auto-destroy time"),
        ("undo extend", _) => words.then("took back the last move of the auto-destroy time"),
        ("adopt", _) => words.then("adopted the cluster"),
        (what, _) if what.starts_with("share ") => words.then(format!("shared {}", &what["share ".len()..])),
        (what, _) if what.starts_with("revoke share ") => words.then("revoked a share"),
        (what, job) => {
            let what = in_the_past(what);
            match job {
                Some(job) => words.then(format!("{what}, ")).job(job),
                None => words.then(what),
            }
        }
    };
    match &act.because {
        Some(because) => words.then(format!(": “{because}”")),
        None => words,
    }
}

/// How an act is written down, and how it is told.
const TOLD: [(&str, &str); 9] = [
    ("accept ", "accepted the "),
    ("add schedule ", "added the schedule "),
    ("change schedule ", "changed the schedule "),
    ("pause schedule ", "paused the schedule "),
    ("resume schedule ", "resumed the schedule "),
    ("delete schedule ", "deleted the schedule "),
    ("freeze schedules ", "froze the schedules "),
    ("remove the freeze ", "removed the freeze "),
    ("backup destroy", "learned of the backup destroy"),
];

fn in_the_past(what: &str) -> String {
    let told = TOLD.iter().find_map(|(written, told)| Some(format!("{told}{}", what.strip_prefix(written)?)));
    told.unwrap_or_else(|| what.to_owned())
}

#[cfg(test)]
mod tests {
    use domain::actor::{Actor, Channel};

    use super::*;
    use crate::samples::at;

    fn said(what: &str, job: Option<i64>, because: Option<&str>) -> String {
        let act = Act {
            at: at(2),
            actor: Actor::new("ana", Channel::Slack),
            what: what.into(),
            cluster: "iriversland2".into(),
            job,
            because: because.map(Into::into),
        };
        done(&act, at(60)).to_string()
    }

    #[test]
    fn an_act_says_when_who_what_and_why() {
        let why = Some("not needed");
        assert_eq!(said("cancel", Some(12), why), "08:02 ana (Slack) cancelled job #12: “not needed”");
        assert_eq!(said("leave up", Some(12), None), "08:02 ana (Slack) left the cluster up in job #12");
        assert_eq!(said("close obligation", None, why), "08:02 ana (Slack) took the debt over: “not needed”");
        assert_eq!(said("accept volume pvc-1", None, None), "08:02 ana (Slack) accepted the volume pvc-1");
        let paused = said("pause schedule add schedule x", None, None);
        assert_eq!(paused, "08:02 ana (Slack) paused the schedule add schedule x");
    }

    #[test]
    fn an_act_that_we_have_no_words_for_is_told_as_it_was_written() {
        assert_eq!(said("bless", Some(3), None), "08:02 ana (Slack) bless, job #3");
    }
}
