//! Progress: one calm line per step, with what came of it and how long it took.

use std::io::{IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Result;

/// Runs one step; `work` may say what came of it.
pub fn step<T>(label: &str, work: impl FnOnce(&mut Outcome) -> Result<T>) -> Result<T> {
    crate::interrupt::check()?;
    let started = Instant::now();
    let ticker = Ticker::start(label, started);
    let mut outcome = Outcome(String::new());
    let result = work(&mut outcome);
    ticker.stop();
    let text = if result.is_ok() {
        outcome.0
    } else {
        "did not work".to_owned()
    };
    println!("{}", line(label, &text, started.elapsed()));
    result
}

pub struct Outcome(String);

impl Outcome {
    pub fn is(&mut self, text: impl Into<String>) {
        self.0 = text.into();
    }
}

/// While a step runs: its label, and on a terminal the seconds so far.
struct Ticker {
    done: Sender<()>,
    thread: JoinHandle<()>,
}

impl Ticker {
    fn start(label: &str, started: Instant) -> Self {
        let (done, ended) = mpsc::channel();
        let label = label.to_owned();
        let live = std::io::stdout().is_terminal();
        let thread = std::thread::spawn(move || {
            while live {
                print!("\r{}", line(&label, "…", started.elapsed()));
                let _ = std::io::stdout().flush();
                if ended.recv_timeout(Duration::from_secs(1)) != Err(RecvTimeoutError::Timeout) {
                    print!("\r");
                    return;
                }
            }
        });
        Self { done, thread }
    }

    fn stop(self) {
        // The thread is gone already where there is no terminal.
        let _ = self.done.send(());
        let _ = self.thread.join();
    }
}

fn line(label: &str, text: &str, took: Duration) -> String {
    format!("  {label:<16} {text:<52} {:>6.1} s", took.as_secs_f32())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_label_the_outcome_and_the_duration() {
        let text = line(
            "npm packages",
            "already there",
            Duration::from_millis(1_240),
        );
        assert_eq!(
            text.split_whitespace().collect::<Vec<_>>().join(" "),
            "npm packages already there 1.2 s"
        );
    }

    #[test]
    fn a_step_hands_its_result_on() {
        assert_eq!(
            step("test", |outcome| {
                outcome.is("done");
                Ok(7)
            })
            .unwrap(),
            7
        );
        assert!(step("test", |_| -> Result<()> { anyhow::bail!("no") }).is_err());
    }
}
