//! The end of a cluster with the buttons that move it, and the hold of a destroy with the button that stops it.

use leptos::prelude::*;
use server_fn::ServerFn;

use super::seal::Seal;
use super::sentence::draw;
use crate::api::{CancelJob, ExtendCluster, LeaveClusterUp, UndoExtension};
use crate::moment::UnixSeconds;
use crate::view::{EndView, HoldView, StopHold};

/// Warned three times: it is urgent by then.
const URGENT: i32 = 3;

pub fn end_box(end: &EndView, seal: &Seal, now: UnixSeconds) -> impl IntoView + use<> {
    let notes = end.notes.iter().map(|words| view! { {draw(words, now)} " " }).collect_view();
    let notes = (!end.notes.is_empty()).then(|| view! { <p class="meta">{notes}</p> });
    view! {
        <section
            class=match end.warnings {
                0 if end.is_endless => "stack notice tone-warn",
                0 => "stack end",
                URGENT.. => "stack notice tone-bad",
                _ => "stack notice tone-warn",
            }
            aria-label="Auto-destroy time"
            data-state=format!("warned-{}", end.warnings)
            data-say=end.spoken.clone()
            data-alarm=(end.warnings >= URGENT).then_some("")
        >
            <p class=(end.warnings > 0 || end.is_endless).then_some("lead")>{draw(&end.words, now)}</p>
            {notes}
            {extend_form(end, seal)}
            {end.undo.as_ref().map(|undo| view! {
                <form
                    method="post"
                    action=UndoExtension::url()
                    class="actions"
                    data-before=undo.until.to_string()
                >
                    <input type="hidden" name="cluster" value=end.cluster.clone()/>
                    <input type="hidden" name="extension" value=undo.extension.to_string()/>
                    <span class="meta">{draw(&undo.words, now)}</span>
                    <button class="button small">"Undo"</button>
                </form>
            })}
        </section>
    }
}

fn extend_form(end: &EndView, seal: &Seal) -> impl IntoView + use<> {
    let buttons = end.lengths.iter().map(|hours| {
        view! { <button class="button small" name="by" value=format!("{hours}h")>{format!("Extend {hours} h")}</button> }
    });
    view! {
        <form method="post" action=ExtendCluster::url() class="actions">
            <input type="hidden" name="cluster" value=end.cluster.clone()/>
            <input type="hidden" name="seen" value=end.seen.clone()/>
            <input type="hidden" name="idempotency_key" value=seal.key(0)/>
            {buttons.collect_view()}
            <a class="button small" href=format!("/clusters/{}/extend", end.cluster)>"Choose time…"</a>
        </form>
    }
}

/// One press, without a page in between: there are only seconds.
pub fn hold_box(hold: &HoldView, now: UnixSeconds) -> impl IntoView + use<> {
    let (action, length) = match &hold.stop {
        StopHold::Cancel => (CancelJob::url(), None),
        StopHold::LeaveUp { length } => (LeaveClusterUp::url(), Some(length.clone())),
    };
    view! {
        <section class="notice tone-warn" aria-label="About to destroy">
            <form method="post" action=action class="actions">
                {length.map(|length| view! { <input type="hidden" name="for" value=length/> })}
                <input type="hidden" name="job" value=hold.job.to_string()/>
                <span>{draw(&hold.words, now)}</span>
                <button class="button primary">"Stop it"</button>
            </form>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{at, html};
    use crate::view::{Sentence, UndoView};

    fn end() -> EndView {
        EndView {
            cluster: "iriversland2".into(),
            words: Sentence::new("Destroys ").minute(at(240), at(60)),
            notes: vec![Sentence::new("<script>")],
            warnings: 0,
            is_endless: false,
            spoken: "iriversland2 is destroyed in 3 h.".into(),
            seen: "2027-01-15T12:00:00Z".into(),
            lengths: vec![1, 4],
            undo: Some(UndoView { extension: 7, until: 60, words: Sentence::new("ana moved it.") }),
        }
    }

    fn page(end: &EndView) -> String {
        html(|| end_box(end, &Seal::fresh(), 0))
    }

    #[test]
    fn the_end_is_moved_and_that_is_taken_back_without_script() {
        let page = page(&end());
        for part in [
            r#"method="post" action="/actions/extend-cluster""#,
            r#"name="seen" value="2027-01-15T12:00:00Z""#,
            r#"name="by" value="1h""#,
            r#"href="/clusters/iriversland2/extend""#,
            r#"method="post" action="/actions/undo-extension""#,
            r#"name="extension" value="7""#,
            r#"data-before="60""#,
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!page.contains("<script>"), "{page}");
    }

    #[test]
    fn an_end_that_is_near_stands_out_and_the_last_warning_is_spoken_at_once() {
        let warned = |warnings| page(&EndView { warnings, ..end() });
        assert!(!warned(0).contains("tone-warn") && warned(1).contains("tone-warn"));
        assert!(!warned(2).contains("data-alarm") && warned(3).contains("data-alarm"));
        let endless = page(&EndView { is_endless: true, ..end() });
        assert!(endless.contains("tone-warn") && !endless.contains("data-alarm"), "{endless}");
    }

    #[test]
    fn a_held_destroy_is_stopped_with_one_press() {
        let held = |stop| {
            let hold = HoldView { job: 12, words: Sentence::new("Destroying"), stop };
            html(|| hold_box(&hold, 0))
        };
        let page = held(StopHold::Cancel);
        assert!(page.contains(r#"action="/actions/cancel-job""#) && page.contains(r#"value="12""#), "{page}");
        assert!(page.contains(">Stop it<"), "{page}");
        let page = held(StopHold::LeaveUp { length: "60min".into() });
        assert!(page.contains(r#"action="/actions/leave-cluster-up""#), "{page}");
        assert!(page.contains(r#"name="for" value="60min""#), "{page}");
    }
}
