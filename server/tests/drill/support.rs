//! An operator with a role of their own: may create databases, may write down drills, and nothing else.

use std::fmt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use sqlx::{AssertSqlSafe, ConnectOptions, PgPool};
use store::{Drill, Store};
use uuid::Uuid;

pub const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../cluster-head.toml");

pub struct Operator {
    pool: PgPool,
    role: String,
    url: String,
}

/// How a drill went, as the shell sees it.
pub struct Held {
    pub code: Option<i32>,
    pub report: String,
    pub error: String,
}

impl Operator {
    /// On the database of a test. The role owns nothing there, so whatever else a drill touched would be refused.
    pub async fn arrive(pool: PgPool) -> Self {
        Self::with_right(pool, "createdb").await
    }

    pub async fn without_the_right_to_create_databases(pool: PgPool) -> Self {
        Self::with_right(pool, "nocreatedb").await
    }

    async fn with_right(pool: PgPool, right: &str) -> Self {
        let role = format!("drill_operator_{}", Uuid::new_v4().simple());
        let options = pool.connect_options().as_ref().clone().username(&role).password("drill");
        let operator = Self { pool, url: options.to_url_lossy().to_string(), role };
        operator.execute(&format!("create role {} login {right} password 'drill'", operator.role)).await;
        let has_table = operator.count("select count(*) from pg_tables where tablename = 'drill'").await > 0;
        if has_table {
            operator.execute(&format!("grant select, insert on drill to {}", operator.role)).await;
        }
        operator
    }

    /// `cluster-head drill` with the shipped config.
    pub fn drill(&self, args: &[&str]) -> Held {
        self.command(Path::new(SHIPPED), args).output().unwrap().into()
    }

    pub fn command(&self, config: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cluster-head"));
        command.arg("drill").arg("--config").arg(config).args(args).env_clear();
        command.env("DATABASE_URL", &self.url).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub async fn last_drill(&self) -> Option<Drill> {
        Store::new(self.pool.clone()).last_drill().await.unwrap()
    }

    /// The databases of the drills that this operator holds.
    pub async fn databases(&self) -> Vec<String> {
        sqlx::query_scalar(
            "select datname::text from pg_database join pg_roles on pg_roles.oid = datdba where rolname = $1",
        )
        .bind(&self.role)
        .fetch_all(&self.pool)
        .await
        .unwrap()
    }

    pub async fn create_database(&self, name: &str) {
        self.execute(&format!("create database {name} owner {} template template0", self.role)).await;
    }

    pub async fn drop_database(&self, name: &str) {
        self.execute(&format!("drop database {name}")).await;
    }

    /// Looks for what was left behind, and goes.
    pub async fn leave(self) {
        assert_eq!(self.databases().await, Vec::<String>::new(), "databases were left behind");
        self.execute(&format!("drop owned by {}", self.role)).await;
        self.execute(&format!("drop role {}", self.role)).await;
    }

    async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.pool).await.unwrap()
    }

    async fn execute(&self, statement: &str) {
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&self.pool).await.unwrap();
    }
}

impl From<Output> for Held {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            report: String::from_utf8(output.stdout).unwrap(),
            error: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit code {:?}\n{}\n{}", self.code, self.report, self.error)
    }
}
