//! The whole service as `main` starts it: from a press to the end of the job, with only the far ends simulated.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use server::config::{self, ConfigArgs, Environment, ServeArgs, Settings};
use simulator::Simulator;
use sqlx::{ConnectOptions, PgPool};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::support::{CLUSTER, Events};

/// An hour of the outside world is a second.
const SPEED: f64 = 3_600.0;

/// What `main` would read for the demo.
pub fn demo_settings(pool: &PgPool, simulator: &Simulator) -> (Settings, domain::catalogue::Catalogue) {
    // The client of a test may be there before the service is.
    server::providers::install_crypto();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let loaded = config::load(&root.join("../cluster-head.toml")).unwrap();
    let args = ServeArgs {
        config: ConfigArgs { config: PathBuf::new() },
        demo: true,
        simulator: Some(simulator.url().to_owned()),
        host: None,
        port: Some(0),
        site: Some(root.join("tests/api/site")),
        lease: config::DEFAULT_LEASE,
    };
    let database = pool.connect_options().to_url_lossy().to_string();
    let environment = [("DATABASE_URL", database)].into_iter().collect::<Environment>();
    (Settings::new(&args, &environment, &loaded).unwrap(), loaded.catalogue)
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_guide_is_asked_for_watched_live_and_leaves_nothing_behind(pool: PgPool) {
    let simulator =
        Simulator::start(simulator::Settings { speed: SPEED, ..Default::default() }).await.unwrap();
    let (settings, catalogue) = demo_settings(&pool, &simulator);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async {
        let _ = stopped.await;
    };
    let served = tokio::spawn(server::serve(settings, catalogue, listener, shutdown));

    let client = reqwest::Client::new();
    let body = json!({ "routine": "guide", "cluster": CLUSTER, "size": "l" });
    let answer =
        client.post(format!("{url}/api/v1/jobs")).bearer_auth("demo").json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let number = answer.json::<Value>().await.unwrap()["number"].clone();

    let mut events = Events::open(client.get(format!("{url}/events?topics=job:{number}"))).await;
    let is_over = |job: &Value| {
        let html = job["pieces"][0]["html"].as_str().unwrap_or_default();
        html.contains("aria-label=\"Outcome\"")
    };
    let ended = events.next_where("job", is_over).await;
    let html = ended.data["pieces"][0]["html"].as_str().unwrap();
    assert!(html.contains("All 6 steps succeeded. The CI says that the cluster was destroyed."), "{html}");
    assert!(!simulator.cluster_is_up());

    stop.send(()).unwrap();
    timeout(Duration::from_secs(60), served).await.expect("it stops in time").unwrap().unwrap();
}
