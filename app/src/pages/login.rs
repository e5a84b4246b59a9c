//! `/login`: one field. Everybody who is not signed in ends up here and goes back from here.

use http::StatusCode;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use leptos_router::location::Url;

use super::frame::set_favicon;
use crate::respond;

pub const PATH: &str = "/login";

/// Sends somebody who is not signed in here, and remembers the page.
pub fn send_there(page: &str) {
    respond::see_other(&path_back_to(page));
}

/// This page, from which one comes back to that one.
pub fn path_back_to(page: &str) -> String {
    format!("{PATH}?next={}", Url::escape(page))
}

pub fn page() -> impl IntoView {
    let query = use_query_map().get_untracked();
    let next = query.get("next").filter(|next| respond::is_own_path(next)).unwrap_or_else(|| "/".to_owned());
    let problem = query.get("problem").and_then(|code| SignInProblem::of(&code));
    if let Some(problem) = problem {
        respond::status(problem.status());
    }
    set_favicon("/favicon.svg".to_owned());
    body(next, problem)
}

/// Why signing in did not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SignInProblem {
    Password,
    Wait,
}

impl SignInProblem {
    fn of(code: &str) -> Option<Self> {
        match code {
            "password" => Some(Self::Password),
            "wait" => Some(Self::Wait),
            _ => None,
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::Password => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Wait => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Password => "The password does not match.",
            Self::Wait => "There were too many attempts. Wait a minute, then try again.",
        }
    }
}

fn body(next: String, problem: Option<SignInProblem>) -> impl IntoView {
    let title =
        if problem.is_some() { "Error: Sign in – Cluster Head" } else { "Sign in – Cluster Head" };
    view! {
        <Title text=title/>
        <main id="main" class="page sign-in">
            <form method="post" action=PATH class="card stack">
                <div>
                    <p class="brand">"Cluster Head"</p>
                    <h1>"Sign in"</h1>
                </div>
                <input type="hidden" name="next" value=next/>
                <div class="field">
                    <label for="password">"Password"</label>
                    {problem.map(|problem| view! { <p id="password-error" class="trouble" role="alert">{problem.words()}</p> })}
                    <input
                        id="password"
                        name="password"
                        type="password"
                        autocomplete="current-password"
                        required=true
                        autofocus=true
                        aria-invalid=problem.map(|_| "true")
                        aria-describedby=problem.map(|_| "password-error")
                    />
                </div>
                <button class="button primary">"Sign in"</button>
            </form>
        </main>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::html;

    fn page(problem: Option<SignInProblem>) -> String {
        html(|| {
            leptos_meta::provide_meta_context();
            body("/jobs/128".to_owned(), problem)
        })
    }

    #[test]
    fn the_form_remembers_where_to_go() {
        let page = page(None);
        assert!(page.contains("method=\"post\"") && page.contains("action=\"/login\""), "{page}");
        assert!(page.contains("name=\"next\" value=\"/jobs/128\""), "{page}");
        assert!(page.contains("autocomplete=\"current-password\""), "{page}");
    }

    #[test]
    fn a_wrong_password_is_told_beside_the_field() {
        assert!(page(Some(SignInProblem::Password)).contains("The password does not match."));
        assert!(page(Some(SignInProblem::Wait)).contains("too many attempts"));
    }

    #[test]
    fn words_in_the_address_are_not_repeated() {
        assert_eq!(SignInProblem::of("Call 0900 now"), None);
    }
}
