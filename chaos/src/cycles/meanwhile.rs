//! What helps a cycle along that would take too long: time that passes, and a person who looks after what was left.

use anyhow::Result;
use simulator::FaultKind;

use super::stage::Stage;
use super::story::Story;

/// Does what the fault of the cycle is waiting for.
pub fn meanwhile(stage: &Stage, fault: FaultKind, story: &mut Story) -> Result<()> {
    match fault {
        // The word of a CI is believed for ten minutes, and a destroy that was in vain is tried again after half of one.
        FaultKind::DestroysNothing if stage.records().let_time_pass()? > 0 => {
            story.tell("ten minutes pass for the debts");
        }
        FaultKind::Leftovers => {
            for left in stage.records().leftovers()? {
                if stage.accept_leftover(&left)? {
                    story.tell(format_args!("somebody takes over {} {}", left.kind, left.id));
                }
            }
        }
        _ => {}
    }
    Ok(())
}
