//! Why a service could not prove who it is, in words for people: those of TLS are for whoever knows it.

use std::error::Error;
use std::io;

use chrono::DateTime;
use rustls::pki_types::UnixTime;
use rustls::{CertificateError, InvalidMessage};

/// None where no connection came about for another reason, or for one that is too rare for words of its own.
pub(super) fn unproven(cause: &(dyn Error + 'static)) -> Option<String> {
    Some(match of_tls(cause)? {
        rustls::Error::InvalidCertificate(CertificateError::NotValidForNameContext { expected, .. }) => {
            format!("its certificate is of another name than {}", expected.to_str())
        }
        rustls::Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. }) => {
            format!("its certificate expired at {}", date(*not_after)?)
        }
        rustls::Error::InvalidCertificate(CertificateError::NotValidYetContext { not_before, .. }) => {
            format!("its certificate is not valid before {}", date(*not_before)?)
        }
        // The signature is bad where somebody else took the name of an authority that we trust.
        rustls::Error::InvalidCertificate(
            CertificateError::UnknownIssuer | CertificateError::BadSignature,
        ) => "nobody whom we trust vouches for its certificate".to_owned(),
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "it does not speak TLS".to_owned()
        }
        _ => return None,
    })
}

/// An IO error does not name what it carries as its source.
fn of_tls<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    match error.downcast_ref::<io::Error>() {
        Some(carrier) => of_tls(carrier.get_ref()?),
        None => error.downcast_ref(),
    }
}

fn date(time: UnixTime) -> Option<String> {
    let date = DateTime::from_timestamp(i64::try_from(time.as_secs()).ok()?, 0)?;
    Some(date.format("%Y-%m-%d %H:%M UTC").to_string())
}
