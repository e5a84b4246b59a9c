//! A webhook as CircleCI writes and signs it. Source: <https://circleci.com/docs/outbound-webhooks-reference/>.

use chrono::{SecondsFormat, TimeDelta};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use super::Receiver;
use crate::clock::Moment;
use crate::faults::FaultKind;
use crate::outside::Outside;

/// The end of a workflow.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub workflow: Uuid,
    pub name: &'static str,
    pub status: &'static str,
    pub created: Moment,
    pub stopped: Moment,
    pub pipeline: Uuid,
    pub number: u64,
    pub pipeline_created: Moment,
    pub branch: Option<String>,
    /// As `trigger` says it.
    pub trigger_type: &'static str,
    /// In the long form, which answers never contain: `github/acme/shop`.
    pub slug: String,
    pub repository_url: String,
    /// How far ahead of the truth its time is.
    pub ahead: TimeDelta,
}

/// What goes over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    pub url: String,
    pub body: String,
    /// `v1=…`
    pub signature: String,
    pub branch: Option<String>,
    pub fault: Option<FaultKind>,
}

impl Event {
    pub fn signed_for(&self, receiver: &Receiver, outside: &Outside) -> Signed {
        let body = self.shown(outside).to_string();
        Signed {
            url: receiver.url.clone(),
            signature: format!("v1={}", signature(&receiver.secret, &body)),
            body,
            branch: self.branch.clone(),
            fault: None,
        }
    }

    fn shown(&self, outside: &Outside) -> Value {
        let happened_at = outside.date(self.stopped) + self.ahead;
        let name = self.slug.rsplit('/').next().unwrap_or_default();
        let organization = self.slug.split('/').nth(1).unwrap_or_default();
        json!({
            "type": "workflow-completed",
            "id": Uuid::new_v4(),
            "happened_at": happened_at.to_rfc3339_opts(SecondsFormat::Millis, true),
            "webhook": { "id": Uuid::from_u128(0xcf8c_4fdd), "name": "cluster-head" },
            "project": { "id": Uuid::from_u128(0x8499_6744), "name": name, "slug": self.slug },
            "organization": { "id": Uuid::from_u128(0xf22b_6566), "name": organization },
            "workflow": {
                "id": self.workflow,
                "name": self.name,
                "created_at": outside.stamp(self.created),
                "stopped_at": outside.stamp(self.stopped),
                "url": format!("https://app.circleci.com/pipelines/{}/{}/workflows/{}", self.slug, self.number, self.workflow),
                "status": self.status,
            },
            "pipeline": {
                "id": self.pipeline,
                "number": self.number,
                "created_at": outside.stamp(self.pipeline_created),
                "trigger": { "type": self.trigger_type },
                "vcs": {
                    "provider_name": "github",
                    "origin_repository_url": self.repository_url,
                    "target_repository_url": self.repository_url,
                    "revision": "f454a02b5d10fcccfd7d9dd7608a76d6493a98b4",
                    "branch": self.branch,
                },
            },
        })
    }
}

/// Lower-case hex of HMAC-SHA256 over the body.
fn signature(secret: &str, body: &str) -> String {
    // A key of any length is a key.
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
    mac.map(|mac| hex::encode(mac.chain_update(body).finalize().into_bytes())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_signed_as_circleci_signs_its_own_example() {
        let expected = "734cc62f32841568f45715aeb9f4d7891324e6d948e4c6c60c0621cdac48623a";
        assert_eq!(signature("secret", "hello world"), expected);
    }
}
