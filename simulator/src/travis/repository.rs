//! A repository as the path names it: by slug in one segment, with or without its provider, or by id.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::Response;

use super::not_found;
use crate::outside::Outside;

const PROVIDERS: [&str; 4] = ["github", "bitbucket", "gitlab", "assembla"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Repository {
    pub id: u64,
    pub slug: String,
}

impl Repository {
    pub fn owner(&self) -> &str {
        self.slug.split_once('/').map_or("", |(owner, _)| owner)
    }

    pub fn name(&self) -> &str {
        self.slug.split_once('/').map_or("", |(_, name)| name)
    }
}

impl FromRequestParts<Outside> for Repository {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, outside: &Outside) -> Result<Repository, Response> {
        let missing = || not_found("repository");
        let Path(path) = Path::<HashMap<String, String>>::from_request_parts(parts, outside)
            .await
            .map_err(|_| missing())?;
        // A slug whose slash is not escaped looks like a provider and a name.
        if path.get("provider").is_some_and(|provider| !PROVIDERS.contains(&provider.as_str())) {
            return Err(missing());
        }
        let named = path.get("slug").map_or("", String::as_str);
        let mut memory = outside.memory();
        let repository = match named.parse::<u64>() {
            Ok(id) => memory.travis.repository_with(id),
            Err(_) => is_slug(named).then(|| memory.travis.repository(named)),
        };
        repository.filter(|repository| outside.settings().knows_project(&repository.slug)).ok_or_else(missing)
    }
}

fn is_slug(text: &str) -> bool {
    matches!(text.split('/').collect::<Vec<_>>()[..], [owner, name] if !owner.is_empty() && !name.is_empty())
}
