//! The targets of the forms. Each one takes what a plain form sends, as text, and sends the browser on to a page:
//! to the job or the cluster that it was about, or back to the form with a code that says why not.

mod act;
mod debt;
mod ending;
mod schedule;
mod share;
mod start;

pub use act::*;
pub use debt::*;
pub use ending::*;
pub use schedule::*;
pub use share::*;
pub use start::*;

#[cfg(test)]
mod tests {
    use leptos::prelude::*;
    use server_fn::ServerFn;

    use super::*;
    use crate::error::AppError;
    use crate::schedule_form::ScheduleForm;

    #[test]
    fn the_addresses_are_fixed() {
        let addresses = [
            StartCluster::url(),
            ResizeCluster::url(),
            DeployService::url(),
            DestroyCluster::url(),
            StartRoutine::url(),
            CancelJob::url(),
            LeaveClusterUp::url(),
            AnswerQuestion::url(),
            ResumeJob::url(),
            CloseObligation::url(),
            AcceptLeftover::url(),
            AdoptCluster::url(),
            SaveSchedule::url(),
            PauseSchedule::url(),
            ResumeSchedule::url(),
            RunSchedule::url(),
            DeleteSchedule::url(),
            AddFreeze::url(),
            RemoveFreeze::url(),
            ExtendCluster::url(),
            UndoExtension::url(),
        ];
        let expected = [
            "start-cluster",
            "resize-cluster",
            "deploy-service",
            "destroy-cluster",
            "start-routine",
            "cancel-job",
            "leave-cluster-up",
            "answer-question",
            "resume-job",
            "close-obligation",
            "accept-leftover",
            "adopt-cluster",
            "save-schedule",
            "pause-schedule",
            "resume-schedule",
            "run-schedule",
            "delete-schedule",
            "add-freeze",
            "remove-freeze",
            "extend-cluster",
            "undo-extension",
        ];
        assert_eq!(addresses.map(str::to_owned), expected.map(|name| format!("/actions/{name}")));
    }

    #[tokio::test]
    async fn nobody_may_act_without_signing_in() {
        let owner = Owner::new();
        owner.set();
        assert_eq!(start_cluster(None, None, None, None, None, None).await, Err(AppError::SignedOut));
        assert_eq!(resize_cluster(None, None, None, None, None, None).await, Err(AppError::SignedOut));
        assert_eq!(deploy_service(None, None, None, None).await, Err(AppError::SignedOut));
        assert_eq!(destroy_cluster(None, None, None, None).await, Err(AppError::SignedOut));
        assert_eq!(start_routine(None, None, None, None, None, None, None).await, Err(AppError::SignedOut));
        assert_eq!(cancel_job(None, None).await, Err(AppError::SignedOut));
        assert_eq!(leave_cluster_up(None, None, None, None).await, Err(AppError::SignedOut));
        assert_eq!(answer_question(None, None, None, None).await, Err(AppError::SignedOut));
        assert_eq!(resume_job(None, None, None).await, Err(AppError::SignedOut));
        assert_eq!(close_obligation(None, None, None).await, Err(AppError::SignedOut));
        assert_eq!(accept_leftover(None, None, None, None).await, Err(AppError::SignedOut));
        assert_eq!(adopt_cluster(None, None, None).await, Err(AppError::SignedOut));
        assert_eq!(save_schedule(None, None, ScheduleForm::default()).await, Err(AppError::SignedOut));
        assert_eq!(pause_schedule(None).await, Err(AppError::SignedOut));
        assert_eq!(resume_schedule(None).await, Err(AppError::SignedOut));
        assert_eq!(run_schedule(None, None).await, Err(AppError::SignedOut));
        assert_eq!(delete_schedule(None).await, Err(AppError::SignedOut));
        assert_eq!(add_freeze(None, None, None, None, None, None, None).await, Err(AppError::SignedOut));
        assert_eq!(remove_freeze(None).await, Err(AppError::SignedOut));
        assert_eq!(extend_cluster(None, None, None, None, None).await, Err(AppError::SignedOut));
        assert_eq!(undo_extension(None, None).await, Err(AppError::SignedOut));
    }
}
