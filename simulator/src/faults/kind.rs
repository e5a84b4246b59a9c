//! What can go wrong, and where it can.

use crate::named::named_enum;
use crate::service::Endpoint;
use crate::stack::{Direction, Stack};

named_enum! {
    pub enum FaultKind {
        /// The run that this trigger starts ends failed.
        FailJob = "fail_job",
        /// Accepted, but no workflow ever appears; Travis rejects the request; a batch job waits for ever.
        NeverStarts = "never_starts",
        /// The run that this trigger starts goes on until it is cancelled.
        RunHangs = "run_hangs",
        /// The run shows a status that nobody has seen before, for its next three reads.
        UnknownStatus = "unknown_status",
        /// A cancel is accepted and changes nothing: on a trigger each one of the run that it starts, on a cancel this one.
        CancelIgnored = "cancel_ignored",
        /// A cancelled run stops only `seconds` (60) later: on a trigger the run that it starts, on a cancel the run that it
        /// is about.
        CancelSlow = "cancel_slow",
        /// Lists do not show the run that this trigger starts before `seconds` (20) have passed; asked for by its id, it
        /// is there.
        ListsLate = "lists_late",
        /// From the next read on nothing shows the run, though it goes on: it is not found by its id, and not listed.
        Vanishes = "vanishes",
        /// The trigger is carried out twice and answered once, with the first of the two runs.
        Twin = "twin",
        /// A destroy of either stack succeeds and leaves the load balancer and the volume behind.
        Leftovers = "leftovers",
        /// After the destroy of the cluster has succeeded, the cloud shows everything for `seconds` more, or for three
        /// minutes of simulated time.
        SlowDelete = "slow_delete",
        /// The destroy of the cluster succeeds and has touched nothing.
        DestroysNothing = "destroys_nothing",
        /// The webhook about the end of a workflow is never sent.
        HookLost = "hook_lost",
        /// The webhook is sent ten times.
        HookTenTimes = "hook_ten_times",
        /// The webhook is sent `seconds` (20) later, so that others go before it.
        HookLate = "hook_late",
        /// The webhook is signed with a secret of somebody else.
        HookForged = "hook_forged",
        /// The webhook says that what it tells happens a day from now.
        HookFromTomorrow = "hook_from_tomorrow",
        /// Before this trigger is answered, a webhook says that its run has ended.
        HookEarly = "hook_early",
        /// The certificate that is shown is of another name.
        MisnamedCertificate = "misnamed_certificate",
        /// The certificate that is shown has expired.
        ExpiredCertificate = "expired_certificate",
        /// Refused with 500.
        Status500 = "status_500",
        /// Refused with 429 and `Retry-After`: `seconds`, or 1.
        RateLimited = "rate_limited",
        /// Refused with a 429 that does not say when to come back.
        RateLimitedWithoutHint = "rate_limited_without_hint",
        /// Refused as if the credentials were wrong.
        Unauthorized = "unauthorized",
        /// Refused with 403, as if the token had no right to it.
        Forbidden = "forbidden",
        /// Refused with 404, as if there were no such thing, or the token might not see it.
        NotFound = "not_found",
        /// Sent on to an address inside a data centre that gives away credentials; nothing is made effective.
        Redirect = "redirect",
        /// Never answered; nothing is made effective.
        Hang = "hang",
        /// An HTML error page of a gateway, with 502; nothing is made effective.
        Html = "html",
        /// Made effective, then never answered.
        HangAfterAccepting = "hang_after_accepting",
        /// Made effective, then the connection is reset instead of answered.
        DropAnswer = "drop_answer",
        /// Made effective, then answered with 500.
        ErrorAfterAccepting = "error_after_accepting",
        /// Made effective, then answered with 50 MB of JSON.
        HugeBody = "huge_body",
        /// Made effective, then answered with JSON that has no end.
        EndlessBody = "endless_body",
        /// Made effective, then answered with one byte a second.
        SlowBody = "slow_body",
        /// Made effective, then answered with little that unpacks to more than 50 MB of JSON.
        GzipBomb = "gzip_bomb",
        /// Made effective, then answered with the first half of the JSON.
        TruncatedJson = "truncated_json",
    }
}

/// What of an exchange, or of its run, a fault is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Nothing takes effect.
    Refusal,
    Answer,
    Course,
    Status,
    Cancel,
    Sight,
    Number,
    Destroy,
    Hook,
    Handshake,
}

impl FaultKind {
    pub(super) fn suits(self, endpoint: Endpoint) -> bool {
        match self {
            FaultKind::FailJob | FaultKind::NeverStarts | FaultKind::RunHangs => endpoint.starts_a_run(),
            FaultKind::Twin => endpoint.starts_a_run() && endpoint.is_called(),
            FaultKind::UnknownStatus => endpoint.starts_a_run() || endpoint.shows_a_run(),
            FaultKind::ListsLate => endpoint.starts_a_listed_run(),
            FaultKind::CancelIgnored | FaultKind::CancelSlow => {
                endpoint.starts_a_listed_run() || endpoint.cancels_a_run()
            }
            FaultKind::Vanishes => {
                (endpoint.starts_a_listed_run() && endpoint.is_called()) || endpoint.names_a_run()
            }
            FaultKind::Leftovers | FaultKind::SlowDelete | FaultKind::DestroysNothing => {
                matches!(endpoint, Endpoint::CircleciTrigger | Endpoint::CircleciScheduledRun)
            }
            FaultKind::HookLost
            | FaultKind::HookTenTimes
            | FaultKind::HookLate
            | FaultKind::HookForged
            | FaultKind::HookFromTomorrow => endpoint == Endpoint::CircleciHook,
            FaultKind::HookEarly => endpoint == Endpoint::CircleciTrigger,
            FaultKind::MisnamedCertificate | FaultKind::ExpiredCertificate => {
                endpoint == Endpoint::TlsHandshake
            }
            _ => endpoint.is_called(),
        }
    }

    /// What a fault of this kind changes.
    pub(super) fn changes(self) -> &'static str {
        match self {
            FaultKind::ListsLate | FaultKind::Vanishes => "a run that can be listed",
            FaultKind::CancelIgnored | FaultKind::CancelSlow => "a run that can be cancelled",
            FaultKind::Leftovers | FaultKind::SlowDelete | FaultKind::DestroysNothing => "a destroy",
            FaultKind::HookLost
            | FaultKind::HookTenTimes
            | FaultKind::HookLate
            | FaultKind::HookForged
            | FaultKind::HookFromTomorrow
            | FaultKind::HookEarly => "a webhook",
            FaultKind::MisnamedCertificate | FaultKind::ExpiredCertificate => "a handshake of TLS",
            _ if self.is_of_the_answer() => "an answer",
            _ => "a run",
        }
    }

    /// Whether a call that concerns this branch counts. What changes a destroy waits for one.
    pub(super) fn concerns(self, branch: Option<&str>) -> bool {
        let stack = branch.and_then(Stack::changed_by);
        match self {
            FaultKind::Leftovers => {
                matches!(
                    stack,
                    Some(Stack::Cluster(Direction::Destroy) | Stack::Workloads(Direction::Destroy))
                )
            }
            FaultKind::SlowDelete | FaultKind::DestroysNothing => {
                stack == Some(Stack::Cluster(Direction::Destroy))
            }
            _ => true,
        }
    }

    pub(super) fn takes_seconds(self) -> bool {
        matches!(
            self,
            FaultKind::ListsLate
                | FaultKind::SlowDelete
                | FaultKind::RateLimited
                | FaultKind::CancelSlow
                | FaultKind::HookLate
        )
    }

    /// Whether it is about what the service sends by itself.
    pub fn is_of_a_webhook(self) -> bool {
        self.part() == Part::Hook
    }

    /// Whether it strikes before anything is asked for.
    pub(crate) fn is_of_a_handshake(self) -> bool {
        self.part() == Part::Handshake
    }

    /// Whether both can strike one call: what a run does goes with how its call is answered, unless the call is refused.
    pub(super) fn goes_with(self, other: FaultKind) -> bool {
        let has_effect = |part| !matches!(part, Part::Refusal);
        self.part() != other.part() && has_effect(self.part()) && has_effect(other.part())
    }

    /// Whether it is about how the call is answered.
    pub(crate) fn is_of_the_answer(self) -> bool {
        matches!(self.part(), Part::Refusal | Part::Answer)
    }

    fn part(self) -> Part {
        match self {
            FaultKind::FailJob | FaultKind::NeverStarts | FaultKind::RunHangs => Part::Course,
            FaultKind::UnknownStatus => Part::Status,
            FaultKind::CancelIgnored | FaultKind::CancelSlow => Part::Cancel,
            FaultKind::ListsLate | FaultKind::Vanishes => Part::Sight,
            FaultKind::Twin => Part::Number,
            FaultKind::HookLost
            | FaultKind::HookTenTimes
            | FaultKind::HookLate
            | FaultKind::HookForged
            | FaultKind::HookFromTomorrow
            | FaultKind::HookEarly => Part::Hook,
            FaultKind::Leftovers | FaultKind::SlowDelete | FaultKind::DestroysNothing => Part::Destroy,
            FaultKind::MisnamedCertificate | FaultKind::ExpiredCertificate => Part::Handshake,
            FaultKind::Status500
            | FaultKind::RateLimited
            | FaultKind::RateLimitedWithoutHint
            | FaultKind::Unauthorized
            | FaultKind::Forbidden
            | FaultKind::NotFound
            | FaultKind::Redirect
            | FaultKind::Hang
            | FaultKind::Html => Part::Refusal,
            FaultKind::HangAfterAccepting
            | FaultKind::DropAnswer
            | FaultKind::ErrorAfterAccepting
            | FaultKind::HugeBody
            | FaultKind::EndlessBody
            | FaultKind::SlowBody
            | FaultKind::GzipBomb
            | FaultKind::TruncatedJson => Part::Answer,
        }
    }
}
