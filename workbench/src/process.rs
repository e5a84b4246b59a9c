//! Runs another program to its end. A stop that is asked for meanwhile reaches that program too.

use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::interrupt;

/// How often a waiting loop looks again.
pub const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// How long a program may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(12);

/// Runs it with its output shown as it comes.
pub fn run(command: &mut Command) -> Result<()> {
    let child = start(command)?;
    succeed(command, wait(child)?)
}

/// Runs it with its output in a file, which is shown only when it fails.
pub fn run_quietly(command: &mut Command, log: &Path) -> Result<()> {
    let output = create_log(log)?;
    let child = start(command.stdout(output.try_clone()?).stderr(output))?;
    let status = wait(child)?;
    if !status.success() {
        eprintln!("\n{}", std::fs::read_to_string(log).unwrap_or_default().trim_end());
    }
    succeed(command, status)
}

/// Runs it and returns what it wrote to its standard output, without the line end.
pub fn read(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| cannot_start(command))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed ({}): {}", line_of(command), output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Starts it in a process group of its own: Ctrl-C reaches only this program, which passes it on.
pub fn start(command: &mut Command) -> Result<Child> {
    command.stdin(Stdio::null()).process_group(0).spawn().with_context(|| cannot_start(command))
}

/// Waits for the end, and passes a stop on.
pub fn wait(mut child: Child) -> Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            interrupt::check()?;
            return Ok(status);
        }
        if interrupt::requested() {
            end(&mut child, Signal::SIGINT, Reach::Group);
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// Whom a request to end is sent to.
#[derive(Clone, Copy)]
pub enum Reach {
    /// The program itself, which tells its own children.
    Program,
    /// The program and all that it started.
    Group,
}

/// Asks it with this signal to end, waits, and kills it when it does not.
pub fn end(child: &mut Child, signal: Signal, reach: Reach) {
    if !matches!(child.try_wait(), Ok(None)) {
        return;
    }
    send(child, signal, reach);
    let deadline = Instant::now() + GRACE;
    while Instant::now() < deadline {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        std::thread::sleep(LOOK_AGAIN);
    }
    send(child, Signal::SIGKILL, reach);
    let _ = child.wait();
}

/// Sends a signal. That the program is gone already is no error.
pub(crate) fn send(child: &Child, signal: Signal, reach: Reach) {
    if let Ok(id) = i32::try_from(child.id()) {
        // Every program leads a group of its own.
        let _ = match reach {
            Reach::Program => kill(Pid::from_raw(id), signal),
            Reach::Group => killpg(Pid::from_raw(id), signal),
        };
    }
}

pub fn create_log(path: &Path) -> Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    File::create(path).with_context(|| format!("cannot write {}", path.display()))
}

/// The folder of `PATH` that holds this program.
pub fn folder_in_path(program: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).find(|folder| folder.join(program).is_file())
}

fn succeed(command: &Command, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("`{}` failed ({status})", line_of(command));
    }
    Ok(())
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start `{}`", line_of(command))
}

fn line_of(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};

    use super::*;

    #[test]
    fn a_failure_names_the_command_and_what_it_said() {
        let error = read(Command::new("sh").args(["-c", "echo no such luck >&2; exit 3"])).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("sh -c") && text.contains("no such luck"), "{text}");
        assert!(text.contains('3'), "{text}");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = run(&mut Command::new("no-such-program-here")).unwrap_err();
        assert_eq!(error.to_string(), "cannot start `no-such-program-here`");
    }

    #[test]
    fn what_a_program_started_ends_with_it_when_the_group_is_meant() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 600 & echo $!; wait"]).stdout(Stdio::piped());
        let mut child = start(&mut command).unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let grandchild = Pid::from_raw(line.trim().parse().unwrap());

        end(&mut child, Signal::SIGTERM, Reach::Group);
        // An orphan is there until the system has collected it.
        let is_running = || {
            std::fs::read_to_string(format!("/proc/{grandchild}/stat"))
                .is_ok_and(|stat| !stat.contains(") Z "))
        };
        while is_running() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn what_it_wrote_is_returned_without_the_line_end() {
        assert_eq!(read(Command::new("echo").arg("15.18")).unwrap(), "15.18");
    }
}
