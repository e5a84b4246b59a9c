//! Where a bar of a timeline lies.

use crate::moment::UnixSeconds;

/// How wide the timeline is drawn; the picture is stretched to the row.
const TIMELINE: i64 = 1000;
/// What is shorter is drawn this long, to be seen.
const SHORTEST: i64 = 4;

/// From when to when; until now while nothing ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: UnixSeconds,
    pub until: Option<UnixSeconds>,
}

/// Where the bar begins and how long it is.
pub fn place(own: Span, whole: Span, now: UnixSeconds) -> (i64, i64) {
    let seconds = |from: UnixSeconds, until: UnixSeconds| (until - from).max(0);
    let total = seconds(whole.from, whole.until.unwrap_or(now)).max(1);
    let left = (seconds(whole.from, own.from) * TIMELINE / total).min(TIMELINE - SHORTEST);
    let width = seconds(own.from, own.until.unwrap_or(now)) * TIMELINE / total;
    (left, width.clamp(SHORTEST, TIMELINE - left))
}

/// Both spans in one attribute: `from until from until`, with a dash for an end that is not there yet.
#[cfg(feature = "ssr")]
pub fn to_attribute(own: Span, whole: Span) -> String {
    let end = |span: Span| span.until.map_or("-".to_owned(), |until| until.to_string());
    format!("{} {} {} {}", own.from, end(own), whole.from, end(whole))
}

/// The other way round.
pub fn from_attribute(text: &str) -> Option<(Span, Span)> {
    let mut parts = text.split(' ');
    let mut span = || Some(Span { from: parts.next()?.parse().ok()?, until: parts.next()?.parse().ok() });
    Some((span()?, span()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn span(from: i64, until: Option<i64>) -> Span {
        Span { from, until }
    }

    #[test]
    fn a_bar_lies_where_its_step_lies_in_the_job() {
        assert_eq!(place(span(10, Some(35)), span(0, Some(100)), 200), (100, 250));
        assert_eq!(place(span(10, None), span(0, None), 20), (500, 500));
    }

    #[test]
    fn a_bar_never_leaves_its_row() {
        let (left, width) = place(span(10, Some(50)), span(0, Some(10)), 50);
        assert!(left + width <= TIMELINE, "{left} {width}");
    }

    #[test]
    fn what_is_written_into_the_page_is_read_from_it() {
        let (own, whole) = (span(10, None), span(0, Some(90)));
        assert_eq!(from_attribute(&to_attribute(own, whole)), Some((own, whole)));
        assert_eq!(from_attribute("x"), None);
    }
}
