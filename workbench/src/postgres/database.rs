//! What this program itself says to a Postgres: make a database, apply the migrations.

use std::path::Path;

use anyhow::{Context, Result};
use postgres::{Client, NoTls};

pub fn connect(url: &str) -> Result<Client> {
    Client::connect(url, NoTls).context("cannot connect to Postgres")
}

/// Drops the database of this name, if there is one, and creates it empty.
pub fn create_anew(administration: &str, name: &str) -> Result<()> {
    let mut client = connect(administration)?;
    // Apart: neither statement may stand in a transaction.
    for statement in
        [format!(r#"drop database if exists "{name}" with (force)"#), format!(r#"create database "{name}""#)]
    {
        client.batch_execute(&statement).with_context(|| format!("cannot create the database {name}"))?;
    }
    Ok(())
}

/// Applies every migration, in the order of their names, to a database that has none.
pub fn migrate(url: &str, migrations: &Path) -> Result<()> {
    let mut client = connect(url)?;
    let mut files: Vec<_> = std::fs::read_dir(migrations)?.collect::<std::io::Result<_>>()?;
    files.retain(|file| file.path().extension().is_some_and(|extension| extension == "sql"));
    files.sort_by_key(std::fs::DirEntry::file_name);
    for file in files {
        let path = file.path();
        let sql = std::fs::read_to_string(&path)?;
        client.batch_execute(&sql).with_context(|| format!("{} does not apply", path.display()))?;
    }
    Ok(())
}

/// The address of another database on the same server.
pub fn sibling(url: &str, database: &str) -> Result<String> {
    let (scheme, rest) = url.split_once("://").context("DATABASE_URL has no `scheme://`")?;
    let (address, query) =
        rest.split_once('?').map_or((rest, None), |(address, query)| (address, Some(query)));
    let server = address.split_once('/').map_or(address, |(server, _)| server);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    Ok(format!("{scheme}://{server}/{database}{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sibling_keeps_the_server_the_login_and_the_options() {
        let sibling = |url| sibling(url, "e2e_0").unwrap();
        assert_eq!(sibling("postgres://me:pw@db:5433/work"), "postgres://me:pw@db:5433/e2e_0");
        assert_eq!(sibling("postgres://me@db"), "postgres://me@db/e2e_0");
        assert_eq!(
            sibling("postgres://db/work?sslmode=disable&a=/b"),
            "postgres://db/e2e_0?sslmode=disable&a=/b"
        );
    }

    #[test]
    fn an_address_without_a_scheme_is_refused() {
        assert!(sibling("localhost/work", "e2e_0").is_err());
    }
}
