//! The real router behind the real accept loop, on a free port.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::actor::{Actor, Channel};
use domain::catalogue::{Catalogue, ClusterSpec};
use domain::order::Ask;
use domain::size::Size;
use reqwest::header::{ACCEPT, COOKIE, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use secrecy::SecretString;
use server::config::{self, Keys, PasswordSetting};
use server::web::auth::Access;
use server::web::{Setup, ViewerLimits, Web, listen, router};
use sqlx::PgPool;
use store::{Store, Terms};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub const CLUSTER: &str = "iriversland2";
pub const PASSWORD: &str = "correct horse battery";
pub const API_TOKEN: &str = "0123456789abcdef0123456789abcdef";
pub const ADMIN_PASSWORD: &str = "correct horse battery staple";
pub const ADMIN_API_TOKEN: &str = "fedcba9876543210fedcba9876543210";
pub const SLACK_TOKEN: &str = "xoxo-slack-token";
/// The new one and the old one.
pub const WEBHOOK_SECRETS: [&str; 2] = ["a-new-secret-of-circleci", "an-old-secret-of-circleci"];

/// What a test leaves behind is gone at once: nobody waits for requests under way.
const GRACE: Duration = Duration::from_millis(100);

pub struct Service {
    pub url: String,
    pub store: Store,
    pub catalogue: Arc<Catalogue>,
    pub closing: CancellationToken,
    client: Client,
}

impl Service {
    /// Everybody on this machine is an admin, and programs say `Bearer demo`.
    pub async fn demo(pool: PgPool) -> Self {
        Self::start(pool, Access::Demo { api_token: "demo".into() }, Some(SLACK_TOKEN)).await
    }

    /// The operator signs in with [`PASSWORD`] and programs send [`API_TOKEN`]; an admin has [`ADMIN_PASSWORD`] and
    /// [`ADMIN_API_TOKEN`].
    pub async fn real(pool: PgPool) -> Self {
        Self::real_with(pool, |_| ()).await
    }

    /// The same with another config than the shipped one.
    pub async fn real_with(pool: PgPool, change: impl FnOnce(&mut Catalogue)) -> Self {
        let keys = |password: &str, api_token: &str| Keys {
            password: Some(PasswordSetting::Plain(password.into())),
            api_token: Some(api_token.into()),
        };
        let operator = keys(PASSWORD, API_TOKEN);
        let admin = keys(ADMIN_PASSWORD, ADMIN_API_TOKEN);
        let mut catalogue = shipped_catalogue();
        change(&mut catalogue);
        Self::with(pool, Access::Real { operator, admin }, Some(SLACK_TOKEN), catalogue).await
    }

    /// The demo with other limits to those who look at shares.
    pub async fn demo_with_seats(pool: PgPool, viewers: ViewerLimits) -> Self {
        let access = Access::Demo { api_token: "demo".into() };
        Self::with_seats(pool, access, None, shipped_catalogue(), viewers).await
    }

    pub async fn start(pool: PgPool, access: Access, slack_token: Option<&str>) -> Self {
        Self::with(pool, access, slack_token, shipped_catalogue()).await
    }

    /// The demo with a second cluster, which is like the first.
    pub async fn demo_with_second(pool: PgPool, name: &str) -> Self {
        let mut catalogue = shipped_catalogue();
        let first = catalogue.clusters[0].clone();
        catalogue.clusters.push(ClusterSpec { name: name.into(), ..first });
        Self::with(pool, Access::Demo { api_token: "demo".into() }, None, catalogue).await
    }

    async fn with(pool: PgPool, access: Access, slack_token: Option<&str>, catalogue: Catalogue) -> Self {
        Self::with_seats(pool, access, slack_token, catalogue, ViewerLimits::default()).await
    }

    async fn with_seats(
        pool: PgPool,
        access: Access,
        slack_token: Option<&str>,
        catalogue: Catalogue,
        viewers: ViewerLimits,
    ) -> Self {
        server::providers::install_crypto();
        let catalogue = Arc::new(catalogue);
        let store = Store::new(pool);
        let names: Vec<&str> = catalogue.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
        store.ensure_clusters(&names).await.unwrap();
        let closing = CancellationToken::new();
        let web = Web::new(Setup {
            store: store.clone(),
            catalogue: Arc::clone(&catalogue),
            access,
            slack_token: slack_token.map(SecretString::from),
            circleci_webhook_secrets: WEBHOOK_SECRETS.map(SecretString::from).into(),
            site: Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/site"),
            check_sessions_every: Duration::from_millis(100),
            viewers,
            closing: closing.clone(),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(web.clone().follow_changes());
        tokio::spawn(listen::serve(listener, router(web), closing.clone(), GRACE));
        let client = Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
        Self { url, store, catalogue, closing, client }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.request(Method::POST, path)
    }

    /// A form as a browser sends it from one of our own pages.
    pub fn submit(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        self.post(path).header(ACCEPT, "text/html").header("sec-fetch-site", "same-origin").form(fields)
    }

    /// Signs in and returns the cookie as a browser sends it back.
    pub async fn sign_in(&self) -> String {
        self.sign_in_with(PASSWORD).await
    }

    pub async fn sign_in_with(&self, password: &str) -> String {
        let answer = self.submit("/login", &[("password", password)]).send().await.unwrap();
        cookie_of(&answer).expect("signing in sets a cookie")
    }

    /// Where a form leads.
    pub async fn press(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.submit(path, fields).send().await.unwrap();
        assert_eq!(answer.status(), 303, "{path} {fields:?}");
        answer.headers()["location"].to_str().unwrap().to_owned()
    }

    /// A page of the demo: its status and itself.
    pub async fn page(&self, path: &str) -> (u16, String) {
        let answer = self.get(path).header(ACCEPT, "text/html").send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// A page as somebody with this cookie gets it.
    pub async fn get_with(&self, cookie: &str, path: &str) -> Response {
        self.get(path).header(ACCEPT, "text/html").header(COOKIE, cookie).send().await.unwrap()
    }

    /// A job without the detour over HTTP.
    pub async fn accept(&self, routine: &str, size: Option<Size>) -> i64 {
        self.accept_on(CLUSTER, routine, size).await
    }

    pub async fn accept_on(&self, cluster: &str, routine: &str, size: Option<Size>) -> i64 {
        let ask = Ask { routine: routine.into(), cluster: cluster.into(), size, ..Ask::default() };
        let order = self.catalogue.order(&ask).unwrap();
        let actor = Actor::new("ana", Channel::Slack);
        self.store.accept(&order, &actor, &Terms::default()).await.unwrap().number
    }

    pub async fn number_of_jobs(&self) -> i64 {
        self.store.job_counts(None).await.unwrap().all
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

/// The cookie that an answer sets, as a browser sends it back.
pub fn cookie_of(answer: &Response) -> Option<String> {
    let set = answer.headers().get(SET_COOKIE)?.to_str().ok()?;
    set.split(';').next().map(str::to_owned)
}

fn shipped_catalogue() -> Catalogue {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cluster-head.toml");
    config::load(&file).unwrap().catalogue
}
