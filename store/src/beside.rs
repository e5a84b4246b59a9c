//! Databases beside the real one, on the same server: a fire drill has one for itself and drops it afterwards.

use sqlx::{AssertSqlSafe, raw_sql};

use crate::{Error, Store, connections};

const CONNECTIONS: u32 = 10;

/// What Postgres says to a role without the right.
const INSUFFICIENT_PRIVILEGE: &str = "42501";

impl Store {
    /// Creates an empty database and connects to it with the same role.
    ///
    /// # Errors
    /// [`Error::MayNotCreateDatabases`] when the role lacks the right; the rest when the server does not answer.
    pub async fn create_beside(&self, name: &str) -> Result<Self, Error> {
        let options = self.pool.connect_options();
        // Nobody can be connected to `template0`, which would make the server refuse to copy it.
        let create = format!("create database {} template template0", quoted(name));
        raw_sql(AssertSqlSafe(create)).execute(&self.pool).await.map_err(|error| {
            let code = error.as_database_error().and_then(|error| error.code());
            if code.as_deref() == Some(INSUFFICIENT_PRIVILEGE) {
                Error::MayNotCreateDatabases { role: options.get_username().to_owned() }
            } else {
                error.into()
            }
        })?;
        let options = options.as_ref().clone().database(name);
        Ok(Self { pool: connections::pool(CONNECTIONS).connect_lazy_with(options) })
    }

    /// Drops a database beside this one, and ends what this role still has open there. One that is gone already is no error.
    ///
    /// Not `with (force)`: while Postgres vacuums there by itself, it lets nobody but a superuser do that. Without force it
    /// ends its vacuuming for anybody.
    ///
    /// # Errors
    /// When another role stays connected, the server does not answer, or the role does not own the database.
    pub async fn drop_beside(&self, name: &str) -> Result<(), Error> {
        let ours = sqlx::query!(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = current_user",
            name
        );
        ours.fetch_all(&self.pool).await?;
        self.drop_deserted_beside(name).await
    }

    /// Drops a database beside this one that nobody is connected to; the server refuses while somebody is.
    ///
    /// # Errors
    /// When somebody is connected, the server does not answer, or the role does not own the database.
    pub async fn drop_deserted_beside(&self, name: &str) -> Result<(), Error> {
        let drop = format!("drop database if exists {}", quoted(name));
        raw_sql(AssertSqlSafe(drop)).execute(&self.pool).await?;
        Ok(())
    }

    /// The databases of the server whose names begin so and that nobody is connected to.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn deserted_beside(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let names = sqlx::query_scalar!(
            r#"select datname::text as "name!" from pg_database
                where starts_with(datname, $1)
                  and not exists (select from pg_stat_activity as somebody where somebody.datid = pg_database.oid)
                order by datname"#,
            prefix
        );
        Ok(names.fetch_all(&self.pool).await?)
    }
}

/// The name in quotes, which nothing in it can end.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
