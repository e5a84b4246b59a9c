//! Values of the file that are either a word or a small table.
//!
//! Read by hand: serde's untagged enums go through a buffer that forgets where in the file a value stood, and the
//! tagged ones refuse in words that nobody who writes a config would understand.

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::shape::{ApprovalShape, AtDeadlineShape, BodyShape, StepShape, Text};

const STEP: &str =
    r#""up", "down", { deploy = "a service" }, { batch = "a batch job" } or { approval = "a question" }"#;

impl<'de> Deserialize<'de> for StepShape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StepVisitor)
    }
}

impl<'de> Deserialize<'de> for BodyShape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BodyVisitor)
    }
}

impl<'de> Deserialize<'de> for AtDeadlineShape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AtDeadlineVisitor)
    }
}

struct StepVisitor;

impl<'de> Visitor<'de> for StepVisitor {
    type Value = StepShape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(STEP)
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<StepShape, E> {
        match word {
            "up" => Ok(StepShape::Up),
            "down" => Ok(StepShape::Down),
            _ => Err(E::custom(format_args!("there is no step {word:?}; a step is {STEP}"))),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<StepShape, A::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Named {
            deploy: Option<Text>,
            batch: Option<Text>,
            approval: Option<Text>,
            time_limit: Option<Text>,
            without_answer: Option<Text>,
        }

        let Named { deploy, batch, approval, time_limit, without_answer } =
            Named::deserialize(MapAccessDeserializer::new(map))?;
        let is_plain = time_limit.is_none() && without_answer.is_none();
        match (deploy, batch, approval) {
            (None, None, Some(question)) => {
                Ok(StepShape::Approval(ApprovalShape { question, time_limit, without_answer }))
            }
            (Some(service), None, None) if is_plain => Ok(StepShape::Deploy(service)),
            (None, Some(batch), None) if is_plain => Ok(StepShape::Batch(batch)),
            (_, _, None) if !is_plain => Err(A::Error::custom(
                "time_limit and without_answer are for a step with approval; leave them out",
            )),
            _ => Err(A::Error::custom(format_args!("a step does one thing; a step is {STEP}"))),
        }
    }
}

struct AtDeadlineVisitor;

const AT_DEADLINE: &str = r#""destroy", or { wait = "60min" }"#;

impl<'de> Visitor<'de> for AtDeadlineVisitor {
    type Value = AtDeadlineShape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(AT_DEADLINE)
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<AtDeadlineShape, E> {
        match word {
            "destroy" => Ok(AtDeadlineShape::Destroy),
            _ => Err(E::custom(format_args!("{word:?} is not allowed; write {AT_DEADLINE}"))),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<AtDeadlineShape, A::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Waiting {
            wait: Text,
        }

        Waiting::deserialize(MapAccessDeserializer::new(map))
            .map(|waiting| AtDeadlineShape::Wait(waiting.wait))
    }
}

struct BodyVisitor;

const BODY: &str = r#"a text in quotes, { env = "NAME" } or { key_of = "attempt" }"#;

impl<'de> Visitor<'de> for BodyVisitor {
    type Value = BodyShape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(BODY)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<BodyShape, E> {
        Ok(BodyShape::Text(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<BodyShape, A::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Named {
            env: Option<Text>,
            key_of: Option<Text>,
        }

        match Named::deserialize(MapAccessDeserializer::new(map))? {
            Named { env: Some(env), key_of: None } => Ok(BodyShape::Env(env)),
            Named { env: None, key_of: Some(key_of) } => Ok(BodyShape::KeyOf(key_of)),
            _ => Err(A::Error::custom(format_args!("a value comes from one place; a value is {BODY}"))),
        }
    }
}
