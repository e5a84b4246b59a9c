//! What the cloud shows.

use domain::cloud::{Resource, ResourceKind};
use domain::proof::Observation;
use store::AcceptedLeftover;

use super::at;

/// A thing in the cloud, an hour old at minute 60.
pub fn resource(kind: ResourceKind, id: &str, name: &str) -> Resource {
    Resource {
        kind,
        id: id.into(),
        name: name.into(),
        tags: Vec::new(),
        created_at: Some(at(0)),
        daily: Some("0.24".parse().unwrap()),
        machine: None,
    }
}

/// The cloud showed this at minute 59.
pub fn observation(resources: Vec<Resource>) -> Observation {
    Observation {
        cluster: "iriversland2".into(),
        first_asked_at: at(0),
        asked_at: at(59),
        answered_at: Some(at(59)),
        resources,
        known_ids: Vec::new(),
        clean_looks: 0,
        error: None,
    }
}

/// That a person took it over.
pub fn accepted(resource: &Resource) -> AcceptedLeftover {
    AcceptedLeftover {
        kind: resource.kind,
        resource_id: resource.id.clone(),
        name: resource.name.clone(),
        by: "ana".into(),
        because: "holds the backups".into(),
        at: at(30),
    }
}
