//! What viewers cost the memory of a replica, as the system counts it.

use std::fmt;

use anyhow::{Context, Result};

/// What a process holds, in KiB.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    resident: u64,
    /// Of it, what no other process shares.
    private: u64,
}

/// Readings while the crowd grows.
pub struct Memory {
    empty: Reading,
    steps: Vec<(usize, Reading)>,
    at_the_end: Option<Reading>,
}

/// KiB that one viewer may cost.
const TARGET: f64 = 10.0;

impl Reading {
    pub fn of(process: u32) -> Result<Self> {
        let path = format!("/proc/{process}/smaps_rollup");
        let told = std::fs::read_to_string(&path);
        Self::read(&told.with_context(|| format!("cannot read {path}; memory is measured on Linux only"))?)
    }

    fn read(told: &str) -> Result<Self> {
        let kib = |name: &str| {
            let value = told.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next());
            value.and_then(|value| value.parse::<u64>().ok()).with_context(|| format!("no {name} is told"))
        };
        Ok(Self { resident: kib("Rss:")?, private: kib("Private_Clean:")? + kib("Private_Dirty:")? })
    }
}

impl Memory {
    pub const fn starting_with(empty: Reading) -> Self {
        Self { empty, steps: Vec::new(), at_the_end: None }
    }

    pub fn add(&mut self, viewers: usize, reading: Reading) {
        self.steps.push((viewers, reading));
    }

    pub const fn ended_with(&mut self, reading: Reading) {
        self.at_the_end = Some(reading);
    }

    fn each(&self, viewers: usize, of: impl Fn(Reading) -> u64, reading: Reading) -> f64 {
        of(reading).saturating_sub(of(self.empty)) as f64 / viewers.max(1) as f64
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((most, full)) = self.steps.last().copied() else { return Ok(()) };
        let resident = |reading: Reading| reading.resident;
        let each = self.each(most, resident, full);
        let word = if each <= TARGET { "met" } else { "missed" };
        writeln!(f, "{:<52} {each:>8.2} KiB   target {TARGET} KiB: {word}", "RSS per viewer")?;
        let private = self.each(most, |reading| reading.private, full);
        writeln!(f, "  of it in no other process {private:>34.2} KiB")?;
        if let Some(end) = self.at_the_end {
            writeln!(f, "  after all changes {:>42.2} KiB", self.each(most, resident, end))?;
        }
        if let [(few, first), ..] = self.steps.as_slice()
            && *few < most
        {
            let slope = full.resident.saturating_sub(first.resident) as f64 / (most - few) as f64;
            writeln!(f, "  slope from {few} to {most} viewers {slope:>27.2} KiB")?;
        }
        writeln!(f, "  RSS without viewers {:>40} KiB, with all {} KiB", self.empty.resident, full.resident)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_tells_is_read_and_shared_among_the_viewers() {
        let told = "55d0-7ffe ---p 00000000 00:00 0  [rollup]\nRss:   50000 kB\nPss: 1 kB\nPrivate_Clean: 100 kB\nPrivate_Dirty: 40000 kB\n";
        let empty = Reading::read(told).unwrap();
        assert_eq!((empty.resident, empty.private), (50_000, 40_100));
        let mut memory = Memory::starting_with(empty);
        memory.add(500, Reading { resident: 50_500, private: 40_500 });
        memory.add(1_000, Reading { resident: 61_000, private: 51_000 });
        let told = memory.to_string();
        assert!(
            told.starts_with("RSS per viewer") && told.contains("11.00 KiB   target 10 KiB: missed"),
            "{told}"
        );
        assert!(told.contains("slope from 500 to 1000 viewers") && told.contains("21.00 KiB"), "{told}");
    }
}
