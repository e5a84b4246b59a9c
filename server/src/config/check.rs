//! What `cluster-head check` prints: everything that the config can start, step by step, before anything is started.

use std::fmt::{self, Display, Write};

use chrono::Duration;
use domain::catalogue::{Catalogue, ClusterSpec};
use domain::cloud::CloudMark;
use domain::order::{Ask, Order};
use domain::routine::{Routine, RoutineStep};
use domain::step::{Action, BatchCall, BodyValue, CiTarget, Phase, Retries, Verdict};
use domain::text;

use super::variables;

/// The resolved plan of each routine on each cluster, the words, and what the environment has to hold.
pub fn describe(catalogue: &Catalogue) -> String {
    Description(catalogue).to_string()
}

struct Description<'a>(&'a Catalogue);

impl Display for Description<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clusters\n")?;
        self.0.clusters.iter().try_for_each(|cluster| write_cluster(f, cluster))?;
        if let Some(budget) = self.0.budget {
            writeln!(
                f,
                "\nBudget\n  {} in a calendar month; then a start needs an admin",
                text::dollars(budget)
            )?;
        }
        f.write_str("\nRoutines\n")?;
        for cluster in &self.0.clusters {
            for routine in &self.0.routines {
                self.write_routine(f, routine, cluster)?;
            }
        }
        self.write_words(f)?;
        self.write_environment(f)
    }
}

impl Description<'_> {
    fn write_routine(
        &self,
        f: &mut fmt::Formatter<'_>,
        routine: &Routine,
        cluster: &ClusterSpec,
    ) -> fmt::Result {
        if !routine.takes_service() {
            return self.write_plan(f, routine, cluster, None);
        }
        self.0
            .services
            .iter()
            .try_for_each(|service| self.write_plan(f, routine, cluster, Some(&service.name)))
    }

    fn write_plan(
        &self,
        f: &mut fmt::Formatter<'_>,
        routine: &Routine,
        cluster: &ClusterSpec,
        service: Option<&str>,
    ) -> fmt::Result {
        let ask = Ask {
            lifetime: None,
            routine: routine.name.clone(),
            cluster: cluster.name.clone(),
            size: None,
            service: service.map(str::to_owned),
        };
        write!(f, "  {}", routine.name)?;
        if let Some(service) = service {
            write!(f, " {service}")?;
        }
        writeln!(f, " on {}: {}", cluster.name, routine.description)?;
        match self.0.order(&ask) {
            Ok(order) => write_steps(f, &order, cluster)?,
            Err(error) => writeln!(f, "    {error}")?,
        }
        if let Some(limit) = routine.time_limit_minutes {
            writeln!(f, "    At most {} in all; what stands in finally comes on top.", minutes(limit))?;
        }
        if let Some(note) = note(routine, cluster) {
            writeln!(f, "    Note: {note}")?;
        }
        Ok(())
    }

    fn write_words(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\nWords in Slack\n")?;
        if self.0.words.is_empty() {
            f.write_str("  none\n")?;
        }
        for word in &self.0.words {
            write!(f, "  {}: {}", word.usage(), word.routine)?;
            if let Some(service) = &word.service {
                write!(f, " {service}")?;
            }
            writeln!(f, " on {}", word.cluster)?;
        }
        Ok(())
    }

    fn write_environment(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\nEnvironment\n")?;
        let tokens = variables::provider_tokens(self.0).into_iter().map(|(_, variable)| variable);
        let needed = [variables::database_url(), variables::password()].into_iter().chain(tokens);
        for variable in needed.chain(variables::batch_values(self.0)) {
            writeln!(f, "  {} {}.", variable.name, variable.purpose)?;
        }
        let optional = [
            (variables::digitalocean_token(), "Without it the CI's word says whether a cluster is gone"),
            (
                variables::circleci_webhook_secret(),
                "Without it the end of a pipeline is seen at the next look",
            ),
            (variables::slack_incoming_url(), "Without it nothing is told to Slack"),
            (variables::public_url(), "Without it a message to Slack has no buttons"),
            (variables::slack_request_token(), "Without it no word is taken"),
            (variables::api_token(), "Without it the API is closed to programs"),
            (variables::admin_password(), "Without it nobody is an admin in the browser"),
            (variables::admin_api_token(), "Without it no program is an admin"),
        ];
        for (variable, without) in optional {
            writeln!(f, "  {} {}. {without}.", variable.name, variable.purpose)?;
        }
        Ok(())
    }
}

fn write_cluster(f: &mut fmt::Formatter<'_>, cluster: &ClusterSpec) -> fmt::Result {
    let lifetime = minutes(cluster.lifetime_minutes);
    writeln!(
        f,
        "  {}: destroyed {lifetime} after it was brought up, unless somebody says otherwise, up to {} ahead",
        cluster.name,
        minutes(cluster.limits.longest_minutes)
    )?;
    match cluster.limits.grace_minutes {
        0 => writeln!(f, "    a job that is at work then is cancelled")?,
        grace => writeln!(f, "    a job that is at work then may go on for {} at most", minutes(grace))?,
    }
    if let Some(idle) = cluster.limits.idle_minutes {
        writeln!(f, "    destroyed before that after {} without a job", minutes(idle))?;
    }
    for offer in &cluster.sizes {
        let default = if offer.size == cluster.default_size { ", the default" } else { "" };
        writeln!(
            f,
            "    {}: {}{}, {} vCPU, {} GB, ${}/h, {}{default}",
            offer.size,
            text::times(offer.nodes),
            offer.machine,
            offer.vcpus,
            offer.memory_gb,
            offer.price.hourly,
            text::monthly(offer.price.monthly),
        )?;
    }
    match &cluster.cloud {
        Some(CloudMark { name, tag: None }) => writeln!(f, "    in the cloud: {name}"),
        Some(CloudMark { name, tag: Some(tag) }) => writeln!(f, "    in the cloud: {name}, tag {tag}"),
        None => writeln!(f, "    in the cloud: not looked for; the CI's word says whether it is gone"),
    }
}

fn write_steps(f: &mut fmt::Formatter<'_>, order: &Order, cluster: &ClusterSpec) -> fmt::Result {
    if let Some(size) = order.size.filter(|_| cluster.sizes.len() > 1) {
        writeln!(f, "    Shown for size {size}, the default.")?;
    }
    for (index, step) in order.steps.iter().enumerate() {
        let finally = if step.phase == Phase::Finally { " (finally)" } else { "" };
        writeln!(f, "    {}. {}{finally}", index + 1, step.title)?;
        match &step.action {
            Action::Trigger { target, .. } => write_target(f, target)?,
            Action::Batch { call } => write_call(f, call)?,
            Action::Approval { without_answer, .. } => write_approval(f, *without_answer)?,
            // A file cannot declare what this version does not know.
            Action::Unknown(_) => {}
        }
        writeln!(f, ", at most {}", minutes(step.action.time_limit_minutes()))?;
    }
    Ok(())
}

fn write_target(f: &mut fmt::Formatter<'_>, target: &CiTarget) -> fmt::Result {
    write!(f, "       {} {}, branch {}", target.provider.title(), target.project, target.branch)?;
    for (key, value) in &target.parameters {
        write!(f, ", {key}={value}")?;
    }
    if let Some(parameter) = &target.marker_parameter {
        write!(f, ", our marker in {parameter}")?;
    }
    write_retries(f, target.retries)
}

fn write_retries(f: &mut fmt::Formatter<'_>, retries: Retries) -> fmt::Result {
    let pause = text::duration(Duration::seconds(i64::from(retries.pause_seconds)));
    match retries.count {
        0 => Ok(()),
        1 => write!(f, ", tried once more {pause} after it failed"),
        count => write!(f, ", tried up to {count} times more, each {pause} after it failed"),
    }
}

fn write_call(f: &mut fmt::Formatter<'_>, call: &BatchCall) -> fmt::Result {
    write!(f, "       POST {}", call.url)?;
    for (key, value) in &call.body {
        match value {
            BodyValue::Text(value) => write!(f, ", {key}={value}")?,
            BodyValue::Env(name) => write!(f, ", {key}=${name}")?,
            BodyValue::AttemptKey => write!(f, ", {key}=the key of the attempt")?,
        }
    }
    f.write_char(';')?;
    write!(
        f,
        " ends when {} is {}",
        call.status_field,
        [&call.succeeded_when[..], &call.failed_when].concat().join(" or ")
    )?;
    write_retries(f, call.retries)
}

fn write_approval(f: &mut fmt::Formatter<'_>, without_answer: Verdict) -> fmt::Result {
    let counts_as = match without_answer {
        Verdict::Approve => "approved",
        Verdict::Refuse => "refused",
    };
    write!(f, "       waits for a person; without an answer it counts as {counts_as}")
}

fn minutes(minutes: u32) -> String {
    text::duration(Duration::minutes(i64::from(minutes)))
}

/// A routine that leaves something behind which costs money is allowed, but never by accident.
fn note(routine: &Routine, cluster: &ClusterSpec) -> Option<String> {
    let is_up = |step: &&RoutineStep| matches!(step, RoutineStep::Up);
    let is_down = |step: &&RoutineStep| matches!(step, RoutineStep::Down);
    let ends_up = {
        let mut steps = routine.steps.iter().chain(&routine.finally).rev();
        steps.find(|step| is_up(step) || is_down(step)).is_some_and(|step| is_up(&step))
    };
    let lifetime = minutes(cluster.lifetime_minutes);
    if ends_up {
        Some(format!("leaves the cluster up; it is destroyed after {lifetime} at the latest."))
    } else if routine.creates_cluster() && !routine.finally.iter().any(|step| is_down(&step)) {
        Some(format!(
            "leaves the cluster up if a step fails, for {lifetime} at most; \"down\" in finally would not."
        ))
    } else {
        None
    }
}
