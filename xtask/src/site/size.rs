//! What a first visit costs over the wire, and how much it may cost.

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::NAME;

const KIB: u64 = 1024;
/// For wasm and its JavaScript together, brotli 11.
const PROGRAM_BUDGET: u64 = 120 * KIB;
/// For the style sheet, brotli 11.
const STYLES_BUDGET: u64 = 14 * KIB;

/// Bytes over the wire.
#[derive(Debug, PartialEq)]
pub struct Size {
    wasm: u64,
    javascript: u64,
    styles: u64,
}

impl Size {
    pub fn measure(pkg: &Path) -> Result<Self> {
        let compressed = |name: String| {
            let file = pkg.join(format!("{name}.br"));
            let found = file.metadata().with_context(|| format!("{} is not there", file.display()))?;
            anyhow::Ok(found.len())
        };
        Ok(Self {
            wasm: compressed(format!("{NAME}_bg.wasm"))?,
            javascript: compressed(format!("{NAME}.js"))?,
            styles: compressed(format!("{NAME}.css"))?,
        })
    }

    pub fn must_be_within_budget(&self) -> Result<()> {
        let program = self.wasm + self.javascript;
        for (what, size, budget) in [
            ("wasm and JavaScript", program, PROGRAM_BUDGET),
            ("the style sheet", self.styles, STYLES_BUDGET),
        ] {
            ensure!(size <= budget, "{what}: {} over the wire, the budget is {}", kib(size), kib(budget));
        }
        Ok(())
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let program = self.wasm + self.javascript;
        let (program_budget, styles_budget) = (PROGRAM_BUDGET / KIB, STYLES_BUDGET / KIB);
        write!(f, "wasm + JS {} of {program_budget}, ", kib(program))?;
        write!(f, "CSS {} of {styles_budget} (brotli)", kib(self.styles))
    }
}

fn kib(bytes: u64) -> String {
    format!("{:.1} KiB", bytes as f64 / KIB as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wasm_and_javascript_share_one_budget() {
        let size = Size { wasm: 115 * KIB, javascript: 5 * KIB, styles: 14 * KIB };
        size.must_be_within_budget().unwrap();
        let size = Size { wasm: 115 * KIB, javascript: 6 * KIB, styles: 0 };
        let text = size.must_be_within_budget().unwrap_err().to_string();
        assert_eq!(text, "wasm and JavaScript: 121.0 KiB over the wire, the budget is 120.0 KiB");
    }

    #[test]
    fn the_style_sheet_has_a_budget_of_its_own() {
        let size = Size { wasm: KIB, javascript: KIB, styles: 14 * KIB + 512 };
        let text = size.must_be_within_budget().unwrap_err().to_string();
        assert_eq!(text, "the style sheet: 14.5 KiB over the wire, the budget is 14.0 KiB");
    }

    #[test]
    fn sizes_are_shown_next_to_their_budgets() {
        let size = Size { wasm: 70 * KIB, javascript: 5 * KIB, styles: 6 * KIB + 512 };
        assert_eq!(size.to_string(), "wasm + JS 75.0 KiB of 120, CSS 6.5 KiB of 14 (brotli)");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Size::measure(Path::new("/nowhere")).unwrap_err();
        assert_eq!(error.to_string(), "/nowhere/cluster-head_bg.wasm.br is not there");
    }
}
