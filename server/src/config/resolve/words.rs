//! Words: what people type in Slack.

use domain::command::Word;
use domain::routine::Routine;

use super::{must_exist, there_is_no};
use crate::config::problems::Problems;
use crate::config::shape::{FileShape, Text, WordShape, in_file_order};
use crate::config::values;

pub(super) fn read(file: &FileShape, routines: &[Routine], problems: &mut Problems<'_>) -> Vec<Word> {
    in_file_order(&file.words)
        .into_iter()
        .filter_map(|(word, shape)| read_word(word, shape, file, routines, problems))
        .collect()
}

fn read_word(
    word: &Text,
    shape: &WordShape,
    file: &FileShape,
    routines: &[Routine],
    problems: &mut Problems<'_>,
) -> Option<Word> {
    let word = problems.read(word, |word| values::word(word));
    let cluster = must_exist(&shape.cluster, &file.clusters, "cluster", problems);
    let service =
        shape.service.as_ref().map(|service| must_exist(service, &file.services, "service", problems));
    let routine = find_routine(&shape.routine, file, routines, problems);
    if let Some(routine) = routine {
        check_fit(shape, routine, problems);
    }
    Some(Word {
        word: word?,
        routine: routine?.name.clone(),
        cluster: cluster?,
        service: match service {
            Some(service) => Some(service?),
            None => None,
        },
        takes_size: shape.takes_size.as_ref().is_some_and(|takes_size| *takes_size.get_ref()),
    })
}

fn find_routine<'a>(
    name: &Text,
    file: &FileShape,
    routines: &'a [Routine],
    problems: &mut Problems<'_>,
) -> Option<&'a Routine> {
    let found = routines.iter().find(|routine| &routine.name == name.get_ref());
    // A routine that is declared and could not be read has told its own problem.
    if found.is_none() && !file.routines.contains_key(name) {
        let known = routines.iter().map(|routine| &routine.name);
        problems.add(name.span(), there_is_no("routine", name.get_ref(), known));
    }
    found
}

/// A word that asks for what its routine cannot take would fail each time that somebody types it.
fn check_fit(shape: &WordShape, routine: &Routine, problems: &mut Problems<'_>) {
    let name = values::shown(&routine.name);
    match (&shape.service, routine.takes_service()) {
        (Some(service), false) => {
            problems.add(service.span(), format!("the routine {name} takes no service; leave the key out"));
        }
        (None, true) => {
            problems.add(
                shape.routine.span(),
                format!("the routine {name} needs a service; add service = \"a name\""),
            );
        }
        _ => {}
    }
    let takes_size = shape.takes_size.as_ref().filter(|takes_size| *takes_size.get_ref());
    if let Some(takes_size) = takes_size
        && !routine.creates_cluster()
    {
        let message =
            format!("the routine {name} takes no size, since it brings nothing up; leave the key out");
        problems.add(takes_size.span(), message);
    }
}
