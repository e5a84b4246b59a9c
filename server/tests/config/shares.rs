//! What may be shared with people who have no login.

use domain::share::SharePolicy;
use server::config::parse;

use super::SHIPPED;

fn policy(table: &str) -> Result<SharePolicy, String> {
    parse("f.toml", &format!("{SHIPPED}\n{table}"))
        .map(|loaded| loaded.catalogue.share)
        .map_err(|errors| errors.to_string())
}

#[test]
fn sharing_is_allowed_for_ninety_days_unless_the_file_says_otherwise() {
    assert_eq!(policy(""), Ok(SharePolicy::default()));
    assert_eq!(policy("[share]"), Ok(SharePolicy::default()));
    assert_eq!(SharePolicy::default().longest.to_string(), "90d");
    let short =
        policy("[share]\nallowed = false\nlongest = \"36h\"\nframe_origins = [\"https://wiki.example\"]")
            .unwrap();
    assert!(!short.allowed && short.longest.to_string() == "36h");
    assert_eq!(short.frame_origins, ["https://wiki.example"]);
}

#[test]
fn a_length_that_no_link_may_have_names_the_key_and_what_is_allowed() {
    for longest in ["91d", "30min", "0d", "long"] {
        let error = policy(&format!("[share]\nlongest = \"{longest}\"")).unwrap_err();
        assert!(error.contains("share.longest") && error.contains("from 1h to 90d"), "{error}");
    }
}

#[test]
fn what_is_no_origin_goes_into_no_header() {
    for origin in [
        "*",
        "wiki.example",
        "https://wiki.example/",
        "https://wiki.example/page",
        "https://a.example; script-src *",
        "'self'",
        "data:",
        "https://WIKI.example",
    ] {
        let error = policy(&format!("[share]\nframe_origins = [\"{origin}\"]")).unwrap_err();
        assert!(error.contains("is no origin"), "{origin}: {error}");
    }
}
