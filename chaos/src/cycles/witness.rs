//! A witness in the database: triggers that see each row as it is written, and who writes it. Whether a late writer got
//! something through can be seen nowhere else, since the next write hides it.

use anyhow::{Context, Result};
use simulator::Fact;
use workbench::postgres::Postgres;

pub struct Witness<'a> {
    pub postgres: &'a Postgres,
    pub database: &'a str,
}

impl Witness<'_> {
    /// Begins to watch. The product has made its tables.
    pub fn take_the_stand(&self) -> Result<()> {
        Ok(self.postgres.connect(self.database)?.batch_execute(include_str!("witness.sql"))?)
    }

    /// What it saw since it was last asked.
    pub fn facts(&self) -> Result<Vec<Fact>> {
        let mut client = self.postgres.connect(self.database)?;
        let rows = client.query(
            "with said as (delete from witness.fact returning number, fact)
             select fact::text from said order by number",
            &[],
        )?;
        let read = |line: &str| {
            serde_json::from_str(line).with_context(|| format!("the witness says what nobody knows: {line}"))
        };
        rows.iter().map(|row| read(row.get(0))).collect()
    }

    /// Whether a text stands anywhere in a row of each table.
    pub fn search(&self, secret: &str) -> Result<Vec<Fact>> {
        let mut client = self.postgres.connect(self.database)?;
        let tables =
            client.query("select tablename::text from pg_tables where schemaname = 'public'", &[])?;
        let mut searched = Vec::new();
        for table in tables.iter().map(|row| row.get::<_, String>(0)) {
            let query = format!(
                "select exists (select from public.{table} as line where strpos(line::text, $1) > 0)"
            );
            let found = client.query_one(&query, &[&secret])?.get(0);
            searched.push(Fact::Searched { place: format!("the table {table}"), found });
        }
        Ok(searched)
    }
}

#[cfg(test)]
mod tests {
    use simulator::Simulator;
    use workbench::postgres::Data;
    use workbench::workspace::Workspace;

    use super::*;

    const CLAIM: &str = "update job set fence = fence + 1, claimed_by = gen_random_uuid()";
    const MOVE: &str = "update job set state = 'running', version = nextval('change_version')";

    /// What the judge says of statements that the witness saw, each under the name of the one who sends it.
    fn breaches_of(name: &str, statements: &[(&str, &str)]) -> Vec<String> {
        let workspace = Workspace::locate().unwrap();
        let log = workspace.target.join("chaos/witness.log");
        std::fs::create_dir_all(log.parent().unwrap()).unwrap();
        let postgres = Postgres::open(&workspace, "witness", Data::Kept, &log).unwrap();
        let url = postgres.create(name).unwrap();
        workbench::postgres::migrate(&url, &workspace.root.join("migrations")).unwrap();
        let witness = Witness { postgres: &postgres, database: name };
        let mut client = postgres.connect(name).unwrap();
        client
            .batch_execute(
                "insert into cluster (cluster_name) values ('shop');
                 insert into job (routine, cluster_name, actor_name, channel, teardown, lifetime_minutes)
                 values ('down', 'shop', 'anna', 'web', '[]', 60)",
            )
            .unwrap();
        witness.take_the_stand().unwrap();
        for (sender, statement) in statements {
            client.batch_execute(&format!("set application_name = '{sender}'; {statement}")).unwrap();
        }
        let mut searched = witness.search("anna").unwrap();
        searched.retain(|place| matches!(place, Fact::Searched { found: true, .. }));
        assert_eq!(searched, [Fact::Searched { place: "the table job".to_owned(), found: true }]);
        judged(witness.facts().unwrap())
    }

    fn judged(facts: Vec<Fact>) -> Vec<String> {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let simulator = runtime.block_on(Simulator::start(simulator::Settings::default())).unwrap();
        simulator.testify(facts).unwrap();
        let violations = simulator.judge().violations.into_iter();
        violations.map(|violation| format!("{}: {}", violation.invariant.name(), violation.what)).collect()
    }

    #[test]
    fn whoever_writes_under_his_own_claim_is_no_news() {
        assert!(breaches_of("witness_of_none", &[("a", CLAIM), ("a", MOVE)]).is_empty());
    }

    #[test]
    fn a_write_under_a_claim_that_has_passed_on_is_seen() {
        let found = breaches_of("witness_of_late", &[("a", CLAIM), ("b", CLAIM), ("a", MOVE)]);
        assert_eq!(found, ["I3: a moved the state of #1, and its claim 2 belongs to b"]);
    }

    #[test]
    fn a_change_without_a_version_is_seen() {
        let found = breaches_of("witness_of_versions", &[("a", "update cluster set state = 'failed'")]);
        assert_eq!(found, ["I5: cluster-shop went from down to failed without a new version"]);
    }

    #[test]
    fn a_version_that_goes_down_is_seen() {
        let found = breaches_of("witness_of_falls", &[("a", "update cluster set version = -1")]);
        assert_eq!(found, ["I5: the version of cluster-shop went from 1 to -1"]);
    }

    #[test]
    fn an_act_without_a_name_is_seen() {
        let act = "insert into act (actor_name, channel, what) values ('', 'web', 'adopt')";
        let found = breaches_of("witness_of_acts", &[("a", act)]);
        assert_eq!(found, ["I6: \"adopt\" stands in the record of acts, and nobody's name on it"]);
    }
}
