//! The backup destroy, beside the debt that it stands for.

use leptos::prelude::*;

use super::sentence::draw;
use crate::moment::UnixSeconds;
use crate::view::BackupView;

pub fn backup_box(backup: &BackupView, now: UnixSeconds) -> impl IntoView + use<> {
    let trouble = backup.trouble.iter().map(|words| {
        view! { <p class="trouble">{draw(words, now)}</p> }
    });
    view! {
        <section class="card stack" aria-labelledby="backup">
            <h2 id="backup">"Backup destroy"</h2>
            <p class="meta">{draw(&backup.words, now)}</p>
            {trouble.collect_view()}
        </section>
    }
}
