//! What a person decides before the start: the declared world (`cluster-head.toml`) and the settings of this process.
//!
//! The file says what there is, the environment says how to reach it, and no secret stands in the file.
//! Whatever is wrong is told at once, with its place, before anything starts.

mod check;
mod problems;
mod resolve;
mod settings;
mod shape;
mod values;
mod variables;
mod word_or_table;
mod wording;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use domain::catalogue::Catalogue;
use domain::plan::Pace;
use serde::Deserialize;
use toml::de::DeTable;

pub use check::describe;
pub use problems::ConfigErrors;
use problems::Problems;
pub use settings::{
    ConfigArgs, DEFAULT_LEASE, DrillArgs, Environment, Keys, Log, LogFormat, Mode, PasswordSetting, Secrets,
    ServeArgs, Settings, SettingsErrors,
};
use shape::FileShape;

/// Far more than any real file; a wrong path should not fill the memory.
const MAX_BYTES: u64 = 1024 * 1024;

/// A config file that is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    pub catalogue: Catalogue,
    /// The `[pace]` of the file, if it has one.
    pub pace: Option<Pace>,
}

/// Reads a config file.
///
/// # Errors
/// Everything that is wrong in it; but as long as it is no TOML of the right shape, only the first thing.
pub fn load(path: &Path) -> Result<Loaded, ConfigErrors> {
    let file = path.display().to_string();
    let unreadable = |error: std::io::Error| {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            _ => error.to_string(),
        };
        ConfigErrors::unreadable(
            &file,
            format!("{why}; name the config file with --config or CLUSTER_HEAD_CONFIG"),
        )
    };
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|opened| opened.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(ConfigErrors::unreadable(&file, "the file is larger than 1 MiB; is it the right one?"));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        ConfigErrors::unreadable(&file, format!("the file is no UTF-8 text from byte {at} on"))
    })?;
    parse(&file, &text)
}

/// Reads the text of a config file; `file` is how errors name it.
///
/// # Errors
/// As [`load`].
pub fn parse(file: &str, text: &str) -> Result<Loaded, ConfigErrors> {
    let tables = DeTable::parse(text).map_err(|error| ConfigErrors::syntax(file, text, &error))?;
    let mut problems = Problems::new(text, tables.get_ref());
    match FileShape::deserialize(toml::Deserializer::from(tables.clone())) {
        Ok(shape) => {
            let loaded = resolve::resolve(&shape, &mut problems);
            problems.none_or_err(file, loaded)
        }
        Err(error) => Err(problems.of_shape(file, &error)),
    }
}
