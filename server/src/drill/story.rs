//! What happened, in few lines: the check-ins of the jobs, and between them the faults as they struck.

use domain::event::Level;
use domain::text::one_line;
use serde::Serialize;

use super::play::Played;
use super::strikes::Struck;

/// More lines are not read.
const MOST_LINES: usize = 25;
const LONGEST_LINE: usize = 160;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Line {
    /// Since the job was accepted; none for the line that stands for others.
    pub after_seconds: Option<f64>,
    pub text: String,
}

pub(super) fn story(played: &Played, struck: &[Struck]) -> Vec<Line> {
    let told = played.check_ins.iter().map(|(job, check_in)| {
        let level = match check_in.level {
            Level::Info => "",
            Level::Warning => "warning: ",
            Level::Error => "error: ",
        };
        let after = (check_in.at - played.beginning.in_rows).as_seconds_f64().max(0.0);
        (after, format!("#{} {level}{}", job.number, check_in.text))
    });
    let faults = struck.iter().flat_map(|struck| {
        struck.after_seconds.iter().map(|after| (*after, format!("fault: {} strikes", struck.fault)))
    });
    let mut lines: Vec<(f64, String)> = told.chain(faults).collect();
    // Stable: lines of one moment stay in the order in which they were written.
    lines.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let lines = lines
        .into_iter()
        .map(|(after, text)| Line { after_seconds: Some(after), text: one_line(&text, LONGEST_LINE) });
    shortened(lines.collect())
}

/// The beginning and the end are what people read.
fn shortened(mut lines: Vec<Line>) -> Vec<Line> {
    if lines.len() <= MOST_LINES {
        return lines;
    }
    let kept = MOST_LINES - 1;
    let (head, left_out) = (kept / 2, lines.len() - kept);
    let text = format!("({left_out} lines more)");
    lines.splice(head..head + left_out, [Line { after_seconds: None, text }]);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_story_keeps_its_beginning_and_its_end() {
        let line = |n: usize| Line { after_seconds: Some(n as f64), text: n.to_string() };
        let story = shortened((0..100).map(line).collect());
        assert_eq!(story.len(), MOST_LINES);
        assert_eq!(story[0].text, "0");
        assert_eq!(story[12].text, "(76 lines more)");
        assert_eq!(story[24].text, "99");
        assert_eq!(shortened((0..25).map(line).collect()).len(), 25);
    }
}
