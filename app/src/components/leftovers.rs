//! What the cloud still shows of a cluster that is to be gone, and a cluster there that nobody here knows of.

use leptos::prelude::*;

use super::sentence::draw;
use crate::moment::UnixSeconds;
use crate::view::{FoundView, LeftoverRow, LeftoversView};

pub fn leftovers(left: &LeftoversView, now: UnixSeconds) -> impl IntoView + use<> {
    let rows = left.rows.iter().map(|left| row(left, now)).collect_view();
    let table = (!left.rows.is_empty()).then(|| {
        view! {
            <table class="jobs left" role="table">
                <caption class="visually-hidden">"What the cloud still shows, with its price."</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader">"Kind"</th>
                        <th scope="col" role="columnheader">"Name"</th>
                        <th scope="col" role="columnheader">"Age"</th>
                        <th scope="col" role="columnheader" class="number">"A day"</th>
                        <th scope="col" role="columnheader"><span class="visually-hidden">"Accept"</span></th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        }
    });
    let accepted = left.accepted.iter().map(|words| view! { <li>{draw(words, now)}</li> }).collect_view();
    let has_accepted = !left.accepted.is_empty();
    view! {
        <section class="card stack" aria-labelledby="left">
            <div class="section-head">
                <h2 id="left">"Still in the cloud"</h2>
                {left.together.clone().map(|words| view! { <span class="meta">{words}</span> })}
            </div>
            {table}
            {left.estimate.clone().map(|words| view! { <p class="meta">{words}</p> })}
            {has_accepted.then(|| view! { <ul class="plain-list meta">{accepted}</ul> })}
        </section>
    }
}

fn row(left: &LeftoverRow, now: UnixSeconds) -> impl IntoView + use<> {
    view! {
        <tr role="row">
            <td role="cell" data-label="Kind">{left.kind.clone()}</td>
            <td role="cell" class="job-cell">{left.name.clone()}</td>
            <td role="cell" data-label="Age">{draw(&left.age, now)}</td>
            <td role="cell" class="number" data-label="A day">{left.daily.clone()}</td>
            <td role="cell">
                <a href=left.accept.clone() aria-label=format!("Accept {} {}…", left.kind, left.name)>
                    "Accept…"
                </a>
            </td>
        </tr>
    }
}

pub fn found(found: &FoundView, now: UnixSeconds) -> impl IntoView + use<> {
    view! {
        <section class="notice tone-warn stack" aria-labelledby="found">
            <h2 id="found">"Found in the cloud"</h2>
            <p>{draw(&found.words, now)}</p>
            <p><a class="button" href=found.adopt.clone()>"Adopt…"</a></p>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{at, html};
    use crate::view::Sentence;

    #[test]
    fn names_from_the_cloud_are_only_text() {
        let hostile = "<img src=x onerror=alert(1)>".to_owned();
        let left = LeftoversView {
            rows: vec![LeftoverRow {
                kind: "volume".into(),
                name: hostile.clone(),
                age: Sentence::default().age(at(0)),
                daily: "$0.24".into(),
                accept: "/x".into(),
            }],
            together: Some("$0.24 a day together".into()),
            estimate: None,
            accepted: vec![Sentence::new(hostile)],
        };
        let page = html(|| leftovers(&left, at(60).timestamp()));
        assert!(!page.contains("<img") && page.contains("&lt;img"), "{page}");
        assert!(page.contains(">1 h</span>") && page.contains("Accept…"), "{page}");
    }
}
