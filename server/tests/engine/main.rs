//! Whole jobs on a real database and real HTTP, against the simulators: what people are promised, read from the
//! simulators' log and not from our own tables.

mod audit;
mod backup;
mod batches;
mod breakdowns;
mod certificates;
mod endings;
mod failures;
mod held_rows;
mod holds;
mod journeys;
mod kills;
mod money;
mod obligations;
mod proof;
mod schedule_years;
mod schedules;
mod strain;
mod strays;
mod stuck;
mod support;
mod versions;
mod weather;
mod wishes;
