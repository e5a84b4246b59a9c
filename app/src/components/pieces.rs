//! The pieces that the live stream sends of each view: every way in which some page shows it.

use leptos::prelude::*;

use super::age::{self, age};
use super::attention::{self, attention};
use super::cluster_card::{self, Place, cluster_card};
use super::contact_ages::{self, contact_ages};
use super::job_body::{self, job_body};
use super::job_table::{row_id, table_row};
use super::money_line::money_line;
use super::month::{self, month};
use crate::live::{Piece, Update};
use crate::view::{AgeView, ClusterView, ContactsView, JobRow, JobView, MoneyLine, PulseView, Versioned};

impl From<ClusterView> for Update {
    fn from(view: ClusterView) -> Self {
        let at = |place| piece(cluster_card::piece_id(&view.name, place), || cluster_card(&view, place));
        Self { version: view.version(), pieces: vec![at(Place::List), at(Place::Page)] }
    }
}

impl From<JobRow> for Update {
    fn from(row: JobRow) -> Self {
        Self { version: row.version(), pieces: vec![piece(row_id(row.number), || table_row(&row))] }
    }
}

impl From<JobView> for Update {
    fn from(job: JobView) -> Self {
        let body = piece(job_body::piece_id(job.number), || job_body(&job));
        Self { version: job.version(), pieces: vec![body] }
    }
}

impl From<ContactsView> for Piece {
    fn from(contacts: ContactsView) -> Self {
        piece(contact_ages::PIECE_ID.to_owned(), || contact_ages(&contacts))
    }
}

impl From<AgeView> for Piece {
    fn from(view: AgeView) -> Self {
        piece(age::piece_id(&view), || age(&view))
    }
}

impl From<MoneyLine> for Piece {
    fn from(money: MoneyLine) -> Self {
        piece(money.id.clone(), || money_line(&money))
    }
}

impl From<PulseView> for Vec<Piece> {
    fn from(pulse: PulseView) -> Self {
        let attention = piece(attention::PIECE_ID.to_owned(), || attention(&pulse.attention));
        let month = piece(month::PIECE_ID.to_owned(), || month(&pulse.month));
        let ages = pulse.ages.into_iter().map(Piece::from);
        [attention, month].into_iter().chain(ages).chain(pulse.money.into_iter().map(Piece::from)).collect()
    }
}

/// Outside of a page there is no owner that views could belong to, so each piece gets one of its own.
fn piece<V: IntoView>(id: String, draw: impl FnOnce() -> V) -> Piece {
    Piece { id, html: Owner::new().with(|| draw().into_view().to_html()) }
}

#[cfg(test)]
mod tests {
    use domain::cluster::ClusterState;
    use domain::job::JobState;

    use super::*;
    use crate::samples::{at, cluster_facts, guide_at_step, job_facts, job_row};

    fn assert_pieces_have_their_ids(update: &Update) {
        for piece in &update.pieces {
            let id = format!("id=\"{}\"", piece.id);
            let first_tag = piece.html.split('>').next().unwrap();
            assert!(first_tag.contains(&id), "{id} in {first_tag}");
            assert!(first_tag.contains(&format!("data-version=\"{}\"", update.version)), "{first_tag}");
        }
    }

    #[test]
    fn each_piece_carries_its_id_and_its_version() {
        let mut facts = cluster_facts(ClusterState::Up);
        facts.latest_job = Some(guide_at_step(3));
        assert_pieces_have_their_ids(&ClusterView::new(&facts, at(60)).into());
        assert_pieces_have_their_ids(&job_row(128, JobState::Running).into());
        assert_pieces_have_their_ids(&JobView::new(&job_facts(3), at(60)).into());
    }

    #[test]
    fn a_card_is_as_new_as_the_job_that_it_tells_of_while_a_press_is_decided_on_the_cluster() {
        let mut facts = cluster_facts(ClusterState::Down);
        facts.latest_job = Some(guide_at_step(3));
        let update = Update::from(ClusterView::new(&facts, at(60)));
        assert_eq!(update.version, 9);
        assert!(update.pieces[0].html.contains(r#"name="expected_version" value="7""#));
    }

    #[test]
    fn a_view_as_json_is_its_version_and_its_pieces() {
        let json = serde_json::to_value(job_row(128, JobState::Running)).unwrap();
        assert_eq!(json["version"], 9);
        assert_eq!(json["pieces"][0]["id"], "job-row-128");
    }
    #[test]
    fn the_ages_of_our_facts_as_json_are_a_piece_of_the_page() {
        let ages = vec!["CircleCI answered 1 min ago".to_owned()];
        let json = serde_json::to_value(ContactsView { as_of: None, ages }).unwrap();
        assert_eq!(json["id"], "contact-ages");
        let html = json["html"].as_str().unwrap();
        assert!(html.starts_with(r#"<div id="contact-ages""#), "{html}");
        assert!(html.contains("<span>CircleCI answered 1 min ago</span>"), "{html}");
    }
}
