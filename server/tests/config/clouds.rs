//! By what a cluster is recognised in the cloud.

use domain::cloud::CloudMark;
use rstest::rstest;
use server::config::parse;

use super::{error_after, shipped_with};

const NAME: &str = "name = \"iriversland2\"\n";
const TAG: &str = "# tag = \"iriversland2\"";

/// A cluster with a mark, to stand before the shipped one.
fn second_cluster(cloud: &str) -> String {
    format!(
        r#"[clusters.second]
up = ["release"]
down = ["destroy-release"]
lifetime = "1h"
default_size = "s"
cloud = {{ {cloud} }}
sizes = {{ s = {{ machine = "x", vcpus = 1, memory_gb = 1, hourly = "1", monthly = "1" }} }}

[clusters.iriversland2]"#
    )
}

fn mark(text: &str) -> Option<CloudMark> {
    parse("f.toml", text).unwrap().catalogue.clusters[0].cloud.clone()
}

#[test]
fn the_shipped_cluster_is_recognised_by_its_name() {
    let by_name = CloudMark { name: "iriversland2".into(), tag: None };
    assert_eq!(mark(super::SHIPPED), Some(by_name.clone()));
    let tagged = shipped_with(TAG, "tag = \"ours\"");
    assert_eq!(mark(&tagged), Some(CloudMark { tag: Some("ours".into()), ..by_name }));
}

#[test]
fn a_cluster_without_a_mark_is_not_looked_for() {
    assert_eq!(mark(&shipped_with(&format!("[clusters.iriversland2.cloud]\n{NAME}"), "")), None);
}

#[rstest]
#[case::name(
    NAME,
    "name = \"a b\"\n",
    "cloud.name: \"a b\" is not allowed; write 1 to 255 characters without spaces"
)]
#[case::no_name(NAME, "name = \"\"\n", "cloud.name: \"\" is not allowed")]
#[case::tag(TAG, "tag = \"\"", "cloud.tag: \"\" is not allowed")]
#[case::tag_of_all_clusters(
    TAG,
    "tag = \"k8s\"",
    "cloud.tag: the cloud itself sets the tag \"k8s\" on what its clusters use; choose one of your own"
)]
#[case::tag_of_all_machines(
    TAG,
    "tag = \"k8s:worker\"",
    "cloud.tag: the cloud itself sets the tag \"k8s:worker\""
)]
fn a_mark_that_cannot_be_one_is_refused(
    #[case] original: &str,
    #[case] changed: &str,
    #[case] expected: &str,
) {
    let error = error_after(original, changed);
    assert!(error.contains(&format!("clusters.iriversland2.{expected}")), "{error}");
}

#[rstest]
#[case(
    "name = \"iriversland2\"",
    "cloud.name: another cluster has the name \"iriversland2\" already; each has its own"
)]
#[case(
    "name = \"second\", tag = \"ours\"",
    "cloud.tag: another cluster has the tag \"ours\" already; each has its own"
)]
fn two_clusters_cannot_have_one_mark(#[case] second: &str, #[case] expected: &str) {
    let declared = |second: &str| {
        shipped_with("[clusters.iriversland2]", &second_cluster(second)).replace(TAG, "tag = \"ours\"")
    };
    let error = parse("f.toml", &declared(second)).unwrap_err().to_string();
    assert!(error.ends_with(&format!("clusters.iriversland2.{expected}")), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(parse("f.toml", &declared("name = \"second\", tag = \"theirs\"")).is_ok());
}
