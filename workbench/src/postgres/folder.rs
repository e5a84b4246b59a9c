//! Where a private Postgres keeps its data, its password, and the lock that says who uses it.

use std::fs::{DirBuilder, File, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::account::Account;
use crate::workspace::Workspace;

pub struct Folder {
    path: PathBuf,
    pub account: Account,
    /// Held as long as this value lives.
    _lock: File,
}

impl Folder {
    /// Claims the folder of this name, or `name-2`, `name-3` … while other commands use those before it.
    pub fn claim(workspace: &Workspace, name: &str, account: Account) -> Result<Self> {
        let parent = parent(workspace, account)?;
        for number in 1.. {
            let path = parent.join(if number == 1 { name.to_owned() } else { format!("{name}-{number}") });
            // Beside the folder, not in it: who makes the folder and gives it away has to be alone already.
            let lock = File::create(path.with_extension("lock"))?;
            match lock.try_lock() {
                Ok(()) => {
                    open_folder(&path, 0o700, account)?;
                    return Ok(Self { path, account, _lock: lock });
                }
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => {
                    return Err(error).context(format!("cannot lock {}", path.display()));
                }
            }
        }
        bail!("every data folder of Postgres in {} is in use", parent.display())
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// Whether an `initdb` came to its end here. The leftovers of one that did not are removed.
    pub fn is_initialised(&self) -> bool {
        let done = self.data().join("global/pg_control").is_file() && self.password_file().is_file();
        if !done {
            let _ = std::fs::remove_dir_all(self.data());
            let _ = std::fs::remove_file(self.password_file());
        }
        done
    }

    /// A new password in a file that only the account can read.
    pub fn create_password(&self) -> Result<PathBuf> {
        let mut random = [0; 24];
        File::open("/dev/urandom")?.read_exact(&mut random)?;
        let password: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let path = self.password_file();
        let mut file = File::options().create_new(true).write(true).mode(0o600).open(&path)?;
        file.write_all(password.as_bytes())?;
        self.account.give(&path)?;
        Ok(path)
    }

    pub fn password(&self) -> Result<String> {
        let path = self.password_file();
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    fn password_file(&self) -> PathBuf {
        self.path.join("password")
    }
}

/// A folder below the target directory, or below the system's temporary one when the account of Postgres
/// cannot get into the checkout (one below `/root`, say).
pub fn parent(workspace: &Workspace, account: Account) -> Result<PathBuf> {
    let wanted = workspace.target.join("postgres");
    if account.can_enter(&wanted) {
        std::fs::create_dir_all(&wanted)?;
        return Ok(wanted);
    }
    let elsewhere = std::env::temp_dir().join(format!("cluster-head-{:016x}", hash_of(&workspace.target)));
    open_folder(&elsewhere, 0o755, Account::Ours)?;
    Ok(elsewhere)
}

/// Makes a folder, or takes the one that is there: a link or a stranger's folder in its place is refused.
fn open_folder(path: &Path, mode: u32, account: Account) -> Result<()> {
    match DirBuilder::new().mode(mode).create(path) {
        Ok(()) => return account.give(path),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).context(format!("cannot create {}", path.display())),
    }
    let found = path.symlink_metadata()?;
    let owner = match account {
        Account::Ours => nix::unistd::Uid::effective().as_raw(),
        Account::Lesser { uid, .. } => uid,
    };
    ensure!(
        found.is_dir() && found.uid() == owner,
        "{} belongs to another user; remove it or set DATABASE_URL to a Postgres of yours",
        path.display()
    );
    Ok(())
}

fn hash_of(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(name: &str) -> Workspace {
        let root = std::env::temp_dir().join(format!("xtask-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&root).unwrap();
        Workspace { target: root.join("target"), root }
    }

    #[test]
    fn a_second_command_gets_a_folder_of_its_own() {
        let workspace = workspace("second");
        let first = Folder::claim(&workspace, "run", Account::Ours).unwrap();
        let second = Folder::claim(&workspace, "run", Account::Ours).unwrap();
        assert!(first.path().ends_with("postgres/run"));
        assert!(second.path().ends_with("postgres/run-2"));

        drop(first);
        let third = Folder::claim(&workspace, "run", Account::Ours).unwrap();
        assert!(third.path().ends_with("postgres/run"));
        std::fs::remove_dir_all(workspace.root).unwrap();
    }

    #[test]
    fn commands_that_start_at_the_same_moment_get_a_folder_each() {
        let workspace = workspace("moment");
        let claim = || Folder::claim(&workspace, "run", Account::Ours).unwrap();
        let folders: Vec<Folder> = std::thread::scope(|scope| {
            let claims: Vec<_> = (0..16).map(|_| scope.spawn(claim)).collect();
            claims.into_iter().map(|claim| claim.join().unwrap()).collect()
        });
        let paths: std::collections::HashSet<_> = folders.iter().map(Folder::path).collect();
        assert_eq!(paths.len(), folders.len());
        std::fs::remove_dir_all(workspace.root).unwrap();
    }

    #[test]
    fn half_an_initdb_does_not_count() {
        let workspace = workspace("half");
        let folder = Folder::claim(&workspace, "run", Account::Ours).unwrap();
        std::fs::create_dir_all(folder.data().join("base")).unwrap();
        assert!(!folder.is_initialised());
        assert!(!folder.data().exists());
        std::fs::remove_dir_all(workspace.root).unwrap();
    }

    #[test]
    fn the_password_is_long_random_and_private() {
        let workspace = workspace("password");
        let folder = Folder::claim(&workspace, "run", Account::Ours).unwrap();
        let path = folder.create_password().unwrap();
        assert_eq!(folder.password().unwrap().len(), 48);
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
        std::fs::remove_dir_all(workspace.root).unwrap();
    }

    #[test]
    fn a_link_in_the_place_of_a_folder_is_refused() {
        let workspace = workspace("link");
        let link = workspace.root.join("link");
        std::os::unix::fs::symlink("/", &link).unwrap();
        assert!(open_folder(&link, 0o700, Account::Ours).is_err());
        std::fs::remove_dir_all(workspace.root).unwrap();
    }
}
