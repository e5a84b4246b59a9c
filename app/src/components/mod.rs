//! Draws views: plain functions from a view and the time to HTML, for pages and for the live stream.

pub mod actions;
pub mod acts;
pub mod age;
pub mod attention;
pub mod backup_box;
pub mod badge;
pub mod check_ins;
pub mod cluster_card;
pub mod contact_ages;
pub mod end_box;
pub mod history_chart;
pub mod job_body;
pub mod job_table;
pub mod leftovers;
pub mod lifetime_fields;
pub mod month;
pub mod owed_box;
mod pieces;
pub mod plan;
pub mod question;
pub mod schedule_fields;
pub mod schedule_table;
pub mod seal;
pub mod sentence;
pub mod size_form;
pub mod stay_fields;
pub mod steps;
