//! The frame around every page: where one is, how fresh it is, who one is, how old our facts are.

use domain::Time;
use leptos::config::LeptosOptions;
use leptos::hydration::HydrationScripts;
use leptos::prelude::*;
use leptos_meta::{Link, ServerMetaContext, Title};

use super::problem::PageError;
use crate::components::badge::sprite;
use crate::components::contact_ages::contact_ages;
use crate::islands::connection::ConnectionState;
use crate::session::Visitor;
use crate::view::ContactsView;
use crate::world::World;

/// Which entry of the navigation a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Clusters,
    Jobs,
    Schedules,
    Receipts,
    Shares,
    None,
}

/// What a page tells its frame.
pub struct Frame {
    title: String,
    section: Section,
    favicon: String,
    topics: Option<String>,
    has_islands: bool,
}

/// A frame with what it shows itself.
pub struct LoadedFrame {
    frame: Frame,
    contacts: ContactsView,
    visitor: Visitor,
    now: Time,
    path: String,
}

impl Frame {
    /// A page that stands still.
    pub fn new(title: impl Into<String>, section: Section) -> Self {
        Self {
            title: title.into(),
            section,
            favicon: "/favicon.svg".to_owned(),
            topics: None,
            has_islands: false,
        }
    }

    /// A page that follows these topics of the event stream.
    pub fn live(mut self, topics: impl Into<String>) -> Self {
        self.topics = Some(topics.into());
        self.has_islands = true;
        self
    }

    /// A page that stands still but has something to do in the browser.
    pub const fn with_islands(mut self) -> Self {
        self.has_islands = true;
        self
    }

    pub fn favicon(mut self, favicon: String) -> Self {
        self.favicon = favicon;
        self
    }

    pub async fn load(self, world: &World) -> Result<LoadedFrame, PageError> {
        Ok(LoadedFrame {
            frame: self,
            contacts: ContactsView::new(&world.store.provider_contacts().await?, world.now),
            visitor: world.visitor.clone(),
            now: world.now,
            path: world.path.clone(),
        })
    }
}

impl LoadedFrame {
    pub fn around(self, content: impl IntoView + 'static) -> AnyView {
        let Self { frame, contacts, visitor, now, path } = self;
        set_favicon(frame.favicon);
        let is_live = frame.topics.is_some();
        let scripts = use_context::<LeptosOptions>()
            .filter(|_| frame.has_islands)
            .map(|options| view! { <HydrationScripts options islands=true/> });
        let connection = frame.topics.map(|topics| {
            let (path, sign_in) = (path.clone(), super::login::path_back_to(&path));
            view! { <ConnectionState topics path sign_in rendered_at=now.timestamp()/> }.into_any()
        });
        view! {
            <Title text=escaped(&frame.title)/>
            {scripts}
            {sprite()}
            <a class="skip" href="#main">"Skip to the content"</a>
            {header(frame.section, connection, &visitor)}
            {visitor.is_demo.then(demo_banner)}
            <main id="main" class="page" tabindex="-1">
                {is_live.then(|| no_script_line(path))}
                {content.into_any()}
            </main>
            {footer(&contacts)}
            <div id="say" class="visually-hidden" role="status" aria-atomic="true"></div>
            <div id="alert" class="visually-hidden" role="alert"></div>
        }
        .into_any()
    }
}

/// The title is written into the head as it is, and a name in it may come from outside.
fn escaped(title: &str) -> String {
    title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Puts the icon of the tab into the head. There is none while the routes are only listed.
///
/// A tag for the head is told to the head when it is written, and what stands in a loaded page is written when its
/// owner is gone. So it is written here, while the owner is there.
pub fn set_favicon(path: String) {
    if use_context::<ServerMetaContext>().is_some() {
        let _ = view! { <Link rel="icon" type_="image/svg+xml" href=path id="favicon"/> }.to_html();
    }
}

fn header(section: Section, connection: Option<AnyView>, visitor: &Visitor) -> impl IntoView + use<> {
    let entry = move |own: Section, href: &'static str, words: &'static str| {
        view! { <a href=href aria-current=(section == own).then_some("page")>{words}</a> }
    };
    view! {
        <header class="top">
            <a class="brand" href="/">"Cluster Head"</a>
            <nav aria-label="Main">
                {entry(Section::Clusters, "/", "Clusters")} {entry(Section::Jobs, "/jobs", "Jobs")}
                {entry(Section::Schedules, "/schedules", "Schedules")}
                {entry(Section::Receipts, "/receipts", "Receipts")}
                {entry(Section::Shares, "/shares", "Shares")}
            </nav>
            <div class="top-side">
                {connection}
                <span class="chip">"UTC"</span>
                {account(visitor)}
            </div>
        </header>
    }
}

fn demo_banner() -> impl IntoView {
    view! {
        <aside class="banner tone-run" aria-label="Demo">
            "Demo: the providers are simulated, nothing is billed."
        </aside>
    }
}

fn account(visitor: &Visitor) -> impl IntoView + use<> {
    let name = visitor.actor().map(|actor| actor.name.clone());
    let sign_out = (!visitor.is_demo).then(|| {
        view! {
            <form method="post" action="/logout">
                <button class="button small">"Sign out"</button>
            </form>
        }
    });
    name.map(|name| view! { <span class="chip">{name}</span> {sign_out} })
}

/// The connection chip hides it once the page is live.
fn no_script_line(path: String) -> impl IntoView {
    view! {
        <p class="no-script meta">
            "This page does not update by itself. " <a href=path>"Refresh"</a>
        </p>
    }
}

fn footer(contacts: &ContactsView) -> impl IntoView + use<> {
    view! {
        <footer class="foot">
            {contact_ages(contacts)}
            <span class="version">{concat!("Cluster Head ", env!("CARGO_PKG_VERSION"))}</span>
        </footer>
    }
}

#[cfg(test)]
mod tests {
    use domain::actor::{Actor, Admitted, Channel, Role};

    use super::*;
    use crate::samples::{at, html};

    fn page(is_demo: bool, topics: Option<&str>) -> String {
        html(|| {
            leptos_meta::provide_meta_context();
            let mut frame = Frame::new("Clusters", Section::Clusters);
            frame.topics = topics.map(str::to_owned);
            let loaded = LoadedFrame {
                frame,
                contacts: ContactsView { as_of: None, ages: vec!["CircleCI answered 1 min ago".into()] },
                visitor: Visitor {
                    admitted: Some(Admitted {
                        actor: Actor::new("operator", Channel::Web),
                        role: Role::Operator,
                    }),
                    is_demo,
                },
                now: at(1),
                path: "/".into(),
            };
            loaded.around(view! { <h1>"Clusters"</h1> })
        })
    }

    #[test]
    fn a_live_page_says_that_without_script_it_does_not_update() {
        assert!(page(false, Some("clusters")).contains("This page does not update by itself."));
        assert!(!page(false, None).contains("does not update by itself"));
    }

    #[test]
    fn a_title_cannot_be_ended_by_a_name_in_it() {
        assert_eq!(escaped("Accept </title><b>&"), "Accept &lt;/title&gt;&lt;b&gt;&amp;");
    }

    #[test]
    fn both_live_regions_are_there_and_empty() {
        let page = page(false, None);
        assert!(
            page.contains(r#"<div id="say" role="status" aria-atomic="true" class="visually-hidden"></div>"#),
            "{page}"
        );
        assert!(page.contains(r#"<div id="alert" role="alert" class="visually-hidden"></div>"#), "{page}");
    }

    #[test]
    fn the_demo_says_that_nothing_is_billed_and_has_no_sign_out() {
        assert!(page(true, None).contains("nothing is billed"));
        assert!(!page(true, None).contains("/logout"));
        assert!(page(false, None).contains("action=\"/logout\""));
    }

    #[test]
    fn the_footer_says_how_old_our_facts_are() {
        assert!(page(false, None).contains("CircleCI answered 1 min ago"));
    }

    #[test]
    fn the_present_section_is_marked() {
        assert_eq!(page(false, None).matches("aria-current=\"page\"").count(), 1);
    }
}
