//! What a run does, as its branch says.

/// The work behind a branch. The stacks of a cluster are numbered: 0 makes the cluster and its machines, 1 what its
/// workloads need from the cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    Apply {
        cluster: String,
        stack: usize,
    },
    Destroy {
        cluster: String,
        stack: usize,
    },
    /// Touches nothing in the cloud.
    Deploy,
}

impl Work {
    pub fn branch(&self) -> String {
        match self {
            Self::Apply { cluster, stack } => format!("apply-{stack}/{cluster}"),
            Self::Destroy { cluster, stack } => format!("destroy-{stack}/{cluster}"),
            Self::Deploy => "deploy".to_owned(),
        }
    }

    pub fn of(branch: &str) -> Self {
        let parts = branch.split_once('/').and_then(|(verb, cluster)| {
            let (verb, stack) = verb.split_once('-')?;
            Some((verb, stack.parse().ok()?, cluster.to_owned()))
        });
        match parts {
            Some(("apply", stack, cluster)) => Self::Apply { cluster, stack },
            Some(("destroy", stack, cluster)) => Self::Destroy { cluster, stack },
            _ => Self::Deploy,
        }
    }

    /// The stack that it changes, which nobody else may change meanwhile.
    pub fn stack(&self) -> Option<(String, usize)> {
        match self {
            Self::Apply { cluster, stack } | Self::Destroy { cluster, stack } => {
                Some((cluster.clone(), *stack))
            }
            Self::Deploy => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_says_what_its_run_does() {
        let cluster = || "c0".to_owned();
        for work in [
            Work::Apply { cluster: cluster(), stack: 1 },
            Work::Destroy { cluster: cluster(), stack: 0 },
            Work::Deploy,
        ] {
            assert_eq!(Work::of(&work.branch()), work);
        }
    }
}
