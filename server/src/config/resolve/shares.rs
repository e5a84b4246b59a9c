//! What may be shared with people who have no login, for how long, and which sites may show it inside of their pages.

use domain::share::{ShareLength, SharePolicy};
use reqwest::Url;

use crate::config::problems::Problems;
use crate::config::shape::ShareShape;
use crate::config::values;

/// Allowed for up to 90 days, unless the file says otherwise.
pub(super) fn read(shape: Option<&ShareShape>, problems: &mut Problems<'_>) -> SharePolicy {
    let usual = SharePolicy::default();
    let Some(shape) = shape else { return usual };
    let longest = shape.longest.as_ref().and_then(|text| problems.read(text, |text| length(text)));
    let origins = shape.frame_origins.iter();
    SharePolicy {
        allowed: shape.allowed.as_ref().is_none_or(|allowed| *allowed.get_ref()),
        longest: longest.unwrap_or(usual.longest),
        frame_origins: origins.filter_map(|text| problems.read(text, |text| origin(text))).collect(),
    }
}

fn length(text: &str) -> Result<ShareLength, String> {
    text.parse()
        .map_err(|_| format!("{} is not allowed; write hours or days, from 1h to 90d", values::shown(text)))
}

/// It goes into a header, so it has to be an origin and nothing else.
fn origin(text: &str) -> Result<String, String> {
    let refused = || {
        format!("{} is no origin; write one like https://wiki.example, without a path", values::shown(text))
    };
    let url = Url::parse(text).map_err(|_| refused())?;
    let origin = url.origin().ascii_serialization();
    if matches!(url.scheme(), "http" | "https") && origin == text { Ok(origin) } else { Err(refused()) }
}
