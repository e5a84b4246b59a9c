//! Certificates that prove nothing: the far end shows one of another name, or one that has expired.

use domain::cluster::ClusterState;
use domain::job::JobState;
use domain::size::Size;
use simulator::{Answer, Endpoint, Fault, FaultKind, Service};
use sqlx::PgPool;

use crate::support::{CLUSTER, GUIDE, House};

fn shows(kind: FaultKind) -> Fault {
    Fault::on(Endpoint::TlsHandshake, kind)
}

/// Shows this certificate to everybody until the job says so, in these words.
async fn until_told(house: &House, job: i64, kind: FaultKind, words: &str) {
    house.simulator.inject(shows(kind).every()).unwrap();
    house
        .until(&format!("the job says: {words}"), async || {
            let told = house.store.check_ins(job, 200).await.unwrap();
            told.iter().any(|line| line.text.contains(words)).then_some(())
        })
        .await;
    house.simulator.forgive();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_guide_job_among_wrong_certificates_is_only_delayed_and_says_nothing_in_the_clear(pool: PgPool) {
    let house = House::behind_tls(pool).await;
    let guide = house.ask("guide", Some(Size::S)).await;
    let engine = house.start_engine();
    let expired =
        "No connection to CircleCI: its certificate expired at 2020-01-01 00:00 UTC. Asking again in ";
    until_told(&house, guide, FaultKind::ExpiredCertificate, expired).await;
    house.until("the cluster is being created", async || (!house.effective().is_empty()).then_some(())).await;
    let misnamed = ": its certificate is of another name than 127.0.0.1. Asking again in ";
    until_told(&house, guide, FaultKind::MisnamedCertificate, misnamed).await;
    for (kind, seed) in [(FaultKind::ExpiredCertificate, 7), (FaultKind::MisnamedCertificate, 8)] {
        house.simulator.inject(shows(kind).by_chance(0.1, seed)).unwrap();
    }
    let over = house.over(guide).await;
    house.simulator.forgive();
    house.is_proved().await;
    engine.stop().await;

    assert_eq!(over.job.state, JobState::Succeeded, "{}", house.story().await);
    assert_eq!(house.effective(), GUIDE, "{}", house.story().await);
    assert_eq!(house.cluster().await.state, ClusterState::Down);
    assert_eq!(house.store.obligation_of(CLUSTER).await.unwrap(), None);
    let handshakes = house.simulator.log().into_iter().filter(|entry| entry.service == Service::Tls);
    let answers: Vec<Answer> = handshakes.map(|handshake| handshake.answer).collect();
    assert!(answers.len() >= 2, "{answers:?}");
    assert!(answers.iter().all(|answer| *answer == Answer::TurnedAway), "{answers:?}");
}
