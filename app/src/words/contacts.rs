//! How long ago each provider answered us.

use domain::Time;
use store::ProviderContact;

use crate::moment;
use crate::view::ContactsView;

impl ContactsView {
    pub fn new(contacts: &[ProviderContact], now: Time) -> Self {
        let as_of = format!("At {} UTC:", moment::to_the_second(now.timestamp()));
        Self {
            as_of: (!contacts.is_empty()).then_some(as_of),
            ages: contacts.iter().map(|contact| age(contact, now)).collect(),
        }
    }
}

fn age(contact: &ProviderContact, now: Time) -> String {
    let name = &contact.name;
    match (contact.last_answer_at, contact.last_error_at) {
        (Some(answered), Some(failed)) if failed > answered => {
            format!("{name} has not answered well since {}", moment::day_and_minute(answered, now))
        }
        (Some(answered), _) => {
            format!("{name} answered {} ago", moment::coarse((now - answered).num_seconds()))
        }
        (None, _) => format!("{name} has never answered"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::at;

    fn view(answered_at: Option<i64>, failed_at: Option<i64>) -> ContactsView {
        let contact = ProviderContact {
            name: "CircleCI".into(),
            last_answer_at: answered_at.map(at),
            last_error_at: failed_at.map(at),
            last_error: failed_at.map(|_| "secret".into()),
        };
        ContactsView::new(&[contact], at(9))
    }

    #[test]
    fn a_provider_that_fails_is_said_to() {
        assert_eq!(view(Some(0), Some(5)).ages, ["CircleCI has not answered well since 08:00"]);
        assert_eq!(view(None, Some(5)).ages, ["CircleCI has never answered"]);
    }

    #[test]
    fn an_answer_says_how_old_it_is_and_forgets_the_errors_before_it() {
        assert_eq!(view(Some(8), None).ages, ["CircleCI answered 1 min ago"]);
        assert_eq!(view(Some(8), Some(5)).ages, ["CircleCI answered 1 min ago"]);
    }

    #[test]
    fn the_time_is_said_only_where_something_is_as_of_it() {
        assert_eq!(view(Some(8), None).as_of.as_deref(), Some("At 08:09:00 UTC:"));
        assert_eq!(ContactsView::new(&[], at(9)).as_of, None);
    }
}
