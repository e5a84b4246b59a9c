//! A program that keeps running beside this one, until it is dropped. Whatever the way out, nothing is left running.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
pub use nix::sys::signal::Signal;

use crate::process::{self, Reach};

pub struct Service {
    child: Child,
    log: PathBuf,
    /// Where its own lines begin: an earlier start may have written to the same log.
    begins: usize,
    stop_with: Signal,
}

impl Service {
    /// Starts it with its output appended to `log`; `stop_with` is the signal that it takes as a polite request.
    pub fn start(command: &mut Command, log: &Path, stop_with: Signal) -> Result<Self> {
        let output = std::fs::File::options()
            .create(true)
            .append(true)
            .open(log)
            .with_context(|| format!("cannot write {}", log.display()))?;
        let begins = usize::try_from(output.metadata()?.len())?;
        let child = process::start(command.stdout(output.try_clone()?).stderr(output))?;
        Ok(Self { child, log: log.to_owned(), begins, stop_with })
    }

    /// The id of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its exit status, if it is no longer there.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits for its end, at most so long.
    pub fn wait(&mut self, limit: Duration) -> Result<Option<ExitStatus>> {
        let deadline = Instant::now() + limit;
        loop {
            match self.ended()? {
                None if Instant::now() < deadline => std::thread::sleep(process::LOOK_AGAIN),
                ended => return Ok(ended),
            }
        }
    }

    /// Sends it a signal, and does not wait for what comes of it.
    pub fn signal(&self, signal: Signal) {
        process::send(&self.child, signal, Reach::Program);
    }

    pub fn last_lines(&self) -> String {
        let log = std::fs::read(&self.log).unwrap_or_default();
        last_lines(&String::from_utf8_lossy(log.get(self.begins..).unwrap_or_default()), 20)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        process::end(&mut self.child, self.stop_with, Reach::Program);
    }
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("xtask-{}-{name}.log", std::process::id()))
    }

    fn wait_for_line(service: &Service, line: &str) {
        while !service.last_lines().contains(line) {
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_dropped_service_is_no_longer_running() {
        let path = log("dropped");
        let service = Service::start(Command::new("sleep").arg("600"), &path, Signal::SIGTERM).unwrap();
        let pid = nix::unistd::Pid::from_raw(service.child.id() as i32);
        drop(service);
        assert!(nix::sys::signal::kill(pid, None).is_err());
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn it_is_asked_with_its_own_signal_and_can_say_goodbye() {
        let path = log("asked");
        let script = "trap 'echo goodbye; exit 0' USR1; echo ready; while :; do sleep 0.01; done";
        let service =
            Service::start(Command::new("sh").args(["-c", script]), &path, Signal::SIGUSR1).unwrap();
        wait_for_line(&service, "ready");
        drop(service);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "ready\ngoodbye\n");
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn the_lines_of_an_earlier_start_are_not_shown() {
        let path = log("earlier");
        std::fs::write(&path, "from before\n").unwrap();
        let mut service =
            Service::start(Command::new("echo").arg("from now"), &path, Signal::SIGTERM).unwrap();
        service.child.wait().unwrap();
        assert_eq!(service.last_lines(), "from now");
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn only_the_last_lines_are_shown() {
        assert_eq!(last_lines("one\ntwo\nthree\n", 2), "two\nthree");
        assert_eq!(last_lines("", 2), "");
    }
}
