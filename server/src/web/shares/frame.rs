//! An event as it goes over the wire, written once for all who get it.

use std::ops::Range;

use axum::body::Bytes;
use serde_json::Value;

use crate::web::handover::Framing;

/// Cheap to clone: all clones are the same bytes.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    chunk: Bytes,
    /// Where the event itself stands in the chunk.
    event: Range<usize>,
}

impl Frame {
    pub fn new(event: &str, data: &Value) -> Self {
        Self::of(&format!("event: {event}\ndata: {data}\n\n"))
    }

    /// The same, telling browsers when to come back after the stream broke.
    pub fn with_retry(event: &str, retry_milliseconds: u32, data: &Value) -> Self {
        Self::of(&format!("event: {event}\nretry: {retry_milliseconds}\ndata: {data}\n\n"))
    }

    /// What says that nothing more comes.
    pub const fn end(framing: Framing) -> Bytes {
        Bytes::from_static(match framing {
            Framing::Chunks => b"0\r\n\r\n",
            Framing::Plain => b"",
        })
    }

    pub fn framed(&self, framing: Framing) -> Bytes {
        match framing {
            Framing::Chunks => self.chunk.clone(),
            Framing::Plain => self.chunk.slice(self.event.clone()),
        }
    }

    fn of(event: &str) -> Self {
        let length = format!("{:x}\r\n", event.len());
        let event_at = length.len()..length.len() + event.len();
        Self { chunk: [&length, event, "\r\n"].concat().into(), event: event_at }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_ways_on_the_wire_carry_the_same_event() {
        let frame = Frame::new("ping", &json!({ "now": "12:00:00" }));
        let event = "event: ping\ndata: {\"now\":\"12:00:00\"}\n\n";
        assert_eq!(frame.framed(Framing::Plain), event);
        assert_eq!(frame.framed(Framing::Chunks), format!("26\r\n{event}\r\n"));
        assert_eq!(event.len(), 0x26);
    }
}
