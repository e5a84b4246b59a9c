//! A simulator with a client in front of it. Requests are made in the words of the services; answers are JSON.

use std::time::Duration;

use reqwest::{Certificate, Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use simulator::{Settings, Simulator};

pub const SLUG: &str = "gh/rivernews/iriversland2-kubernetes";
pub const REPOSITORY: &str = "rivernews%2Fslack-middleware-server";
pub const TOKEN: &str = "t0ken";

pub struct Outside {
    pub sim: Simulator,
    pub http: Client,
}

/// Its clock stands still.
pub async fn outside() -> Outside {
    outside_with(Settings::default()).await
}

pub async fn outside_with(settings: Settings) -> Outside {
    // Installed by the first test of the process; for the others it is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let sim = Simulator::start(Settings { speed: 0.0, ..settings }).await.unwrap();
    let http = match sim.authority() {
        Some(authority) => client_who_trusts(authority),
        None => Client::new(),
    };
    Outside { sim, http }
}

fn client_who_trusts(authority: &str) -> Client {
    let authority = Certificate::from_pem(authority.as_bytes()).unwrap();
    Client::builder().tls_certs_only([authority]).build().unwrap()
}

/// Status and JSON, `null` if the body is none.
pub async fn read(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

/// Status, content type and text.
pub async fn read_text(request: RequestBuilder) -> (u16, String, String) {
    let answer: Response = request.send().await.unwrap();
    let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    (answer.status().as_u16(), kind.unwrap_or_default(), answer.text().await.unwrap())
}

impl Outside {
    pub fn wait(&self, seconds: u64) {
        self.sim.advance(Duration::from_secs(seconds));
    }

    pub fn circleci(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.sim.circleci_url());
        self.http.request(method, url).header("Circle-Token", TOKEN)
    }

    pub fn travis(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.sim.travis_url());
        let request = self.http.request(method, url);
        request.header("Travis-API-Version", "3").header("Authorization", format!("token {TOKEN}"))
    }

    pub fn digitalocean(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.sim.digitalocean_url())).bearer_auth(TOKEN)
    }

    pub async fn digitalocean_get(&self, path: &str) -> Value {
        let (status, body) = read(self.digitalocean(path)).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// One list of what the cloud shows, all on one page.
    pub async fn in_the_cloud(&self, list: &str) -> Vec<Value> {
        let path = if list == "kubernetes_clusters" { "kubernetes/clusters" } else { list };
        let page = self.digitalocean_get(&format!("/v2/{path}?per_page=200")).await;
        page[list].as_array().unwrap().clone()
    }

    /// How many clusters, droplets, load balancers and volumes the cloud shows.
    pub async fn cloud_counts(&self) -> [usize; 4] {
        let mut counts = [0; 4];
        let lists = ["kubernetes_clusters", "droplets", "load_balancers", "volumes"];
        for (count, list) in counts.iter_mut().zip(lists) {
            *count = self.in_the_cloud(list).await.len();
        }
        counts
    }

    pub fn behind_the_scenes(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.sim.url()))
    }

    pub async fn circleci_get(&self, path: &str) -> Value {
        let (status, body) = read(self.circleci(Method::GET, path)).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub async fn travis_get(&self, path: &str) -> Value {
        let (status, body) = read(self.travis(Method::GET, path)).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub fn circleci_trigger(&self, branch: &str) -> RequestBuilder {
        self.circleci(Method::POST, &format!("/project/{SLUG}/pipeline")).json(&json!({ "branch": branch }))
    }

    /// Triggers a pipeline; gives its id.
    pub async fn pipeline(&self, branch: &str) -> String {
        let (status, receipt) = read(self.circleci_trigger(branch)).await;
        assert_eq!(status, 201, "{receipt}");
        text(&receipt["id"])
    }

    /// Triggers a pipeline and lets it come to its end; gives its id.
    pub async fn ended_pipeline(&self, branch: &str) -> String {
        let pipeline = self.pipeline(branch).await;
        self.wait(2 + 300);
        pipeline
    }

    pub async fn workflows(&self, pipeline: &str) -> Vec<Value> {
        let page = self.circleci_get(&format!("/pipeline/{pipeline}/workflow")).await;
        page["items"].as_array().unwrap().clone()
    }

    /// `name status` of each workflow, in the order of the list.
    pub async fn workflow_states(&self, pipeline: &str) -> Vec<String> {
        let workflows = self.workflows(pipeline).await;
        workflows.iter().map(|flow| format!("{} {}", text(&flow["name"]), text(&flow["status"]))).collect()
    }

    pub fn travis_trigger(&self, message: &str) -> RequestBuilder {
        let body = json!({ "request": { "branch": "master", "message": message } });
        self.travis(Method::POST, &format!("/repo/{REPOSITORY}/requests")).json(&body)
    }

    /// Requests a build; gives the id of the request.
    pub async fn travis_request(&self, message: &str) -> u64 {
        let (status, pending) = read(self.travis_trigger(message)).await;
        assert_eq!(status, 202, "{pending}");
        pending["request"]["id"].as_u64().unwrap()
    }

    /// Requests a build and waits until there is one; gives its id.
    pub async fn travis_build(&self, message: &str) -> u64 {
        let request = self.travis_request(message).await;
        self.wait(3);
        let request = self.travis_get(&format!("/repo/{REPOSITORY}/request/{request}")).await;
        request["builds"][0]["id"].as_u64().unwrap()
    }

    pub async fn build_state(&self, build: u64) -> String {
        text(&self.travis_get(&format!("/build/{build}")).await["state"])
    }

    pub fn batch(&self) -> RequestBuilder {
        let body = json!({ "token": TOKEN, "singleton": "true", "keepAliveK8sHeadService": "true" });
        self.http.post(self.sim.batch_url()).json(&body)
    }

    pub async fn batch_report(&self) -> Value {
        let (status, report) = read(self.batch()).await;
        assert_eq!(status, 200, "{report}");
        report
    }

    pub fn slack(&self, body: Value) -> RequestBuilder {
        self.http.post(self.sim.slack_url()).json(&body)
    }

    /// Sends a fault over HTTP, as a person would with curl.
    pub async fn post_fault(&self, fault: Value) -> (u16, Value) {
        read(self.behind_the_scenes(Method::POST, "/_faults").json(&fault)).await
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text")).to_owned()
}
