//! Speaking TLS: who is let in, what is shown to whom, and what the log says of it.

use std::error::Error;
use std::time::Duration;

use reqwest::{Client, Method};
use simulator::{Answer, Endpoint, Fault, FaultError, FaultKind, LogEntry, Service, Settings};

use crate::faults::was_reset;
use crate::support::{Outside, outside, outside_with, read};

const CERTIFICATES: [FaultKind; 2] = [FaultKind::MisnamedCertificate, FaultKind::ExpiredCertificate];

async fn behind_tls() -> Outside {
    outside_with(Settings { tls: true, ..Settings::default() }).await
}

fn strikes(kind: FaultKind) -> Fault {
    Fault::on(Endpoint::TlsHandshake, kind)
}

/// The status that this client gets, or why it gets none.
async fn asked_by(client: &Client, outside: &Outside) -> Result<u16, String> {
    let url = format!("{}/me", outside.sim.circleci_url());
    match client.get(url).header("Circle-Token", "t").send().await {
        Ok(answer) => Ok(answer.status().as_u16()),
        Err(error) => {
            let mut cause: &dyn Error = &error;
            while let Some(deeper) = cause.source() {
                cause = deeper;
            }
            Err(cause.to_string())
        }
    }
}

async fn ask(outside: &Outside) -> Result<u16, String> {
    asked_by(&outside.http, outside).await
}

/// The log once it holds so many entries: what came of a handshake is known to the caller first.
async fn log_of(outside: &Outside, entries: usize) -> Vec<LogEntry> {
    let filled = async {
        while outside.sim.log().len() < entries {
            tokio::task::yield_now().await;
        }
    };
    let filled = tokio::time::timeout(Duration::from_secs(10), filled).await;
    assert!(filled.is_ok(), "waited in vain for {entries} entries: {:?}", outside.sim.log());
    outside.sim.log()
}

fn handshakes(log: &[LogEntry]) -> Vec<(Option<FaultKind>, Answer)> {
    let of_tls = log.iter().filter(|entry| entry.service == Service::Tls);
    of_tls.map(|entry| (entry.fault, entry.answer)).collect()
}

#[tokio::test]
async fn only_who_trusts_its_authority_asks_it_for_anything() {
    let outside = behind_tls().await;
    assert!(outside.sim.url().starts_with("https://127.0.0.1:"));
    assert_eq!(ask(&outside).await, Ok(200));
    let stranger = behind_tls().await.http;
    assert!(asked_by(&stranger, &outside).await.unwrap_err().contains("invalid peer certificate"));
    let log = log_of(&outside, 2).await;
    assert_eq!(log.len(), 2);
    assert_eq!(handshakes(&log), [(None, Answer::TurnedAway)]);
}

#[tokio::test]
async fn the_handshake_that_is_struck_shows_a_bad_certificate_and_nothing_is_asked_for() {
    for (kind, reason) in CERTIFICATES.into_iter().zip(["not valid for name", "certificate expired"]) {
        let outside = behind_tls().await;
        outside.sim.inject(strikes(kind).nth(2)).unwrap();
        assert_eq!(ask(&outside).await, Ok(200));
        let refused = ask(&outside).await.unwrap_err();
        assert!(refused.contains(reason), "{refused}");
        assert_eq!(ask(&outside).await, Ok(200));
        let log = log_of(&outside, 3).await;
        assert_eq!(log.len(), 3, "{log:?}");
        assert_eq!(handshakes(&log), [(Some(kind), Answer::TurnedAway)]);
        assert_eq!(log.iter().filter(|entry| entry.service == Service::Circleci).count(), 2);
    }
}

#[tokio::test]
async fn a_client_that_believes_every_certificate_is_seen_in_the_log() {
    let careless = |builder: reqwest::ClientBuilder| builder.tls_danger_accept_invalid_certs(true).build();
    for kind in CERTIFICATES {
        let outside = behind_tls().await;
        outside.sim.inject(strikes(kind)).unwrap();
        assert_eq!(asked_by(&careless(Client::builder()).unwrap(), &outside).await, Ok(200));
        assert_eq!(handshakes(&log_of(&outside, 2).await), [(Some(kind), Answer::Trusted)]);
    }
}

#[tokio::test]
async fn a_client_that_was_there_before_is_shown_the_certificate_again() {
    let outside = behind_tls().await;
    for _ in 0..3 {
        assert_eq!(ask(&outside).await, Ok(200));
    }
    outside.sim.inject(strikes(FaultKind::ExpiredCertificate)).unwrap();
    assert!(ask(&outside).await.unwrap_err().contains("expired"));
}

#[tokio::test]
async fn faults_of_a_handshake_count_handshakes_whatever_is_asked_for() {
    let outside = behind_tls().await;
    outside.sim.inject(strikes(FaultKind::ExpiredCertificate).nth(2).every().times(2)).unwrap();
    let mut struck = Vec::new();
    for branch in ["release-cluster", "release", "destroy-release", "destroy-cluster"] {
        struck.push(outside.circleci_trigger(branch).send().await.is_err());
    }
    assert_eq!(struck, [false, true, true, false]);
    let branches = outside.sim.effective_runs().into_iter().map(|run| run.branch.unwrap());
    assert_eq!(branches.collect::<Vec<_>>(), ["release-cluster", "destroy-cluster"]);
}

#[tokio::test]
async fn a_fault_of_a_handshake_by_chance_strikes_the_same_ones_each_time() {
    let mut histories = Vec::new();
    for _ in 0..2 {
        let outside = behind_tls().await;
        outside.sim.inject(strikes(FaultKind::MisnamedCertificate).by_chance(0.5, 7).times(4)).unwrap();
        let mut history = Vec::new();
        for _ in 0..20 {
            history.push(ask(&outside).await.is_ok());
        }
        histories.push(history);
    }
    assert_eq!(histories[0], histories[1]);
    assert_eq!(histories[0].iter().filter(|is_answered| !**is_answered).count(), 4);
}

#[tokio::test]
async fn what_is_said_in_the_clear_is_not_heard() {
    let outside = behind_tls().await;
    let url = outside.circleci_trigger("release-cluster").build().unwrap().url().clone();
    let in_the_clear = url.as_str().replace("https://", "http://");
    let client = Client::new();
    client.post(in_the_clear).header("Circle-Token", "t").body("{}").send().await.unwrap_err();
    let log = log_of(&outside, 1).await;
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!(handshakes(&log), [(None, Answer::NoTls)]);
    assert!(outside.sim.effective_runs().is_empty());
}

#[tokio::test]
async fn a_dropped_answer_resets_a_connection_behind_tls_too() {
    let outside = behind_tls().await;
    outside.sim.drop_next_answer(Endpoint::CircleciTrigger).unwrap();
    assert!(was_reset(outside.circleci_trigger("release").send().await.unwrap_err()));
    assert_eq!(outside.sim.effective_runs().len(), 1);
    assert_eq!(outside.sim.log()[0].answer, Answer::ConnectionReset);
}

#[tokio::test]
async fn an_answer_behind_tls_is_the_last_one_of_its_connection() {
    let outside = behind_tls().await;
    let answer = outside.circleci(Method::GET, "/me").send().await.unwrap();
    assert_eq!(answer.headers()["connection"], "close");
}

#[tokio::test]
async fn a_simulator_in_the_clear_takes_no_fault_of_a_handshake_and_has_no_authority() {
    let outside = outside().await;
    for kind in CERTIFICATES {
        assert_eq!(outside.sim.inject(strikes(kind)), Err(FaultError::NoTls(kind)));
    }
    assert_eq!(outside.sim.authority(), None);
    assert_eq!(read(outside.circleci(Method::GET, "/me")).await.0, 200);
}
