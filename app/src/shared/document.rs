//! The whole document for strangers. It is complete as it is; its script only keeps it current. There is no wasm in it,
//! no cookie, and nothing from anywhere else.

use std::sync::LazyLock;

use domain::Time;
use domain::share::Share;
use leptos::prelude::*;

use super::body::body;
use crate::components::badge::sprite;
use crate::view::SharedView;

/// At most 2 KiB.
const SCRIPT: &str = include_str!("follow.js");

/// The colours of the app, its badges, and what is the page's own, as one sheet in the page.
static STYLES: LazyLock<String> = LazyLock::new(|| {
    let tokens = include_str!("../../../style/tailwind.css").lines().map(str::trim);
    let colours: String = tokens.filter(|line| line.contains(": light-dark(")).collect();
    let controls = include_str!("../../../style/controls.css");
    let states = controls.split_once("/* Controls */").map_or(controls, |(states, _)| states);
    let own =
        [states, include_str!("../../../style/shared.css"), include_str!("../../../style/shared_page.css")];
    let own: String =
        own.iter().flat_map(|sheet| sheet.lines()).map(str::trim).collect::<Vec<_>>().join("\n");
    format!(":root{{{colours}}}{own}")
});

/// Where and how a share is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    Page,
    /// Inside of somebody else's page.
    Embed,
    /// On a screen that nobody touches.
    Wall,
}

/// Everything around the part that changes.
pub struct Document<'a> {
    pub look: Look,
    /// None on the wall of whoever is signed in.
    pub share: Option<&'a Share>,
    /// "https://host/s/token"; none where there is nothing to lead to.
    pub address: Option<&'a str>,
    /// Of what is shown: part of the address of its picture.
    pub version: i64,
    pub title: &'a str,
    pub description: &'a str,
    pub icon: &'a str,
    /// The state in one word: what is spoken when it changes.
    pub state: &'a str,
    /// The part that changes, as HTML.
    pub html: &'a str,
    pub nonce: &'a str,
    pub now: Time,
}

/// The document, as it is sent.
pub fn document(page: &Document<'_>) -> String {
    let Document { nonce, html, .. } = page;
    let class = match page.look {
        Look::Page => "",
        Look::Embed => "is-embed",
        Look::Wall => "is-wall",
    };
    let inner_class = if page.look == Look::Wall { "tiles" } else { "shared" };
    let state = attribute(page.state);
    let header = if page.look == Look::Page { drawn(|| header(page)) } else { String::new() };
    let heading = if page.look == Look::Wall { "<h1>Clusters</h1>" } else { "" };
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head>{}<style nonce=\"{nonce}\">{}</style></head><body class=\"{class}\">\
         {}{header}<main>{heading}<div id=\"shared\" class=\"{inner_class}\" data-state=\"{state}\">{html}</div></main>{}\
         <p id=\"say\" class=\"visually-hidden\" role=\"status\"></p><script nonce=\"{nonce}\">{SCRIPT}</script></body></html>",
        head(page),
        *STYLES,
        drawn(sprite),
        drawn(|| footer(page)),
    )
}

/// The part of a shared page that changes, as HTML.
pub fn part(view: &SharedView) -> String {
    drawn(|| body(view))
}

/// The same for every link that does not work, whatever the reason.
pub fn gone(nonce: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex, nofollow\"><title>This link does not work</title>\
         <style nonce=\"{nonce}\">{}</style></head><body><main class=\"shared\"><h1>This link does not work</h1>\
         <p class=\"lead\">It may have ended. Ask the person who sent it.</p></main></body></html>",
        *STYLES
    )
}

fn head(page: &Document<'_>) -> String {
    let (title, description, icon) =
        (attribute(page.title), attribute(page.description), attribute(page.icon));
    let preview = page.address.map(|address| {
        format!(
            "<meta property=\"og:type\" content=\"website\"><meta property=\"og:site_name\" content=\"Cluster Head\">\
             <meta property=\"og:title\" content=\"{title}\"><meta property=\"og:description\" content=\"{description}\">\
             <meta property=\"og:image\" content=\"{}/og.png?v={}\"><meta property=\"og:image:width\" content=\"1200\">\
             <meta property=\"og:image:height\" content=\"630\"><meta name=\"twitter:card\" content=\"summary_large_image\">",
            attribute(address),
            page.version
        )
    });
    format!(
        "<meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex, nofollow\"><meta name=\"referrer\" content=\"no-referrer\">\
         <meta name=\"description\" content=\"{description}\">\
         <link rel=\"icon\" id=\"icon\" type=\"image/svg+xml\" href=\"{icon}\">{}<title>{title}</title>",
        preview.unwrap_or_default()
    )
}

fn header(page: &Document<'_>) -> impl IntoView + use<> {
    let share = page.share.map(|share| {
        let until = share.expires_at;
        let until = if (until - page.now).num_days() < 1 {
            until.format("%-d %B %H:%M UTC").to_string()
        } else {
            until.format("%-d %B").to_string()
        };
        format!("{} · Cluster Head · shared until {until}", share.label)
    });
    share.map(|words| view! { <header class="meta">{words}</header> })
}

fn footer(page: &Document<'_>) -> impl IntoView + use<> {
    let at = page.now.format("%H:%M:%S").to_string();
    let words = format!("Updated {at} UTC. This page does not update by itself without script.");
    let links = page.address.filter(|_| page.look == Look::Page).map(|address| {
        let path = address
            .split_once("://")
            .and_then(|(_, rest)| Some(&rest[rest.find('/')?..]))
            .unwrap_or_default();
        view! {
            <p>
                <a href=path.to_owned()>"Refresh"</a> " · "
                <a href=format!("{path}/status.txt")>"status.txt"</a> " · "
                <a href=format!("{path}/badge.svg")>"badge"</a>
            </p>
        }
    });
    view! { <footer class="meta"><p id="live" data-at=at>{words}</p>{links}</footer> }
}

fn drawn<V: IntoView>(view: impl FnOnce() -> V) -> String {
    Owner::new().with(|| view().into_view().to_html())
}

fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{at, job_facts};
    use crate::shared::{Opened, Thing};
    use domain::share::ShareView;

    fn page(hostile: &str) -> String {
        let mut facts = job_facts(3);
        facts.job.steps[0].title = hostile.to_owned();
        let view =
            SharedView::new(&Opened::new(Thing::Job(Box::new(facts)), ShareView::default(), &[]), at(33));
        document(&Document {
            look: Look::Page,
            share: None,
            address: Some("https://head.example/s/token"),
            version: 9,
            title: hostile,
            description: hostile,
            icon: view.favicon,
            state: hostile,
            html: &part(&view),
            nonce: "n0nce",
            now: at(33),
        })
    }

    #[test]
    fn the_script_is_small_and_the_styles_are_there() {
        assert!(SCRIPT.len() <= 2048, "{}", SCRIPT.len());
        for rule in ["--color-page: light-dark(", ".tone-good", ".badge {", ".shared {", "@media print"] {
            assert!(STYLES.contains(rule), "{rule}");
        }
        assert!(!STYLES.contains("@import") && !STYLES.contains("url("), "{}", *STYLES);
    }

    #[test]
    fn what_comes_from_outside_is_only_text() {
        let page = page("\"></title><script>alert(1)</script>");
        assert!(!page.contains("<script>") && !page.contains("<title>\""), "{page}");
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        assert_eq!(page.matches("</title>").count(), 1, "{page}");
    }

    #[test]
    fn a_preview_has_a_title_and_a_picture() {
        let page = page("Running");
        assert!(
            page.contains(r#"property="og:image" content="https://head.example/s/token/og.png?v=9""#),
            "{page}"
        );
        assert!(page.contains(r#"href="/s/token/status.txt""#), "{page}");
        assert!(!page.contains("wasm") && !page.contains("/pkg/"), "{page}");
    }
}
