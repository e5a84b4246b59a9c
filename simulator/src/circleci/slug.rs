//! Project slugs: `<vcs>/<organization>/<name>`, with the vcs in its long or its short name. Projects of the GitHub App
//! (`circleci/…`) are not simulated: the old trigger does not work for them.

use std::collections::HashMap;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::Response;

use super::not_found;
use crate::outside::Outside;

/// In the short form that answers contain: `gh/acme/shop`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slug(String);

impl Slug {
    pub fn parse(text: &str) -> Option<Slug> {
        let parts: Vec<&str> = text.split('/').collect();
        let [vcs, organization, name] = parts[..] else {
            return None;
        };
        if organization.is_empty() || name.is_empty() {
            return None;
        }
        let vcs = match vcs {
            "gh" | "github" => "gh",
            "bb" | "bitbucket" => "bb",
            _ => return None,
        };
        Some(Slug(format!("{vcs}/{organization}/{name}")))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// With the vcs in its long name, as webhooks have it.
    pub fn long(&self) -> String {
        format!("{}/{}", self.provider().to_lowercase(), self.project())
    }

    /// `acme/shop`
    pub fn project(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, project)| project)
    }

    pub fn provider(&self) -> &'static str {
        match self.0.split_once('/') {
            Some(("bb", _)) => "Bitbucket",
            _ => "GitHub",
        }
    }

    pub fn repository_url(&self) -> String {
        let host = if self.provider() == "Bitbucket" { "bitbucket.org" } else { "github.com" };
        format!("https://{host}/{}", self.project())
    }
}

/// From one path segment with `%2F` or from three. A project that the token may not see looks like one that is not there.
impl FromRequestParts<Outside> for Slug {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, outside: &Outside) -> Result<Slug, Response> {
        let Ok(Path(path)) = Path::<HashMap<String, String>>::from_request_parts(parts, outside).await else {
            return Err(not_found("Project"));
        };
        let part = |name| path.get(name).map_or("", String::as_str);
        let text = match path.get("slug") {
            Some(slug) => slug.clone(),
            None => format!("{}/{}/{}", part("vcs"), part("organization"), part("name")),
        };
        Slug::parse(&text)
            .filter(|slug| outside.settings().knows_project(slug.project()))
            .ok_or_else(|| not_found("Project"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_short_vcs_names_are_one_project() {
        assert_eq!(Slug::parse("github/acme/shop"), Slug::parse("gh/acme/shop"));
        assert_eq!(Slug::parse("bitbucket/acme/shop").unwrap().as_str(), "bb/acme/shop");
    }

    #[test]
    fn what_is_not_three_parts_is_no_slug() {
        for text in ["", "gh/acme", "gh/acme/shop/more", "svn/acme/shop", "gh//shop"] {
            assert_eq!(Slug::parse(text), None, "{text}");
        }
    }
}
