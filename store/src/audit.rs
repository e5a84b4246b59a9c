//! Whether what was done stands there as it was written down. The database chains the acts itself, whichever binary writes
//! them, and finds where the chain is broken.

use std::fmt::{Display, Formatter};

use domain::audit::ChainHead;

use crate::{Error, Store};

/// What came of looking at all acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    pub acts: i64,
    /// The last link of a chain that holds, or the first thing that is wrong with it.
    pub head: Result<ChainHead, BrokenLink>,
}

/// Where the chain is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenLink {
    /// None where an act has no link.
    pub number: Option<i64>,
    /// None where the link is the place, and not what was done.
    pub act: Option<i64>,
    /// For people, without a stop.
    pub what: String,
}

impl Display for BrokenLink {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let place = |name: &str, number: Option<i64>| number.map(|number| format!("{name} {number}"));
        let places: Vec<String> =
            place("link", self.number).into_iter().chain(place("act", self.act)).collect();
        write!(f, "{}: {}", places.join(", "), self.what)
    }
}

impl Store {
    /// Looks at every act and its link, as they are at one moment.
    ///
    /// # Errors
    /// When the database does not answer, or is older than the chain.
    pub async fn verify_audit(&self) -> Result<Audit, Error> {
        let row = sqlx::query!(
            r#"select (select count(*) from act) as "acts!", head.number as "head_number?",
                      encode(head.digest, 'hex') as "head_digest?",
                      broken.number as "number?", broken.act_id as "act?", broken.what as "what?"
                 from (values (1)) as always
                 left join act_head as head on true
                 left join first_broken_act_link() as broken on true"#
        )
        .fetch_one(&self.pool)
        .await?;
        let head = match (row.what, row.head_number.zip(row.head_digest)) {
            (Some(what), _) => Err(BrokenLink { number: row.number, act: row.act, what }),
            (None, Some((number, digest))) => Ok(ChainHead { number, digest }),
            (None, None) => return Err(headless()),
        };
        Ok(Audit { acts: row.acts, head })
    }

    /// The last link, to be noted where nobody reaches who reaches the rows.
    ///
    /// # Errors
    /// When the database does not answer or the head is gone.
    pub async fn chain_head(&self) -> Result<ChainHead, Error> {
        let head =
            sqlx::query_as!(ChainHead, r#"select number, encode(digest, 'hex') as "digest!" from act_head"#);
        head.fetch_optional(&self.pool).await?.ok_or_else(headless)
    }

    /// The link of this number. Before the first act there is one of the number 0.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn chain_link(&self, number: i64) -> Result<Option<ChainHead>, Error> {
        let link = sqlx::query_as!(
            ChainHead,
            r#"select number as "number!", encode(digest, 'hex') as "digest!" from act_link where number = $1
               union all
               select 0, encode(sha256(''), 'hex') where $1::bigint = 0"#,
            number
        );
        Ok(link.fetch_optional(&self.pool).await?)
    }
}

fn headless() -> Error {
    Error::Unreadable("the chain of acts has no head".to_owned())
}
