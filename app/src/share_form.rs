//! What somebody entered to share something, as texts: of a form, or of the API.

use domain::share::{ShareDetail, ShareDraft, ShareError, ShareLength, SharePolicy, ShareView, Shared};
use domain::spelling::UnknownSpelling;
use leptos_router::location::Url;
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

/// How much of what was entered comes back with the form.
const LONGEST_ENTRY: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ShareText {
    /// Ticked to share all clusters.
    pub all: String,
    pub cluster: String,
    pub job: String,
    pub receipt: String,
    pub label: String,
    pub detail: String,
    pub expires_in: String,
    /// A box that is ticked sends "on".
    pub cost: String,
    pub names: String,
}

/// Why the words are no share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShareTextError {
    #[error("Say what to share: one cluster, or one job, or one receipt by its number, or all clusters.")]
    What,
    #[error(transparent)]
    Detail(#[from] UnknownSpelling),
    #[error(transparent)]
    Share(#[from] ShareError),
}

impl ShareTextError {
    /// The field of the form.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::What | Self::Share(ShareError::SwitchedOff) => "form",
            Self::Detail(_) => "detail",
            Self::Share(ShareError::Length { .. }) => "expires_in",
            Self::Share(ShareError::Label) => "label",
        }
    }
}

impl ShareText {
    pub fn from_query(query: &ParamsMap) -> Self {
        let text = |name: &str| query.get(name).unwrap_or_default();
        Self {
            all: text("all"),
            cluster: text("cluster"),
            job: text("job"),
            receipt: text("receipt"),
            label: text("label"),
            detail: text("detail"),
            expires_in: text("expires_in"),
            cost: text("cost"),
            names: text("names"),
        }
    }

    pub fn to_query(&self) -> String {
        let entered = [
            ("all", &self.all),
            ("cluster", &self.cluster),
            ("job", &self.job),
            ("receipt", &self.receipt),
            ("label", &self.label),
            ("detail", &self.detail),
            ("expires_in", &self.expires_in),
            ("cost", &self.cost),
            ("names", &self.names),
        ];
        let entered = entered.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| {
            let kept: String = value.chars().take(LONGEST_ENTRY).collect();
            format!("&{name}={}", Url::escape(&kept))
        });
        entered.collect()
    }

    /// # Errors
    /// When it is not one thing.
    pub fn what(&self) -> Result<Shared, ShareTextError> {
        let number = |text: &str| text.parse::<i64>().ok().filter(|number| *number > 0);
        match (self.cluster.trim(), self.job.trim(), self.receipt.trim()) {
            ("", "", "") if is_ticked(&self.all) => Ok(Shared::AllClusters),
            _ if is_ticked(&self.all) => Err(ShareTextError::What),
            ("", "", receipt) => number(receipt).map(Shared::Receipt).ok_or(ShareTextError::What),
            ("", job, "") => number(job).map(Shared::Job).ok_or(ShareTextError::What),
            // No row has such a name, and the database would not take it.
            (cluster, "", "") if !cluster.contains('\0') => Ok(Shared::Cluster(cluster.to_owned())),
            _ => Err(ShareTextError::What),
        }
    }

    /// What is not said is as usual.
    ///
    /// # Errors
    /// When the detail level is none.
    pub fn view(&self) -> Result<ShareView, ShareTextError> {
        let detail = match self.detail.trim() {
            "" => ShareDetail::default(),
            word => word.parse()?,
        };
        Ok(ShareView { detail, shows_cost: is_ticked(&self.cost), shows_names: is_ticked(&self.names) })
    }

    /// # Errors
    /// Says what is wrong.
    pub fn draft(&self, policy: &SharePolicy) -> Result<ShareDraft, ShareTextError> {
        let length: ShareLength = match self.expires_in.trim() {
            "" => policy.usual(),
            text => text.parse().map_err(|_| ShareError::Length {
                found: domain::text::one_line(text, 40),
                longest: policy.longest,
            })?,
        };
        Ok(ShareDraft::new(self.what()?, &self.label, self.view()?, length, policy)?)
    }
}

fn is_ticked(text: &str) -> bool {
    matches!(text, "on" | "true")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> ShareText {
        ShareText { job: "128".into(), ..ShareText::default() }
    }

    #[test]
    fn what_is_not_said_is_as_usual() {
        let draft = job().draft(&SharePolicy::default()).unwrap();
        assert_eq!((draft.what(), draft.label()), (&Shared::Job(128), "job #128"));
        assert_eq!(draft.view(), ShareView::default());
    }

    #[test]
    fn one_thing_is_shared_and_no_more() {
        let all = ShareText { all: "on".into(), ..ShareText::default() };
        assert_eq!(all.what(), Ok(Shared::AllClusters));
        let all_and_one = ShareText { all: "on".into(), ..job() };
        let not_ticked = ShareText { all: "yes".into(), ..ShareText::default() };
        let both = ShareText { cluster: "c".into(), ..job() };
        let zero = ShareText { job: "0".into(), ..ShareText::default() };
        let nul = ShareText { cluster: "\0".into(), ..ShareText::default() };
        for text in [
            all_and_one,
            not_ticked,
            both,
            zero,
            nul,
            ShareText::default(),
            ShareText { receipt: "x".into(), ..ShareText::default() },
        ] {
            assert_eq!(text.what(), Err(ShareTextError::What), "{text:?}");
        }
    }

    #[test]
    fn a_refusal_names_the_range_of_the_policy() {
        let policy = SharePolicy { longest: "30d".parse().unwrap(), ..SharePolicy::default() };
        for text in ["31d", "soon"] {
            let error = ShareText { expires_in: text.into(), ..job() }.draft(&policy).unwrap_err();
            assert!(error.to_string().contains("from 1h to 30d"), "{error}");
            assert_eq!(error.field(), "expires_in");
        }
        let error = ShareText { detail: "all".into(), ..job() }.draft(&policy).unwrap_err();
        assert!(error.to_string().contains("known: summary, steps, steps_and_log"), "{error}");
    }
}
