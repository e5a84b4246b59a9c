//! What is logged while a test runs, in every thread of it.

use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::Dispatch;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

/// Everything is logged until it is dropped.
pub struct Logging {
    _another: Dispatch,
    _logging: DefaultGuard,
}

impl Log {
    pub fn begin() -> (Self, Logging) {
        let log = Self::default();
        let lines = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(log.clone())
            .with_ansi(false);
        // With one subscriber alone, whoever comes to a line of the log first decides for all whether it is ever written,
        // and the threads of other tests have none.
        let another = Dispatch::new(tracing_subscriber::registry());
        let logging = tracing::subscriber::set_default(lines.finish());
        (log, Logging { _another: another, _logging: logging })
    }

    /// What the service logged; the client of the tests speaks in the same process.
    pub fn of_the_service(&self) -> Vec<String> {
        let foreign = ["hyper_util::client", "reqwest"];
        let is_ours = |line: &&str| !foreign.iter().any(|name| line.contains(&format!(" {name}")));
        String::from_utf8_lossy(&self.bytes()).lines().filter(is_ours).map(str::to_owned).collect()
    }

    pub fn forget(&self) {
        self.bytes().clear();
    }

    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
