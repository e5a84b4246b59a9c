//! `/shares/new`: what of a thing strangers will see, with a preview that is drawn as they will see it.

use domain::share::{ShareDetail, ShareView};
use domain::text::one_line;
use leptos::prelude::*;
use server_fn::ServerFn;

use super::frame::Section;
use super::problem::PageError;
use super::{form, load, shares};
use crate::api::CreateShare;
use crate::problem::Refusal;
use crate::respond;
use crate::share_form::{ShareText, ShareTextError};
use crate::shared::{Opened, body};
use crate::view::SharedView;
use crate::world::World;

const LENGTHS: [(&str, &str); 5] =
    [("1h", "1 hour"), ("1d", "1 day"), ("7d", "7 days"), ("30d", "30 days"), ("90d", "90 days")];

pub fn page() -> impl IntoView {
    let query = form::query();
    load(async move |world| {
        let text = ShareText::from_query(&query);
        let unclear = |error: ShareTextError| PageError::NotFound(error.to_string());
        let what = text.what().map_err(unclear)?;
        let view = text.view().unwrap_or_default();
        let opened = Opened::load(&world.store, &world.catalogue, &what, view).await?;
        let missing =
            || PageError::NotFound(format!("There is no {} to share.", one_line(&what.to_string(), 80)));
        let opened = opened.ok_or_else(missing)?;
        let refusal = refusal(query.get_str("problem"), &text, &world);
        let title = format!("Share {what}");
        let frame = form::frame(&title, Section::Shares, refusal.as_ref()).load(&world).await?;
        let is_allowed = world.catalogue.share.allowed;
        let content = view! {
            <div class="columns">
                <div class="stack">
                    {form::problem_summary(refusal.as_ref())}
                    <h1 tabindex="-1">{title}</h1>
                    {if is_allowed {
                        fields(&text, view, &world, refusal.as_ref()).into_any()
                    } else {
                        form::not_possible(Some("Sharing is switched off in the config.".to_owned()), shares::path(&what)).into_any()
                    }}
                </div>
                <section class="stack" aria-labelledby="preview">
                    <h2 id="preview">"What a stranger will see"</h2>
                    <div class="preview"><div class="shared">{body(&SharedView::new(&opened, world.now))}</div></div>
                </section>
            </div>
        };
        Ok(frame.around(content))
    })
}

/// Why the form came back. What is wrong is found again from what was entered.
fn refusal(problem: Option<&str>, text: &ShareText, world: &World) -> Option<Refusal> {
    problem.filter(|problem| *problem == "refused")?;
    let status = http::StatusCode::UNPROCESSABLE_ENTITY;
    respond::status(status);
    let (field, message) = match text.draft(&world.catalogue.share) {
        Err(error) => (error.field(), error.to_string()),
        Ok(_) => ("form", "It could not be shared. It can be now: press again.".to_owned()),
    };
    Some(Refusal { status, message: format!("{message} Nothing was shared."), field })
}

fn fields(
    text: &ShareText,
    view: ShareView,
    world: &World,
    refusal: Option<&Refusal>,
) -> impl IntoView + use<> {
    let policy = &world.catalogue.share;
    let chosen =
        if text.expires_in.is_empty() { policy.usual().to_string() } else { text.expires_in.clone() };
    let mut lengths: Vec<(String, String)> = LENGTHS
        .iter()
        .filter(|(length, _)| {
            length.parse().is_ok_and(|length: domain::share::ShareLength| length <= policy.longest)
        })
        .map(|(length, words)| ((*length).to_owned(), (*words).to_owned()))
        .collect();
    if !lengths.iter().any(|(length, _)| *length == chosen) {
        lengths.push((chosen.clone(), chosen.clone()));
    }
    let lengths = lengths
        .into_iter()
        .map(|(length, words)| {
            let selected = length == chosen;
            view! { <option value=length selected=selected>{words}</option> }
        })
        .collect_view();
    let detail = |value: ShareDetail, title: &'static str, words: &'static str| {
        let checked = view.detail == value;
        view! {
            <label class="choice">
                <input type="radio" name="detail" value=value.as_str() checked=checked/>
                <span><b>{title}</b>{words}</span>
            </label>
        }
    };
    let tick = |name: &'static str, checked: bool, words: &'static str| {
        view! { <label class="choice"><input type="checkbox" name=name value="on" checked=checked/><span>{words}</span></label> }
    };
    let label_is_wrong = refusal.is_some_and(|refusal| refusal.field == "label").then_some("true");
    view! {
        <form method="post" action=CreateShare::url() id="form" class="stack">
            <input type="hidden" name="all" value=text.all.clone()/>
            <input type="hidden" name="cluster" value=text.cluster.clone()/>
            <input type="hidden" name="job" value=text.job.clone()/>
            <input type="hidden" name="receipt" value=text.receipt.clone()/>
            <div class="field">
                <label for="label">"Label, for whom or what it is"</label>
                <input id="label" name="label" type="text" value=text.label.clone() autocomplete="off" aria-invalid=label_is_wrong/>
            </div>
            <fieldset class="choices" id="detail">
                <legend>"What a stranger sees"</legend>
                {detail(ShareDetail::Summary, "Summary", "State, progress, times.")}
                {detail(ShareDetail::Steps, "Steps", "Also each step with its state and time.")}
                {detail(ShareDetail::StepsAndLog, "Steps and log", "Also what the steps say, and the newest check-ins. Addresses in them are left out.")}
            </fieldset>
            <fieldset class="choices">
                <legend>"And"</legend>
                {tick("cost", view.shows_cost, "What it costs")}
                {tick("names", view.shows_names, "Names of people")}
            </fieldset>
            <div class="field">
                <label for="expires_in">"The link works for"</label>
                <select id="expires_in" name="expires_in">{lengths}</select>
            </div>
            <div class="form-foot">
                <button class="button" formmethod="get" formaction="/shares/new">"Show preview"</button>
                <button class="button primary">"Create link"</button>
            </div>
        </form>
    }
}
