//! Destroys that are planted at the CI for the case that nobody here is alive.

use std::ops::RangeInclusive;

use domain::backup::BackupPolicy;

use crate::config::problems::Problems;
use crate::config::shape::BackupShape;
use crate::config::values;

/// As far after the auto-destroy time as a backup comes unless the config says otherwise.
const USUAL_MARGIN_MINUTES: u32 = 60;
/// Shorter, and it would come while our own destroy is at work; longer, and it would save nobody any money.
const MARGIN_MINUTES: RangeInclusive<u32> = 30..=24 * 60;

/// Planted, unless the file says that none should be.
pub(super) fn read(shape: Option<&BackupShape>, problems: &mut Problems<'_>) -> Option<BackupPolicy> {
    let margin = shape.and_then(|shape| shape.margin.as_ref());
    let margin_minutes = margin.and_then(|text| problems.read(text, |text| margin_of(text)));
    let is_enabled = shape.and_then(|shape| shape.enabled.as_ref()).is_none_or(|enabled| *enabled.get_ref());
    is_enabled.then(|| BackupPolicy { margin_minutes: margin_minutes.unwrap_or(USUAL_MARGIN_MINUTES) })
}

fn margin_of(text: &str) -> Result<u32, String> {
    let minutes = values::minutes(text)?;
    if MARGIN_MINUTES.contains(&minutes) {
        return Ok(minutes);
    }
    Err(format!("{} is not allowed; the margin is 30min to 24h", values::shown(text)))
}
