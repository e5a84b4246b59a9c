//! What the crowd looks at: two replicas of the product on a private Postgres, in front of a simulated world, with one
//! cluster that is up and a link to it.

use std::fs;
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, SecondsFormat, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use workbench::postgres::{Data, Postgres};
use workbench::service::{Service, Signal};
use workbench::workspace::Workspace;
use workbench::{interrupt, ports, server};

use super::memory::Reading;
use super::viewers::Crowd;

const DATABASE: &str = "cluster_head_crowd";
const CLUSTER: &str = "iriversland2";
/// The API token of the demo.
const TOKEN: &str = "demo";
/// A cluster is up in seconds.
const SPEED: &str = "2000";
const PACE: &str = "\n[pace]\npoll = \"1s\"\nsettle = \"5s\"\nlook = \"2s\"\n";
const UP_LIMIT: Duration = Duration::from_secs(120);
const GATHER_LIMIT: Duration = Duration::from_secs(60);
/// Between two changes of the auto-destroy time.
const STEP: Duration = Duration::from_secs(10);

// Fields are dropped in this order: nobody outlives what he talks to.
pub struct Stage {
    replicas: Vec<Replica>,
    _simulator: Service,
    postgres: Postgres,
    http: reqwest::Client,
    link: String,
    changed: u32,
    first_end: DateTime<Utc>,
    is_release: bool,
    pub runtime: Runtime,
}

struct Replica {
    service: Service,
    address: SocketAddr,
}

impl Stage {
    /// Sets it up with the server that was built as this program was.
    pub fn set() -> Result<Self> {
        let workspace = Workspace::locate()?;
        let is_release = !cfg!(debug_assertions);
        let binary = workspace.cluster_head(is_release);
        ensure!(binary.is_file(), "{} is not there: build it first", binary.display());
        // The client asks on plain loopback; but it does not start without any TLS. That there is one already is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let logs = workspace.target.join("chaos/crowd");
        fs::create_dir_all(&logs)?;
        let mut postgres =
            Postgres::open_private(&workspace, "crowd", Data::Kept, &logs.join("postgres.log"))?;
        note_commits(&mut postgres)?;
        let database = postgres.create(DATABASE)?;
        let config = logs.join("cluster-head.toml");
        fs::write(&config, fs::read_to_string(workspace.root.join("cluster-head.toml"))? + PACE)?;

        let outside = ports::free()?.to_string();
        let mut simulate = Command::new(&binary);
        simulate.current_dir(&workspace.root).args(["simulate", "--port", &outside, "--speed", SPEED]);
        let simulator = Service::start(&mut simulate, &logs.join("simulator.log"), Signal::SIGTERM)?;
        let start = |number: usize| {
            let mut command = Command::new(&binary);
            command.current_dir(&workspace.root).args(["serve", "--demo", "--host", "127.0.0.1", "--config"]);
            command.arg(&config).args(["--simulator", &format!("http://127.0.0.1:{outside}")]);
            command.env("DATABASE_URL", &database).env("RUST_LOG", "info");
            Replica::start(&mut command, &logs.join(format!("replica-{number}.log")))
        };
        let replicas = vec![start(0)?, start(1)?];
        let http = reqwest::Client::builder().timeout(GATHER_LIMIT).no_proxy().build()?;
        let mut stage = Self {
            replicas,
            _simulator: simulator,
            postgres,
            http,
            link: String::new(),
            changed: 0,
            first_end: Utc::now() + Duration::from_secs(3_600),
            is_release,
            runtime: Runtime::new()?,
        };
        stage.bring_up()?;
        stage.link = stage.share()?;
        Ok(stage)
    }

    pub fn describe(&self) -> String {
        let build =
            if self.is_release { "release build" } else { "development build: slower than what is shipped" };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        format!("two replicas of the {build}, {cores} cores")
    }

    pub fn memory(&self, replica: usize) -> Result<Reading> {
        Reading::of(self.replicas[replica].service.id())
    }

    /// Fills the crowd up with viewers of the link at one replica. Each comes from an address of its own.
    pub fn gather(&self, crowd: &mut Crowd, replica: usize, count: usize) -> Result<()> {
        let request = |number: usize| {
            let client = Ipv4Addr::from_bits(Ipv4Addr::new(10, 0, 0, 0).to_bits() + number as u32);
            format!(
                "GET {}/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\
                 X-Forwarded-For: {client}\r\n\r\n",
                self.link
            )
        };
        crowd.gather(self.replicas[replica].address, count, request, GATHER_LIMIT)
    }

    /// Another auto-destroy time, set through the API of the first replica: how it is told to viewers, and what sets it.
    pub fn change(&mut self) -> (String, impl Future<Output = Result<()>> + Send + use<>) {
        self.changed += 1;
        let end = (self.first_end + STEP * self.changed).to_rfc3339_opts(SecondsFormat::Secs, true);
        let path = format!("/api/v1/clusters/{CLUSTER}/extend");
        let answer = self.ask(Method::POST, &path, Some(json!({ "until": end })));
        (end, async move { answer.await.map(drop) })
    }

    /// When the last change was committed, by the clock that all of this machine share.
    pub fn committed_at(&self) -> Result<SystemTime> {
        let mut client = self.postgres.connect(DATABASE)?;
        let row = client.query_one(
            "select extract(epoch from pg_xact_commit_timestamp(xmin))::float8
               from extension order by extension_id desc limit 1",
            &[],
        )?;
        Ok(SystemTime::UNIX_EPOCH + Duration::from_secs_f64(row.get(0)))
    }

    fn bring_up(&self) -> Result<()> {
        let order = json!({ "routine": "up", "cluster": CLUSTER });
        let job = self.runtime.block_on(self.ask(Method::POST, "/api/v1/jobs", Some(order)))?;
        let path = format!("/api/v1/jobs/{}", job["number"]);
        let deadline = Instant::now() + UP_LIMIT;
        loop {
            interrupt::check()?;
            let job = self.runtime.block_on(self.ask(Method::GET, &path, None))?;
            match job["state"].as_str().unwrap_or_default() {
                "succeeded" => return Ok(()),
                "failed" | "cancelled" => bail!("the cluster cannot be brought up: {}", job["outcome"]),
                state if Instant::now() > deadline => bail!("the cluster is not up in time: {state}"),
                _ => std::thread::sleep(Duration::from_millis(200)),
            }
        }
    }

    /// The path of a new link to the cluster.
    fn share(&self) -> Result<String> {
        let wish = json!({ "cluster": CLUSTER, "detail": "steps" });
        let share = self.runtime.block_on(self.ask(Method::POST, "/api/v1/shares", Some(wish)))?;
        let url = share["url"].as_str().context("a share has no url")?;
        let at = url.find("/s/").context("the url of a share leads elsewhere")?;
        Ok(url[at..].to_owned())
    }

    fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> impl Future<Output = Result<Value>> + Send + use<> {
        let url = format!("http://{}{path}", self.replicas[0].address);
        let mut request = self.http.request(method, &url).bearer_auth(TOKEN);
        if let Some(body) = body {
            request = request.json(&body);
        }
        async move {
            let answer = request.send().await?;
            let status = answer.status();
            let told = answer.text().await?;
            ensure!(status.is_success(), "{url} answered {status}: {told}");
            Ok(serde_json::from_str(&told)?)
        }
    }
}

impl Replica {
    fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let port = ports::free()?;
        let mut service = Service::start(command.arg("--port").arg(port.to_string()), log, Signal::SIGTERM)?;
        server::wait_until_healthy(&mut service, port)?;
        Ok(Self { service, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)) })
    }
}

/// Has Postgres write down when each transaction was committed.
fn note_commits(postgres: &mut Postgres) -> Result<()> {
    let mut client = postgres.connect("postgres")?;
    let told: String = client.query_one("show track_commit_timestamp", &[])?.get(0);
    if told != "on" {
        client.batch_execute("alter system set track_commit_timestamp = on")?;
        drop(client);
        postgres.crash()?;
    }
    Ok(())
}
