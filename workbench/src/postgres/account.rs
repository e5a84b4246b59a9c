//! `initdb` and `postgres` refuse to run as root, so root runs them as somebody with fewer rights.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use nix::unistd::{Uid, User};

/// Whom the Postgres programs run as.
#[derive(Clone, Copy)]
pub enum Account {
    Ours,
    Lesser { uid: u32, gid: u32 },
}

impl Account {
    pub fn for_postgres() -> Result<Self> {
        if !Uid::effective().is_root() {
            return Ok(Self::Ours);
        }
        for name in ["postgres", "nobody"] {
            if let Some(user) = User::from_name(name)? {
                return Ok(Self::Lesser { uid: user.uid.as_raw(), gid: user.gid.as_raw() });
            }
        }
        anyhow::bail!("Postgres refuses to run as root, and this machine has no user `postgres` or `nobody`")
    }

    pub fn apply(self, command: &mut Command) {
        if let Self::Lesser { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
    }

    pub fn give(self, path: &Path) -> Result<()> {
        if let Self::Lesser { uid, gid } = self {
            std::os::unix::fs::chown(path, Some(uid), Some(gid))
                .with_context(|| format!("cannot give {} to the user of Postgres", path.display()))?;
        }
        Ok(())
    }

    /// Whether this account may enter the folder: every folder above must let it through.
    pub fn can_enter(self, folder: &Path) -> bool {
        let Self::Lesser { uid, gid } = self else {
            return true;
        };
        folder.ancestors().all(|folder| match folder.metadata() {
            Ok(found) if found.uid() == uid => found.mode() & 0o100 != 0,
            Ok(found) if found.gid() == gid => found.mode() & 0o010 != 0,
            Ok(found) => found.mode() & 0o001 != 0,
            // What is not there yet will be made by us, open to it.
            Err(error) => error.kind() == std::io::ErrorKind::NotFound,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_closed_folder_on_the_way_keeps_a_lesser_account_out() {
        let closed = std::env::temp_dir().join(format!("xtask-{}-closed", std::process::id()));
        let inside = closed.join("inside");
        std::fs::create_dir_all(&inside).unwrap();
        let stranger = Account::Lesser { uid: 4_000_001, gid: 4_000_001 };

        std::fs::set_permissions(&closed, PermissionsExt::from_mode(0o700)).unwrap();
        assert!(!stranger.can_enter(&inside));
        assert!(Account::Ours.can_enter(&inside));

        std::fs::set_permissions(&closed, PermissionsExt::from_mode(0o711)).unwrap();
        assert!(stranger.can_enter(&inside));
        std::fs::remove_dir_all(closed).unwrap();
    }
}
