//! What a screen reader is told: changes of state, gathered, at most one message in five seconds.

use std::collections::VecDeque;

/// Seconds between two messages.
const PAUSE: i64 = 5;

/// Sentences that wait for their turn.
#[derive(Debug, Default)]
pub struct Voice {
    waiting: VecDeque<String>,
    spoke_at: Option<i64>,
}

impl Voice {
    pub fn add(&mut self, sentence: String) {
        if self.waiting.back() != Some(&sentence) {
            self.waiting.push_back(sentence);
        }
    }

    /// Everything that waits, as one message, unless the last one was a moment ago.
    pub fn speak(&mut self, now: i64) -> Option<String> {
        if self.waiting.is_empty() || self.spoke_at.is_some_and(|spoke_at| now - spoke_at < PAUSE) {
            return None;
        }
        self.spoke_at = Some(now);
        Some(self.waiting.drain(..).collect::<Vec<_>>().join(" "))
    }
}

#[cfg(feature = "hydrate")]
thread_local! {
    static VOICE: std::cell::RefCell<Voice> = std::cell::RefCell::default();
}

/// Says it soon, in the polite live region.
#[cfg(feature = "hydrate")]
pub fn say(sentence: String) {
    VOICE.with_borrow_mut(|voice| voice.add(sentence));
}

/// Says it at once: the job that somebody watches has failed.
#[cfg(feature = "hydrate")]
pub fn alert(sentence: &str) {
    write("alert", sentence);
}

#[cfg(feature = "hydrate")]
pub(super) fn speak(now: i64) {
    if let Some(message) = VOICE.with_borrow_mut(|voice| voice.speak(now)) {
        write("say", &message);
    }
}

#[cfg(feature = "hydrate")]
fn write(region: &str, message: &str) {
    if let Some(element) = super::document::by_id(region) {
        element.set_text_content(Some(message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_close_together_is_one_message() {
        let mut voice = Voice::default();
        voice.add("Step 2 succeeded.".into());
        voice.add("Step 3 is running.".into());
        assert_eq!(voice.speak(100).as_deref(), Some("Step 2 succeeded. Step 3 is running."));
        assert_eq!(voice.speak(100), None);
    }

    #[test]
    fn there_are_five_seconds_between_two_messages() {
        let mut voice = Voice::default();
        voice.add("One.".into());
        assert!(voice.speak(100).is_some());
        voice.add("Two.".into());
        assert_eq!(voice.speak(104), None);
        assert_eq!(voice.speak(105).as_deref(), Some("Two."));
    }

    #[test]
    fn the_same_sentence_is_not_said_twice_in_a_row() {
        let mut voice = Voice::default();
        voice.add("Up.".into());
        voice.add("Up.".into());
        assert_eq!(voice.speak(0).as_deref(), Some("Up."));
    }
}
