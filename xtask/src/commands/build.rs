//! `cargo xtask build`: the binary and the site beside it, as the image needs them.

use anyhow::Result;

use crate::steps::step;
use crate::workspace::Workspace;
use crate::{server, site, tools};

pub fn run(workspace: &Workspace, release: bool) -> Result<()> {
    tools::check(workspace)?;
    site::install_npm_packages(workspace)?;
    step("server", |outcome| {
        server::build(workspace, release)?;
        outcome.is(workspace.show(&workspace.cluster_head(release)));
        Ok(())
    })?;
    site::build(workspace)?;
    Ok(())
}
