//! The size form on a page of its own, for starting and for replacing a cluster. In the browser its button shows the price.

use domain::size::Size;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use server_fn::ServerFn;

use crate::api::ResizeCluster;
use crate::components::cluster_actions::{start_form, start_form_id};
use crate::components::seal::{Seal, sealed_fields};
use crate::components::size_form::{follow_choice, priced_label, size_cards};
use crate::view::ClusterView;

/// What the size is chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SizePurpose {
    Start,
    Replace,
}

#[island]
pub fn SizeChoice(view: ClusterView, checked: Size, purpose: SizePurpose, seal: Seal) -> impl IntoView {
    let form_id = match purpose {
        SizePurpose::Start => start_form_id(&view.name),
        SizePurpose::Replace => format!("resize-{}", view.name),
    };
    let chosen = follow_choice(form_id.clone(), checked);
    match purpose {
        SizePurpose::Start => start_form(&view, checked, &seal, chosen).into_any(),
        SizePurpose::Replace => {
            let present = view.size.map(|size| (size, "now"));
            view! {
                <form method="post" action=ResizeCluster::url() id=form_id class="stack">
                    {sealed_fields(&seal, &view.name, view.version)}
                    {size_cards("New size", &view.sizes, checked, present, chosen)}
                    <div class="form-foot">
                        <a class="button" href=format!("/clusters/{}", view.name)>"Keep it as it is"</a>
                        <button class="button danger">{priced_label("Replace cluster", &view, chosen)}</button>
                    </div>
                </form>
            }
            .into_any()
        }
    }
}
