//! The configuration of a seed, as a person might have written it.

use std::collections::BTreeMap;

use domain::catalogue::{Catalogue, ClusterSpec, ServiceSpec};
use domain::cloud::CloudMark;
use domain::price::{Price, PriceSource};
use domain::routine::{Routine, RoutineStep};
use domain::run::ProviderKind;
use domain::size::{Size, SizeOffer};
use domain::stay::StayLimits;
use domain::step::{BatchCall, BodyValue, CiTarget, Retries, Verdict};
use rust_decimal::Decimal;

use crate::dice::Dice;
use crate::world::Work;

/// How the targets of a seed are declared.
struct Taste {
    provider: ProviderKind,
    marker_parameter: Option<String>,
    retries: u32,
    time_limit_minutes: u32,
}

pub fn catalogue(dice: &Dice, has_observer: bool, tag: Option<&str>) -> Catalogue {
    let taste = Taste {
        provider: dice.pick([ProviderKind::CircleCi, ProviderKind::CircleCi, ProviderKind::Travis]),
        marker_parameter: dice.one_in(2).then(|| "marker".to_owned()),
        retries: dice.pick([0, 0, 0, 2]),
        time_limit_minutes: dice.pick([3, 5, 8]),
    };
    let stacks = dice.pick([1, 2]);
    let lifetime_minutes = dice.pick([8, 15, 30]);
    let clusters = (0..dice.pick([1, 1, 2])).map(|number| {
        let name = format!("c{number}");
        let cloud = (has_observer && !dice.one_in(8))
            .then(|| CloudMark { name: name.clone(), tag: tag.map(|tag| format!("{tag}-{name}")) });
        let apply = |stack| taste.target(&Work::Apply { cluster: name.clone(), stack });
        let destroy = |stack| taste.target(&Work::Destroy { cluster: name.clone(), stack });
        ClusterSpec {
            up: (0..stacks).map(apply).collect(),
            down: (0..stacks).rev().map(destroy).collect(),
            sizes: [Size::M, Size::L].map(offer).to_vec(),
            default_size: Size::M,
            lifetime_minutes,
            limits: StayLimits::default(),
            cloud,
            name,
        }
    });
    Catalogue {
        clusters: clusters.collect(),
        services: vec![ServiceSpec { name: "shop".to_owned(), deploy: taste.target(&Work::Deploy) }],
        batches: vec![batch(taste.time_limit_minutes)],
        routines: routines(dice),
        words: Vec::new(),
        budget: None,
        backup: None,
        share: domain::share::SharePolicy::default(),
        hold_seconds: 0,
    }
}

/// On which terms clusters stay, and how long a destroy is held.
pub fn draw_terms(dice: &Dice, catalogue: &mut Catalogue) {
    for cluster in &mut catalogue.clusters {
        cluster.limits.grace_minutes = dice.pick([0, 2, 60]);
        cluster.limits.idle_minutes = dice.one_in(4).then_some(4);
    }
    catalogue.hold_seconds = dice.pick([0, 10, 10]);
}

/// How often a batch job that failed is started anew.
pub fn draw_retries_of_batches(dice: &Dice, catalogue: &mut Catalogue) {
    for batch in &mut catalogue.batches {
        batch.retries = Retries { count: dice.pick([0, 0, 1, 2]), pause_seconds: 10 };
    }
}

fn routines(dice: &Dice) -> Vec<Routine> {
    let without_answer = dice.pick([Verdict::Approve, Verdict::Refuse]);
    let approval =
        RoutineStep::Approval { question: "Go on?".to_owned(), time_limit_minutes: 2, without_answer };
    let shop = || RoutineStep::Deploy(Some("shop".to_owned()));
    let batch = || RoutineStep::Batch("night".to_owned());
    let time_limit_minutes = dice.one_in(4).then(|| u32::try_from(dice.among(1..=8)).unwrap_or(1));
    let routine = |name: &str, steps, finally| Routine {
        name: name.to_owned(),
        description: String::new(),
        steps,
        finally,
        time_limit_minutes,
    };
    let mut routines = Routine::built_in();
    routines.push(routine("guide", vec![RoutineStep::Up, shop(), batch()], vec![RoutineStep::Down]));
    routines.push(routine("asking", vec![RoutineStep::Up, approval, batch()], vec![RoutineStep::Down]));
    routines
}

impl Taste {
    fn target(&self, work: &Work) -> CiTarget {
        let branch = work.branch();
        let changes_stack = work.stack().is_some();
        CiTarget {
            name: branch.clone(),
            title: branch.clone(),
            provider: self.provider,
            project: "gh/acme/infra".to_owned(),
            branch,
            parameters: BTreeMap::new(),
            marker_parameter: self.marker_parameter.clone(),
            time_limit_minutes: self.time_limit_minutes,
            retries: Retries { count: if changes_stack { self.retries } else { 1 }, pause_seconds: 10 },
        }
    }
}

const fn offer(size: Size) -> SizeOffer {
    SizeOffer {
        size,
        machine: String::new(),
        vcpus: 2,
        memory_gb: 4,
        nodes: 1,
        price: Price { hourly: Decimal::ONE, monthly: Decimal::TEN, source: PriceSource::Config, of: None },
    }
}

fn batch(time_limit_minutes: u32) -> BatchCall {
    BatchCall {
        name: "night".to_owned(),
        title: "Run the night batch".to_owned(),
        url: String::new(),
        body: BTreeMap::from([("idempotencyKey".to_owned(), BodyValue::AttemptKey)]),
        progress_field: String::new(),
        status_field: String::new(),
        error_field: String::new(),
        succeeded_when: Vec::new(),
        failed_when: Vec::new(),
        time_limit_minutes,
        retries: Retries::default(),
    }
}
