//! Routines: the built-in ones and those of the file.

use std::str::FromStr;

use domain::routine::{Routine, RoutineStep};
use domain::step::Verdict;

use super::{must_exist, must_not_be_empty};
use crate::config::problems::Problems;
use crate::config::shape::{
    ApprovalShape, ClusterShape, FileShape, RoutineShape, StepShape, Text, in_file_order,
};
use crate::config::values;

/// How many steps a job may have: its page shows them all.
const MAX_STEPS: usize = 100;

/// How long a question waits when the file does not say: somebody looks within a day.
const USUAL_APPROVAL_MINUTES: u32 = 24 * 60;

pub(super) fn read(file: &FileShape, problems: &mut Problems<'_>) -> Vec<Routine> {
    let mut routines = Routine::built_in();
    check_lengths_of_built_in(file, problems);
    for (name, shape) in in_file_order(&file.routines) {
        routines.extend(read_routine(name, shape, file, problems));
    }
    routines
}

fn read_routine(
    name: &Text,
    shape: &RoutineShape,
    file: &FileShape,
    problems: &mut Problems<'_>,
) -> Option<Routine> {
    let read_name = problems.read(name, |name| {
        let reserved: Vec<String> = Routine::built_in().into_iter().map(|routine| routine.name).collect();
        if reserved.contains(name) {
            return Err(format!("the routine is built in; choose a name other than {}", reserved.join(", ")));
        }
        values::name(name)
    });
    let description = problems.read(&shape.description, |text| values::title(text, &[]));
    must_not_be_empty(shape.steps.get_ref(), shape.steps.span(), "[\"up\"]", problems);
    let steps = read_steps(shape.steps.get_ref(), file, problems);
    let finally = read_steps(&shape.finally, file, problems);
    refuse_questions_in_finally(&shape.finally, problems);
    let time_limit_minutes = problems.read_given(shape.time_limit.as_ref(), |limit| values::minutes(limit));
    for (cluster, stacks) in in_file_order(&file.clusters) {
        let length = steps.iter().chain(&finally).map(|step| length(step, stacks)).sum();
        check_length(length, name, cluster, problems);
    }
    Some(Routine {
        name: read_name?,
        description: description?,
        steps,
        finally,
        time_limit_minutes: time_limit_minutes?,
    })
}

fn read_steps(shapes: &[StepShape], file: &FileShape, problems: &mut Problems<'_>) -> Vec<RoutineStep> {
    let read = |shape: &StepShape| match shape {
        StepShape::Up => Some(RoutineStep::Up),
        StepShape::Down => Some(RoutineStep::Down),
        StepShape::Deploy(service) => must_exist(service, &file.services, "service", problems)
            .map(|service| RoutineStep::Deploy(Some(service))),
        StepShape::Batch(batch) => {
            must_exist(batch, &file.batches, "batch job", problems).map(RoutineStep::Batch)
        }
        StepShape::Approval(approval) => read_approval(approval, problems),
    };
    shapes.iter().filter_map(read).collect()
}

fn read_approval(shape: &ApprovalShape, problems: &mut Problems<'_>) -> Option<RoutineStep> {
    let question = problems.read(&shape.question, |question| values::title(question, &[]));
    let time_limit = problems.read_given(shape.time_limit.as_ref(), |limit| values::minutes(limit));
    let without_answer = problems.read_given(shape.without_answer.as_ref(), |word| {
        Verdict::from_str(word).map_err(|error| error.to_string())
    });
    Some(RoutineStep::Approval {
        question: question?,
        time_limit_minutes: time_limit?.unwrap_or(USUAL_APPROVAL_MINUTES),
        without_answer: without_answer?.unwrap_or(Verdict::Refuse),
    })
}

fn refuse_questions_in_finally(shapes: &[StepShape], problems: &mut Problems<'_>) {
    for shape in shapes {
        if let StepShape::Approval(approval) = shape {
            let message = "a question would hold up what has to happen in any case; ask it in steps";
            problems.add(approval.question.span(), message);
        }
    }
}

fn check_lengths_of_built_in(file: &FileShape, problems: &mut Problems<'_>) {
    for (cluster, stacks) in in_file_order(&file.clusters) {
        // The longest built-in routine takes the cluster down and up again.
        let length = length(&RoutineStep::Down, stacks) + length(&RoutineStep::Up, stacks);
        check_length(length, cluster, cluster, problems);
    }
}

/// How many steps of a job one line of a routine stands for.
fn length(step: &RoutineStep, cluster: &ClusterShape) -> usize {
    match step {
        RoutineStep::Up => cluster.up.get_ref().len(),
        RoutineStep::Down => cluster.down.get_ref().len(),
        RoutineStep::Deploy(_) | RoutineStep::Batch(_) | RoutineStep::Approval { .. } => 1,
    }
}

fn check_length(length: usize, place: &Text, cluster: &Text, problems: &mut Problems<'_>) {
    if length > MAX_STEPS {
        let cluster = values::shown(cluster.get_ref());
        problems.add(
            place.span(),
            format!("a job on the cluster {cluster} would have {length} steps; the most is {MAX_STEPS}"),
        );
    }
}
