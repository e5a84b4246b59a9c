//! What is wrong with the file, told so that it can be put right: file, line, key, what is allowed.

use std::fmt;
use std::ops::Range;

use domain::text::one_line;
use serde_spanned::Spanned;
use toml::de::{DeTable, DeValue};

use super::wording::plain;

/// Nobody reads further, and a file of another kind may be wrong on every line.
const MAX_TOLD: usize = 100;

/// Everything that is wrong with a config file. Its display is what the user reads, one line for each problem.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigErrors {
    file: String,
    problems: Vec<Problem>,
    /// How many more there are.
    untold: usize,
}

impl ConfigErrors {
    /// The file as a whole is the problem: it is not there, or it is no text.
    pub(super) fn unreadable(file: &str, message: impl Into<String>) -> Self {
        let problem = Problem { line: None, key: None, message: message.into() };
        Self { file: file.to_owned(), problems: vec![problem], untold: 0 }
    }

    /// The text is no TOML. There are no keys yet, so the line itself is shown.
    pub(super) fn syntax(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let line = line_of(text, error.span().map_or(text.len(), |span| span.start));
        let written = one_line(text.lines().nth(line - 1).unwrap_or_default(), 80);
        let message = format!("{}, in the line: {written}", plain(error.message()));
        let problem = Problem { line: Some(line), key: None, message };
        Self { file: file.to_owned(), problems: vec![problem], untold: 0 }
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            f.write_str(&self.file)?;
            if let Some(line) = problem.line {
                write!(f, ":{line}")?;
            }
            if let Some(key) = &problem.key {
                write!(f, ": {key}")?;
            }
            write!(f, ": {}", problem.message)?;
        }
        match self.untold {
            0 => Ok(()),
            untold => write!(f, "\n{}: {untold} more problems", self.file),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Problem {
    line: Option<usize>,
    key: Option<String>,
    message: String,
}

/// Collects the problems of one file. A place is given as its bytes; line and key follow from the text.
pub(super) struct Problems<'text> {
    text: &'text str,
    tables: &'text DeTable<'text>,
    found: Vec<Problem>,
    untold: usize,
}

impl<'text> Problems<'text> {
    pub(super) fn new(text: &'text str, tables: &'text DeTable<'text>) -> Self {
        Self { text, tables, found: Vec::new(), untold: 0 }
    }

    pub(super) fn add(&mut self, place: Range<usize>, message: impl Into<String>) {
        if self.found.len() == MAX_TOLD {
            self.untold += 1;
            return;
        }
        let line = Some(line_of(self.text, place.start));
        let key = path_to(self.tables, &place).map(|keys| keys.join("."));
        self.found.push(Problem { line, key, message: message.into() });
    }

    /// Reads a value, or adds what is wrong with it.
    pub(super) fn read<T, V>(
        &mut self,
        value: &Spanned<V>,
        read: impl FnOnce(&V) -> Result<T, String>,
    ) -> Option<T> {
        read(value.get_ref()).map_err(|message| self.add(value.span(), message)).ok()
    }

    /// As [`read`](Self::read), for a key that may be left out.
    pub(super) fn read_given<T, V>(
        &mut self,
        value: Option<&Spanned<V>>,
        read: impl FnOnce(&V) -> Result<T, String>,
    ) -> Option<Option<T>> {
        match value {
            Some(value) => self.read(value, read).map(Some),
            None => Some(None),
        }
    }

    /// The one problem of a file whose tables have the wrong shape: nothing behind it could be read.
    pub(super) fn of_shape(mut self, file: &str, error: &toml::de::Error) -> ConfigErrors {
        self.add(error.span().unwrap_or(0..0), plain(error.message()));
        ConfigErrors { file: file.to_owned(), problems: self.found, untold: self.untold }
    }

    /// `value` if nothing is wrong with the whole file.
    pub(super) fn none_or_err<T>(mut self, file: &str, value: T) -> Result<T, ConfigErrors> {
        if self.found.is_empty() {
            return Ok(value);
        }
        self.found.sort();
        Err(ConfigErrors { file: file.to_owned(), problems: self.found, untold: self.untold })
    }
}

fn line_of(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|byte| *byte == b'\n').count() + 1
}

/// The keys that lead to a place: the deepest ones whose key or value covers it.
fn path_to(table: &DeTable<'_>, place: &Range<usize>) -> Option<Vec<String>> {
    table.iter().find_map(|(key, value)| {
        let below = if covers(&key.span(), place) { None } else { path_within(value.get_ref(), place) };
        let here = covers(&key.span(), place) || covers(&value.span(), place);
        let below = below.or_else(|| here.then(Vec::new))?;
        Some(std::iter::once(spelled(key.get_ref())).chain(below).collect())
    })
}

fn path_within(value: &DeValue<'_>, place: &Range<usize>) -> Option<Vec<String>> {
    match value {
        DeValue::Table(table) => path_to(table, place),
        DeValue::Array(values) => values.iter().find_map(|value| path_within(value.get_ref(), place)),
        _ => None,
    }
}

fn covers(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// A key as it has to be written in the file.
fn spelled(key: &str) -> String {
    let is_bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if is_bare { key.to_owned() } else { format!("{:?}", one_line(key, 60)) }
}
