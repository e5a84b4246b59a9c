//! Reads what a build monitor reads, as strictly as the published list of attributes says: <https://cctray.org/v1/>. No
//! library for this format is in the registry, so the reader is ours; it shares nothing with what writes the feed.

use roxmltree::{Document, Node};

const ACTIVITIES: [&str; 3] = ["Sleeping", "Building", "CheckingModifications"];
const STATUSES: [&str; 4] = ["Success", "Failure", "Exception", "Unknown"];
/// Each has to be there, and nothing beside them.
const ATTRIBUTES: [&str; 6] =
    ["name", "activity", "lastBuildStatus", "lastBuildLabel", "lastBuildTime", "webUrl"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    pub name: String,
    pub activity: String,
    pub last_status: String,
    pub last_label: String,
    pub url: String,
}

pub fn projects(xml: &str) -> Vec<Project> {
    let document = Document::parse(xml).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "Projects");
    assert_eq!(root.attributes().len(), 0, "{xml}");
    root.children().filter(|child| !child.is_text()).map(|child| project(child, xml)).collect()
}

fn project(node: Node<'_, '_>, xml: &str) -> Project {
    assert_eq!(node.tag_name().name(), "Project", "{xml}");
    assert_eq!(node.children().count(), 0, "{xml}");
    assert_eq!(node.attributes().len(), ATTRIBUTES.len(), "{xml}");
    let [name, activity, last_status, last_label, last_time, url] = ATTRIBUTES
        .map(|name| node.attribute(name).unwrap_or_else(|| panic!("no {name} in {xml}")).to_owned());
    assert!(
        !name.is_empty() && ACTIVITIES.contains(&&*activity) && STATUSES.contains(&&*last_status),
        "{xml}"
    );
    assert!(last_time.parse::<domain::Time>().is_ok(), "{last_time}");
    assert!(url.starts_with("http://") || url.starts_with("https://"), "{url}");
    Project { name, activity, last_status, last_label, url }
}
