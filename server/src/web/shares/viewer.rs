//! One who looks at a shared page: a bare connection, and how much of what the room said was told. There may be
//! thousands, so there is nothing else, and no timer either while the other end reads.

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::FromRequestParts;
use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use super::frame::Frame;
use super::rooms::Saying;
use crate::web::error::Problem;
use crate::web::handover::{Framing, Handover};
use crate::web::peer;
use crate::web::state::Web;

/// How long somebody may leave unread what was sent.
const UNREAD_FOR: Duration = Duration::from_secs(30);
/// How much the system keeps for one who reads slowly; it takes twice as much for itself.
const SENT_AHEAD: usize = 16 * 1024;

const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Somebody who wants to look.
pub struct Arrival {
    pub client: IpAddr,
    handover: Handover,
    framing: Framing,
}

impl FromRequestParts<Web> for Arrival {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Problem> {
        let handover = Handover::from_request_parts(parts, web).await?;
        Ok(Self { client: peer::client(parts), handover, framing: Framing::of(parts.version) })
    }
}

impl Arrival {
    /// Shows what the room says, until it closes or `over`. The `seat` is given back after that.
    pub fn show<S: Send + 'static>(
        self,
        seat: S,
        sayings: watch::Receiver<Saying>,
        over: impl Future<Output = ()> + Send + 'static,
    ) -> Response {
        let framing = self.framing;
        let body = self.handover.body(move |stream| async move {
            let _seat = seat;
            Viewer { stream, framing, sayings, seen: 0, patience: UNREAD_FOR }.look(over).await;
        });
        ([(CONTENT_TYPE, "text/event-stream"), (X_ACCEL_BUFFERING, "no")], body).into_response()
    }
}

struct Viewer {
    stream: TcpStream,
    framing: Framing,
    sayings: watch::Receiver<Saying>,
    /// The number of the last page that was told.
    seen: u64,
    patience: Duration,
}

impl Viewer {
    async fn look(mut self, over: impl Future<Output = ()>) {
        if let Err(error) = socket2::SockRef::from(&self.stream).set_send_buffer_size(SENT_AHEAD) {
            tracing::debug!(%error, "a viewer has the buffers that the system gives to everybody");
        }
        let mut over = pin!(over);
        loop {
            match self.tell().await {
                Ok(is_last) if is_last => break,
                Ok(_) => {}
                Err(error) => return tracing::debug!(%error, "a viewer did not read"),
            }
            tokio::select! {
                changed = self.sayings.changed() => if changed.is_err() { break },
                () = gone(&self.stream) => return,
                () = &mut over => break,
            }
        }
        // Whoever has left, or still does not read, needs no goodbye.
        let _ = write_some(&self.stream, &mut Frame::end(self.framing));
    }

    /// Tells what is new, and says whether it was the last.
    async fn tell(&mut self) -> io::Result<bool> {
        let (page, note, is_last) = {
            let saying = self.sayings.borrow_and_update();
            let is_page_new = saying.pages != self.seen;
            self.seen = saying.pages;
            let page = is_page_new.then(|| saying.page.framed(self.framing));
            let note = (!is_page_new || saying.is_last).then(|| saying.note.framed(self.framing));
            (page, note, saying.is_last)
        };
        for bytes in [page, note].into_iter().flatten() {
            self.write(bytes).await?;
        }
        Ok(is_last)
    }

    async fn write(&self, mut bytes: Bytes) -> io::Result<()> {
        if bytes.is_empty() || write_some(&self.stream, &mut bytes)? {
            return Ok(());
        }
        // Few get here, so only they carry what waiting needs.
        let rest = Box::pin(timeout(self.patience, async {
            loop {
                self.stream.writable().await?;
                if write_some(&self.stream, &mut bytes)? {
                    return Ok(());
                }
            }
        }));
        rest.await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }
}

/// Whoever looks has nothing more to say: a word ends it as much as a goodbye.
async fn gone(stream: &TcpStream) {
    loop {
        let word = stream.readable().await.and_then(|()| stream.try_read(&mut [0]));
        match word {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            _ => return,
        }
    }
}

/// Writes what fits, and says whether that was everything.
fn write_some(stream: &TcpStream, bytes: &mut Bytes) -> io::Result<bool> {
    match stream.try_write(bytes) {
        Ok(written) => {
            let _ = bytes.split_to(written);
            Ok(bytes.is_empty())
        }
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use serde_json::json;
    use tokio::net::TcpListener;
    use tokio::task::JoinHandle;

    use super::*;

    /// More than all that stands between the two ends keeps.
    const LARGE: usize = 256 * 1024;
    const CHANGES: usize = 50;

    /// The viewer, and the other end of its connection.
    async fn viewer(room: &watch::Sender<Saying>, patience: Duration) -> (Viewer, TcpStream) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let theirs = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let sayings = room.subscribe();
        (Viewer { stream, framing: Framing::Plain, sayings, seen: 0, patience }, theirs)
    }

    async fn looking(room: &watch::Sender<Saying>, patience: Duration) -> (JoinHandle<()>, TcpStream) {
        let (viewer, theirs) = viewer(room, patience).await;
        (tokio::spawn(viewer.look(pending())), theirs)
    }

    fn show(room: &watch::Sender<Saying>, number: usize) {
        room.send_modify(|saying| {
            saying.pages += 1;
            saying.page = Frame::new("page", &json!({ "filler": "x".repeat(LARGE), "number": number }));
        });
    }

    /// Reads until the page of this number is there, and says how many pages came.
    async fn read_until(theirs: &TcpStream, number: usize) -> usize {
        let (end, mut read) = (format!("\"number\":{number}}}\n\n"), Vec::new());
        while !read.ends_with(end.as_bytes()) {
            theirs.readable().await.unwrap();
            let mut some = vec![0; LARGE];
            match theirs.try_read(&mut some) {
                Ok(0) => panic!("the connection ended before page {number}"),
                Ok(count) => read.extend_from_slice(&some[..count]),
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
            }
        }
        String::from_utf8(read).unwrap().matches("event: page\n").count()
    }

    #[tokio::test]
    async fn whoever_does_not_read_keeps_nothing_from_others_and_gets_no_more_than_the_latest() {
        let room = watch::Sender::new(Saying::default());
        let (_silent, later) = looking(&room, UNREAD_FOR).await;
        let (_reads, theirs) = looking(&room, UNREAD_FOR).await;
        for number in 1..=CHANGES {
            show(&room, number);
            assert_eq!(read_until(&theirs, number).await, 1);
        }
        let pages = read_until(&later, CHANGES).await;
        assert!(pages <= 2, "{pages} pages were kept for one who did not read");
    }

    #[tokio::test]
    async fn whoever_goes_on_not_reading_is_sent_away() {
        let room = watch::Sender::new(Saying::default());
        let (silent, _theirs) = looking(&room, Duration::from_millis(1)).await;
        show(&room, 1);
        silent.await.unwrap();
        assert_eq!(room.receiver_count(), 0);
    }

    #[tokio::test]
    async fn whoever_leaves_gives_the_place_back_though_nothing_is_told() {
        let room = watch::Sender::new(Saying::default());
        let (gone, theirs) = looking(&room, UNREAD_FOR).await;
        drop(theirs);
        gone.await.unwrap();
        assert_eq!(room.receiver_count(), 0);
    }

    #[tokio::test]
    async fn a_ping_that_nobody_waited_for_hides_no_page() {
        let room = watch::Sender::new(Saying::default());
        show(&room, 1);
        room.send_modify(|saying| saying.note = Frame::new("ping", &json!({})));
        let (_reads, theirs) = looking(&room, UNREAD_FOR).await;
        assert_eq!(read_until(&theirs, 1).await, 1);
    }

    /// There are thousands of them.
    #[tokio::test]
    async fn a_viewer_weighs_little() {
        let room = watch::Sender::new(Saying::default());
        let (viewer, _theirs) = viewer(&room, UNREAD_FOR).await;
        let bytes = size_of_val(&viewer.look(pending::<()>()));
        assert!(bytes <= 1_024, "{bytes} bytes");
    }
}
