//! What the replicas say to the outside: who said it and when, and a place to lie in wait for a certain call.
//!
//! A replica is easy to kill and hard to kill in the one millisecond that matters. So a call can be held on its way, before
//! the far end has it or before its answer is back, until the replica is dead.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::{Mutex as HeldAcross, oneshot};

/// One request of a replica.
#[derive(Debug, Clone)]
pub struct Call {
    pub at: Instant,
    pub replica: usize,
    /// `POST /circleci/…`
    pub line: String,
}

impl Call {
    /// Whether it belongs to a job, rather than to the observer of the cloud or to the messages for Slack.
    pub fn is_for_a_job(&self) -> bool {
        ["/circleci/", "/travis/", "/batch/"].iter().any(|service| self.line.contains(service))
    }

    fn starts_a_run(&self) -> bool {
        let is_one = |end: &str| self.line.split('?').next().unwrap_or_default().ends_with(end);
        self.line.starts_with("POST ")
            && ["/pipeline", "/requests", "/queues/s3-orgs-job"].into_iter().any(is_one)
    }
}

/// On which side of the far end's work a trigger is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Nobody has it yet.
    Before,
    /// It has been carried out; nobody knows.
    After,
    /// Its run has succeeded, and the answer that says so is on its way. Only what CircleCI says is waited for.
    Told,
}

/// What becomes of what was held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Passes,
    Lost,
}

/// Everything that passes the links to the outside.
#[derive(Clone, Default)]
pub struct Traffic(Arc<Mutex<Passing>>);

#[derive(Default)]
struct Passing {
    calls: Vec<Call>,
    ambush: Option<Ambush>,
    /// The looks that were answered with a success.
    succeeded: HashSet<String>,
}

struct Ambush {
    side: Side,
    /// So many triggers, or words of a success, pass before.
    spared: u32,
    caught: oneshot::Sender<usize>,
    verdict: oneshot::Receiver<Verdict>,
}

/// The other end of an ambush. Dropping it lets everything pass.
pub struct Waiting {
    pub caught: oneshot::Receiver<usize>,
    pub verdict: oneshot::Sender<Verdict>,
}

impl Traffic {
    /// Holds the nth trigger from now on, or the word that the nth run has succeeded.
    pub fn lie_in_wait(&self, side: Side, nth: u32) -> Waiting {
        let (catch, caught) = oneshot::channel();
        let (judge, verdict) = oneshot::channel();
        let mut passing = self.passing();
        passing.succeeded.clear();
        passing.ambush = Some(Ambush { side, spared: nth.saturating_sub(1), caught: catch, verdict });
        Waiting { caught, verdict: judge }
    }

    /// The first call for a job after `since`.
    pub fn first_after(&self, since: Instant) -> Option<Call> {
        let passing = self.passing();
        passing.calls.iter().find(|call| call.at > since && call.is_for_a_job()).cloned()
    }

    /// Forgets what was said so far.
    pub fn forget(&self) {
        self.passing().calls.clear();
    }

    fn heard(&self, call: Call) -> Option<Ambush> {
        let mut passing = self.passing();
        let is_wanted = match &mut passing.ambush {
            Some(ambush) if ambush.side == Side::Told => false,
            Some(ambush) if call.starts_a_run() && ambush.spared > 0 => {
                ambush.spared -= 1;
                false
            }
            Some(_) => call.starts_a_run(),
            None => false,
        };
        passing.calls.push(call);
        if is_wanted { passing.ambush.take() } else { None }
    }

    /// What came back for a request. A look that is repeated tells nothing new.
    fn told(&self, line: &str, answer: &[u8]) -> Option<Ambush> {
        let mut passing = self.passing();
        if !says_success(line, answer) || !passing.succeeded.insert(line.to_owned()) {
            return None;
        }
        match &mut passing.ambush {
            Some(ambush) if ambush.side == Side::Told && ambush.spared > 0 => {
                ambush.spared -= 1;
                None
            }
            Some(ambush) if ambush.side == Side::Told => passing.ambush.take(),
            _ => None,
        }
    }

    fn passing(&self) -> MutexGuard<'_, Passing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who listens on the link of one replica.
#[derive(Clone)]
pub struct Ear {
    pub traffic: Traffic,
    pub replica: usize,
}

/// One connection as the ear hears it. The replicas open one for each request.
pub(super) struct Wire {
    ear: Ear,
    asked: HeldAcross<String>,
    answer: HeldAcross<Option<Ambush>>,
}

impl Wire {
    pub(super) fn new(ear: Ear) -> Self {
        Self { ear, asked: HeldAcross::default(), answer: HeldAcross::new(None) }
    }

    /// Bytes on their way out.
    pub(super) async fn request(&self, bytes: &[u8]) -> Verdict {
        let Some(line) = request_line(bytes) else { return Verdict::Passes };
        self.asked.lock().await.clone_from(&line);
        let call = Call { at: Instant::now(), replica: self.ear.replica, line };
        match self.ear.traffic.heard(call) {
            Some(ambush) if ambush.side == Side::Before => self.spring(ambush).await,
            ambush => {
                *self.answer.lock().await = ambush;
                Verdict::Passes
            }
        }
    }

    /// Bytes on their way back.
    pub(super) async fn answer(&self, bytes: &[u8]) -> Verdict {
        let told = self.ear.traffic.told(&self.asked.lock().await, bytes);
        match told.or(self.answer.lock().await.take()) {
            Some(ambush) => self.spring(ambush).await,
            None => Verdict::Passes,
        }
    }

    async fn spring(&self, ambush: Ambush) -> Verdict {
        if ambush.caught.send(self.ear.replica).is_err() {
            return Verdict::Passes;
        }
        ambush.verdict.await.unwrap_or(Verdict::Passes)
    }
}

/// Method and path, where a request begins.
fn request_line(bytes: &[u8]) -> Option<String> {
    let line = bytes.split(|byte| *byte == b'\r').next()?;
    let (request, _) = std::str::from_utf8(line).ok()?.split_once(" HTTP/1.1")?;
    (request.starts_with("GET ") || request.starts_with("POST ")).then(|| request.to_owned())
}

fn says_success(line: &str, answer: &[u8]) -> bool {
    const SUCCESS: &[u8] = br#""status":"success""#;
    line.ends_with("/workflow") && answer.windows(SUCCESS.len()).any(|part| part == SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIGGER: &[u8] = b"POST /circleci/api/v2/project/gh/a/b/pipeline HTTP/1.1\r\nhost: x\r\n\r\n{}";
    const LOOK: &[u8] = b"GET /circleci/api/v2/pipeline/1/workflow HTTP/1.1\r\n\r\n";

    fn wire(traffic: &Traffic) -> Wire {
        Wire::new(Ear { traffic: traffic.clone(), replica: 1 })
    }

    #[tokio::test]
    async fn the_nth_trigger_is_held_until_the_verdict_and_nothing_else() {
        let traffic = Traffic::default();
        let Waiting { caught, verdict } = traffic.lie_in_wait(Side::Before, 2);
        assert_eq!(wire(&traffic).request(TRIGGER).await, Verdict::Passes);
        assert_eq!(wire(&traffic).request(LOOK).await, Verdict::Passes);
        let held = tokio::spawn(async move { wire(&traffic).request(TRIGGER).await });
        assert_eq!(caught.await, Ok(1));
        verdict.send(Verdict::Lost).unwrap();
        assert_eq!(held.await.unwrap(), Verdict::Lost);
    }

    #[tokio::test]
    async fn an_answer_is_held_after_its_request_has_passed() {
        let traffic = Traffic::default();
        let Waiting { caught, verdict } = traffic.lie_in_wait(Side::After, 1);
        let wire = wire(&traffic);
        assert_eq!(wire.request(TRIGGER).await, Verdict::Passes);
        let held = tokio::spawn(async move { wire.answer(b"HTTP/1.1 201 Created\r\n").await });
        assert_eq!(caught.await, Ok(1));
        drop(verdict);
        assert_eq!(held.await.unwrap(), Verdict::Passes);
    }

    #[tokio::test]
    async fn the_word_that_the_nth_run_has_succeeded_is_held_however_often_the_ones_before_are_looked_at() {
        const SUCCESS: &[u8] = br#"{"items":[{"status":"success"}]}"#;
        const ANOTHER: &[u8] = b"GET /circleci/api/v2/pipeline/2/workflow HTTP/1.1\r\n\r\n";
        let traffic = Traffic::default();
        let Waiting { caught, verdict } = traffic.lie_in_wait(Side::Told, 2);
        for answer in [&br#"{"items":[{"status":"running"}]}"#[..], SUCCESS, SUCCESS] {
            let wire = wire(&traffic);
            assert_eq!(wire.request(LOOK).await, Verdict::Passes);
            assert_eq!(wire.answer(answer).await, Verdict::Passes);
        }
        let wire = wire(&traffic);
        assert_eq!(wire.request(ANOTHER).await, Verdict::Passes);
        let held = tokio::spawn(async move { wire.answer(SUCCESS).await });
        assert_eq!(caught.await, Ok(1));
        verdict.send(Verdict::Lost).unwrap();
        assert_eq!(held.await.unwrap(), Verdict::Lost);
    }

    #[tokio::test]
    async fn what_the_cloud_or_slack_is_asked_is_nothing_of_a_job() {
        let traffic = Traffic::default();
        let before = Instant::now();
        for other in [
            &b"POST /slack/services/T0/B0/X0 HTTP/1.1\r\n"[..],
            b"GET /digitalocean/v2/droplets HTTP/1.1\r\n",
        ] {
            wire(&traffic).request(other).await;
        }
        assert!(traffic.first_after(before).is_none());
        wire(&traffic).request(LOOK).await;
        assert!(traffic.first_after(before).is_some());
    }
}
