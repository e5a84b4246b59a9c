//! `cargo xtask postgres`: the Postgres for working on the code, until Ctrl-C.

use anyhow::{Result, bail};

use crate::postgres::{Data, Postgres};
use crate::steps::step;
use crate::workspace::Workspace;
use crate::{interrupt, process};

const DATABASE: &str = "cluster_head";

pub fn run(workspace: &Workspace) -> Result<()> {
    let log = workspace.target.join("run/postgres-development.log");
    let mut postgres = step("Postgres", |outcome| {
        let postgres = Postgres::open(workspace, "development", Data::Kept, &log)?;
        outcome.is(postgres.describe());
        Ok(postgres)
    })?;
    if matches!(postgres, Postgres::Given { .. }) {
        bail!("DATABASE_URL is set: that Postgres is used everywhere, there is none to start");
    }
    println!(
        "\n  DATABASE_URL={}\n\n  Its data is kept. Stop it with Ctrl-C.",
        postgres.keep_or_create(DATABASE)?
    );
    while !interrupt::requested() {
        if postgres.keep_alive()? {
            println!("  Postgres had ended and was started again.");
        }
        std::thread::sleep(process::LOOK_AGAIN);
    }
    Ok(())
}
