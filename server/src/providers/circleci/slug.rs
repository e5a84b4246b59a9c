//! A CircleCI project by name. The API answers with `gh/…`, webhooks say `github/…`, people write either.

use domain::text::one_line;
use reqwest::Url;

use crate::providers::http;

/// `vcs/org/repo`, with the long name of the version control system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slug {
    vcs: String,
    organization: String,
    repository: String,
}

impl Slug {
    /// # Errors
    /// Unless it has three parts; the text says what was found.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let [vcs, organization, repository] = parts[..] else { return Err(malformed(text)) };
        if [vcs, organization, repository].iter().any(|part| part.trim().is_empty()) {
            return Err(malformed(text));
        }
        let vcs = match vcs {
            "gh" => "github",
            "bb" => "bitbucket",
            other => other,
        };
        Ok(Self {
            vcs: vcs.to_owned(),
            organization: organization.to_owned(),
            repository: repository.to_owned(),
        })
    }

    /// For paths of the API.
    pub fn segments(&self) -> [&str; 3] {
        [&self.vcs, &self.organization, &self.repository]
    }

    /// The page of a pipeline, for people: `https://app.circleci.com/pipelines/github/acme/shop/25`.
    pub fn page(&self, app: &Url, number: u64) -> Url {
        let number = number.to_string();
        http::under(app, ["pipelines"].into_iter().chain(self.segments()).chain([number.as_str()]))
    }
}

fn malformed(text: &str) -> String {
    format!("a CircleCI project is written gh/organization/repository, not \"{}\"", one_line(text, 80))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_names_are_the_same_project() {
        assert_eq!(Slug::parse("gh/acme/shop"), Slug::parse("github/acme/shop"));
        assert_eq!(Slug::parse("bb/acme/shop"), Slug::parse("bitbucket/acme/shop"));
        assert_ne!(Slug::parse("gh/acme/shop"), Slug::parse("bb/acme/shop"));
    }

    #[test]
    fn anything_but_three_parts_is_refused() {
        for text in ["", "shop", "acme/shop", "gh/acme/shop/x", "gh//shop", "gh/acme/ "] {
            assert!(Slug::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_page_of_a_pipeline_has_the_long_name() {
        let app = Url::parse("https://app.circleci.com").unwrap();
        let page = Slug::parse("gh/acme/shop").unwrap().page(&app, 25);
        assert_eq!(page.as_str(), "https://app.circleci.com/pipelines/github/acme/shop/25");
    }
}
