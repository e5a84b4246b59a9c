//! Which page of a long list somebody looks at, newest first, and the way back. Pages begin after a number and not after a
//! count, so that what is written meanwhile moves nothing.

use leptos::prelude::*;
use leptos_router::params::ParamsMap;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Paging {
    /// Only what has a smaller number; none on the first page.
    pub before: Option<i64>,
    /// The `before` of each page between the first one and this one.
    trail: Vec<i64>,
}

impl Paging {
    /// What means nothing is ignored.
    pub fn from_query(query: &ParamsMap) -> Self {
        let trail = query.get_str("trail").unwrap_or_default();
        Self {
            before: query.get_str("before").and_then(|number| number.parse().ok()),
            trail: trail.split('.').filter_map(|number| number.parse().ok()).collect(),
        }
    }

    /// As parts of an address.
    pub fn parts(&self) -> [Option<String>; 2] {
        let trail = self.trail.iter().map(i64::to_string).collect::<Vec<_>>().join(".");
        [
            self.before.map(|before| format!("before={before}")),
            (!trail.is_empty()).then(|| format!("trail={trail}")),
        ]
    }

    /// The page after one that ends with the number `oldest`.
    pub fn older(&self, oldest: i64) -> Self {
        Self { before: Some(oldest), trail: self.trail.iter().copied().chain(self.before).collect() }
    }

    /// None before the first page.
    pub fn newer(&self) -> Option<Self> {
        self.before?;
        let mut trail = self.trail.clone();
        let before = trail.pop();
        Some(Self { before, trail })
    }

    pub const fn is_first(&self) -> bool {
        self.before.is_none()
    }

    /// For the title: " (page 3)", and nothing on the first.
    pub fn words(&self) -> String {
        if self.is_first() { String::new() } else { format!(" (page {})", self.trail.len() + 2) }
    }
}

/// The way to the pages beside this one, by their addresses.
pub fn buttons(newer: Option<String>, older: Option<String>) -> Option<impl IntoView + use<>> {
    let any = newer.is_some() || older.is_some();
    let newer = newer.map(|path| view! { <a class="button" rel="prev" href=path>"Newer"</a> });
    let older = older.map(|path| view! { <a class="button" rel="next" href=path>"Older"</a> });
    any.then(|| view! { <nav class="paging" aria-label="Pages">{newer} {older}</nav> })
}
