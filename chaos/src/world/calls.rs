//! The network between the service and the CI: calls that do not arrive, answers that do not come back.

use chrono::TimeDelta;
use domain::run::ProviderKind;

use crate::stage::Stage;

/// After so long the client does not wait any more.
pub const TIMEOUT: TimeDelta = TimeDelta::seconds(15);

/// Why a question brought nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    Later,
    Unauthorized,
    NotFound,
}

/// What becomes of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Fine,
    /// No connection comes about.
    NoConnection,
    /// It never arrives, and nobody says so.
    Lost,
    /// 429.
    Busy,
    /// 401 or 403.
    Unauthorized,
    /// Refused for good.
    Rejected,
    /// 500, and nothing was done.
    BrokenBefore,
    /// 500, and all was done.
    BrokenAfter,
    /// All was done, and the answer never comes.
    AnswerLost,
    /// All was done, then the connection is reset.
    Reset,
}

impl Stage {
    /// What becomes of a call to a CI that leaves now.
    pub(super) fn fate_of_call(&self, provider: ProviderKind) -> Fate {
        let weather = &self.scenario.weather;
        if weather.ci_refuses.iter().any(|(which, span)| *which == provider && span.holds(self.clock.now())) {
            return Fate::Unauthorized;
        }
        if !self.chance(weather.call_goes_wrong) {
            return Fate::Fine;
        }
        self.dice.pick([
            Fate::NoConnection,
            Fate::Lost,
            Fate::Busy,
            Fate::BrokenBefore,
            Fate::BrokenAfter,
            Fate::AnswerLost,
            Fate::Reset,
            if self.chance(10) { Fate::Rejected } else { Fate::Busy },
        ])
    }

    /// How long a call, or its answer, is on its way.
    pub fn travel(&self) -> TimeDelta {
        let is_slow = self.chance(self.scenario.weather.call_is_slow);
        let range = if is_slow { 3_000..=12_000 } else { 20..=300 };
        TimeDelta::milliseconds(self.dice.among(range))
    }

    /// A question to a CI, which changes nothing. Its answer is true at some moment before it arrives.
    pub async fn ask<T>(
        &self,
        provider: ProviderKind,
        answer: impl FnOnce(&Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let (there, back) = (self.travel(), self.travel());
        let fate = self.fate_of_call(provider);
        if fate == Fate::Lost || fate == Fate::AnswerLost || there + back > TIMEOUT {
            self.clock.sleep(TIMEOUT).await;
            return Err(Failure::Later);
        }
        self.clock.sleep(there).await;
        let answer = match fate {
            Fate::Fine => answer(self),
            Fate::Unauthorized => Err(Failure::Unauthorized),
            _ => Err(Failure::Later),
        };
        self.clock.sleep(back).await;
        answer
    }
}
