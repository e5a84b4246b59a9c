//! How big a cluster is brought up, and what that costs.

use serde::{Deserialize, Serialize};

use crate::price::{MachinePrice, Price};
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
    /// How many machines of the type there are.
    pub nodes: u16,
    /// Of all of them together.
    pub price: Price,
}

impl SizeOffer {
    /// The same at the price that the cloud's own list says, where the machine stands in it: it wins over the config's.
    #[must_use]
    pub fn by_list<'a>(mut self, list: impl IntoIterator<Item = &'a MachinePrice>) -> Self {
        if let Some(listed) = list.into_iter().find(|listed| listed.machine == self.machine) {
            self.price = listed.price().times(self.nodes);
        }
        self
    }
}
