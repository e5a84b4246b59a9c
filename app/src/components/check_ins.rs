//! The log of a job. Text from outside stands here as text, one line each, with an address of its own.

use domain::event::{CheckIn, Level};
use leptos::prelude::*;

use crate::moment;

pub fn check_in_log(number: i64, check_ins: &[CheckIn]) -> impl IntoView + use<> {
    let note = match check_ins.first() {
        None => Some("No check-ins yet. The first one comes when the job begins.".to_owned()),
        Some(first) if first.line > 1 => Some(format!("Showing the newest {} lines.", check_ins.len())),
        Some(_) => None,
    };
    let lines = check_ins.iter().map(line).collect_view();
    let log = (!check_ins.is_empty()).then(|| {
        let label = format!("Check-in log of job {number}");
        view! { <ol class="log" role="log" aria-live="off" aria-label=label tabindex="0">{lines}</ol> }
    });
    view! {
        {note.map(|note| view! { <p class="meta">{note}</p> })}
        {log}
    }
}

fn line(check_in: &CheckIn) -> impl IntoView + use<> {
    let (class, level) = match check_in.level {
        Level::Info => ("log-line", ""),
        Level::Warning => ("log-line is-warning", "Warning: "),
        Level::Error => ("log-line is-error", "Error: "),
    };
    view! {
        <li class=class id=format!("L{}", check_in.line)>
            <a class="log-number" href=format!("#L{}", check_in.line)>
                {check_in.line.to_string()}
            </a>
            <time datetime=moment::machine(check_in.at)>{moment::to_the_second(check_in.at)}</time>
            <span class="log-text">{format!("{level}{}", check_in.text)}</span>
        </li>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::samples::{at, html};

    fn check_in(line: i32, level: Level, text: &str) -> CheckIn {
        CheckIn { line, at: at(0), level, position: None, text: text.into() }
    }

    #[test]
    fn each_line_has_an_address() {
        let page = html(|| check_in_log(128, &[check_in(118, Level::Info, "Deploy finished")]));
        assert!(page.contains("id=\"L118\"") && page.contains("href=\"#L118\""), "{page}");
        assert!(page.contains(">08:00:00<"), "{page}");
        assert!(page.contains("Showing the newest 1 lines."), "{page}");
    }

    #[test]
    fn a_warning_says_so_in_words() {
        let page = html(|| check_in_log(128, &[check_in(1, Level::Warning, "answered 502")]));
        assert!(page.contains("Warning: "), "{page}");
    }

    #[test]
    fn what_comes_from_outside_is_only_text() {
        let hostile = "</textarea><script>alert(1)</script><img src=x onerror=alert(1)>";
        let page = html(|| check_in_log(128, &[check_in(1, Level::Info, hostile)]));
        assert!(!page.contains("<script>") && !page.contains("<img"), "{page}");
        assert!(page.contains("&lt;img src=x"), "{page}");
    }

    #[test]
    fn an_empty_log_says_when_the_first_line_comes() {
        assert!(html(|| check_in_log(1, &[])).contains("No check-ins yet."));
    }
}
