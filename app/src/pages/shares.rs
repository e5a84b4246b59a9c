//! `/shares`: who can read what without a login, and until when. A new link is told here once.

use std::collections::BTreeSet;

use domain::Time;
use domain::share::{Share, ShareDetail, ShareState, Shared};
use http::request::Parts;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use leptos_router::location::Url;
use server_fn::ServerFn;

use super::frame::{Frame, Section};
use super::problem::PageError;
use super::{form, load};
use crate::api::{RevokeShare, RevokeShares};
use crate::components::badge::badge;
use crate::components::sentence::draw;
use crate::press::REVOKE_WORDS;
use crate::problem::Refusal;
use crate::shared;
use crate::told_once;
use crate::view::{Look, Sentence};
use crate::{moment, respond};

pub fn list() -> impl IntoView {
    let made = form::query().get_str("made").and_then(|id| id.parse::<i64>().ok());
    let url = told_once::take().zip(use_context::<Parts>());
    let url = url.map(|(token, parts)| shared::address(&parts.headers, &token));
    load(async move |world| {
        let shares = world.store.shares().await?;
        let frame = Frame::new("Shares – Cluster Head", Section::Shares).load(&world).await?;
        let is_allowed = world.catalogue.share.allowed;
        let active: Vec<&Share> =
            shares.iter().filter(|share| share.state(world.now) == ShareState::Active).collect();
        let content = view! {
            <div class="stack">
                <h1 tabindex="-1">"Shares"</h1>
                <p>"A share is a link that lets anyone who has it read one cluster, one job, one receipt or all clusters, without a login, until it ends."</p>
                {told(url, made)}
                {(!is_allowed).then(|| view! { <p class="notice tone-warn">"Sharing is switched off in the config: no new links. Those that are there work until they end."</p> })}
                {table(&shares, world.now)}
                {is_allowed.then(|| view! { <p class="meta">"To share something, open it and choose Share."</p> })}
                {revoke_links(&active)}
            </div>
        };
        Ok(frame.around(content))
    })
}

/// What else stands behind a link.
const BESIDE: [(&str, &str); 7] = [
    ("/wall", "For a big screen"),
    ("/status.txt", "For a command line"),
    ("/status.json", "For a program"),
    ("/badge.json", "For shields.io"),
    ("/cctray.xml", "For a build monitor"),
    ("/feed.atom", "For a reader of feeds"),
    ("/calendar.ics", "For a calendar"),
];

/// The only time that the link is told.
fn told(url: Option<String>, made: Option<i64>) -> impl IntoView {
    match (url, made) {
        (Some(url), _) => view! {
            <section class="notice tone-good stack" aria-labelledby="told">
                <h2 id="told">"The link"</h2>
                <p>"Copy it now. You cannot see it again; you can make a new one."</p>
                <div class="field wide-field">
                    <label for="link">"Anyone who has it can read"</label>
                    <input id="link" type="text" readonly=true value=url.clone()/>
                </div>
                <div class="field wide-field">
                    <label for="badge">"A badge for a README (Markdown)"</label>
                    <input id="badge" type="text" readonly=true value=format!("![state]({url}/badge.svg)") aria-describedby="badge-hint"/>
                    <p id="badge-hint" class="meta">"Whoever reads the README can take the link out of it, and read all that the share shows. For a public one, make a share that shows the summary alone."</p>
                </div>
                <div class="field wide-field">
                    <label for="embed">"A frame for a page of yours (HTML). The config has to list the site in frame_origins"</label>
                    <input id="embed" type="text" readonly=true value=format!("<iframe src=\"{url}/embed\" title=\"State\" width=\"480\" height=\"320\"></iframe>")/>
                </div>
                <dl class="facts">
                    {BESIDE.iter().map(|(part, what)| view! { <div><dt>{*what}</dt><dd><code>{format!("{url}{part}")}</code></dd></div> }).collect_view()}
                </dl>
                <p><a href=url>"Open it"</a></p>
            </section>
        }
        .into_any(),
        (None, Some(_)) => view! {
            <p class="notice tone-rest">"The link was told once and cannot be shown again. If it was not copied, revoke the share and make a new one."</p>
        }
        .into_any(),
        (None, None) => ().into_any(),
    }
}

/// All at once, and those of each cluster.
fn revoke_links(active: &[&Share]) -> impl IntoView + use<> {
    let clusters: BTreeSet<&str> = active.iter().filter_map(|share| share.cluster.as_deref()).collect();
    let of_clusters = clusters.into_iter().map(|name| {
        let path = format!("/shares/revoke?cluster={}", Url::escape(name));
        view! { <a class="button quiet-danger" href=path>{format!("Revoke all of {name}…")}</a> }
    });
    let of_clusters = of_clusters.collect_view();
    (!active.is_empty()).then(|| {
        view! {
            <p class="form-foot">
                {of_clusters}
                <a class="button quiet-danger" href="/shares/revoke">"Revoke all…"</a>
            </p>
        }
    })
}

fn table(shares: &[Share], now: Time) -> impl IntoView + use<> {
    if shares.is_empty() {
        return view! { <p class="muted">"Nothing is shared yet."</p> }.into_any();
    }
    view! {
        <table class="jobs" role="table">
            <caption class="visually-hidden">"Shares, newest first. Times are UTC."</caption>
            <thead role="rowgroup">
                <tr role="row">
                    <th scope="col" role="columnheader">"State"</th>
                    <th scope="col" role="columnheader">"What"</th>
                    <th scope="col" role="columnheader">"Shows"</th>
                    <th scope="col" role="columnheader">"Ends"</th>
                    <th scope="col" role="columnheader">"Opened"</th>
                    <th scope="col" role="columnheader">"By"</th>
                    <th scope="col" role="columnheader">"Do"</th>
                </tr>
            </thead>
            <tbody role="rowgroup">{shares.iter().map(|share| row(share, now)).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn row(share: &Share, now: Time) -> impl IntoView + use<> {
    let state = share.state(now);
    let is_active = state == ShareState::Active;
    let at = now.timestamp();
    // On a phone the word in front of the time takes the place of the column's title.
    let (end_word, end) = match &share.revoked {
        Some((by, when)) => ("", Sentence::new("revoked ").minute(*when, now).then(format!(" by {by}"))),
        None if is_active => {
            ("Ends", Sentence::default().minute(share.expires_at, now).then(" ").remaining(share.expires_at))
        }
        None => ("Ended", Sentence::default().minute(share.expires_at, now)),
    };
    let opened = match share.last_opened_at {
        Some(when) => Sentence::new(format!("{} ×, last ", share.opens)).minute(when, now),
        None => Sentence::default().muted("not yet"),
    };
    let label = format!("Revoke {}…", share.label);
    view! {
        <tr role="row">
            <td role="cell">{badge(&Look::from(state))}</td>
            <td role="cell" class="job-cell">
                <a href=path(&share.what)>{share.what.to_string()}</a>
                <span class="meta">{share.label.clone()}</span>
            </td>
            <td role="cell" data-label="Shows">{shows(share)}</td>
            <td role="cell" data-label=end_word>{draw(&end, at)}</td>
            <td role="cell" data-label="Opened">{draw(&opened, at)}</td>
            <td role="cell" data-label="By">{format!("{}, {}", share.created_by, moment::day_and_minute(share.created_at, now))}</td>
            <td role="cell">
                {is_active.then(|| view! {
                    <a class="button small quiet-danger" href=format!("/shares/{}/revoke", share.id) aria-label=label>"Revoke…"</a>
                })}
            </td>
        </tr>
    }
}

fn shows(share: &Share) -> String {
    let detail = match share.view.detail {
        ShareDetail::Summary => "summary",
        ShareDetail::Steps => "steps",
        ShareDetail::StepsAndLog => "steps and log",
    };
    let cost = if share.view.shows_cost { ", cost" } else { "" };
    let names = if share.view.shows_names { ", names" } else { "" };
    format!("{detail}{cost}{names}")
}

/// Our own page about what is shared.
pub fn path(what: &Shared) -> String {
    match what {
        Shared::AllClusters => "/".to_owned(),
        Shared::Cluster(name) => format!("/clusters/{name}"),
        Shared::Job(number) => format!("/jobs/{number}"),
        Shared::Receipt(number) => format!("/receipts/{number}"),
    }
}

/// `/shares/{id}/revoke`
pub fn revoke() -> impl IntoView {
    let asked = use_params_map().read_untracked().get("id").unwrap_or_default();
    load(async move |world| {
        let missing = || PageError::NotFound("There is no such share.".to_owned());
        let id = asked.parse::<i64>().map_err(|_| missing())?;
        let share = world.store.share(id).await?.ok_or_else(missing)?;
        let title = format!("Revoke {}?", share.label);
        let frame = Frame::new(format!("{title} – Cluster Head"), Section::Shares).load(&world).await?;
        let content = view! {
            <div class="stack narrow">
                <h1 tabindex="-1">{title}</h1>
                <section class="notice tone-warn" aria-label="What it means">
                    <p><strong>"The link stops working at once, for everybody who has it."</strong></p>
                    <p>{format!("It shows {} and was opened {} times. Badges and feeds that were made from it stop too. It cannot be taken back; a new share is a new link.", share.what, share.opens)}</p>
                </section>
                <form method="post" action=RevokeShare::url() class="form-foot">
                    <input type="hidden" name="id" value=share.id.to_string()/>
                    <a class="button" href="/shares">"Keep it"</a>
                    <button class="button danger">"Revoke link"</button>
                </form>
            </div>
        };
        Ok(frame.around(content))
    })
}

/// `/shares/revoke`: all of them, or with `?cluster=` those of one cluster.
pub fn revoke_all() -> impl IntoView {
    let query = form::query();
    let is_wrong = query.get_str("problem") == Some("words");
    let cluster = query.get("cluster").filter(|name| !name.is_empty());
    load(async move |world| {
        let words = cluster.clone().unwrap_or_else(|| REVOKE_WORDS.to_owned());
        let refusal = is_wrong.then(|| Refusal {
            status: http::StatusCode::UNPROCESSABLE_ENTITY,
            message: format!("Type “{words}”, exactly. Nothing was revoked."),
            field: "typed",
        });
        if let Some(refusal) = &refusal {
            respond::status(refusal.status);
        }
        let is_meant = |share: &&Share| {
            let is_of_it = cluster.is_none() || share.cluster == cluster;
            is_of_it && share.state(world.now) == ShareState::Active
        };
        let active = world.store.shares().await?.iter().filter(is_meant).count();
        let title = match &cluster {
            Some(name) => format!("Revoke all shares of {name}?"),
            None => "Revoke all shares?".to_owned(),
        };
        let others = cluster.is_some().then_some(" A link to all clusters goes on.");
        let frame = form::frame(&title, Section::Shares, refusal.as_ref()).load(&world).await?;
        let invalid = refusal.is_some().then_some("true");
        let content = view! {
            <div class="stack narrow">
                {form::problem_summary(refusal.as_ref())}
                <h1 tabindex="-1">{title}</h1>
                <section class="notice tone-warn" aria-label="What it means">
                    <p><strong>{match active {
                        1 => "1 link stops working at once, for everybody who has it.".to_owned(),
                        _ => format!("{active} links stop working at once, for everybody who has one."),
                    }}</strong></p>
                    <p>"Badges and feeds that were made from them stop too. It cannot be taken back." {others}</p>
                </section>
                <form method="post" action=RevokeShares::url() class="stack">
                    <input type="hidden" name="cluster" value=cluster.unwrap_or_default()/>
                    <div class="field">
                        <label for="typed">{format!("Type “{words}”")}</label>
                        <input id="typed" name="typed" type="text" autocomplete="off" aria-invalid=invalid/>
                    </div>
                    <div class="form-foot">
                        <a class="button" href="/shares">"Keep them"</a>
                        <button class="button danger">"Revoke all links"</button>
                    </div>
                </form>
            </div>
        };
        Ok(frame.around(content))
    })
}

#[cfg(test)]
mod tests {
    use domain::share::ShareView;

    use super::*;
    use crate::samples::{at, html};

    fn share() -> Share {
        Share {
            id: 4,
            what: Shared::Job(128),
            cluster: Some("iriversland2".into()),
            label: "<b>board".into(),
            view: ShareView { shows_cost: true, ..ShareView::default() },
            created_by: "ana".into(),
            created_at: at(0),
            expires_at: at(60),
            revoked: None,
            last_opened_at: Some(at(5)),
            opens: 3,
        }
    }

    #[test]
    fn a_row_says_what_is_shown_until_when_and_how_often_it_was_opened() {
        let page = html(|| table(&[share()], at(10)));
        for words in [
            "href=\"/jobs/128\"",
            "steps, cost",
            "(in 50 min)",
            "3 ×, last ",
            "&lt;b>board",
            ">Active<",
            "/shares/4/revoke",
        ] {
            assert!(page.contains(words) || page.contains(&words.replace('>', "&gt;")), "{words} in {page}");
        }
        assert!(!page.contains("<b>board"), "{page}");
    }

    #[test]
    fn what_has_ended_says_how_and_offers_no_revoke() {
        let revoked = Share { revoked: Some(("ben".into(), at(7))), ..share() };
        let page = html(|| table(&[revoked], at(10)));
        assert!(
            page.contains(">Revoked<") && page.contains(" by ben") && !page.contains("/revoke"),
            "{page}"
        );
        let page = html(|| table(&[share()], at(61)));
        assert!(page.contains(">Expired<") && !page.contains("/revoke"), "{page}");
    }

    #[test]
    fn a_link_is_told_once_and_afterwards_that_it_was() {
        let page = html(|| told(Some("https://h.example/s/1".into()), Some(4)));
        assert!(page.contains("value=\"https://h.example/s/1\""), "{page}");
        for words in
            ["can take the link out of it", "/s/1/embed", "/s/1/wall", "/s/1/status.txt", "/s/1/calendar.ics"]
        {
            assert!(page.contains(words), "{words} in {page}");
        }
        let again = html(|| told(None, Some(4)));
        assert!(again.contains("cannot be shown again") && !again.contains("/s/"), "{again}");
    }
}
