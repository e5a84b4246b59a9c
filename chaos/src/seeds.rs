//! `chaos seeds`: plays many histories, prints the figures, and tells the first one that breaks a law.

use std::process::ExitCode;
use std::time::Instant;

use chaos::{Campaign, Ending, Tally, Variant, campaign, tell};

#[derive(clap::Args)]
pub struct Options {
    /// The first seed
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// How many seeds
    #[arg(long)]
    count: u64,
    /// A protocol that is broken on purpose
    #[arg(long, value_enum, default_value_t)]
    variant: Variant,
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

pub fn run(options: &Options) -> ExitCode {
    let Options { from, count, variant, threads } = *options;
    let started = Instant::now();
    let (tally, found) = campaign(&Campaign { from, count, variant, threads });
    let seconds = started.elapsed().as_secs_f64();
    print_figures(&tally, seconds);
    let Some(found) = found else {
        println!("No law was broken.");
        return ExitCode::SUCCESS;
    };
    print_story(&tell(found.seed, variant));
    println!("\nAgain: chaos seeds --from {} --count 1 --variant {}", found.seed, name(variant));
    ExitCode::FAILURE
}

fn print_figures(tally: &Tally, seconds: f64) {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let speed = tally.histories as f64 / seconds;
    println!(
        "{} histories in {seconds:.1} s ({speed:.0} per second): {} jobs, {} runs; {} boundaries, {} crashes, {} stops, {} lost answers.",
        tally.histories,
        tally.jobs,
        tally.runs,
        tally.boundaries,
        tally.crashes,
        tally.stops,
        tally.lost_answers
    );
    let duplicates: u64 = tally.duplicates.values().sum();
    let windows: Vec<String> =
        tally.duplicates.iter().map(|(window, count)| format!("{count} {}", window.what())).collect();
    println!(
        "{duplicates} runs were started twice in a window that is known ({}); {} because a person asked for another.",
        windows.join(", "),
        tally.asked_again
    );
}

fn print_story(ending: &Ending) {
    println!("\nSeed {}:", ending.seed);
    ending.story.iter().for_each(|line| println!("{line}"));
    if let Some(breach) = &ending.breach {
        println!("\nSeed {} breaks {:?}: {}", ending.seed, breach.law, breach.what);
    }
}

fn name(variant: Variant) -> String {
    use clap::ValueEnum;
    variant.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}
