//! A fault as it is sent over HTTP: in JSON, with everything by its name.

use serde::Deserialize;

use crate::faults::{Chance, Fault, FaultError, FaultKind};
use crate::service::Service;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultForm {
    service: String,
    endpoint: String,
    fault: String,
    nth: Option<u32>,
    #[serde(default)]
    every: bool,
    chance: Option<f64>,
    seed: Option<u64>,
    times: Option<u32>,
    branch: Option<String>,
    seconds: Option<f64>,
}

/// Why no fault can be made of it, with the names that would have been understood.
pub(crate) struct Unreadable {
    pub error: String,
    pub known: Vec<&'static str>,
}

pub(crate) fn read(body: &[u8]) -> Result<Fault, Unreadable> {
    let form: FaultForm = serde_json::from_slice(body).map_err(|error| unreadable(error.to_string()))?;
    let service = Service::named(&form.service).ok_or_else(|| Unreadable {
        error: format!("there is no service {:?}", form.service),
        known: Service::ALL.iter().map(|service| service.name()).collect(),
    })?;
    let endpoint = service.endpoint(&form.endpoint).ok_or_else(|| Unreadable {
        error: format!("{} has no endpoint {:?}", service.name(), form.endpoint),
        known: service.endpoints().map(|endpoint| endpoint.name()).collect(),
    })?;
    let kind = FaultKind::named(&form.fault).ok_or_else(|| Unreadable {
        error: format!("there is no fault {:?}", form.fault),
        known: FaultKind::ALL.iter().map(|kind| kind.name()).collect(),
    })?;
    let chance = match (form.chance, form.seed) {
        (Some(_), _) if form.nth.is_some() => return Err(unreadable(FaultError::ChanceAndCount.to_string())),
        (Some(chance), Some(seed)) => Some(Chance { chance, seed }),
        (Some(_), None) => return Err(unreadable("chance needs a seed, so that it can be repeated")),
        (None, Some(_)) => return Err(unreadable("seed is for a fault that strikes by chance")),
        (None, None) => None,
    };
    let FaultForm { every, times, branch, seconds, .. } = form;
    Ok(Fault { endpoint, kind, nth: form.nth.unwrap_or(1), every, chance, times, branch, seconds })
}

fn unreadable(error: impl Into<String>) -> Unreadable {
    Unreadable { error: error.into(), known: Vec::new() }
}
