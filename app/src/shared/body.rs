//! The part of a shared page that changes: drawn for the page, for its stream, and for the preview of whoever shares.

use leptos::prelude::*;

use crate::components::badge::{badge, state_icon};
use crate::components::sentence::draw;
use crate::view::{LineView, SharedPast, SharedStep, SharedView};

/// `view` as HTML.
pub fn body(view: &SharedView) -> impl IntoView + use<> {
    let now = view.made_at;
    let paragraphs =
        view.lines.iter().map(|words| view! { <p class="meta">{draw(words, now)}</p> }).collect_view();
    let progress = view.progress.as_ref().map(|progress| {
        view! {
            <progress max="100" value=progress.percent.to_string() aria-label=progress.words.clone()></progress>
            <p class="meta">{progress.words.clone()}</p>
        }
    });
    let steps = (!view.steps.is_empty()).then(|| {
        let steps = view.steps.iter().map(|step| row(step, now)).collect_view();
        view! { <h2 class="visually-hidden">"Steps"</h2><ol class="shared-steps">{steps}</ol> }
    });
    let rows = |rows: &[SharedPast]| rows.iter().map(|row| past_row(row, now)).collect_view();
    let clusters = (!view.clusters.is_empty()).then(|| {
        view! { <ul class="shared-steps" aria-label="Clusters">{rows(&view.clusters)}</ul> }
    });
    let past = (!view.past.is_empty()).then(|| {
        view! { <h2>{view.past_title}</h2><ul class="shared-steps">{rows(&view.past)}</ul> }
    });
    let facts = (!view.facts.is_empty()).then(|| {
        let facts = view
            .facts
            .iter()
            .map(|(label, words)| view! { <div><dt>{*label}</dt><dd>{words.clone()}</dd></div> });
        view! { <dl class="facts">{facts.collect_view()}</dl> }
    });
    let log = (!view.log.is_empty()).then(|| {
        view! { <h2>"Check-ins"</h2><ol class="log" tabindex="0" aria-label="Check-in log">{view.log.iter().map(line).collect_view()}</ol> }
    });
    view! {
        {badge(&view.look)}
        <h1 tabindex="-1">{view.heading.clone()}</h1>
        <p class="lead">{draw(&view.lead, now)}</p>
        {paragraphs}
        {progress}
        {facts}
        {steps}
        {clusters}
        {past}
        {log}
    }
}

fn row(step: &SharedStep, now: i64) -> impl IntoView + use<> {
    view! {
        <li aria-current=step.is_current.then_some("step")>
            {state_icon(&step.look)}
            <span>
                <b>{step.title.clone()}</b>
                <span class="visually-hidden">{format!(": {}", step.look.word)}</span>
                {step.message.clone().map(|message| view! { <span class="step-message meta">{message}</span> })}
            </span>
            <span class="shared-took">{draw(&step.took, now)}</span>
        </li>
    }
}

fn past_row(row: &SharedPast, now: i64) -> impl IntoView + use<> {
    view! {
        <li>
            {state_icon(&row.look)}
            <span><span class="visually-hidden">{format!("{}: ", row.look.word)}</span>{draw(&row.words, now)}</span>
        </li>
    }
}

fn line(line: &LineView) -> impl IntoView + use<> {
    view! {
        <li class=line.class.clone()>
            <time datetime=line.at.clone()>{line.time.clone()}</time>
            <span class="log-text">{line.text.clone()}</span>
        </li>
    }
}
