//! The pieces that pages and islands are made of: plain functions from view values to HTML.

pub mod badge;
pub mod check_ins;
pub mod cluster_actions;
pub mod cluster_card;
pub mod cluster_words;
pub mod icon;
pub mod job_body;
pub mod job_facts;
pub mod job_table;
pub mod job_words;
pub mod owed_box;
#[cfg(feature = "ssr")]
pub mod plan;
pub mod seal;
pub mod sentence;
pub mod size_form;
pub mod steps;
