//! What is started anew by itself after it failed: how often, and after which pause.

use domain::step::Retries;

use crate::config::problems::Problems;
use crate::config::shape::{Number, Text};
use crate::config::values;

/// What went wrong by accident is often over after a minute.
const USUAL_PAUSE_SECONDS: u32 = 60;

pub(super) fn read(
    retries: Option<&Number>,
    retry_pause: Option<&Text>,
    problems: &mut Problems<'_>,
) -> Option<Retries> {
    let count = problems.read_given(retries, values::retries);
    let pause = problems.read_given(retry_pause, |pause| values::seconds(pause));
    match (count?.unwrap_or(0), pause?) {
        (0, Some(_)) => {
            let message =
                "without retries there is no pause before them; add retries = 1 or leave the key out";
            problems.add(retry_pause?.span(), message);
            None
        }
        (0, None) => Some(Retries::default()),
        (count, pause) => Some(Retries { count, pause_seconds: pause.unwrap_or(USUAL_PAUSE_SECONDS) }),
    }
}
