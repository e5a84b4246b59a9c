//! What a receipt looks like to programs.

use domain::Time;
use domain::job::JobState;
use domain::receipt::{Leftover, Receipt, ReceiptJob};
use domain::record::Evidence;
use rust_decimal::Decimal;
use serde::Serialize;

use super::cost::UpTimeShape;

#[derive(Serialize)]
pub struct ReceiptShape {
    number: i64,
    cluster: String,
    opened_at: Time,
    made_at: Time,
    /// Who brought the cluster up, or adopted it.
    started_by: Option<String>,
    up_times: Vec<UpTimeShape>,
    /// US dollars, as a decimal in a text.
    cost: Decimal,
    is_estimate: bool,
    /// By whose prices, for people; null where nothing was metered.
    estimate: Option<String>,
    jobs: Vec<JobShape>,
    /// On whose word it is gone: `ci` alone, the `cloud`, or `accepted` by a person; null where a person took it over.
    evidence: Option<Evidence>,
    closed_by: Option<String>,
    closed_because: Option<String>,
    leftovers: Vec<LeftoverShape>,
    /// For people.
    text: String,
}

/// As it stood when the receipt was made.
#[derive(Serialize)]
struct JobShape {
    number: i64,
    title: String,
    by: String,
    state: JobState,
}

#[derive(Serialize)]
struct LeftoverShape {
    what: String,
    accepted_by: String,
    because: String,
}

impl From<Receipt> for ReceiptShape {
    fn from(receipt: Receipt) -> Self {
        let (text, estimate) = (receipt.line(), receipt.estimate());
        let (closed_by, closed_because) = receipt.closed.map(|closing| (closing.by, closing.because)).unzip();
        Self {
            number: receipt.number,
            cluster: receipt.cluster,
            opened_at: receipt.opened_at,
            made_at: receipt.made_at,
            started_by: receipt.started_by.map(|actor| actor.to_string()),
            up_times: receipt.up_times.into_iter().map(UpTimeShape::from).collect(),
            cost: receipt.cost,
            is_estimate: true,
            estimate,
            jobs: receipt.jobs.into_iter().map(JobShape::from).collect(),
            evidence: receipt.evidence,
            closed_by,
            closed_because,
            leftovers: receipt.leftovers.into_iter().map(LeftoverShape::from).collect(),
            text,
        }
    }
}

impl From<ReceiptJob> for JobShape {
    fn from(job: ReceiptJob) -> Self {
        Self { number: job.number, title: job.title, by: job.by.to_string(), state: job.state }
    }
}

impl From<Leftover> for LeftoverShape {
    fn from(left: Leftover) -> Self {
        Self { what: left.what, accepted_by: left.by, because: left.because }
    }
}
