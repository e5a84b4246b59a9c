//! What we read of DigitalOcean's answers; the rest is ignored.
//!
//! Facts: the official OpenAPI (digitalocean/openapi, 2026). What a proof rests on has to be there: the list
//! itself, ids, names and tags. What people are only told may be missing or odd, and then is not told.
//!
//! A list that is `null` is refused and not taken for an empty one: the OpenAPI (7c1300c) has an array in each of the four
//! lists and marks none as `nullable`, and neither its examples nor those of DigitalOcean's Go client (godo) know any other.

use domain::Time;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Number, Value};

/// One page of a list, beside it where the list goes on.
#[derive(Debug, Deserialize)]
pub struct Page<L> {
    #[serde(flatten)]
    pub list: L,
    #[serde(default)]
    links: Option<Links>,
    #[serde(default)]
    meta: Option<Meta>,
}

impl<L> Page<L> {
    /// Whether the answer names a page after this one.
    pub fn has_next(&self) -> bool {
        let pages = self.links.as_ref().and_then(|links| links.pages.as_ref());
        pages.is_some_and(|pages| pages.next.is_some())
    }

    /// How many things there are on all pages.
    pub fn total(&self) -> Option<usize> {
        self.meta.as_ref().and_then(|meta| meta.total)
    }
}

#[derive(Debug, Deserialize)]
struct Links {
    /// Empty or absent when there is only one page.
    pages: Option<Pages>,
}

#[derive(Debug, Deserialize)]
struct Pages {
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Meta {
    total: Option<usize>,
}

#[derive(Debug, Deserialize)]
pub struct Cluster {
    pub id: String,
    pub name: String,
    #[serde(default, deserialize_with = "none_when_null")]
    pub tags: Vec<String>,
    #[serde(default, deserialize_with = "if_readable")]
    pub created_at: Option<Time>,
    #[serde(default, deserialize_with = "if_readable")]
    pub status: Option<ClusterStatus>,
    #[serde(default, deserialize_with = "if_readable")]
    pub node_pools: Option<Vec<NodePool>>,
}

#[derive(Debug, Deserialize)]
pub struct ClusterStatus {
    pub state: String,
}

#[derive(Debug, Deserialize)]
pub struct NodePool {
    pub size: String,
}

#[derive(Debug, Deserialize)]
pub struct Droplet {
    pub id: u64,
    pub name: String,
    #[serde(default, deserialize_with = "none_when_null")]
    pub tags: Vec<String>,
    #[serde(default, deserialize_with = "if_readable")]
    pub created_at: Option<Time>,
    #[serde(default, deserialize_with = "if_readable")]
    pub size_slug: Option<String>,
    #[serde(default, deserialize_with = "if_readable")]
    pub size: Option<DropletSize>,
}

#[derive(Debug, Deserialize)]
pub struct DropletSize {
    /// US dollars, as a binary fraction: 0.00743999984115362.
    pub price_hourly: Number,
}

/// A machine type on the price list.
#[derive(Debug, Deserialize)]
pub struct Size {
    pub slug: String,
    /// US dollars, as binary fractions: 0.00743999984115362.
    #[serde(default, deserialize_with = "if_readable")]
    pub price_hourly: Option<Number>,
    #[serde(default, deserialize_with = "if_readable")]
    pub price_monthly: Option<Number>,
}

#[derive(Debug, Deserialize)]
pub struct LoadBalancer {
    pub id: String,
    pub name: String,
    /// Its own. The OpenAPI does not know them, DigitalOcean's Go client does.
    #[serde(default, deserialize_with = "none_when_null")]
    pub tags: Vec<String>,
    /// The tag of the machines that it serves; instead of it there may be their ids.
    #[serde(default, deserialize_with = "if_readable")]
    pub tag: Option<String>,
    #[serde(default, deserialize_with = "if_readable")]
    pub droplet_ids: Option<Vec<u64>>,
    #[serde(default, deserialize_with = "if_readable")]
    pub created_at: Option<Time>,
    /// How many nodes it has.
    #[serde(default, deserialize_with = "if_readable")]
    pub size_unit: Option<u32>,
    #[serde(default, deserialize_with = "if_readable")]
    pub r#type: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Volume {
    pub id: String,
    pub name: String,
    #[serde(default, deserialize_with = "none_when_null")]
    pub tags: Vec<String>,
    #[serde(default, deserialize_with = "if_readable")]
    pub created_at: Option<Time>,
    /// The machine that it hangs on, if any.
    #[serde(default, deserialize_with = "if_readable")]
    pub droplet_ids: Option<Vec<u64>>,
    /// GiB, in spite of its name.
    #[serde(default, deserialize_with = "if_readable")]
    pub size_gigabytes: Option<u32>,
}

/// A field that people are only told: what cannot be read is as good as absent.
fn if_readable<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

/// Things without a tag have `"tags": null` here and there.
fn none_when_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
