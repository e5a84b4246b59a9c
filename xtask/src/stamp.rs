//! Knows whether the inputs of a build step are still those of the last time, so that a second start is quick.
//! It compares contents: a fresh clone or a branch that comes back changes the times of files, not what is in them.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The digest of all inputs of one step.
#[derive(Default)]
pub struct Stamp(DefaultHasher);

impl Stamp {
    /// An input that is no file: an option, a version.
    pub fn text(mut self, text: &str) -> Self {
        text.hash(&mut self.0);
        self
    }

    /// A file, or every file below a folder, with its place in that folder. What is not there counts as absent.
    pub fn path(mut self, path: &Path) -> Result<Self> {
        for file in files_below(path)? {
            file.strip_prefix(path)?.hash(&mut self.0);
            fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?.hash(&mut self.0);
        }
        Ok(self)
    }

    /// Runs `work` unless the stamp in `record` is this one, and records it afterwards. `true` when it ran.
    pub fn unless_current(self, record: &Path, work: impl FnOnce() -> Result<()>) -> Result<bool> {
        let digest = format!("{:016x}", self.0.finish());
        if fs::read_to_string(record).is_ok_and(|recorded| recorded == digest) {
            return Ok(false);
        }
        // Half a step must not look like a whole one, so the old record goes first.
        let _ = fs::remove_file(record);
        work()?;
        if let Some(folder) = record.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(record, digest)?;
        Ok(true)
    }
}

/// Every file below a folder, in the order of their names.
pub fn files_below(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    if path.is_dir() {
        let mut entries = fs::read_dir(path)?.collect::<std::io::Result<Vec<_>>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            files.extend(files_below(&entry.path())?);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("xtask-{}-stamp-{name}", std::process::id()));
            fs::create_dir_all(path.join("inputs/deep")).unwrap();
            Self(path)
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.0.join("inputs").join(name), text).unwrap();
        }

        fn runs(&self) -> bool {
            let stamp = Stamp::default().text("-Oz").path(&self.0.join("inputs")).unwrap();
            stamp.unless_current(&self.0.join("record"), || Ok(())).unwrap()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn unchanged_inputs_are_not_worked_on_twice() {
        let folder = Folder::new("unchanged");
        folder.write("a.css", "a");
        assert!(folder.runs());
        folder.write("a.css", "a");
        assert!(!folder.runs());
    }

    #[test]
    fn a_changed_a_new_and_a_renamed_file_each_run_the_step_again() {
        let folder = Folder::new("changed");
        folder.write("a.css", "a");
        assert!(folder.runs());
        folder.write("a.css", "b");
        assert!(folder.runs());
        folder.write("deep/new.css", "");
        assert!(folder.runs());
        fs::rename(folder.0.join("inputs/a.css"), folder.0.join("inputs/b.css")).unwrap();
        assert!(folder.runs());
        assert!(!folder.runs());
    }

    #[test]
    fn a_step_that_failed_runs_again() {
        let folder = Folder::new("failed");
        folder.write("a.css", "a");
        assert!(folder.runs());
        folder.write("a.css", "b");
        let stamp = Stamp::default().text("-Oz").path(&folder.0.join("inputs")).unwrap();
        stamp.unless_current(&folder.0.join("record"), || anyhow::bail!("no")).unwrap_err();
        folder.write("a.css", "a");
        assert!(folder.runs());
    }

    #[test]
    fn other_options_are_other_inputs() {
        let folder = Folder::new("options");
        assert!(folder.runs());
        let other = Stamp::default().text("-O4").path(&folder.0.join("inputs")).unwrap();
        assert!(other.unless_current(&folder.0.join("record"), || Ok(())).unwrap());
    }
}
