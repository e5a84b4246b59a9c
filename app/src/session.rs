//! Who looks at the page. The server finds out and provides it to pages and server functions.

use domain::actor::{Actor, Admitted};
use leptos::prelude::use_context;

use crate::error::AppError;

/// The person behind a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// None when nobody is signed in.
    pub admitted: Option<Admitted>,
    /// In the demo everybody is an admin, and nothing is billed.
    pub is_demo: bool,
}

impl Visitor {
    pub fn actor(&self) -> Option<&Actor> {
        self.admitted.as_ref().map(|admitted| &admitted.actor)
    }
}

/// Whoever was let in, with the role: the first line of every server function for which an admin may do more.
///
/// # Errors
/// When nobody is signed in.
pub fn admitted() -> Result<Admitted, AppError> {
    use_context::<Visitor>().and_then(|visitor| visitor.admitted).ok_or_else(AppError::signed_out)
}

/// The person who may act: the first line of every other server function.
///
/// # Errors
/// When nobody is signed in.
pub fn operator() -> Result<Actor, AppError> {
    Ok(admitted()?.actor)
}
