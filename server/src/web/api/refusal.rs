//! Why an ask cannot become a job, for programs: a code, and what could have been asked for.

use axum::http::StatusCode;
use domain::order::AskError;

use crate::web::error::Problem;

pub fn refused(error: &AskError) -> Problem {
    let (code, known) = match error {
        AskError::UnknownRoutine { known, .. } => ("unknown_routine", known.as_str()),
        AskError::UnknownCluster { known, .. } => ("unknown_cluster", known.as_str()),
        AskError::UnknownService { known, .. } => ("unknown_service", known.as_str()),
        AskError::ServiceMissing { known, .. } => ("service_missing", known.as_str()),
        AskError::SizeNotOffered { known, .. } => ("unknown_size", known.as_str()),
        AskError::ServiceNotTaken { .. } => ("service_not_taken", ""),
        AskError::SizeNotTaken { .. } => ("size_not_taken", ""),
        AskError::LifetimeTooLong { .. } => ("out_of_range", ""),
        AskError::LifetimeNotTaken { .. } => ("lifetime_not_taken", ""),
    };
    let known = known.split(", ").filter(|name| !name.is_empty());
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, format!("{error} Nothing was started."))
        .with_known(known)
}
