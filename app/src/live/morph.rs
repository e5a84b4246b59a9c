//! Turns an element into a newly drawn one by changing only what differs, so that focus, a choice, a selection and
//! the scroll position stay where they are.

use wasm_bindgen::JsCast;
use web_sys::{Element, Node};

use super::document::{mark_tab, set_attribute};
use super::voice;

/// Makes `old` equal to `new`. What speaks of its state speaks when that has changed.
pub fn morph(old: &Element, new: &Element) {
    let state_before = old.get_attribute("data-state");
    morph_attributes(old, new);
    if let Some(state) = old.get_attribute("data-state")
        && state_before.is_some_and(|before| before != state)
    {
        speak(old);
    }
    mark_tab(old);
    morph_children(old, new);
}

fn speak(element: &Element) {
    let Some(sentence) = element.get_attribute("data-say") else { return };
    if element.has_attribute("data-alarm") { voice::alert(&sentence) } else { voice::say(sentence) }
}

fn morph_attributes(old: &Element, new: &Element) {
    for name in names(old).filter(|name| !new.has_attribute(name)) {
        // An error would mean that a name that was just listed is no name.
        let _ = old.remove_attribute(&name);
    }
    for name in names(new) {
        set_attribute(old, &name, &new.get_attribute(&name).unwrap_or_default());
    }
}

fn names(element: &Element) -> impl Iterator<Item = String> {
    element.get_attribute_names().into_iter().filter_map(|name| name.as_string())
}

/// Walks both lists side by side. Children with an id are found again after others before them have left.
fn morph_children(old: &Element, new: &Element) {
    let mut place = old.first_child();
    let mut wanted = new.first_child();
    while let Some(node) = wanted {
        // Asked for first: taking a node over into the page takes it out of this list.
        wanted = node.next_sibling();
        if let Some(kept) = id_of(&node).and_then(|id| child_with_id(place.as_ref(), &id)) {
            place = remove_until(old, place, &kept);
        }
        match place {
            Some(present) if is_alike(&present, &node) => {
                place = present.next_sibling();
                morph_node(&present, &node);
            }
            // An error would mean that `present` is no child of `old`.
            present => {
                let _ = old.insert_before(&node, present.as_ref());
                place = present;
            }
        }
    }
    remove_rest(old, place);
}

fn morph_node(old: &Node, new: &Node) {
    match (old.dyn_ref::<Element>(), new.dyn_ref::<Element>()) {
        (Some(old), Some(new)) => morph(old, new),
        _ if old.node_value() != new.node_value() => old.set_node_value(new.node_value().as_deref()),
        _ => {}
    }
}

/// Whether one can be turned into the other: same kind of node, same tag, same id.
fn is_alike(old: &Node, new: &Node) -> bool {
    old.node_name() == new.node_name() && id_of(old) == id_of(new)
}

fn id_of(node: &Node) -> Option<String> {
    node.dyn_ref::<Element>()?.get_attribute("id")
}

fn child_with_id(from: Option<&Node>, id: &str) -> Option<Node> {
    let mut place = from.cloned();
    while let Some(node) = place {
        if id_of(&node).as_deref() == Some(id) {
            return Some(node);
        }
        place = node.next_sibling();
    }
    None
}

fn remove_until(parent: &Element, mut place: Option<Node>, kept: &Node) -> Option<Node> {
    while let Some(node) = place.filter(|node| node != kept) {
        place = node.next_sibling();
        let _ = parent.remove_child(&node);
    }
    Some(kept.clone())
}

fn remove_rest(parent: &Element, mut place: Option<Node>) {
    while let Some(node) = place {
        place = node.next_sibling();
        let _ = parent.remove_child(&node);
    }
}
