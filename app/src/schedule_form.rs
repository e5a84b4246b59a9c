//! The form of a schedule: a few days and a time for those who do not know cron, and the pattern for those who do.

use std::collections::BTreeMap;

use chrono::{NaiveTime, Weekday};
use domain::catalogue::Catalogue;
use domain::schedule::simple::{Days, Simple};
use domain::schedule::{Draft, Schedule};
use leptos_router::location::Url;
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

use crate::draft::{DraftError, DraftText};

/// How much of what was entered comes back with the form.
const MOST_KEPT: usize = 200;

/// Every field. The days are boxes, each of its own.
const FIELDS: [&str; 19] = [
    "name", "routine", "cluster", "size", "service", "lifetime", "when", "at", "mon", "tue", "wed", "thu",
    "fri", "sat", "sun", "cron", "zone", "missed", "overlap",
];

/// What was entered, field by field.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScheduleForm(BTreeMap<String, String>);

impl ScheduleForm {
    /// The name of a field in the form's address and body.
    pub fn name_of(field: &str) -> String {
        format!("schedule[{field}]")
    }

    /// The field of the box of a day.
    pub const fn field_of(day: Weekday) -> &'static str {
        match day {
            Weekday::Mon => "mon",
            Weekday::Tue => "tue",
            Weekday::Wed => "wed",
            Weekday::Thu => "thu",
            Weekday::Fri => "fri",
            Weekday::Sat => "sat",
            Weekday::Sun => "sun",
        }
    }

    /// Empty where nothing was entered.
    pub fn get(&self, field: &str) -> &str {
        self.0.get(field).map(String::as_str).unwrap_or_default()
    }

    #[must_use]
    pub fn with(mut self, field: &'static str, value: impl ToString) -> Self {
        self.0.insert(field.to_owned(), value.to_string());
        self
    }

    pub fn of(schedule: &Schedule) -> Self {
        let words = DraftText::of(schedule);
        let form = Self::default()
            .with("name", words.name)
            .with("routine", words.routine)
            .with("cluster", words.cluster)
            .with("size", words.size)
            .with("service", words.service)
            .with("lifetime", words.lifetime)
            .with("cron", words.cron)
            .with("zone", words.zone)
            .with("missed", words.missed)
            .with("overlap", words.overlap);
        let Some(simple) = schedule.cron.parse().ok().and_then(|cron| Simple::of(&cron)) else {
            return form.with("when", "cron");
        };
        let form = form.with("at", simple.at.format("%H:%M"));
        match simple.days {
            Days::Every => form.with("when", "every"),
            Days::MondayToFriday => form.with("when", "weekdays"),
            Days::Chosen(days) => days
                .into_iter()
                .fold(form.with("when", "chosen"), |form, day| form.with(Self::field_of(day), "on")),
        }
    }

    /// # Errors
    /// For the first field that means nothing.
    pub fn draft(&self, catalogue: &Catalogue) -> Result<Draft, DraftError> {
        let text = |field| self.get(field).to_owned();
        let mut entered = DraftText {
            name: text("name"),
            routine: text("routine"),
            cluster: text("cluster"),
            size: text("size"),
            service: text("service"),
            lifetime: text("lifetime"),
            cron: self.pattern()?,
            zone: text("zone"),
            missed: text("missed"),
            overlap: text("overlap"),
        };
        // The one form offers every field; a routine that takes no size or service has no use for them.
        if let Some(routine) = catalogue.routine(entered.routine.trim()) {
            if !routine.creates_cluster() {
                entered.size.clear();
                entered.lifetime.clear();
            }
            if !routine.takes_service() {
                entered.service.clear();
            }
        }
        entered.read(catalogue)
    }

    fn pattern(&self) -> Result<String, DraftError> {
        let days = match self.get("when") {
            "cron" => return Ok(self.get("cron").to_owned()),
            "weekdays" => Days::MondayToFriday,
            "chosen" => Days::Chosen(self.chosen_days()),
            _ => Days::Every,
        };
        if days == Days::Chosen(Vec::new()) {
            return Err(DraftError::NoDay);
        }
        let at = NaiveTime::parse_from_str(self.get("at").trim(), "%H:%M").map_err(|_| DraftError::At)?;
        Ok(Simple { days, at }.to_cron())
    }

    fn chosen_days(&self) -> Vec<Weekday> {
        let week = domain::schedule::simple::week().map(|(day, _)| day);
        week.filter(|day| !self.get(Self::field_of(*day)).is_empty()).collect()
    }

    /// None when nothing of it stands in the address.
    pub fn from_query(query: &ParamsMap) -> Option<Self> {
        let value = |field: &str| Some((field.to_owned(), query.get(&Self::name_of(field))?));
        Some(Self(FIELDS.into_iter().filter_map(value).collect())).filter(|form| !form.0.is_empty())
    }

    /// What was entered, to be appended to the address of the form.
    pub fn to_query(&self) -> String {
        let entered = FIELDS.map(|field| (field, self.get(field))).into_iter();
        let entered = entered.filter(|(_, value)| !value.is_empty()).map(|(field, value)| {
            let kept: String = value.chars().take(MOST_KEPT).collect();
            format!("&{}={}", Url::escape(&Self::name_of(field)), Url::escape(&kept))
        });
        entered.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{catalogue, schedule};

    fn form() -> ScheduleForm {
        ScheduleForm::of(&schedule())
    }

    #[test]
    fn what_a_schedule_says_is_what_its_form_says() {
        let draft = form().draft(&catalogue()).unwrap();
        assert_eq!((draft.ask, draft.timing.cron.as_str()), (schedule().ask, "0 9 * * 1-5"));
        assert_eq!(form().get("when"), "weekdays");
        for cron in ["0 9 * * *", "5 9 * * 1,3,0", "*/15 9 1 * *"] {
            let form = ScheduleForm::of(&Schedule { cron: cron.into(), ..schedule() });
            assert_eq!(form.draft(&catalogue()).unwrap().timing.cron.as_str(), cron);
        }
    }

    #[test]
    fn what_was_entered_comes_back_through_the_address() {
        let form = form().with("name", "a&b=c]<\"");
        let mut query = ParamsMap::new();
        for pair in form.to_query().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap();
            query.insert(Url::unescape(name), Url::unescape(value));
        }
        let back = ScheduleForm::from_query(&query).unwrap();
        assert_eq!(back.get("name"), "a&b=c]<\"");
        assert_eq!(back.draft(&catalogue()), form.draft(&catalogue()));
    }

    #[test]
    fn a_time_of_day_and_a_day_are_needed_unless_the_pattern_says_them() {
        let error = |form: ScheduleForm| form.draft(&catalogue()).unwrap_err().field();
        assert_eq!(error(form().with("at", "")), "at");
        assert_eq!(error(form().with("at", "25:00")), "at");
        assert_eq!(error(form().with("when", "chosen")), "when");
        assert_eq!(error(form().with("when", "cron").with("cron", "x")), "cron");
        assert!(form().with("when", "cron").with("at", "").draft(&catalogue()).is_ok());
    }

    #[test]
    fn a_routine_that_brings_nothing_up_leaves_size_and_lifetime_out() {
        let draft = form().with("routine", "down").with("lifetime", "2h").draft(&catalogue()).unwrap();
        assert_eq!((draft.ask.size, draft.lifetime_minutes), (None, None));
    }
}
