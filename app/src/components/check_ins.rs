//! The log of a job. Text from outside stands here as text, one line each, with an address of its own.

use leptos::prelude::*;

use crate::view::LineView;

pub fn check_in_log(number: i64, lines: &[LineView]) -> impl IntoView + use<> {
    let note = match lines.first() {
        None => Some("No check-ins yet. The first one comes when the job begins.".to_owned()),
        Some(first) if first.line > 1 => Some(format!("Showing the newest {} lines.", lines.len())),
        Some(_) => None,
    };
    let log = (!lines.is_empty()).then(|| {
        let label = format!("Check-in log of job {number}");
        let lines = lines.iter().map(line).collect_view();
        view! {
            <div class="log" role="log" aria-live="off" aria-label=label tabindex="0">
                <ol>{lines}</ol>
            </div>
        }
    });
    view! {
        {note.map(|note| view! { <p class="meta">{note}</p> })}
        {log}
    }
}

fn line(line: &LineView) -> impl IntoView + use<> {
    let number = line.line;
    view! {
        <li class=line.class.clone() id=format!("L{number}")>
            <a class="log-number" href=format!("#L{number}")>
                {number.to_string()}
            </a>
            <time datetime=line.at.clone()>{line.time.clone()}</time>
            <span class="log-text">{line.text.clone()}</span>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use domain::event::{CheckIn, Level};

    use super::*;
    use crate::samples::{at, html};

    fn log(line: i32, text: &str) -> String {
        let check_in = CheckIn { line, at: at(0), level: Level::Info, position: None, text: text.into() };
        html(|| check_in_log(128, &[LineView::new(&check_in)]))
    }

    #[test]
    fn each_line_has_an_address() {
        let page = log(118, "Deploy finished");
        assert!(page.contains("id=\"L118\"") && page.contains("href=\"#L118\""), "{page}");
        assert!(page.contains(">08:00:00<"), "{page}");
        assert!(page.contains("Showing the newest 1 lines."), "{page}");
    }

    #[test]
    fn what_comes_from_outside_is_only_text() {
        let page = log(1, "</textarea><script>alert(1)</script><img src=x onerror=alert(1)>");
        assert!(!page.contains("<script>") && !page.contains("<img"), "{page}");
        assert!(page.contains("&lt;img src=x"), "{page}");
    }

    #[test]
    fn an_empty_log_says_when_the_first_line_comes() {
        assert!(html(|| check_in_log(1, &[])).contains("No check-ins yet."));
    }
}
