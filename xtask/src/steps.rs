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
    let text = if result.is_ok() { outcome.0 } else { "did not work".to_owned() };
    println!("{}", line(label, &text, started.elapsed()));
    result
}

pub struct Outcome(String);

impl Outcome {
    pub fn is(&mut self, text: impl Into<String>) {
        self.0 = text.into();
    }
}

/// While a step runs on a terminal: its label, and the seconds so far.
struct Ticker(Option<(Sender<()>, JoinHandle<()>)>);

impl Ticker {
    fn start(label: &str, started: Instant) -> Self {
        if !std::io::stdout().is_terminal() {
            return Self(None);
        }
        let (done, ended) = mpsc::channel();
        let label = label.to_owned();
        let thread = std::thread::spawn(move || {
            loop {
                print!("\r{}", line(&label, "…", started.elapsed()));
                let _ = std::io::stdout().flush();
                if ended.recv_timeout(Duration::from_secs(1)) != Err(RecvTimeoutError::Timeout) {
                    print!("\r");
                    return;
                }
            }
        });
        Self(Some((done, thread)))
    }

    fn stop(self) {
        if let Some((done, thread)) = self.0 {
            // Neither fails while the thread is alive, and it ends only here.
            let _ = done.send(());
            let _ = thread.join();
        }
    }
}

fn line(label: &str, text: &str, took: Duration) -> String {
    format!("  {label:<16} {text:<56} {:>6.1} s", took.as_secs_f32())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_label_the_outcome_and_the_duration() {
        let text = line("npm packages", "already there", Duration::from_millis(1_240));
        assert_eq!(text.split_whitespace().collect::<Vec<_>>().join(" "), "npm packages already there 1.2 s");
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
