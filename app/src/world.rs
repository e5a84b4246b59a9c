//! What a page is made from: the rows, the catalogue, the visitor and the time.

use std::sync::Arc;

use domain::Time;
use domain::actor::{Actor, Admitted};
use domain::catalogue::Catalogue;
use leptos::prelude::*;
use store::Store;

use crate::pages::problem::PageError;
use crate::session::Visitor;

/// Gathered once for each page.
#[derive(Clone)]
pub struct World {
    pub store: Store,
    pub catalogue: Arc<Catalogue>,
    pub visitor: Visitor,
    /// When the page is made.
    pub now: Time,
    /// Path and query of the request.
    pub path: String,
}

impl World {
    /// # Errors
    /// When the server has not provided them.
    pub fn here() -> Result<Self, PageError> {
        let context = || {
            Some(Self {
                store: use_context()?,
                catalogue: use_context()?,
                visitor: use_context()?,
                now: chrono::Utc::now(),
                path: use_context::<http::request::Parts>()?.uri.path_and_query()?.as_str().to_owned(),
            })
        };
        context().ok_or(PageError::Incomplete)
    }

    /// Whoever looks at a page is signed in; nobody else gets this far.
    pub fn admitted(&self) -> Result<&Admitted, PageError> {
        self.visitor.admitted.as_ref().ok_or(PageError::Incomplete)
    }

    pub fn actor(&self) -> Result<&Actor, PageError> {
        Ok(&self.admitted()?.actor)
    }
}
