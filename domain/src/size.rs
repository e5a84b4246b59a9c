//! How big a cluster is brought up, and what that costs.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::spelling::spelled_enum;

spelled_enum! {
    /// The three sizes that the words know.
    Size ("size") { S = "s", M = "m", L = "l" }
}

/// A size as one cluster offers it: a machine type with its list price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeOffer {
    pub size: Size,
    /// The machine type in the cloud's words, such as `s-2vcpu-4gb`.
    pub machine: String,
    pub vcpus: u16,
    pub memory_gb: u16,
    /// US dollars for an hour of one node.
    pub hourly: Decimal,
    /// US dollars for a whole month, which is where the hourly price is capped.
    pub monthly: Decimal,
}
