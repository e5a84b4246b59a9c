//! What a room looks at: one share as a page, one share on a wall, or everything, for whoever is signed in.

use app::shared::{Opened, states, tiles};
use chrono::Utc;
use domain::share::{Share, ShareDetail, ShareView, Shared};
use store::{ChangedRow, Error};

use super::page::Drawn;
use crate::web::state::Web;

#[derive(Debug, Clone)]
pub enum Subject {
    Page(Share),
    Wall(Share),
    AllClusters,
}

/// Tells rooms apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    share: Option<i64>,
    is_wall: bool,
}

impl Subject {
    pub fn key(&self) -> Key {
        Key { share: self.share().map(|share| share.id), is_wall: !matches!(self, Self::Page(_)) }
    }

    pub const fn share(&self) -> Option<&Share> {
        match self {
            Self::Page(share) | Self::Wall(share) => Some(share),
            Self::AllClusters => None,
        }
    }

    /// Whether a change of this row may show.
    pub fn is_touched_by(&self, row: &ChangedRow) -> bool {
        let (ChangedRow::Cluster(cluster) | ChangedRow::Job { cluster, .. }) = row;
        let about = self.share().and_then(|share| share.cluster.as_ref());
        about.is_none_or(|about| about == cluster)
    }

    /// As it is now; none when what it shows is gone.
    pub async fn draw(&self, web: &Web) -> Result<Option<Drawn>, Error> {
        let load = |what: Shared, view: ShareView| async move {
            Opened::load(&web.store, &web.catalogue, &what, view).await
        };
        match self {
            Self::Page(share) => {
                let opened = load(share.what.clone(), share.view).await?;
                Ok(opened.map(|opened| Drawn::new(&opened, Utc::now())))
            }
            Self::Wall(share) => {
                let opened = load(share.what.clone(), share.view).await?;
                Ok(opened.map(|opened| wall(&opened.each(), &share.label)))
            }
            Self::AllClusters => {
                let view = ShareView { detail: ShareDetail::Steps, shows_cost: true, shows_names: true };
                let opened = load(Shared::AllClusters, view).await?;
                Ok(opened.map(|opened| wall(&opened.each(), "Clusters")))
            }
        }
    }
}

fn wall(all: &[Opened], title: &str) -> Drawn {
    Drawn {
        html: tiles(all, Utc::now()),
        title: format!("{title} – Cluster Head"),
        icon: "/favicon.svg",
        state: states(all),
        description: String::new(),
        version: 0,
    }
}
