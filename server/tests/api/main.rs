//! The service as others meet it: real HTTP on a free port, a database of its own for each test.

// The helpers of tests fail like the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod api_asks;
mod api_reads;
mod audit;
mod audit_command;
mod bad_input;
mod cancel;
mod cross_site;
mod debts;
mod demo;
mod doors;
mod endings;
mod estimates;
mod feeds;
mod headers;
mod health;
mod history;
mod leave_up;
mod live_stream;
mod money;
mod pages;
mod questions;
mod redirects;
mod resume;
mod roles;
mod schedules;
mod share_discretion;
mod share_guesses;
mod share_previews;
mod share_receipts;
mod share_scope;
mod share_secrets;
mod share_streams;
mod shares;
mod sign_in;
mod slack;
mod support;
mod viewers;
mod webhook_faults;
mod webhooks;
mod whole_way;
