//! The document around every page, and the table of pages.

use leptos::config::LeptosOptions;
use leptos::prelude::*;
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{SsrMode, path};

use crate::pages;
use crate::session::Visitor;

/// The whole document.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    provide_context(options);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="stylesheet" href="/pkg/cluster-head.css"/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The pages. Each is rendered to its end before the first byte is sent, so that its status is right.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    if let Some(page) = must_sign_in_for() {
        pages::login::send_there(&page);
        return ().into_any();
    }
    view! {
        <Router>
            <FlatRoutes fallback=pages::not_found::page>
                <Route path=path!("/") view=pages::clusters::page ssr=SsrMode::Async/>
                <Route path=path!("/clusters/:name") view=pages::cluster::page ssr=SsrMode::Async/>
                <Route path=path!("/clusters/:name/start") view=pages::start::page ssr=SsrMode::Async/>
                <Route path=path!("/clusters/:name/resize") view=pages::resize::page ssr=SsrMode::Async/>
                <Route path=path!("/clusters/:name/deploy") view=pages::deploy::page ssr=SsrMode::Async/>
                <Route path=path!("/clusters/:name/destroy") view=pages::destroy::page ssr=SsrMode::Async/>
                <Route path=path!("/jobs") view=pages::jobs::page ssr=SsrMode::Async/>
                <Route path=path!("/jobs/new") view=pages::new_job::page ssr=SsrMode::Async/>
                <Route path=path!("/jobs/:number") view=pages::job::page ssr=SsrMode::Async/>
                <Route path=path!("/jobs/:number/cancel") view=pages::cancel_job::page ssr=SsrMode::Async/>
                <Route path=path!("/jobs/:number/leave-up") view=pages::leave_up::page ssr=SsrMode::Async/>
                <Route path=path!("/jobs/:number/resume") view=pages::resume_job::page ssr=SsrMode::Async/>
                <Route path=path!("/clusters/:name/adopt") view=pages::adopt::page ssr=SsrMode::Async/>
                <Route path=path!("/clusters/:name/extend") view=pages::extend::page ssr=SsrMode::Async/>
                <Route path=path!("/clusters/:name/close-obligation") view=pages::close_obligation::page ssr=SsrMode::Async/>
                <Route path=path!("/clusters/:name/accept-leftover") view=pages::accept_leftover::page ssr=SsrMode::Async/>
                <Route path=path!("/receipts") view=pages::receipts::list ssr=SsrMode::Async/>
                <Route path=path!("/receipts/:number") view=pages::receipts::one ssr=SsrMode::Async/>
                <Route path=path!("/schedules") view=pages::schedules::page ssr=SsrMode::Async/>
                <Route path=path!("/schedules/new") view=pages::edit_schedule::new_page ssr=SsrMode::Async/>
                <Route path=path!("/schedules/freeze") view=pages::freeze::page ssr=SsrMode::Async/>
                <Route path=path!("/schedules/:id") view=pages::edit_schedule::page ssr=SsrMode::Async/>
                <Route path=path!("/schedules/:id/delete") view=pages::delete_schedule::page ssr=SsrMode::Async/>
                <Route path=path!("/shares") view=pages::shares::list ssr=SsrMode::Async/>
                <Route path=path!("/shares/new") view=pages::new_share::page ssr=SsrMode::Async/>
                <Route path=path!("/shares/revoke") view=pages::shares::revoke_all ssr=SsrMode::Async/>
                <Route path=path!("/shares/:id/revoke") view=pages::shares::revoke ssr=SsrMode::Async/>
                <Route path=path!("/login") view=pages::login::page ssr=SsrMode::Async/>
            </FlatRoutes>
        </Router>
    }
    .into_any()
}

/// The page that somebody who is not signed in asked for, unless it is the one where one signs in.
///
/// There is no visitor while the routes are only listed.
fn must_sign_in_for() -> Option<String> {
    let visitor = use_context::<Visitor>()?;
    let request = use_context::<http::request::Parts>()?;
    let is_open = visitor.admitted.is_some() || request.uri.path() == pages::login::PATH;
    (!is_open).then(|| request.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned())
}
