//! What CircleCI sends by itself: a webhook about the end of each workflow, to the receiver that it was told.
//!
//! When CircleCI tries again what was not answered well is not published. Here it never does: the worst that a receiver
//! has to live with.

mod event;
mod post;

use std::collections::HashSet;
use std::convert::Infallible;
use std::time::Duration;

use serde::Deserialize;
use tokio::time::{interval, timeout};
use uuid::Uuid;

pub(crate) use self::event::Event;
use self::event::Signed;
use self::post::post;
use crate::clock::Moment;
use crate::faults::{FaultKind, Strike};
use crate::outside::{Memory, Outside};
use crate::service::Endpoint;

/// How soon after the end of a workflow its webhook leaves, in real time.
const EVERY: Duration = Duration::from_millis(20);
const LATE: Duration = Duration::from_secs(20);
/// How long the answer of a trigger is kept back for a webhook that is to arrive before it.
const EARLY: Duration = Duration::from_secs(2);

/// Who is told, and with which secret.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Receiver {
    pub url: String,
    pub secret: String,
}

#[derive(Default)]
pub(crate) struct Hooks {
    receiver: Option<Receiver>,
    /// Workflows whose ends were told.
    told: HashSet<Uuid>,
    late: Vec<(Moment, Signed)>,
}

impl Hooks {
    /// From now on this one is told. What ended before is not.
    pub fn tell(&mut self, receiver: Receiver, ended: &[Event]) {
        self.receiver = Some(receiver);
        self.told.extend(ended.iter().map(|event| event.workflow));
    }

    /// Forgets what has happened, and not who is to be told.
    #[must_use]
    pub fn forgetful(&mut self) -> Self {
        Self { receiver: self.receiver.take(), ..Self::default() }
    }
}

/// Sends what is due, for as long as the simulator lives.
pub(crate) async fn deliver(outside: Outside) -> Infallible {
    let mut often = interval(EVERY);
    loop {
        often.tick().await;
        for signed in due(&outside) {
            tokio::spawn(post(outside.clone(), signed));
        }
    }
}

/// Tells that a pipeline has ended that was only just begun, and waits until that has arrived.
pub(crate) async fn tell_early(outside: &Outside, pipeline: &str) {
    let signed = {
        let memory = outside.memory();
        let receiver = memory.hooks.receiver.clone();
        let event = memory.circleci.as_if_ended(pipeline, outside.now());
        receiver.zip(event).map(|(receiver, event)| event.signed_for(&receiver, outside))
    };
    if let Some(signed) = signed {
        let told = tokio::spawn(post(outside.clone(), signed));
        let _ = timeout(EARLY, told).await;
    }
}

fn due(outside: &Outside) -> Vec<Signed> {
    let now = outside.now();
    let mut memory = outside.memory();
    let Some(receiver) = memory.hooks.receiver.clone() else { return Vec::new() };
    let mut due: Vec<Signed> =
        memory.hooks.late.extract_if(.., |(at, _)| *at <= now).map(|(_, signed)| signed).collect();
    let ended: Vec<Event> = memory.circleci.ended_workflows(now, &memory.hooks.told).collect();
    for event in ended {
        memory.hooks.told.insert(event.workflow);
        due.extend(sent(&mut memory, event, &receiver, outside));
    }
    due
}

/// What leaves at once of a webhook that is due: what strikes it decides.
fn sent(memory: &mut Memory, event: Event, receiver: &Receiver, outside: &Outside) -> Vec<Signed> {
    let strikes = memory.faults.strike(Endpoint::CircleciHook, event.branch.as_deref());
    let Some(Strike { kind, seconds }) = strikes.first().copied() else {
        return vec![event.signed_for(receiver, outside)];
    };
    let signed =
        |event: &Event, receiver| Signed { fault: Some(kind), ..event.signed_for(receiver, outside) };
    match kind {
        FaultKind::HookLost => Vec::new(),
        FaultKind::HookTenTimes => vec![signed(&event, receiver); 10],
        FaultKind::HookForged => {
            let forger = Receiver { secret: "a secret of somebody else".to_owned(), ..receiver.clone() };
            vec![signed(&event, &forger)]
        }
        FaultKind::HookFromTomorrow => {
            let tomorrow = Event { ahead: chrono::TimeDelta::days(1), ..event };
            vec![signed(&tomorrow, receiver)]
        }
        FaultKind::HookLate => {
            let late = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or(LATE);
            let at = outside.now() + outside.clock().between_dates(late);
            memory.hooks.late.push((at, signed(&event, receiver)));
            Vec::new()
        }
        _ => vec![signed(&event, receiver)],
    }
}
