//! The other names of a member. A skill call is the only message that says three of them at once: of the app, of a bot and of its
//! channel (protocol `sync` 1.7). They are joined when a process first sees them together; a steady state costs it nothing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Millis;
use crate::kakao::id::PlusfriendUserKey;
use crate::kakao::skill::SkillRequest;
use crate::log::Log;
use crate::store::sign_up::{Alias, Joined, Member};
use crate::store::{AppUser, Identity, Person, Store, StoreError, hash};

/// How long a process believes that it has looked after somebody's names.
const BELIEVED: Duration = Duration::from_secs(600);

/// How many people a process remembers so.
const SEEN_MAX: usize = 4_096;

/// The names in one authenticated message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// As the app knows them.
    pub app: AppUser,
    /// As the bot and as the channel know them.
    pub others: [Option<Identity>; 2],
}

impl Names {
    /// The names in a skill call, which must be authenticated. `None` if it does not say who it is for the app, or if the admin centre
    /// made the person up.
    pub fn of(request: &SkillRequest, person: Option<&Person>) -> Option<Self> {
        let app = AppUser::parse(request.app_user_id()?).filter(|_| !request.is_test())?;
        Some(Self { app, others: Self::others(request, person) })
    }

    /// The names besides the app's, whoever's they are.
    pub fn others(request: &SkillRequest, person: Option<&Person>) -> [Option<Identity>; 2] {
        let channel = request.plusfriend_user_key().map(PlusfriendUserKey::new);
        [person.map(Identity::bot), channel.and_then(|key| Identity::channel(&key))]
    }

    fn hash(&self) -> String {
        let text = |name: &Option<Identity>| name.as_ref().map(ToString::to_string).unwrap_or_default();
        let [bot, channel] = &self.others;
        hash(&[self.app.as_str(), &text(bot), &text(channel)])
    }

    /// Finds the member, and joins the names to them where they are not joined yet. A name that cannot be joined just now costs nobody
    /// the membership; repeats find less to do. `turn` is for the log.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read.
    pub async fn join(&self, store: &Store, now: Millis, turn: &str) -> Result<Known, StoreError> {
        let [bot, channel] = &self.others;
        let (member, bots, channels) =
            tokio::try_join!(store.member(&self.app), whose(store, bot), whose(store, channel))?;
        let Some(member) = member else { return Ok(Known { member: None, settled: true }) };
        let mut settled = true;
        for (name, alias) in [(bot, bots), (channel, channels)] {
            let Some(name) = name else { continue };
            let joined = match alias {
                Some(Alias { app, mg }) if app == self.app && mg == member.mg => Ok(Joined::Theirs),
                Some(Alias { app, .. }) if app != self.app => Ok(Joined::Conflict),
                _ => store.join(&self.app, &member.mg, name, now).await,
            };
            match joined {
                Ok(Joined::Theirs) => {}
                Ok(Joined::Conflict) => Log::warn("identity.conflict").request(turn).kind(name.kind()).write(),
                Ok(Joined::NoMember) => return Ok(Known { member: None, settled: true }), // they have just left
                Err(error) => {
                    Log::warn("identity.not-joined").request(turn).kind(error.kind()).write();
                    settled = false;
                }
            }
        }
        Ok(Known { member: Some(member), settled })
    }
}

/// What is known once the names were looked after.
#[derive(Clone, Debug)]
pub struct Known {
    /// The member, if there is one.
    pub member: Option<Member>,
    /// Whether nothing is left to be done.
    pub settled: bool,
}

async fn whose(store: &Store, name: &Option<Identity>) -> Result<Option<Alias>, StoreError> {
    match name {
        Some(name) => store.alias(name).await,
        None => Ok(None),
    }
}

/// Whose names this process has looked after lately: digests, and until when that is believed.
#[derive(Debug, Default)]
pub struct Seen(Mutex<HashMap<String, Millis>>);

impl Seen {
    /// Whether there is nothing to be done for these names.
    pub fn has(&self, names: &Names, now: Millis) -> bool {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(&names.hash()).is_some_and(|until| now < *until)
    }

    /// These names were looked after.
    pub fn note(&self, names: &Names, now: Millis) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= SEEN_MAX {
            seen.retain(|_, until| now < *until);
        }
        if seen.len() >= SEEN_MAX {
            seen.clear(); // looking again does no harm
        }
        seen.insert(names.hash(), now.plus(BELIEVED));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(app: u64) -> Names {
        Names { app: AppUser::new(app), others: [None, None] }
    }

    #[test]
    fn names_are_believed_for_ten_minutes() {
        let (seen, now) = (Seen::default(), Millis(1_760_000_000_000));
        assert!(!seen.has(&names(1), now));
        seen.note(&names(1), now);
        assert!(seen.has(&names(1), now.plus(BELIEVED).minus(Duration::from_millis(1))) && !seen.has(&names(2), now));
        assert!(!seen.has(&names(1), now.plus(BELIEVED)));
    }

    #[test]
    fn a_process_does_not_remember_everybody() {
        let (seen, now) = (Seen::default(), Millis(1_760_000_000_000));
        for app in 0..10_000 {
            seen.note(&names(app), now);
            assert!(seen.0.lock().unwrap().len() <= SEEN_MAX);
        }
        assert!(seen.has(&names(9_999), now) && !format!("{seen:?}").contains("9999\""));
    }
}
