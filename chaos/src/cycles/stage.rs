//! Everything that a cycle is played on: a private Postgres, the simulators, and two replicas of the product that share
//! them.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use reqwest::{StatusCode, Url};
use serde_json::{Value, json};
use simulator::{Fact, Judgement, Simulator};
use tokio::runtime::Runtime;
use workbench::interrupt;
use workbench::postgres::{Data, Postgres};
use workbench::workspace::Workspace;

use super::browser::Browser;
use super::plan::Ask;
use super::records::{Leftover, Records};
use super::replica::{Replica, Setting};
use super::traffic::Traffic;
use super::witness::Witness;

const DATABASE: &str = "cluster_head_chaos";
const REPLICAS: usize = 2;
/// A run of twenty minutes lasts half a second.
const SPEED: f64 = 2_000.0;
const MARKER: &str = "cluster-head-marker";
/// Every secret of the demo.
const TOKEN: &str = "demo";
/// The name under which the demo knows whoever has its token.
const US: &str = "operator";
const CLUSTER: &str = "iriversland2";
/// How long somebody who asks for a job goes on asking.
const ASKING_LIMIT: Duration = Duration::from_secs(60);

// Fields are dropped in this order: nobody outlives what he talks to.
pub struct Stage {
    /// One for each replica.
    pub browsers: Vec<Browser>,
    pub replicas: Vec<Replica>,
    pub simulator: Simulator,
    pub postgres: Postgres,
    pub traffic: Traffic,
    pub lease: Duration,
    http: reqwest::Client,
    asked: u64,
    /// What may stand in no log and in no row: the password of the database, and what opens a share.
    secrets: Vec<String>,
    pub runtime: Runtime,
}

impl Stage {
    /// Sets one up. Each `lane` has its own logs.
    pub fn set(lease: u16, lane: &str) -> Result<Self> {
        let workspace = Workspace::locate()?;
        let binary = workspace.cluster_head(false);
        ensure!(
            binary.is_file(),
            "{} is not there: build it with `cargo build --package server --bin cluster-head`",
            binary.display()
        );
        // The client asks on plain loopback; but it does not start without any TLS. That there is one already is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let logs = workspace.target.join(format!("chaos/{lane}"));
        fs::create_dir_all(&logs)?;
        let runtime = Runtime::new()?;
        let postgres = Postgres::open_private(&workspace, "chaos", Data::Kept, &logs.join("postgres.log"))?;
        let settings = simulator::Settings { speed: SPEED, ..simulator::Settings::default() };
        let declared_parameters = [settings.declared_parameters, vec![MARKER.to_owned()]].concat();
        let simulator = runtime
            .block_on(Simulator::start(simulator::Settings { declared_parameters, ..settings }))
            .context("the simulators do not start")?;
        let setting = Setting {
            binary,
            config: write_config(&workspace.root, &logs)?,
            root: workspace.root,
            lease,
            database: Url::parse(&postgres.create(DATABASE)?)?,
            outside: simulator.url().trim_start_matches("http://").parse::<SocketAddr>()?,
            logs,
        };
        let traffic = Traffic::default();
        let start = |number| {
            let _ = fs::remove_file(setting.logs.join(format!("replica-{number}.log")));
            Replica::start(runtime.handle(), &setting, &traffic, number)
        };
        let replicas = (0..REPLICAS).map(start).collect::<Result<Vec<_>>>()?;
        // One of them is told; when that one is dead, nobody is.
        if let Some(told) = replicas.first() {
            simulator.send_hooks_to(&told.url("/webhooks/circleci"), TOKEN);
        }
        Witness { postgres: &postgres, database: DATABASE }.take_the_stand()?;
        let browsers = replicas
            .iter()
            .map(|replica| {
                let url = replica.url("/events?topics=clusters,jobs");
                Browser::open(runtime.handle(), format!("a page of {}", replica.name()), url)
            })
            .collect::<Result<_>>()?;
        let http = reqwest::Client::builder().timeout(Duration::from_secs(5)).no_proxy().build()?;
        let lease = Duration::from_secs(lease.into());
        let secrets = setting.database.password().map(str::to_owned).into_iter().collect();
        let mut stage = Self {
            browsers,
            replicas,
            simulator,
            postgres,
            traffic,
            lease,
            http,
            asked: 0,
            secrets,
            runtime,
        };
        stage.share()?;
        Ok(stage)
    }

    /// Makes a link to the cluster, and opens it at each replica.
    fn share(&mut self) -> Result<()> {
        let replicas = &self.replicas;
        let token = self.runtime.block_on(async {
            let request = self.http.post(replicas[0].url("/api/v1/shares")).bearer_auth(TOKEN);
            let share = request.json(&json!({ "cluster": CLUSTER, "expires_in": "1d" })).send().await?;
            let share: Value = share.error_for_status()?.json().await?;
            let link = share["url"].as_str().context("a new share has no link")?;
            let token = link.rsplit('/').next().unwrap_or_default().to_owned();
            for replica in replicas {
                self.http.get(replica.url(&format!("/s/{token}"))).send().await?.error_for_status()?;
            }
            anyhow::Ok(token)
        })?;
        self.secrets.push(token);
        self.was_accepted(format!("share {CLUSTER}"), None)
    }

    /// Looks at each of these jobs through every replica, and at how many clusters are wanted and what the chain of acts is.
    pub fn look_around(&self, jobs: &[i64]) -> Result<()> {
        let mut facts =
            vec![Fact::Wanted { clusters: self.records().wanted_clusters()? }, self.records().chain()?];
        for replica in &self.replicas {
            for job in jobs {
                let state = self.state_of(*job, replica)?;
                facts.push(Fact::Looked { job: *job, through: replica.name(), state });
            }
        }
        Ok(self.simulator.testify(facts)?)
    }

    /// Looks for what opens something in all that is kept: I7.
    pub fn search_for_secrets(&self) -> Result<()> {
        for secret in &self.secrets {
            self.simulator.testify(self.witness().search(secret)?)?;
            let logs = self.replicas.iter().map(|replica| Fact::Searched {
                place: format!("the log of {}", replica.name()),
                found: replica.log().contains(secret),
            });
            self.simulator.testify(logs.collect())?;
        }
        Ok(())
    }

    /// Hears everybody who saw something, and judges.
    pub fn judge(&self) -> Result<Judgement> {
        // Whatever was shown has been written before: the other way round it might look invented.
        for browser in &self.browsers {
            self.simulator.testify(browser.facts())?;
        }
        self.simulator.testify(self.witness().facts()?)?;
        Ok(self.simulator.judge())
    }

    /// Lets the witnesses begin anew. How long the chain of acts was is remembered: it may only grow.
    pub fn begin_anew(&self) -> Result<()> {
        self.simulator.forget_facts();
        Ok(self.simulator.testify(vec![self.records().chain()?])?)
    }

    pub fn witness(&self) -> Witness<'_> {
        Witness { postgres: &self.postgres, database: DATABASE }
    }

    pub fn records(&self) -> Records<'_> {
        Records { postgres: &self.postgres, database: DATABASE }
    }

    /// Asks one replica after the other until one accepts the job, and says its number. The same key goes with each
    /// ask, so that it becomes one job. None when it is refused, as a deploy is on a cluster that failed meanwhile.
    pub fn ask(&mut self, ask: Ask) -> Result<Option<i64>> {
        self.asked += 1;
        let body = json!({ "routine": ask.routine, "cluster": CLUSTER, "service": ask.service });
        let key = format!("chaos-{}", self.asked);
        let deadline = Instant::now() + ASKING_LIMIT;
        for replica in self.replicas.iter().cycle() {
            interrupt::check()?;
            let request = self.http.post(replica.url("/api/v1/jobs")).json(&body).bearer_auth(TOKEN);
            let request = request.header("idempotency-key", &key);
            let answer: Result<(StatusCode, Value), reqwest::Error> = self.runtime.block_on(async {
                let answer = request.send().await?;
                Ok((answer.status(), answer.json().await?))
            });
            match answer {
                Ok((status, job)) if status.is_success() => {
                    let number = job["number"].as_i64().context("an accepted job has no number")?;
                    let size = serde_json::from_value(job["size"].clone())?;
                    let title = domain::job::title(ask.routine, ask.service, size);
                    self.was_accepted(format!("start {title}"), Some(number))?;
                    return Ok(Some(number));
                }
                Ok((StatusCode::CONFLICT, _)) => return Ok(None),
                Ok((status, answer)) if status.is_client_error() => bail!("the ask was refused: {answer}"),
                _ if Instant::now() > deadline => bail!("no replica accepts {}", ask.routine),
                _ => std::thread::sleep(Duration::from_millis(100)),
            }
        }
        bail!("there is no replica")
    }

    /// A person takes over what was left behind. Returns whether a replica took note of it.
    pub fn accept_leftover(&self, left: &Leftover) -> Result<bool> {
        let body = json!({ "kind": left.kind, "id": left.id, "because": "kept for the next cluster" });
        let path = format!("/api/v1/clusters/{}/leftovers/accept", left.cluster);
        for replica in &self.replicas {
            let request = self.http.post(replica.url(&path)).json(&body).bearer_auth(TOKEN);
            let answer = self.runtime.block_on(async { request.send().await });
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                let kind = left.kind.replace('_', " ");
                self.was_accepted(format!("accept {kind} {}", left.name), None)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What the API of a replica says of a job, if it knows of one.
    fn state_of(&self, job: i64, replica: &Replica) -> Result<Option<String>> {
        let request = self.http.get(replica.url(&format!("/api/v1/jobs/{job}"))).bearer_auth(TOKEN);
        let answer = self.runtime.block_on(async {
            let answer = request.send().await?;
            match answer.status() {
                StatusCode::NOT_FOUND => Ok(None),
                _ => answer.error_for_status()?.json::<Value>().await.map(Some),
            }
        })?;
        Ok(answer.and_then(|job| job["state"].as_str().map(str::to_owned)))
    }

    /// That it was answered that a command of ours was accepted.
    fn was_accepted(&self, command: String, job: Option<i64>) -> Result<()> {
        Ok(self.simulator.testify(vec![Fact::Accepted { command, job, by: US.to_owned() }])?)
    }

    /// Everything as it was at the beginning: all links whole, all replicas there.
    pub fn mend(&mut self) -> Result<()> {
        for replica in &mut self.replicas {
            replica.database.cure();
            replica.outside.cure();
            replica.wake();
            replica.revive()?;
        }
        Ok(())
    }
}

/// The shipped world in a hurry. Two of its pipelines can carry our marker and the others cannot, as in life.
fn write_config(root: &Path, folder: &Path) -> Result<PathBuf> {
    let shipped = fs::read_to_string(root.join("cluster-head.toml"))?;
    let mut config = shipped;
    for target in ["[targets.release-cluster]\n", "[targets.destroy-cluster]\n"] {
        ensure!(config.contains(target), "cluster-head.toml has no {target}");
        config = config.replace(target, &format!("{target}marker_parameter = \"{MARKER}\"\n"));
    }
    config += "\n[pace]\npoll = \"1s\"\nsettle = \"5s\"\nlook = \"2s\"\nstop = \"1min\"\nobserve = \"1s\"\n";
    let path = folder.join("cluster-head.toml");
    fs::write(&path, config)?;
    Ok(path)
}
