//! Who looks at the page. The server finds out and provides it to pages and server functions.

use domain::actor::Actor;
use leptos::prelude::use_context;

use crate::error::AppError;

/// The person behind a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// None when nobody is signed in.
    pub actor: Option<Actor>,
    /// In the demo everybody is the operator, and nothing is billed.
    pub is_demo: bool,
}

/// The person who may act. The first line of every server function.
///
/// # Errors
/// When nobody is signed in.
pub fn operator() -> Result<Actor, AppError> {
    use_context::<Visitor>().and_then(|visitor| visitor.actor).ok_or_else(AppError::signed_out)
}
