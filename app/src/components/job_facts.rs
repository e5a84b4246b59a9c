//! The facts of a job: who, where, how big, and what happens when a step fails.

use leptos::prelude::*;

use super::sentence::Sentence;
use crate::live::Now;
use crate::view::JobView;

pub fn job_facts(job: &JobView, now: Now) -> impl IntoView + use<> {
    let rows = rows(job, now)
        .into_iter()
        .map(|(label, words)| view! { <div><dt>{label}</dt><dd>{words.draw()}</dd></div> })
        .collect_view();
    view! { <section class="card" aria-label="Facts"><dl class="facts">{rows}</dl></section> }
}

fn rows(job: &JobView, now: Now) -> Vec<(&'static str, Sentence)> {
    let started = match job.started_at {
        Some(at) => Sentence::default().second(at, now),
        None => Sentence::new("not yet"),
    };
    let on_failure = match (job.cleans_up, job.creates_cluster) {
        (true, _) => "the cluster is destroyed",
        (false, true) => "what exists is destroyed",
        (false, false) => "the job ends there",
    };
    let cluster = Sentence::default().link(format!("/clusters/{}", job.cluster), job.cluster.clone());
    let mut rows = vec![
        ("Asked", Sentence::default().second(job.created_at, now)),
        ("Started", started),
        ("By", Sentence::new(job.by.clone())),
        ("Cluster", cluster),
    ];
    rows.extend(job.size.map(|size| ("Size", Sentence::new(size.as_str()))));
    rows.extend(job.rate.clone().map(|rate| ("Price", Sentence::new(rate))));
    rows.push(("If a step fails", Sentence::new(on_failure)));
    rows
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::samples::{at, guide_at_step, html, job_view};

    #[test]
    fn the_facts_say_what_happens_when_a_step_fails() {
        let page = html(|| job_facts(&job_view(guide_at_step(1)), Now::at(at(60))));
        assert!(page.contains("the cluster is destroyed"), "{page}");
        assert!(page.contains("href=\"/clusters/iriversland2\""), "{page}");
    }

    #[test]
    fn a_job_without_a_size_does_not_speak_of_one() {
        let mut job = job_view(guide_at_step(1));
        job.size = None;
        assert!(rows(&job, Now::at(at(60))).iter().all(|(label, _)| *label != "Size"));
    }
}
