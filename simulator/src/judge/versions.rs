//! I5: no version goes down, no state changes without a new one, no page shows what nobody wrote, and in the end each page
//! shows what is. The last is to be asked when all has come to rest and the pages have had their time.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Invariant, Violation};
use crate::testimony::Fact;

pub(super) fn judge(facts: &[Fact]) -> Vec<Violation> {
    let found = written(facts).into_iter().chain(shown(facts)).chain(stale(facts)).chain(invented(facts));
    found.map(|what| Violation::of(Invariant::VersionsRise, what)).collect()
}

fn written(facts: &[Fact]) -> Vec<String> {
    let mut found = Vec::new();
    let mut risen: HashSet<(&str, &str)> = HashSet::new();
    for fact in facts {
        if let Fact::Wrote { thing, version_before, version, transaction } = fact {
            if version < version_before {
                found.push(format!("the version of {thing} went from {version_before} to {version}"));
            } else if version > version_before {
                risen.insert((thing, transaction));
            }
        }
    }
    found.extend(facts.iter().filter_map(|fact| match fact {
        Fact::Changed { thing, from, to, transaction }
            if from != to && !risen.contains(&(thing.as_str(), transaction.as_str())) =>
        {
            Some(format!("{thing} went from {from} to {to} without a new version"))
        }
        _ => None,
    }));
    found
}

/// Within one stream nothing becomes older. What a page missed may be sent twice, and it keeps the newer.
fn shown(facts: &[Fact]) -> Vec<String> {
    let mut found = Vec::new();
    let mut events: HashMap<(&str, u32), i64> = HashMap::new();
    let mut versions: HashMap<(&str, u32, &str), i64> = HashMap::new();
    for fact in facts {
        let Fact::Shown { page, stream, event, thing, version } = fact else { continue };
        let before = versions.insert((page, *stream, thing), *version);
        if let Some(newer) = before.filter(|before| before > version) {
            found.push(format!("{page} was told of {thing} at {newer}, and then at {version}"));
        }
        let before = events.insert((page, *stream), *event);
        if let Some(later) = before.filter(|before| before > event) {
            found.push(format!("event {later} at {page} was followed by event {event}"));
        }
    }
    found
}

/// All versions are drawn from one row of numbers, so that none is shown that is beyond the last one written.
fn invented(facts: &[Fact]) -> Vec<String> {
    let last = facts.iter().filter_map(|fact| match fact {
        Fact::Wrote { version, .. } | Fact::Stands { version, .. } => Some(*version),
        _ => None,
    });
    let Some(last) = last.max() else { return Vec::new() };
    let beyond = facts.iter().filter_map(|fact| match fact {
        Fact::Shown { page, thing, version, .. } if *version > last => Some(format!(
            "{page} shows {thing} at {version}, which is beyond the last version written, {last}"
        )),
        _ => None,
    });
    beyond.collect()
}

fn stale(facts: &[Fact]) -> Vec<String> {
    let mut present: BTreeMap<&str, i64> = BTreeMap::new();
    let mut pages: BTreeMap<&str, HashMap<&str, i64>> = BTreeMap::new();
    for fact in facts {
        match fact {
            Fact::Stands { thing, version } => {
                present.insert(thing, *version);
            }
            Fact::Shown { page, thing, version, .. } => {
                let newest = pages.entry(page).or_default().entry(thing).or_default();
                *newest = (*newest).max(*version);
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    for (page, newest) in &pages {
        for (thing, version) in &present {
            // What changed since it was looked at may be shown already.
            let shown = newest.get(thing).copied().unwrap_or_default();
            if shown < *version {
                found.push(format!("{page} shows {thing} at {shown}, and it is at {version}"));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrote(version_before: i64, version: i64) -> Fact {
        Fact::Wrote { thing: "shop".to_owned(), version_before, version, transaction: "9".to_owned() }
    }

    fn changed(to: &str) -> Fact {
        let (from, to) = ("down".to_owned(), to.to_owned());
        Fact::Changed { thing: "shop".to_owned(), from, to, transaction: "9".to_owned() }
    }

    fn shown(stream: u32, event: i64, version: i64) -> Fact {
        let (page, thing) = ("page".to_owned(), "shop".to_owned());
        Fact::Shown { page, stream, event, thing, version }
    }

    fn stands(version: i64) -> Fact {
        Fact::Stands { thing: "shop".to_owned(), version }
    }

    fn found(facts: &[Fact]) -> Vec<String> {
        judge(facts).into_iter().map(|violation| violation.what).collect()
    }

    #[test]
    fn a_version_that_goes_down_and_a_change_without_one_are_found() {
        assert_eq!(found(&[wrote(3, 2)]), ["the version of shop went from 3 to 2"]);
        assert_eq!(found(&[changed("failed")]), ["shop went from down to failed without a new version"]);
        assert_eq!(found(&[wrote(3, 3), changed("failed")]).len(), 1);
        assert!(found(&[changed("failed"), wrote(3, 4)]).is_empty());
        assert!(found(&[changed("down")]).is_empty());
    }

    #[test]
    fn what_becomes_older_within_a_stream_is_found_and_what_comes_twice_is_none() {
        assert!(found(&[shown(1, 5, 5), shown(1, 5, 5), shown(2, 3, 3)]).is_empty());
        assert_eq!(
            found(&[shown(1, 5, 5), shown(1, 4, 4)]),
            ["page was told of shop at 5, and then at 4", "event 5 at page was followed by event 4"]
        );
    }

    #[test]
    fn a_page_that_does_not_show_what_is_is_found_however_it_came_to_that() {
        assert!(found(&[shown(1, 5, 5), stands(4), stands(5)]).is_empty());
        assert_eq!(found(&[shown(1, 5, 5), stands(6)]), ["page shows shop at 5, and it is at 6"]);
        let of_another = Fact::Stands { thing: "other".to_owned(), version: 2 };
        assert_eq!(
            found(&[wrote(4, 5), shown(1, 5, 5), of_another]),
            ["page shows other at 0, and it is at 2"]
        );
        assert!(found(&[stands(6)]).is_empty(), "nobody looks");
        assert!(found(&[stands(4), shown(1, 5, 5), wrote(4, 5)]).is_empty(), "it has changed since");
    }

    #[test]
    fn a_page_that_shows_what_nobody_wrote_is_found() {
        assert_eq!(
            found(&[stands(4), shown(1, 5, 5)]),
            ["page shows shop at 5, which is beyond the last version written, 4"]
        );
        assert!(found(&[shown(1, 5, 5)]).is_empty(), "nobody watches the rows");
    }
}
