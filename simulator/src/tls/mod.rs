//! TLS as the outside speaks it: an authority of its own, which a client can trust and nobody else, and the certificates
//! that it vouches for, a good one and those of a fault.

mod handshake;

use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, SanType, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;

pub(crate) use handshake::shake_hands;

use crate::faults::FaultKind;

/// A name that nobody looks for at a loopback address.
const ANOTHER_NAME: &str = "another.example";

pub(crate) struct Tls {
    authority: String,
    good: Arc<ServerConfig>,
    misnamed: Arc<ServerConfig>,
    expired: Arc<ServerConfig>,
}

impl Tls {
    pub fn new() -> io::Result<Self> {
        let authority = Authority::new().map_err(unusable)?;
        let misnamed = CertificateParams::new([ANOTHER_NAME.to_owned()]).map_err(unusable)?;
        let mut expired = of_loopback();
        expired.not_after = date_time_ymd(2020, 1, 1);
        Ok(Self {
            good: Arc::new(authority.shows(&of_loopback())?),
            misnamed: Arc::new(authority.shows(&misnamed)?),
            expired: Arc::new(authority.shows(&expired)?),
            authority: authority.pem,
        })
    }

    /// In PEM.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// What is shown to a caller whose handshake is struck by this, or by nothing.
    fn shown(&self, fault: Option<FaultKind>) -> Arc<ServerConfig> {
        let shown = match fault {
            Some(FaultKind::MisnamedCertificate) => &self.misnamed,
            Some(FaultKind::ExpiredCertificate) => &self.expired,
            _ => &self.good,
        };
        Arc::clone(shown)
    }
}

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Result<Self, rcgen::Error> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate()?;
        let pem = params.self_signed(&key)?.pem();
        Ok(Self { issuer: Issuer::new(params, key), pem })
    }

    /// A far end that shows such a certificate.
    fn shows(&self, certificate: &CertificateParams) -> io::Result<ServerConfig> {
        let key = KeyPair::generate().map_err(unusable)?;
        let certificate = certificate.signed_by(&key, &self.issuer).map_err(unusable)?;
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|config| {
                config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key)
            })
            .map_err(unusable)
    }
}

fn of_loopback() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.subject_alt_names = vec![SanType::IpAddress(Ipv4Addr::LOCALHOST.into())];
    params
}

fn unusable(error: impl fmt::Display) -> io::Error {
    io::Error::other(format!("the simulator has no certificate to show: {error}"))
}
