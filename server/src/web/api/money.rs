//! Reading what things cost: this month, and receipts.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use chrono::NaiveDate;
use domain::Time;
use domain::money::{Month, all_always_on, always_on_prices};
use domain::price::{ListName, Price, PriceSource, estimate_from};
use domain::text::one_line;
use rust_decimal::Decimal;
use serde::Serialize;
use store::ReceiptFilter;

use super::Page;
use super::lists::{existing_cluster, parameters, whole};
use super::shape::ReceiptShape;
use crate::web::auth::Operator;
use crate::web::error::Problem;
use crate::web::state::Web;

const MOST: i64 = 100;
const USUAL: i64 = 25;

/// What a list can be cut down by.
const PARAMETERS: [&str; 3] = ["cluster", "before", "limit"];

/// All clusters together, in the present calendar month (UTC). Sums are decimals in texts, in US dollars.
#[derive(Serialize)]
pub struct CostsShape {
    month_begins: NaiveDate,
    so_far: Decimal,
    /// Null where none is declared.
    budget: Option<Decimal>,
    /// What it would be if each cluster had always been up in its default size.
    always_on: Decimal,
    /// How much less than that was spent; negative when it was more.
    saved: Decimal,
    is_estimate: bool,
    /// By which lists, for people; null where nothing has a price.
    estimate: Option<String>,
    /// Each of those lists.
    prices: Vec<ListShape>,
    /// The cloud's own list; its times are null where nobody asks for it.
    price_list: ListAgeShape,
}

#[derive(Serialize)]
struct ListShape {
    /// `digitalocean` or `config`.
    from: PriceSource,
    /// Null where the config does not say.
    of: Option<NaiveDate>,
}

#[derive(Serialize)]
struct ListAgeShape {
    read_at: Option<Time>,
    /// Since when it could not be had; null while all is well.
    failing_since: Option<Time>,
}

pub async fn costs(_: Operator, State(web): State<Web>) -> Result<Json<CostsShape>, Problem> {
    let month = web.store.this_month().await?;
    let list = web.store.prices().await?;
    let age = web.store.price_list_age().await?;
    let so_far = month.cost().dollars();
    let always_on = all_always_on(&web.catalogue, &list, month.now).dollars();
    let compared = always_on_prices(&web.catalogue, &list);
    let lists: BTreeSet<ListName> =
        month.up_times.iter().map(|up| &up.price).chain(&compared).map(Price::list).collect();
    Ok(Json(CostsShape {
        month_begins: Month::of(month.now).begins.date_naive(),
        so_far,
        budget: web.catalogue.budget,
        always_on,
        saved: always_on - so_far,
        is_estimate: true,
        estimate: (!lists.is_empty()).then(|| estimate_from(lists.iter().copied())),
        prices: lists.into_iter().map(|list| ListShape { from: list.source, of: list.of }).collect(),
        price_list: ListAgeShape { read_at: age.read_at, failing_since: age.failing_since },
    }))
}

/// Newest first.
pub async fn receipts(
    _: Operator,
    State(web): State<Web>,
    RawQuery(query): RawQuery,
) -> Result<Json<Page<ReceiptShape>>, Problem> {
    let mut parameters = parameters(query.as_deref().unwrap_or_default(), &PARAMETERS)?;
    let cluster = existing_cluster(&web, parameters.take("cluster")).await?;
    let limit = whole(&mut parameters, "limit", MOST)?.unwrap_or(USUAL);
    let before = whole(&mut parameters, "before", i64::MAX)?;
    // One more than asked for tells whether there is a next page.
    let filter = ReceiptFilter { cluster, before, limit: limit + 1 };
    let mut receipts = web.store.receipts(&filter).await?;
    let goes_on = receipts.len() as i64 > limit;
    if goes_on {
        receipts.pop();
    }
    let next = receipts.last().filter(|_| goes_on).map(|receipt| receipt.number.to_string());
    Ok(Json(Page { items: receipts.into_iter().map(ReceiptShape::from).collect(), next }))
}

pub async fn receipt(
    _: Operator,
    State(web): State<Web>,
    Path(number): Path<String>,
) -> Result<Json<ReceiptShape>, Problem> {
    let receipt = match number.parse() {
        Ok(parsed) => web.store.receipt(parsed).await?,
        Err(_) => None,
    };
    let missing = || Problem::not_found(format!("There is no receipt {}.", one_line(&number, 40)));
    Ok(Json(receipt.ok_or_else(missing)?.into()))
}
