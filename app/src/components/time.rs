//! Times and lengths of time on the page.

use domain::Time;
use leptos::prelude::*;

use crate::live::{Clock, Connection, connection};
use crate::moment;

/// "14:02", with the day when that is not today.
pub fn minute(at: Time, clock: Clock) -> impl IntoView {
    view! { <time datetime=moment::machine(at)>{moment::day_and_minute(at, clock.today())}</time> }
}

/// "14:02:11", with the day when that is not today.
pub fn second(at: Time, clock: Clock) -> impl IntoView {
    view! { <time datetime=moment::machine(at)>{moment::day_and_second(at, clock.today())}</time> }
}

/// "18 min so far", growing. On a page that has lost the server it stands still and says of when it is.
pub fn so_far(since: Time, clock: Clock) -> impl IntoView {
    move || format!("{} so far{}", moment::coarse(clock.now() - since), as_of())
}

/// " (in 2 h 10 min)" or " (overdue)", shrinking.
pub fn remaining(until: Time, clock: Clock) -> impl IntoView {
    move || {
        let left = until - clock.now();
        if left > chrono::Duration::zero() {
            format!("(in {}{})", moment::coarse(left), as_of())
        } else {
            "(overdue)".to_owned()
        }
    }
}

/// " at 14:03:22" on a page that has lost the server.
fn as_of() -> String {
    match connection::state() {
        Connection::Stale { as_of } => format!(" at {}", moment::to_the_second(as_of)),
        _ => String::new(),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::samples::{at, html};

    #[test]
    fn a_time_is_there_for_people_and_for_machines() {
        let page = html(|| minute(at(5), Clock::starting_at(at(60))));
        assert!(page.contains("datetime=\"2027-01-15T08:05:00Z\""), "{page}");
        assert!(page.contains(">08:05<"), "{page}");
    }

    #[test]
    fn a_deadline_says_how_long_it_is_until_then() {
        let clock = Clock::starting_at(at(50));
        assert!(html(|| remaining(at(180), clock)).contains("(in 2 h 10 min)"));
        assert!(html(|| remaining(at(50), clock)).contains("(overdue)"));
    }
}
