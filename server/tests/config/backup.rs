//! The destroys that are planted at the CI.

use domain::backup::BackupPolicy;
use server::config::parse;

use super::SHIPPED;

fn policy(table: &str) -> Result<Option<BackupPolicy>, String> {
    parse("f.toml", &format!("{SHIPPED}\n{table}"))
        .map(|loaded| loaded.catalogue.backup)
        .map_err(|errors| errors.to_string())
}

#[test]
fn they_are_planted_an_hour_after_the_end_unless_the_file_says_otherwise() {
    let after = |margin_minutes| Ok(Some(BackupPolicy { margin_minutes }));
    assert_eq!(policy(""), after(60));
    assert_eq!(policy("[backup]"), after(60));
    assert_eq!(policy("[backup]\nmargin = \"2h\""), after(120));
    assert_eq!(policy("[backup]\nenabled = false"), Ok(None));
}

#[test]
fn a_margin_that_is_too_short_or_too_long_names_the_key_and_what_is_allowed() {
    for margin in ["29min", "25h"] {
        let error = policy(&format!("[backup]\nmargin = \"{margin}\"")).unwrap_err();
        assert!(error.contains("backup.margin") && error.contains("30min to 24h"), "{error}");
    }
    let error = policy("[backup]\nmargn = \"1h\"").unwrap_err();
    assert!(error.contains("margn"), "{error}");
}
