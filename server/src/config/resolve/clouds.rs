//! By what clusters are recognised in the cloud.

use std::collections::BTreeSet;

use domain::cloud::CloudMark;

use crate::config::problems::Problems;
use crate::config::shape::{CloudShape, FileShape, Text, in_file_order};
use crate::config::values;

pub(super) fn read(shape: &CloudShape, problems: &mut Problems<'_>) -> Option<CloudMark> {
    let name = problems.read(&shape.name, |name| values::identifier(name));
    let tag = problems.read_given(shape.tag.as_ref(), |tag| read_tag(tag));
    Some(CloudMark { name: name?, tag: tag? })
}

/// What carries the mark of a cluster has to be gone before the cluster is. Shared by two, one would never settle.
pub(super) fn check_that_none_is_shared(file: &FileShape, problems: &mut Problems<'_>) {
    let clouds =
        || in_file_order(&file.clusters).into_iter().filter_map(|(_, cluster)| cluster.cloud.as_ref());
    check_unique(clouds().map(|cloud| &cloud.name), "name", problems);
    check_unique(clouds().filter_map(|cloud| cloud.tag.as_ref()), "tag", problems);
}

fn check_unique<'a>(marks: impl Iterator<Item = &'a Text>, what: &str, problems: &mut Problems<'_>) {
    let mut seen = BTreeSet::new();
    for mark in marks {
        if !seen.insert(mark.get_ref()) {
            let shown = values::shown(mark.get_ref());
            problems.add(
                mark.span(),
                format!("another cluster has the {what} {shown} already; each has its own"),
            );
        }
    }
}

fn read_tag(text: &str) -> Result<String, String> {
    if text == "k8s" || text.starts_with("k8s:") {
        let shown = values::shown(text);
        return Err(format!(
            "the cloud itself sets the tag {shown} on what its clusters use; choose one of your own"
        ));
    }
    values::identifier(text)
}
