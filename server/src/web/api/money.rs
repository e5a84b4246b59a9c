//! Reading what things cost: this month, and receipts.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use chrono::NaiveDate;
use domain::money::{Month, all_always_on};
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
    is_estimate: bool,
}

pub async fn costs(_: Operator, State(web): State<Web>) -> Result<Json<CostsShape>, Problem> {
    let month = web.store.this_month().await?;
    let list = web.store.prices().await?;
    Ok(Json(CostsShape {
        month_begins: Month::of(month.now).begins.date_naive(),
        so_far: month.cost().dollars(),
        budget: web.catalogue.budget,
        always_on: all_always_on(&web.catalogue, &list, month.now).dollars(),
        is_estimate: true,
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
