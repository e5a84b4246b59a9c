//! Batch jobs: the call that starts one, and how its answer is read.

use std::collections::BTreeMap;

use domain::step::{BatchCall, BodyValue, Retries};

use super::{must_not_be_empty, retries};
use crate::config::problems::Problems;
use crate::config::shape::{AnswerShape, BatchShape, BodyShape, FileShape, Text, in_file_order};
use crate::config::values;

pub(super) fn read(file: &FileShape, problems: &mut Problems<'_>) -> Vec<BatchCall> {
    in_file_order(&file.batches)
        .into_iter()
        .filter_map(|(name, shape)| read_batch(name, shape, problems))
        .collect()
}

fn read_batch(name: &Text, shape: &BatchShape, problems: &mut Problems<'_>) -> Option<BatchCall> {
    let name = problems.read(name, |name| values::name(name));
    let title = problems.read(&shape.title, |title| values::title(title, &[]));
    let url = problems.read(&shape.url, |url| values::url(url));
    let time_limit_minutes = problems.read(&shape.time_limit, |limit| values::minutes(limit));
    let body = shape.body.iter().filter_map(|(key, value)| read_body_value(key, value, problems)).collect();
    let retries = retries::read(shape.retries.as_ref(), shape.retry_pause.as_ref(), problems);
    let (progress_field, status_field, error_field) = read_fields(&shape.answer, problems);
    check_endings(&shape.answer, problems);
    check_retries(shape, retries, problems);
    let words = |list: &[Text]| list.iter().map(|word| word.get_ref().clone()).collect();
    Some(BatchCall {
        name: name?,
        title: title?,
        url: url?,
        body,
        progress_field: progress_field?,
        status_field: status_field?,
        error_field: error_field?,
        succeeded_when: words(shape.answer.succeeded.get_ref()),
        failed_when: words(shape.answer.failed.get_ref()),
        time_limit_minutes: time_limit_minutes?,
        retries: retries?,
    })
}

/// Without a key of its own, another attempt would be told of the job that failed.
fn check_retries(shape: &BatchShape, retries: Option<Retries>, problems: &mut Problems<'_>) {
    let carries_key = shape.body.values().any(|value| matches!(value, BodyShape::KeyOf(_)));
    let is_retried = retries.is_some_and(|retries| retries.count > 0);
    if let Some(count) = shape.retries.as_ref().filter(|_| is_retried && !carries_key) {
        let message = "asked again with the same body, the service reports the job that failed; if it starts one job for \
                       each key, add the key to the body, as in idempotencyKey = { key_of = \"attempt\" }; else leave out \
                       the retries";
        problems.add(count.span(), message);
    }
}

fn read_body_value(
    key: &Text,
    value: &BodyShape,
    problems: &mut Problems<'_>,
) -> Option<(String, BodyValue)> {
    let key_is_empty = key.get_ref().is_empty();
    if key_is_empty {
        problems.add(key.span(), "a field without a name is not allowed; write a name");
    }
    let value = match value {
        BodyShape::Text(text) => BodyValue::Text(text.clone()),
        BodyShape::Env(name) => BodyValue::Env(problems.read(name, |name| values::variable(name))?),
        BodyShape::KeyOf(what) => problems.read(what, |what| values::key_of(what))?,
    };
    (!key_is_empty).then(|| (key.get_ref().clone(), value))
}

fn read_fields(
    answer: &AnswerShape,
    problems: &mut Problems<'_>,
) -> (Option<String>, Option<String>, Option<String>) {
    let mut field = |text: &Text| problems.read(text, |text| values::identifier(text));
    (field(&answer.progress), field(&answer.status), field(&answer.error))
}

/// A status that means both ends, or an end that no status means, would leave a job waiting for its time limit.
fn check_endings(answer: &AnswerShape, problems: &mut Problems<'_>) {
    let mut meaning: BTreeMap<&str, &str> = BTreeMap::new();
    let ends =
        [("succeeded", &answer.succeeded, "[\"completed\"]"), ("failed", &answer.failed, "[\"failed\"]")];
    for (end, statuses, example) in ends {
        must_not_be_empty(statuses.get_ref(), statuses.span(), example, problems);
        for status in statuses.get_ref() {
            if status.get_ref().is_empty() {
                problems.add(status.span(), "an empty status is not allowed; write a word of the answer");
            }
            match meaning.insert(status.get_ref(), end) {
                Some(other) if other != end => {
                    let shown = values::shown(status.get_ref());
                    problems
                        .add(status.span(), format!("{shown} already means {other}; a status means one end"));
                }
                _ => {}
            }
        }
    }
}
