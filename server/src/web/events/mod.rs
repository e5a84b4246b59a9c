//! The live stream: what changed in the rows, sent to every browser that watches.
//!
//! Everything is level-triggered. The [`Hub`] finds out which rows have a new version, whoever changed them. Each
//! stream then sends the whole object as it is now, so a hint that was lost or came twice, a slow reader and a
//! reconnect all end in the same place: the browser shows the rows.

mod hub;
mod ledger;
mod objects;
mod pulse;
mod seats;
mod snapshot;
mod stream;
mod topic;

pub use hub::Hub;
pub use objects::Objects;
pub use pulse::Pulse;
pub use seats::Seats;
pub use stream::stream;
