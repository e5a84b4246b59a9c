//! DigitalOcean, API v2, of which we only read.
//!
//! Facts: the official OpenAPI (digitalocean/openapi, 2026). A list is read to its end or not at all: what is
//! missing in half a list would look as if it were gone.

mod answers;
mod prices;
mod reading;

use async_trait::async_trait;
use domain::cloud::Resource;
use domain::price::ListedPrice;
use reqwest::Url;
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use self::answers::{Cluster, Droplet, LoadBalancer, Page, Size, Volume};
use self::reading::Account;
use super::http::{self, Http, Peer};
use super::{CloudObserver, PriceList, ProviderError, SetupError};

const NAME: &str = "DigitalOcean";

/// As many as the API gives on one page.
const PAGE_SIZE: usize = 200;

/// Pages of one list that we are ready to read. An account with more things than fit on these is not one that a handful
/// of clusters lives in.
const MOST_PAGES: usize = 25;

/// The client for one token, which should be allowed to read and nothing else.
pub struct DigitalOcean {
    peer: Peer,
    api: Url,
}

impl DigitalOcean {
    /// Where DigitalOcean's API is.
    pub const API: &str = "https://api.digitalocean.com";

    /// # Errors
    /// When the address or the token cannot be used.
    pub fn new(http: &Http, api: &str, token: SecretString) -> Result<Self, SetupError> {
        let peer = http.to(NAME, Vec::new()).with_token("authorization", "Bearer ", token)?;
        Ok(Self { peer, api: http::address(NAME, api)? })
    }

    /// A list with all its pages, which we count ourselves: an address in an answer could lead the token elsewhere.
    async fn all<L: List>(&self) -> Result<Vec<L::Item>, ProviderError> {
        let url = http::under(&self.api, ["v2"].into_iter().chain(L::PATH.iter().copied()));
        let mut items = Vec::new();
        let mut total = None;
        for number in 1..=MOST_PAGES {
            let request = self.peer.get(url.clone()).query(&[("page", number), ("per_page", PAGE_SIZE)]);
            let page: Page<L> = self.peer.send_for(request).await?;
            let (has_next, counted) = (page.has_next(), page.total());
            let found = page.list.into_items();
            let (is_first, is_empty) = (number == 1, found.is_empty());
            items.extend(found);
            if (!is_first && counted != total)
                || (is_empty && counted.is_some_and(|total| items.len() < total))
            {
                // What went away meanwhile moves others to a page that was read already.
                let what = format!("{NAME}'s list of {} changed while it was read", L::WHAT);
                return Err(ProviderError::Transient { after: None, what });
            }
            total = counted;
            if !has_next && total.is_none_or(|total| items.len() >= total) {
                return Ok(items);
            }
        }
        Err(ProviderError::Garbled(format!("{NAME} lists more than {MOST_PAGES} pages of {}", L::WHAT)))
    }
}

#[async_trait]
impl CloudObserver for DigitalOcean {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn look(&self) -> Result<Vec<Resource>, ProviderError> {
        let (clusters, droplets, load_balancers, volumes) = tokio::try_join!(
            self.all::<Clusters>(),
            self.all::<Droplets>(),
            self.all::<LoadBalancers>(),
            self.all::<Volumes>(),
        )?;
        Ok(reading::read(Account { clusters, droplets, load_balancers, volumes }))
    }
}

#[async_trait]
impl PriceList for DigitalOcean {
    async fn prices(&self) -> Result<Vec<ListedPrice>, ProviderError> {
        let listed: Vec<_> = self.all::<Sizes>().await?.into_iter().filter_map(prices::listed).collect();
        if listed.is_empty() {
            return Err(ProviderError::Garbled(format!("{NAME}'s price list has no price in it")));
        }
        Ok(listed)
    }
}

/// What one kind of list calls itself. An answer without it is none.
trait List: DeserializeOwned + Send {
    const PATH: &'static [&'static str];
    const WHAT: &'static str;
    type Item: Send;

    fn into_items(self) -> Vec<Self::Item>;
}

#[derive(Deserialize)]
struct Clusters {
    kubernetes_clusters: Vec<Cluster>,
}

impl List for Clusters {
    const PATH: &'static [&'static str] = &["kubernetes", "clusters"];
    const WHAT: &'static str = "clusters";
    type Item = Cluster;

    fn into_items(self) -> Vec<Cluster> {
        self.kubernetes_clusters
    }
}

#[derive(Deserialize)]
struct Droplets {
    droplets: Vec<Droplet>,
}

impl List for Droplets {
    const PATH: &'static [&'static str] = &["droplets"];
    const WHAT: &'static str = "machines";
    type Item = Droplet;

    fn into_items(self) -> Vec<Droplet> {
        self.droplets
    }
}

#[derive(Deserialize)]
struct LoadBalancers {
    load_balancers: Vec<LoadBalancer>,
}

impl List for LoadBalancers {
    const PATH: &'static [&'static str] = &["load_balancers"];
    const WHAT: &'static str = "load balancers";
    type Item = LoadBalancer;

    fn into_items(self) -> Vec<LoadBalancer> {
        self.load_balancers
    }
}

#[derive(Deserialize)]
struct Volumes {
    volumes: Vec<Volume>,
}

impl List for Volumes {
    const PATH: &'static [&'static str] = &["volumes"];
    const WHAT: &'static str = "volumes";
    type Item = Volume;

    fn into_items(self) -> Vec<Volume> {
        self.volumes
    }
}

#[derive(Deserialize)]
struct Sizes {
    sizes: Vec<Size>,
}

impl List for Sizes {
    const PATH: &'static [&'static str] = &["sizes"];
    const WHAT: &'static str = "sizes";
    type Item = Size;

    fn into_items(self) -> Vec<Size> {
        self.sizes
    }
}
