//! `chaos seeds`: plays many histories, prints the figures, and tells the first one that breaks a law.

use std::process::ExitCode;
use std::time::Instant;

use chaos::{Campaign, Ending, Losses, Tally, Variant, campaign, caught, tell};
use clap::ValueEnum;

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
    /// Play every protocol that is broken on purpose too, and fail when one passes
    #[arg(long)]
    broken: bool,
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

pub fn run(options: &Options) -> ExitCode {
    let Options { from, count, variant, broken, threads } = *options;
    let started = Instant::now();
    let (tally, found) = campaign(&Campaign { from, count, variant, threads });
    print_figures(&tally, started.elapsed().as_secs_f64());
    let breach = found.as_ref().and_then(|found| found.breach.as_ref());
    let losses: Losses = breach.map(|breach| breach.law.guards_against()).into_iter().collect();
    println!("{losses}.");
    if let Some(found) = found {
        print_story(&tell(found.seed, variant));
        println!("\nAgain: chaos seeds --from {} --count 1 --variant {}", found.seed, name(variant));
        return ExitCode::FAILURE;
    }
    if broken && !all_are_caught(threads) {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
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

/// Says of each broken protocol by what it was caught.
fn all_are_caught(threads: usize) -> bool {
    println!("\nProtocols that are broken on purpose:");
    let mut escaped = 0;
    for variant in Variant::broken() {
        let by = caught(variant, threads).and_then(|ending| Some((ending.seed, ending.breach?)));
        match by {
            Some((seed, breach)) => {
                println!("  {:<34} caught by {:?} at seed {seed}", name(variant), breach.law)
            }
            None => {
                println!("  {:<34} NOT CAUGHT", name(variant));
                escaped += 1;
            }
        }
    }
    let all = Variant::broken().count();
    println!("{} of {all} caught.", all - escaped);
    escaped == 0
}

fn print_story(ending: &Ending) {
    println!("\nSeed {}:", ending.seed);
    ending.story.iter().for_each(|line| println!("{line}"));
    if let Some(breach) = &ending.breach {
        println!("\nSeed {} breaks {:?}: {}", ending.seed, breach.law, breach.what);
    }
}

fn name(variant: Variant) -> String {
    variant.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}
