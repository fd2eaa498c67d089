//! Whether the owner of an account gets in again when wrong passwords were met with a limit: at once, after a while, or not
//! in the time that is watched.

use std::time::{Duration, Instant};

use super::BruteForce;
use super::attempt::Attempt;
use crate::model::{Fact, Facts, Unknown, Value};
use crate::probe::http::round::Round;

/// How often the owner knocks while nobody says how long to wait.
pub(super) const LOOKS: u32 = 4;

/// What the right password was answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// It is not known, or no limit was met.
    Unasked(&'static str),
    /// It was not taken before the wrong ones, either.
    NeverIn,
    /// It was taken this long after the last wrong one; the first look comes at once.
    In { after: Duration, locked: bool },
    /// It was not taken while that was watched.
    Out(Duration),
    /// It was not taken at once, and the stated wait is longer than is watched.
    Later(Duration),
}

impl BruteForce {
    /// Whether the right password gets in; `wrong` is the answer to a wrong one.
    pub(super) async fn owner_gets_in(
        &self,
        account: &str,
        wrong: &Attempt,
        round: &mut Round<'_>,
    ) -> Result<bool, Unknown> {
        let Some(password) = &self.right_password else { return Ok(false) };
        let (attempt, _) = self.log_in(account, password, round).await?;
        Ok(attempt.status < 400 && attempt.differs_from(wrong))
    }

    /// Knocks with the right password after a limit was met: at once, then when the stated wait is over, or a few times.
    pub(super) async fn watch_owner(
        &self,
        account: &str,
        (wrong, wait): (&Attempt, Option<Duration>),
        round: &mut Round<'_>,
    ) -> Result<Owner, Unknown> {
        let begun = Instant::now();
        if self.owner_gets_in(account, wrong, round).await? {
            return Ok(Owner::In { after: begun.elapsed(), locked: false });
        }
        let pauses = match wait {
            Some(wait) if wait > self.patience => return Ok(Owner::Later(wait)),
            Some(wait) => vec![wait + Duration::from_secs(1)],
            None => vec![self.patience / LOOKS; LOOKS as usize],
        };
        for pause in pauses {
            if !round.wait(pause).await {
                break;
            }
            if self.owner_gets_in(account, wrong, round).await? {
                return Ok(Owner::In { after: begun.elapsed(), locked: true });
            }
        }
        Ok(Owner::Out(begun.elapsed()))
    }
}

/// The facts about the owner.
pub(super) fn set(facts: &mut Facts, owner: Owner) {
    let unseen = |why: String| Fact::Unobserved(why);
    let all = |why: &str| (unseen(why.to_owned()), unseen(why.to_owned()), unseen(why.to_owned()));
    let (locked, recovers, time) = match owner {
        Owner::Unasked(why) => all(why),
        Owner::NeverIn => all("the right password was not taken before the wrong ones, either"),
        Owner::Later(wait) => {
            let why = format!("the limit is said to last {} s; watch that long with `patience`", wait.as_secs());
            (Fact::Present(Value::Bool(true)), unseen(why.clone()), unseen(why))
        }
        Owner::In { after, locked } => {
            (Fact::Present(Value::Bool(locked)), Fact::Present(Value::Bool(true)), Fact::Present(Value::seconds(after)))
        }
        Owner::Out(watched) => (
            Fact::Present(Value::Bool(true)),
            Fact::Present(Value::Bool(false)),
            unseen(format!("not within {} s", watched.as_secs())),
        ),
    };
    facts.set("locks_owner", locked);
    facts.set("recovers", recovers);
    facts.set("recovery_time", time);
}

/// In words, for the evidence.
pub(super) fn said(owner: Owner) -> String {
    match owner {
        Owner::Unasked(_) => String::new(),
        Owner::NeverIn => "; the right password is not taken, either".to_owned(),
        Owner::In { locked: false, .. } => "; the right password is taken all the same".to_owned(),
        Owner::In { after, .. } => format!("; the right password is taken again after {} s", after.as_secs()),
        Owner::Later(wait) => format!("; the right password is to be taken after {} s", wait.as_secs()),
        Owner::Out(watched) => format!("; the right password is not taken within {} s", watched.as_secs()),
    }
}
