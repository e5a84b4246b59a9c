//! The parser's messages in the words of the file: its author thinks in keys and tables, not in fields and structs.

/// Says the same as a message of toml or serde.
pub(super) fn plain(message: &str) -> String {
    let message = domain::text::one_line(message, 400);
    if let Some((field, known)) = split(&message, "unknown field ") {
        return format!("there is no key {field}; known keys: {known}");
    }
    if let Some(field) = message.strip_prefix("missing field ") {
        return format!("the key {} is missing", quoted(field));
    }
    for prefix in ["invalid type: ", "invalid value: ", "invalid length "] {
        if let Some((found, expected)) =
            message.strip_prefix(prefix).and_then(|rest| rest.rsplit_once(", expected "))
        {
            return format!("found {}, expected {}", kind(found), kind(expected));
        }
    }
    message
}

/// unknown field `a`, expected one of `b`, `c` → "a" and: b, c
fn split(message: &str, prefix: &str) -> Option<(String, String)> {
    let (found, known) = message.strip_prefix(prefix)?.split_once("`, expected ")?;
    let known = known.trim_start_matches("one of ").replace("` or `", "`, `").replace('`', "");
    Some((quoted(found), known))
}

fn quoted(word: &str) -> String {
    format!("\"{}\"", word.trim_matches('`'))
}

/// What serde calls a kind of value, as people call it.
fn kind(kind: &str) -> String {
    match kind {
        "a string" => "a text in quotes".into(),
        "i64" => "a whole number".into(),
        "a boolean" => "true or false".into(),
        "a sequence" => "a list in [ ]".into(),
        "a map" => "a table".into(),
        "map" => "a table".into(),
        "sequence" => "a list".into(),
        other => {
            let numbers = other.replace("floating point ", "the number ").replace("integer ", "the number ");
            numbers.replace("string ", "the text ").replace("boolean ", "").replace('`', "")
        }
    }
}
