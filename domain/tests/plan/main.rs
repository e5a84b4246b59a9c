//! What a job does next, told as stories and as laws that hold for every story.

mod halts;
mod keys;
mod laws;
mod pauses;
mod stories;
mod strays;
mod support;
mod times;
mod turns;
