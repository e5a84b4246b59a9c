//! What is no TOML, or has another shape than the file should have: the first thing, in words of the file.

use std::fs;
use std::path::PathBuf;

use rstest::rstest;

use super::error_after;
use server::config::{load, parse};

#[rstest]
#[case::open_table("[words]", "[words", "unclosed table, expected `]`, in the line: [words")]
#[case::twice("[words]", "[words]\nddd = 1", "duplicate key, in the line: ddd = { routine")]
#[case::unknown_table(
    "[words]",
    "[wrds]",
    ": wrds: there is no key \"wrds\"; known keys: clusters, targets, services, batches, routines, words, budget, pace"
)]
#[case::unknown_key(
    "lifetime = \"4h\"",
    "lifetme = \"4h\"",
    ": clusters.iriversland2.lifetme: there is no key \"lifetme\"; known keys: up, down, lifetime, longest_lifetime, at_deadline, idle_end, default_size, prices_of, sizes, cloud"
)]
#[case::unknown_inline_key(
    "vcpus = 1,",
    "vcpus = 1, cpus = 1,",
    ": clusters.iriversland2.sizes.s.cpus: there is no key \"cpus\""
)]
#[case::missing_key("lifetime = \"4h\"", "", ": clusters.iriversland2: the key \"lifetime\" is missing")]
#[case::missing_inline_key("vcpus = 1,", "", ": clusters.iriversland2.sizes.s: the key \"vcpus\" is missing")]
#[case::number(
    "lifetime = \"4h\"",
    "lifetime = 4",
    ": clusters.iriversland2.lifetime: found the number 4, expected a text in quotes"
)]
#[case::float_price(
    "\"0.02232\"",
    "0.02232",
    ": clusters.iriversland2.sizes.s.hourly: found the number 0.02232, expected a text in quotes"
)]
#[case::text(
    "vcpus = 1",
    "vcpus = \"1\"",
    ": clusters.iriversland2.sizes.s.vcpus: found the text \"1\", expected a whole number"
)]
#[case::no_list(
    "up = [\"release-cluster\", \"release\"]",
    "up = \"release\"",
    ": clusters.iriversland2.up: found the text \"release\", expected a list in [ ]"
)]
#[case::no_table("kkk = {", "x = 3\nkkk = {", ": words.x: found the number 3, expected a table")]
#[case::no_bool(
    "takes_size = true",
    "takes_size = 1",
    ": words.kkk.takes_size: found the number 1, expected true or false"
)]
#[case::unknown_step(
    "[\"up\",",
    "[\"upp\",",
    ": routines.guide.steps: there is no step \"upp\"; a step is \"up\", \"down\", { deploy = \"a service\" }, { batch = \"a batch job\" } or { approval = \"a question\" }"
)]
#[case::step_with_two_things(
    "{ deploy = \"slack-middleware\" }",
    "{ deploy = \"a\", batch = \"b\" }",
    ": routines.guide.steps: a step does one thing"
)]
#[case::approval_and_another_thing(
    "{ deploy = \"slack-middleware\" }",
    "{ approval = \"Go on?\", deploy = \"slack-middleware\" }",
    ": routines.guide.steps: a step does one thing"
)]
#[case::time_limit_without_approval(
    "{ deploy = \"slack-middleware\" }",
    "{ deploy = \"slack-middleware\", time_limit = \"4h\" }",
    ": routines.guide.steps: time_limit and without_answer are for a step with approval; leave them out"
)]
#[case::only_a_time_limit(
    "{ deploy = \"slack-middleware\" }",
    "{ time_limit = \"4h\" }",
    ": routines.guide.steps: time_limit and without_answer are for a step with approval"
)]
#[case::nothing("{ deploy = \"slack-middleware\" }", "{}", ": routines.guide.steps: a step does one thing")]
#[case::unknown_cloud_key(
    "name = \"iriversland2\"\n",
    "nam = \"iriversland2\"\n",
    ": clusters.iriversland2.cloud.nam: there is no key \"nam\"; known keys: name, tag"
)]
#[case::cloud_without_name(
    "name = \"iriversland2\"\n",
    "",
    ": clusters.iriversland2.cloud: the key \"name\" is missing"
)]
#[case::retries_in_words(
    "time_limit = \"25min\"",
    "time_limit = \"25min\"\nretries = \"2\"",
    ": targets.slack-middleware.retries: found the text \"2\", expected a whole number"
)]
#[case::unknown_thing(
    "{ deploy = \"slack-middleware\" }",
    "{ depoy = \"a\" }",
    ": routines.guide.steps.depoy: there is no key \"depoy\"; known keys: deploy, batch, approval, time_limit, without_answer"
)]
#[case::no_body_value(
    "singleton = \"true\"",
    "singleton = true",
    ": batches.s3-orgs-job.body.singleton: found true, expected a text in quotes, { env = \"NAME\" } or { key_of = \"attempt\" }"
)]
fn the_first_thing_of_another_shape_is_told(
    #[case] original: &str,
    #[case] changed: &str,
    #[case] expected: &str,
) {
    let error = error_after(original, changed);
    assert!(error.contains(expected), "{error}");
    assert!(error.starts_with("cluster-head.toml:") && error.lines().count() == 1, "{error}");
}

#[rstest]
#[case::nothing("", "f.toml:1: the key \"clusters\" is missing")]
#[case::no_cluster(
    "clusters = {}",
    "f.toml:1: clusters: no cluster is declared; write at least one, such as [clusters.staging]"
)]
#[case::deep_nesting(&"[".repeat(10_000), "f.toml:1: ")]
fn a_file_without_a_cluster_is_refused(#[case] text: &str, #[case] expected: &str) {
    let error = parse("f.toml", text).unwrap_err().to_string();
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn a_file_that_is_not_there_is_named_with_the_way_to_name_another() {
    let error = load(&written("absent.toml", None)).unwrap_err().to_string();
    assert!(error.ends_with(
        "absent.toml: there is no such file; name the config file with --config or CLUSTER_HEAD_CONFIG"
    ));
}

#[test]
fn a_file_that_is_too_large_or_no_text_is_refused() {
    let large = load(&written("large.toml", Some(&vec![b'#'; 1024 * 1024 + 1]))).unwrap_err().to_string();
    assert!(large.ends_with("large.toml: the file is larger than 1 MiB; is it the right one?"), "{large}");
    let binary = load(&written("binary.toml", Some(b"a = \"\xff\""))).unwrap_err().to_string();
    assert!(binary.ends_with("binary.toml: the file is no UTF-8 text from byte 5 on"), "{binary}");
    let folder = load(&PathBuf::from(env!("CARGO_TARGET_TMPDIR"))).unwrap_err().to_string();
    assert!(folder.contains("--config"), "{folder}");
}

#[test]
fn a_file_of_the_largest_size_is_read() {
    let padding = "#".repeat(1024 * 1024 - super::SHIPPED.len());
    let text = format!("{}{padding}", super::SHIPPED);
    assert_eq!(load(&written("largest.toml", Some(text.as_bytes()))).unwrap(), super::shipped());
}

fn written(name: &str, bytes: Option<&[u8]>) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    if let Some(bytes) = bytes {
        fs::write(&path, bytes).unwrap();
    }
    path
}
