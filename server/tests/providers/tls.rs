//! TLS: a service that cannot prove who it is hears nothing of us.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::run::{ProviderKind, RunRef};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, SanType, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use server::providers::{ProviderError, Providers, TriggerError, install_crypto};
use simulator::{Settings, Simulator};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::canned::Canned;
use crate::world::{MARKER, PATIENCE, circleci_target, providers_at};

/// Set in the process that trusts the authority of a test.
const TRUSTING: &str = "TEST_TRUSTS_SSL_CERT_FILE";

/// A service behind TLS that answers 404 to everything.
struct Guarded {
    url: String,
    heard: Arc<AtomicUsize>,
}

impl Guarded {
    async fn start(certificate: &CertificateParams, authority: &Authority) -> Self {
        install_crypto();
        let key = KeyPair::generate().unwrap();
        let certificate = certificate.signed_by(&key, &authority.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let config = ServerConfig::builder().with_no_client_auth();
        let config = config.with_single_cert(vec![certificate.der().clone()], key).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));

        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let heard = Arc::new(AtomicUsize::new(0));
        let counted = heard.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let bytes = stream.read(&mut [0; 4096]).await.unwrap_or(0);
                counted.fetch_add(bytes, Ordering::SeqCst);
                let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").await;
            }
        });
        Self { url, heard }
    }

    fn heard_nothing(&self) -> bool {
        self.heard.load(Ordering::SeqCst) == 0
    }
}

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// What has to stand in a file for somebody to trust it.
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }
}

fn certificate_of_loopback() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.subject_alt_names = vec![SanType::IpAddress(Ipv4Addr::LOCALHOST.into())];
    params
}

async fn look_at(url: &str) -> ProviderError {
    look_by(&providers_at(url, PATIENCE)).await
}

/// At a run that nobody knows.
async fn look_by(providers: &Providers) -> ProviderError {
    let run = RunRef { provider: ProviderKind::CircleCi, id: "p".into(), number: None, url: String::new() };
    let circleci = providers.ci(ProviderKind::CircleCi).unwrap();
    circleci.look(&circleci_target("release"), &run).await.unwrap_err()
}

async fn trigger_at(url: &str) -> TriggerError {
    let circleci = providers_at(url, PATIENCE).circleci.unwrap();
    circleci.trigger(&circleci_target("release"), MARKER).await.unwrap_err()
}

/// Runs the test of this name once more, in a process that trusts only the certificates that it writes to
/// `SSL_CERT_FILE`. A process reads that variable, and a running one cannot change it safely.
async fn run_trusting(test: &'static str) {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("trusted-{}.pem", std::process::id()));
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", test, "--nocapture"]).env(TRUSTING, "1").env("SSL_CERT_FILE", &file);
    let output = tokio::task::spawn_blocking(move || child.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    std::fs::remove_file(file).unwrap();
}

#[tokio::test]
async fn a_service_that_nobody_vouches_for_hears_nothing() {
    let stranger = Guarded::start(&certificate_of_loopback(), &Authority::new()).await;
    let expected = "no connection to CircleCI: nobody whom we trust vouches for its certificate".to_owned();
    assert_eq!(
        look_at(&stranger.url).await,
        ProviderError::Transient { after: None, what: expected.clone() }
    );
    assert_eq!(trigger_at(&stranger.url).await, TriggerError::Unsent { after: None, what: expected });
    assert!(stranger.heard_nothing());
}

#[tokio::test]
async fn a_certificate_of_another_name_or_another_time_is_refused() {
    if std::env::var_os(TRUSTING).is_none() {
        return run_trusting("tls::a_certificate_of_another_name_or_another_time_is_refused").await;
    }
    let authority = Authority::new();
    std::fs::write(std::env::var_os("SSL_CERT_FILE").unwrap(), &authority.pem).unwrap();

    let right = Guarded::start(&certificate_of_loopback(), &authority).await;
    assert_eq!(look_at(&right.url).await, ProviderError::NotFound("CircleCI answered 404".into()));
    assert!(!right.heard_nothing());

    let mut of_another = CertificateParams::new(["circleci.example".to_owned()]).unwrap();
    of_another.not_before = date_time_ymd(2020, 1, 1);
    let mut expired = certificate_of_loopback();
    expired.not_after = date_time_ymd(2020, 1, 1);
    let mut of_tomorrow = certificate_of_loopback();
    of_tomorrow.not_before = date_time_ymd(4000, 1, 1);
    for (certificate, reason) in [
        (of_another, "is of another name than 127.0.0.1"),
        (expired, "expired at 2020-01-01 00:00 UTC"),
        (of_tomorrow, "is not valid before 4000-01-01 00:00 UTC"),
    ] {
        let service = Guarded::start(&certificate, &authority).await;
        let what = format!("no connection to CircleCI: its certificate {reason}");
        assert_eq!(look_at(&service.url).await, ProviderError::Transient { after: None, what });
        assert!(service.heard_nothing(), "{reason}");
    }
}

#[tokio::test]
async fn a_service_without_tls_is_not_spoken_to_in_the_clear() {
    let plain = Canned::start([]).await;
    let error = trigger_at(&plain.url.replace("http://", "https://")).await;
    let what = "no connection to CircleCI: it does not speak TLS".to_owned();
    assert_eq!(error, TriggerError::Unsent { after: None, what });
    assert!(plain.asked().is_empty());
}

#[tokio::test]
async fn clients_of_a_simulator_trust_the_authority_that_they_are_told_and_no_other() {
    let start = || Simulator::start(Settings { tls: true, ..Settings::default() });
    let (simulator, other) = (start().await.unwrap(), start().await.unwrap());
    let trusting = |told: &Simulator| {
        let authority = told.authority().unwrap();
        Providers::simulated_behind_tls(simulator.url(), authority, HashMap::new(), PATIENCE).unwrap()
    };
    assert!(matches!(look_by(&trusting(&simulator)).await, ProviderError::NotFound(_)));
    let what = "no connection to CircleCI: nobody whom we trust vouches for its certificate".to_owned();
    let refused = ProviderError::Transient { after: None, what };
    assert_eq!(look_by(&trusting(&other)).await, refused);
    assert_eq!(look_at(simulator.url()).await, refused, "who is told of no authority does not trust it");
}
