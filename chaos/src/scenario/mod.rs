//! What a seed means: a small configuration, the weather, and what people do. Most kinds of fault are off in most seeds, so
//! that those which are on meet each other often.

mod config;
mod deeds;
mod weather;

use std::ops::RangeInclusive;

use chrono::TimeDelta;
use domain::Time;
use domain::catalogue::Catalogue;
use domain::plan::Pace;

pub use deeds::Deed;
pub use weather::Weather;

use crate::clockwork::START;
use crate::dice::Dice;

/// Everything that chance decides before a history begins.
pub struct Scenario {
    pub catalogue: Catalogue,
    pub replicas: usize,
    pub lease: TimeDelta,
    pub pace: Pace,
    /// Whether a cloud can be asked for proof.
    pub has_observer: bool,
    /// What everything in the cloud is tagged with, if the pipelines do that.
    pub tag: Option<String>,
    /// A step of the first job over which every worker breaks down.
    pub poison: Option<i32>,
    /// Whether the CI says which user started a run.
    pub tells_actor: bool,
    pub weather: Weather,
    pub deeds: Vec<(Time, Deed)>,
    /// From then on nothing new goes wrong.
    pub calm_from: Time,
}

impl Scenario {
    pub fn new(dice: &Dice) -> Self {
        let calm_from = START + TimeDelta::seconds(dice.among(120..=1_500));
        let has_observer = !dice.one_in(3);
        let tag = dice.one_in(2).then(|| "stack".to_owned());
        let mut catalogue = config::catalogue(dice, has_observer, tag.as_deref());
        let mut deeds = deeds::deeds(dice, &catalogue, calm_from);
        let replicas = dice.pick([1, 2, 2, 3]);
        let poison = dice.one_in(40).then(|| i32::try_from(dice.among(1..=3)).unwrap_or(1));
        let weather = Weather::new(dice, calm_from);
        config::draw_terms(dice, &mut catalogue);
        deeds.extend(deeds::extensions(dice, &catalogue, calm_from));
        let tells_actor = dice.one_in(2);
        // Drawn last, so that what a seed meant before is still what it means.
        config::draw_retries_of_batches(dice, &mut catalogue);
        Self {
            replicas,
            lease: TimeDelta::seconds(30),
            pace: Pace { stop: TimeDelta::minutes(3), ..Pace::default() },
            has_observer,
            tag,
            poison,
            tells_actor,
            weather,
            deeds,
            calm_from,
            catalogue,
        }
    }
}

/// A moment of the time in which things go wrong.
fn moment(dice: &Dice, range: RangeInclusive<i64>, calm_from: Time) -> Time {
    let last = (calm_from - START).num_seconds();
    let second = dice.among(range);
    START + TimeDelta::seconds(if second > last { dice.among(0..=last) } else { second })
}
