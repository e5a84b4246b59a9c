//! The command that brings a missing program to this machine.

use nix::unistd::Uid;

/// What a machine may lack.
#[derive(Clone, Copy)]
pub enum Missing {
    Node,
    Postgres,
    Chromium,
}

/// The command for this machine.
pub fn how_to_get(missing: Missing) -> String {
    System::of_this_machine().command_for(missing)
}

#[derive(Debug, PartialEq)]
enum System {
    Debian,
    Fedora,
    MacOs,
    Other,
}

impl System {
    fn of_this_machine() -> Self {
        if cfg!(target_os = "macos") {
            return Self::MacOs;
        }
        Self::from_os_release(&std::fs::read_to_string("/etc/os-release").unwrap_or_default())
    }

    fn from_os_release(text: &str) -> Self {
        let value = |key: &str| {
            let found = text.lines().find_map(|line| line.strip_prefix(key));
            found.unwrap_or_default().trim_matches('"').split_whitespace()
        };
        for name in value("ID=").chain(value("ID_LIKE=")) {
            match name {
                "debian" | "ubuntu" => return Self::Debian,
                "fedora" | "rhel" | "centos" => return Self::Fedora,
                _ => {}
            }
        }
        Self::Other
    }

    fn command_for(&self, missing: Missing) -> String {
        let sudo = if Uid::effective().is_root() { "" } else { "sudo " };
        match (self, missing) {
            // The packages of Debian 12 and Ubuntu 24.04 are too old.
            (Self::Debian, Missing::Node) => {
                format!(
                    "curl -fsSL https://deb.nodesource.com/setup_22.x | {sudo}bash - && {sudo}apt-get install -y nodejs"
                )
            }
            (Self::Debian, Missing::Postgres) => format!("{sudo}apt-get install -y postgresql"),
            (Self::Debian, Missing::Chromium) => format!("{sudo}apt-get install -y chromium"),
            (Self::Fedora, Missing::Node) => format!("{sudo}dnf install -y nodejs npm"),
            (Self::Fedora, Missing::Postgres) => format!("{sudo}dnf install -y postgresql-server"),
            (Self::Fedora, Missing::Chromium) => format!("{sudo}dnf install -y chromium"),
            (Self::MacOs, Missing::Node) => "brew install node".to_owned(),
            (Self::MacOs, Missing::Postgres) => "brew install postgresql@17".to_owned(),
            (Self::MacOs, Missing::Chromium) => "brew install --cask chromium".to_owned(),
            (Self::Other, Missing::Node) => "the packages of https://nodejs.org/en/download".to_owned(),
            (Self::Other, Missing::Postgres) => {
                "the packages of https://www.postgresql.org/download/".to_owned()
            }
            (Self::Other, Missing::Chromium) => "npx playwright install --with-deps chromium".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_known_by_their_own_name_or_by_what_they_are_like() {
        assert_eq!(System::from_os_release("NAME=x\nID=debian\n"), System::Debian);
        assert_eq!(System::from_os_release("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"), System::Debian);
        assert_eq!(System::from_os_release("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n"), System::Fedora);
        assert_eq!(System::from_os_release("ID=arch\n"), System::Other);
        assert_eq!(System::from_os_release(""), System::Other);
    }

    #[test]
    fn each_system_has_its_own_command() {
        assert!(System::Debian.command_for(Missing::Postgres).ends_with("apt-get install -y postgresql"));
        assert!(System::Fedora.command_for(Missing::Chromium).ends_with("dnf install -y chromium"));
        assert_eq!(System::MacOs.command_for(Missing::Node), "brew install node");
    }
}
