//! `/receipts` and `/receipts/{number}`: what was up, what it cost, and on whose word it is gone. Made to be printed.

use domain::receipt::Receipt;
use domain::text::{self, one_line};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use leptos_router::location::Url;
use leptos_router::params::ParamsMap;
use store::ReceiptFilter;

use super::frame::{Frame, Section};
use super::paging::{Paging, buttons};
use super::problem::PageError;
use super::{form, load};
use crate::components::sentence::draw;
use crate::view::Sentence;
use crate::words::what_is_up;

const PER_PAGE: i64 = 25;

pub fn list() -> impl IntoView {
    let query = form::query();
    load(async move |world| {
        let place = Place::from_query(&query);
        let mut receipts = world.store.receipts(&place.filter()).await?;
        let has_older = receipts.len() as i64 > PER_PAGE;
        receipts.truncate(PER_PAGE as usize);
        let oldest = receipts.last().map(|receipt| receipt.number).filter(|_| has_older);
        let frame = Frame::new(place.title(), Section::Receipts).load(&world).await?;
        let content = view! {
            <div class="stack wide">
                <h1 tabindex="-1">"Receipts"</h1>
                {lines(&receipts, &place)}
                {paging(&place, oldest)}
            </div>
        };
        Ok(frame.around(content))
    })
}

pub fn one() -> impl IntoView {
    let asked = use_params_map().read_untracked().get("number").unwrap_or_default();
    load(async move |world| {
        let missing = || PageError::NotFound(format!("There is no receipt {}.", one_line(&asked, 40)));
        let number = asked.parse::<i64>().map_err(|_| missing())?;
        let receipt = world.store.receipt(number).await?.ok_or_else(missing)?;
        let title = format!("Receipt {number} – {} – Cluster Head", receipt.cluster);
        let frame = Frame::new(title, Section::Receipts).load(&world).await?;
        Ok(frame.around(body(&receipt)))
    })
}

/// Which page of which list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Place {
    cluster: Option<String>,
    paging: Paging,
}

impl Place {
    /// What means nothing is ignored.
    fn from_query(query: &ParamsMap) -> Self {
        Self {
            cluster: query.get("cluster").filter(|cluster| !cluster.is_empty() && !cluster.contains('\0')),
            paging: Paging::from_query(query),
        }
    }

    /// One more than a page, to see whether there is another.
    fn filter(&self) -> ReceiptFilter {
        ReceiptFilter { cluster: self.cluster.clone(), before: self.paging.before, limit: PER_PAGE + 1 }
    }

    fn path(&self) -> String {
        let cluster = self.cluster.as_deref().map(|cluster| format!("cluster={}", Url::escape(cluster)));
        let parts = std::iter::once(cluster).chain(self.paging.parts());
        let query = parts.flatten().collect::<Vec<_>>().join("&");
        if query.is_empty() { "/receipts".to_owned() } else { format!("/receipts?{query}") }
    }

    fn older(&self, oldest: i64) -> Self {
        Self { paging: self.paging.older(oldest), ..self.clone() }
    }

    fn newer(&self) -> Option<Self> {
        self.paging.newer().map(|paging| Self { paging, ..self.clone() })
    }

    fn title(&self) -> String {
        let page = self.paging.words();
        format!("Receipts{page} – Cluster Head")
    }
}

fn lines(receipts: &[Receipt], place: &Place) -> impl IntoView + use<> {
    if receipts.is_empty() {
        let cluster = place.cluster.as_ref().map(|name| format!(" for {}", one_line(name, 80)));
        let cluster = cluster.unwrap_or_default();
        let words = if !place.paging.is_first() {
            format!("No older receipts{cluster}.")
        } else {
            format!("No receipts{cluster} yet. One is written when a cluster is proved to be destroyed.")
        };
        return view! { <p class="lead">{words}</p> }.into_any();
    }
    let each = receipts.iter().map(|receipt| {
        let words = Sentence::default()
            .link(format!("/receipts/{}", receipt.number), format!("Receipt {}", receipt.number))
            .then(format!(": {}", receipt.story()))
            .muted(receipt.estimate().map(|words| format!(" {words}")).unwrap_or_default())
            .muted(format!(" Written {} UTC.", receipt.made_at.format("%Y-%m-%d %H:%M")));
        view! { <li class="card">{draw(&words, receipt.made_at.timestamp())}</li> }
    });
    view! {
        <p class="meta">"Newest first."</p>
        <ul class="attention-lines">{each.collect_view()}</ul>
    }
    .into_any()
}

/// What and until when: after a person took the debt over, nobody here counts.
fn cost(receipt: &Receipt) -> (&'static str, String) {
    let label = if receipt.closed.is_some() { "Cost until it was closed" } else { "Cost" };
    match receipt.up_times.as_slice() {
        [] => (label, "not metered".to_owned()),
        _ => (label, text::dollars(receipt.cost)),
    }
}

fn paging(place: &Place, oldest: Option<i64>) -> impl IntoView + use<> {
    buttons(place.newer().map(|newer| newer.path()), oldest.map(|oldest| place.older(oldest).path()))
}

fn body(receipt: &Receipt) -> impl IntoView + use<> {
    let now = receipt.made_at;
    let up_times = receipt.up_times.iter().map(|up| {
        let day = "%Y-%m-%d %H:%M:%S";
        let until = up.ended_at.unwrap_or(now).format(day);
        let when = format!("{} – {until} UTC: ", up.began_at.format(day));
        let price =
            format!(" ({}{} at {})", text::times(up.nodes), up.machine, text::hourly(up.price.hourly));
        view! { <li>{when}{what_is_up(up, now)}<span class="muted">{price}</span></li> }
    });
    let jobs = receipt.jobs.iter().map(|job| {
        let state = text::job_state(job.state).to_lowercase();
        let words = Sentence::default()
            .job(job.number)
            .then(format!(": {} by {}, {state} when this was written", job.title, job.by));
        view! { <li>{draw(&words, now.timestamp())}</li> }
    });
    let leftovers = receipt.leftovers.iter().map(|left| {
        view! { <li>{format!("{}, taken over by {}: {}", left.what, left.by, left.because)}</li> }
    });
    let leftovers = (!receipt.leftovers.is_empty()).then(|| {
        view! { <section class="stack"><h2>"Left over"</h2><ul>{leftovers.collect_view()}</ul></section> }
    });
    let note = receipt.estimate().unwrap_or_else(|| {
        "It was brought up before there was a meter, or its price is not known.".to_owned()
    });
    let (cost_label, cost) = cost(receipt);
    view! {
        <article class="card stack receipt" aria-labelledby="receipt">
            <h1 id="receipt" tabindex="-1">{format!("Receipt {}", receipt.number)}</h1>
            <dl class="facts">
                {row("Cluster", view! { <a href=format!("/clusters/{}", receipt.cluster)>{receipt.cluster.clone()}</a> }.into_any())}
                {row("Written", format!("{} UTC", now.format("%Y-%m-%d %H:%M:%S")).into_any())}
                {row("Owed since", format!("{} UTC", receipt.opened_at.format("%Y-%m-%d %H:%M:%S")).into_any())}
                {receipt.started_by.as_ref().map(|who| row("Started by", who.to_string().into_any()))}
                {row("Up", text::duration(receipt.length()).into_any())}
                {row(cost_label, cost.into_any())}
                {row("End", receipt.end().into_any())}
            </dl>
            <p class="meta">{note}</p>
            <section class="stack">
                <h2>"Up"</h2>
                <ul>{up_times.collect_view()}</ul>
            </section>
            <section class="stack">
                <h2>"Jobs"</h2>
                <ul>{jobs.collect_view()}</ul>
            </section>
            {leftovers}
            <p class="no-print"><a href=format!("/shares/new?receipt={}", receipt.number)>"Share…"</a></p>
        </article>
    }
}

fn row(label: &'static str, words: AnyView) -> impl IntoView {
    view! { <div><dt>{label}</dt><dd>{words}</dd></div> }
}

#[cfg(test)]
mod tests {
    use domain::actor::{Actor, Channel};
    use domain::job::JobState;
    use domain::receipt::{Leftover, ReceiptJob};
    use domain::record::Evidence;

    use super::*;
    use crate::samples::{at, html, up_time};

    fn receipt() -> Receipt {
        let up_times = vec![up_time(0, Some(192))];
        let by = Actor::new("ana", Channel::Slack);
        Receipt {
            number: 12,
            cluster: "iriversland2".into(),
            obligation: 9,
            opened_at: at(0),
            made_at: at(200),
            started_by: Some(by.clone()),
            cost: Receipt::cost_of(&up_times, at(200)),
            up_times,
            jobs: vec![ReceiptJob { number: 128, title: "guide".into(), by, state: JobState::Succeeded }],
            evidence: Some(Evidence::Accepted),
            closed: None,
            leftovers: vec![Leftover {
                what: "volume pvc-1".into(),
                by: "ben".into(),
                because: "<script>".into(),
            }],
        }
    }

    #[test]
    fn a_receipt_says_what_was_up_who_did_it_what_it_cost_and_by_which_list() {
        let page = html(|| body(&receipt()));
        for words in [
            "Receipt 12",
            "ana (Slack)",
            "2027-01-15 08:00:00 – 2027-01-15 11:12:00 UTC: ",
            "m, up 3 h 12 min, $0.11",
            "(s-2vcpu-4gb at $0.036/h)",
            "href=\"/jobs/128\"",
            "Estimate from the config's prices of 2026-11-20. Not an invoice.",
            "volume pvc-1, taken over by ben: &lt;script&gt;",
        ] {
            assert!(page.contains(words), "{words} in {page}");
        }
    }

    #[test]
    fn the_list_leads_to_each_receipt_and_says_when_there_is_none() {
        let page = html(|| lines(&[receipt()], &Place::default()));
        assert!(page.contains(r#"href="/receipts/12""#) && page.contains("about $0.11"), "{page}");
        assert!(page.contains("Estimate from the config's prices of 2026-11-20."), "beside each sum: {page}");
        let of_one = Place { cluster: Some("<b>".into()), ..Place::default() };
        assert!(html(|| lines(&[], &of_one)).contains("No receipts for &lt;b&gt; yet."));
        assert!(html(|| lines(&[], &of_one.older(1))).contains("No older receipts for &lt;b&gt;."));
    }

    #[test]
    fn older_and_newer_lead_back_to_where_one_was() {
        let first = Place { cluster: Some("a b".into()), ..Place::default() };
        let third = first.older(103).older(78);
        assert_eq!(third.path(), "/receipts?cluster=a%20b&before=78&trail=103");
        assert_eq!(third.newer().unwrap(), first.older(103));
        assert_eq!(third.newer().unwrap().newer().unwrap(), first);
        assert_eq!(first.newer(), None);
        let page = html(|| paging(&first.older(103), None));
        assert!(page.contains("Newer") && !page.contains("Older"), "{page}");
    }

    #[test]
    fn what_a_person_took_over_claims_its_cost_only_until_then() {
        let by = domain::obligation::Closing { by: "ana".into(), because: "moved".into() };
        let page = html(|| body(&Receipt { closed: Some(by), evidence: None, ..receipt() }));
        assert!(page.contains("Cost until it was closed"), "{page}");
    }

    #[test]
    fn what_was_not_metered_claims_no_cost() {
        let unmetered = Receipt { up_times: Vec::new(), ..receipt() };
        let page = html(|| body(&unmetered));
        assert!(page.contains("not metered") && !page.contains('$'), "{page}");
    }
}
