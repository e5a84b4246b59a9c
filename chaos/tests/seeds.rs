//! Histories out of seeds: the protocol breaks no law, and a protocol that is broken on purpose is caught.

use chaos::{Campaign, Variant, campaign};

const THREADS: usize = 2;

#[test]
fn two_thousand_histories_lose_nothing_and_leave_nothing_running() {
    let (tally, found) =
        campaign(&Campaign { from: 0, count: 2_000, variant: Variant::Real, threads: THREADS });
    let breach = found.map(|ending| format!("seed {}: {:?}", ending.seed, ending.breach));
    assert_eq!(breach, None, "told by: chaos seeds --from SEED --count 1");
    assert_eq!(tally.histories, 2_000);
    assert!(tally.crashes > 0 && tally.stops > 0 && tally.lost_answers > 0, "nothing went wrong in them");
}

#[test]
fn every_protocol_that_is_broken_on_purpose_is_caught() {
    let escaped: Vec<Variant> =
        Variant::broken().filter(|&variant| chaos::caught(variant, THREADS).is_none()).collect();
    assert_eq!(escaped, []);
}
