//! The routes that the sources name, so that a new one cannot be forgotten by a test about all of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Such as "POST /api/v1/jobs", of every file of the server below this folder.
pub fn named_below(folder: &str) -> BTreeSet<String> {
    let files = sources(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    files.iter().flat_map(|file| named_in(&std::fs::read_to_string(file).unwrap())).collect()
}

fn sources(folder: PathBuf) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(path) } else { vec![path] }).collect()
}

/// `.route("/path", get(a).post(b))` names GET and POST, on however many lines it stands.
fn named_in(text: &str) -> Vec<String> {
    let mut named = Vec::new();
    for route in text.split(".route(").skip(1) {
        let Some((path, rest)) = route.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"'))
        else {
            continue;
        };
        let handlers = until_closed(rest);
        let is_named = |method: &&&str| {
            let called = format!("{method}(");
            let mut places = handlers.match_indices(&called);
            places.any(|(place, _)| {
                !handlers[..place].ends_with(|before: char| before.is_alphanumeric() || before == '_')
            })
        };
        named.extend(
            METHODS.iter().filter(is_named).map(|method| format!("{} {path}", method.to_uppercase())),
        );
    }
    named
}

/// Up to the bracket that closes what was open before.
fn until_closed(text: &str) -> &str {
    let mut open = 1;
    let end = text.find(|letter| {
        open += match letter {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        open == 0
    });
    &text[..end.unwrap_or(text.len())]
}

#[test]
fn a_route_is_found_on_one_line_and_on_several() {
    let text = r#"
        .route("/a", get(a::list).post(a::add))
        .route(
            "/a/{id}",
            delete(a::get),
        )
        .route("/b", put(b))"#;
    assert_eq!(named_in(text), ["GET /a", "POST /a", "DELETE /a/{id}", "PUT /b"]);
}
