//! What was planted to be triggered at a time, and when that time comes.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::pipeline::Target;
use super::slug::Slug;
use super::timetable::Timetable;
use crate::clock::Moment;
use crate::outside::Outside;

pub(super) struct Schedule {
    pub id: Uuid,
    pub slug: Slug,
    pub name: String,
    pub description: Option<String>,
    pub timetable: Timetable,
    /// With the branch or the tag among them.
    pub parameters: Map<String, Value>,
    pub created: Moment,
    pub updated: Moment,
    /// It has fired for all that lies before.
    seen_until: DateTime<Utc>,
}

/// A pipeline that a schedule asks for.
pub(super) struct Due {
    pub at: DateTime<Utc>,
    pub slug: Slug,
    pub target: Target,
    pub parameters: Map<String, Value>,
}

#[derive(Default)]
pub(crate) struct Schedules(Vec<Schedule>);

impl Schedule {
    pub fn new(
        slug: Slug,
        name: String,
        timetable: Timetable,
        parameters: Map<String, Value>,
        outside: &Outside,
    ) -> Self {
        let now = outside.now();
        Self {
            id: Uuid::new_v4(),
            slug,
            name,
            description: None,
            timetable,
            parameters,
            created: now,
            updated: now,
            seen_until: outside.date(now),
        }
    }

    pub fn branch(&self) -> Option<&str> {
        self.parameters.get("branch").and_then(Value::as_str)
    }

    /// The real one takes a minute of its own choice and keeps it.
    fn minute(&self) -> u32 {
        u32::from(self.id.as_bytes()[15]) % 60
    }

    fn due(&mut self, now: DateTime<Utc>) -> Vec<Due> {
        let fires = self.timetable.fires(self.minute(), self.seen_until, now);
        self.seen_until = now;
        let mut parameters = self.parameters.clone();
        let tag = parameters.remove("tag");
        let branch = parameters.remove("branch");
        let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
        let target = match text(branch) {
            Some(branch) => Target::Branch(branch),
            None => Target::Tag(text(tag).unwrap_or_default()),
        };
        let due =
            |at| Due { at, slug: self.slug.clone(), target: target.clone(), parameters: parameters.clone() };
        fires.into_iter().map(due).collect()
    }
}

impl Schedules {
    pub(super) fn plant(&mut self, schedule: Schedule) -> &Schedule {
        self.0.push(schedule);
        &self.0[self.0.len() - 1]
    }

    pub(super) fn of_project(&self, slug: &Slug) -> impl Iterator<Item = &Schedule> {
        self.0.iter().filter(move |schedule| schedule.slug == *slug)
    }

    pub(super) fn find_mut(&mut self, id: &str) -> Option<&mut Schedule> {
        self.0.iter_mut().find(|schedule| schedule.id.to_string() == id)
    }

    pub fn branch_of(&self, id: &str) -> Option<&str> {
        self.0.iter().find(|schedule| schedule.id.to_string() == id)?.branch()
    }

    pub(super) fn remove(&mut self, id: &str) -> Option<Schedule> {
        let place = self.0.iter().position(|schedule| schedule.id.to_string() == id)?;
        Some(self.0.remove(place))
    }

    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(|schedule| schedule.name.clone()).collect()
    }

    /// What has fallen due since it was last asked for, the earliest first.
    pub(super) fn due(&mut self, now: DateTime<Utc>) -> Vec<Due> {
        let mut due: Vec<Due> = self.0.iter_mut().flat_map(|schedule| schedule.due(now)).collect();
        due.sort_by_key(|due| due.at);
        due
    }
}
