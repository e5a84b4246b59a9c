//! The open question of a job, and the answers that can be given.

use domain::Time;
use domain::job::JobWithSteps;
use domain::step::{Action, Question, Step, Verdict};

use crate::view::{AnswerView, QuestionView, RunLink, Sentence};

const fn answer(says: &'static str, words: &'static str, class: &'static str) -> AnswerView {
    AnswerView { says, words, class }
}

const APPROVAL: [AnswerView; 2] =
    [answer("approve", "Approve", "button primary"), answer("refuse", "Refuse", "button")];
const WHICH_RUN: [AnswerView; 2] = [
    answer("trigger_again", "None of these: trigger again", "button"),
    answer("give_up", "Give up", "button quiet-danger"),
];

impl QuestionView {
    /// The question that nobody has answered yet, if the job asks one.
    pub fn of(job: &JobWithSteps, now: Time) -> Option<Self> {
        if job.job.state.is_final() {
            return None;
        }
        let step = job.steps.iter().find(|step| step.answer.is_none() && step.question().is_some())?;
        Some(match step.question()? {
            Question::Approve(question) => Self::approval(job, step, question, now),
            Question::WhichRun(candidates) => Self {
                job: job.job.number,
                position: step.position,
                heading: "Waits for an answer: which run is ours?".to_owned(),
                words: asked_for_run(job, step, now),
                answers: WHICH_RUN.to_vec(),
                candidates: candidates
                    .iter()
                    .map(|candidate| (candidate.run.id.clone(), RunLink::new(&candidate.run)))
                    .collect(),
            },
        })
    }

    fn approval(job: &JobWithSteps, step: &Step, question: &str, now: Time) -> Self {
        let place = Sentence::new("Step ").then(step.position.to_string()).then(" of ").job(job.job.number);
        let place = match (step.deadline(), verdict(step)) {
            (Some(deadline), Some(verdict)) => place
                .then(". Without an answer by ")
                .minute(deadline, now)
                .then(" ")
                .remaining(deadline)
                .then(format!(" it counts as {verdict}.")),
            _ => place.then("."),
        };
        Self {
            job: job.job.number,
            position: step.position,
            heading: "Waits for an answer".to_owned(),
            words: vec![Sentence::default().strong(question), place],
            answers: APPROVAL.to_vec(),
            candidates: Vec::new(),
        }
    }
}

fn asked_for_run(job: &JobWithSteps, step: &Step, now: Time) -> Vec<Sentence> {
    let far_end = match &step.action {
        Action::Trigger { target, .. } => target.provider.title(),
        _ => "The far end",
    };
    let asked = Sentence::new(format!("{far_end} did not say what it started for step {} (", step.position))
        .strong(step.title.clone())
        .then(") of ")
        .job(job.job.number)
        .then(". More than one run fits and none carries our mark. Look at them, then say which one it is.");
    let unless_answered = step.deadline().map(|deadline| {
        Sentence::new("Without an answer by ").minute(deadline, now).then(" ").remaining(deadline).then(
            " the step has failed, those that are no stranger's are told to stop, and the job cleans up.",
        )
    });
    std::iter::once(asked).chain(unless_answered).collect()
}

fn verdict(step: &Step) -> Option<&'static str> {
    match &step.action {
        Action::Approval { without_answer: Verdict::Approve, .. } => Some("approved"),
        Action::Approval { without_answer: Verdict::Refuse, .. } => Some("refused"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use domain::actor::{Actor, Channel};
    use domain::job::JobState;
    use domain::step::{Answer, GivenAnswer};

    use super::*;
    use crate::samples::{asks_for_approval, asks_which_run, at, guide_at_step};

    #[test]
    fn a_job_that_asks_nothing_has_no_question() {
        assert_eq!(QuestionView::of(&guide_at_step(3), at(60)), None);
    }

    #[test]
    fn an_approval_says_what_holds_when_nobody_answers() {
        let question = QuestionView::of(&asks_for_approval(), at(60)).unwrap();
        assert_eq!(question.words[0].to_string(), "Go on with the batch?");
        assert_eq!(
            question.words[1].to_string(),
            "Step 3 of job #128. Without an answer by 12:30 <remaining> it counts as refused."
        );
        assert_eq!(
            question.answers.iter().map(|answer| answer.says).collect::<Vec<_>>(),
            ["approve", "refuse"]
        );
    }

    #[test]
    fn which_run_is_ours_is_asked_with_every_candidate() {
        let question = QuestionView::of(&asks_which_run(), at(60)).unwrap();
        let titles: Vec<_> = question.candidates.iter().map(|(_, run)| run.title.as_str()).collect();
        assert_eq!(titles, ["CircleCI pipeline 243", "CircleCI pipeline 244"]);
        assert!(question.words[0].to_string().contains("step 1 (Create the cluster (m)) of job #128"));
        let unanswered = question.words[1].to_string();
        assert!(unanswered.starts_with("Without an answer by "), "{unanswered}");
        assert!(unanswered.ends_with("told to stop, and the job cleans up."), "{unanswered}");
    }

    #[test]
    fn what_was_answered_or_has_ended_is_not_asked_again() {
        let mut answered = asks_for_approval();
        let by = Actor::new("ana", Channel::Web);
        answered.steps[2].answer = Some(GivenAnswer { answer: Answer::Approve, by, at: at(60) });
        assert_eq!(QuestionView::of(&answered, at(60)), None);
        let mut ended = asks_for_approval();
        ended.job.state = JobState::Cancelled;
        assert_eq!(QuestionView::of(&ended, at(60)), None);
    }
}
