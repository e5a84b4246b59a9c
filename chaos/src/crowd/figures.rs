//! Times, and what they are beside each other. What counts is the ratio within one round, because the machine is the same
//! for all of a round.

use std::fmt;
use std::time::Duration;

use crate::cycles::quantile;

/// How long each event took to each viewer.
pub struct Round {
    pub all_read: Vec<Duration>,
    /// From the bare server.
    pub bare: Vec<Duration>,
    /// To those who read, while others do not.
    pub beside_silent: Vec<Duration>,
}

#[derive(Default)]
pub struct Table {
    pub here: Vec<Round>,
    /// To viewers at the other replica.
    pub elsewhere: Vec<Vec<Duration>>,
}

/// A figure of all rounds.
struct Spread {
    middle: f64,
    lowest: f64,
    highest: f64,
}

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.collect();
        values.sort_unstable_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
        Self { middle: at(values.len() / 2), lowest: at(0), highest: at(values.len().saturating_sub(1)) }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { middle, lowest, highest } = self;
        write!(f, "{middle:>8.2} ({lowest:.2} to {highest:.2})")
    }
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [all_read, bare, beside_silent] =
            [&self.all_read, &self.bare, &self.beside_silent].map(|delays| milliseconds(delays, 99));
        write!(f, "p99 {all_read:.1} ms, floor {bare:.1} ms, beside silent viewers {beside_silent:.1} ms")
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |figure: &dyn Fn(&Round) -> f64| Spread::of(self.here.iter().map(figure));
        let late = |delays: &[Duration]| milliseconds(delays, 99);
        let usual = |delays: &[Duration]| milliseconds(delays, 50);
        targeted(
            f,
            "p99 from commit to arrival, to the floor",
            &of(&|r| late(&r.all_read) / late(&r.bare)),
            "",
            2.0,
        )?;
        targeted(
            f,
            "p99 with 5 % who do not read, to that without",
            &of(&|r| late(&r.beside_silent) / late(&r.all_read)),
            "",
            1.2,
        )?;
        let elsewhere = Spread::of(self.elsewhere.iter().map(|delays| late(delays)));
        targeted(f, "p99 from a commit by the other replica", &elsewhere, " ms", 100.0)?;
        let usual_elsewhere = Spread::of(self.elsewhere.iter().map(|delays| usual(delays)));
        for (name, spread) in [
            ("p50", of(&|r| usual(&r.all_read))),
            ("p99", of(&|r| late(&r.all_read))),
            ("p50 of the floor", of(&|r| usual(&r.bare))),
            ("p99 of the floor", of(&|r| late(&r.bare))),
            ("p99 beside those who do not read", of(&|r| late(&r.beside_silent))),
            ("p50 from a commit by the other replica", usual_elsewhere),
        ] {
            writeln!(f, "  {name:<50} {spread} ms")?;
        }
        Ok(())
    }
}

fn targeted(f: &mut fmt::Formatter<'_>, name: &str, figure: &Spread, unit: &str, target: f64) -> fmt::Result {
    let word = if figure.middle <= target { "met" } else { "missed" };
    writeln!(f, "{name:<52} {figure}{unit}   target {target}{unit}: {word}")
}

/// The time within which so many percent knew.
fn milliseconds(delays: &[Duration], percent: usize) -> f64 {
    quantile(delays, percent).unwrap_or_default().as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_judged_by_the_middle_of_the_ratios_within_rounds() {
        let times = |all: &[u64]| all.iter().copied().map(Duration::from_millis).collect::<Vec<_>>();
        let round = |ours, bare, beside_silent| Round {
            all_read: times(&[1, ours]),
            bare: times(&[1, bare]),
            beside_silent: times(&[1, beside_silent]),
        };
        let here = vec![round(30, 10, 30), round(30, 20, 30), round(30, 30, 60)];
        let table = Table { here, elsewhere: vec![times(&[101])] }.to_string();
        let lines: Vec<&str> = table.lines().collect();
        assert!(lines[0].ends_with("1.50 (1.00 to 3.00)   target 2: met"), "{table}");
        assert!(lines[1].ends_with("1.00 (1.00 to 2.00)   target 1.2: met"), "{table}");
        assert!(lines[2].ends_with("101.00 (101.00 to 101.00) ms   target 100 ms: missed"), "{table}");
    }
}
