//! What no protocol can close about channels: an event that never came, or that came for an open id. How our members stand to our channels is
//! laid beside what Kakao says when it is asked, and mended where it differs (protocol `channel-and-webhooks` 6.3).
//!
//! ```text
//! member ─ asked lately? ─ ask Kakao ─┬─ as it is stored      ─ note that it was asked
//!                                     ├─ otherwise            ─ note it, with what Kakao says
//!                                     ├─ it cannot tell       ─ note that it was asked
//!                                     ├─ key, or too many     ─ leave the round here
//!                                     └─ no answer            ─ another time
//! ```

use std::time::Duration;

use super::client::as_admin;
use super::reconcile::Repair;
use super::rounds::{Halt, Page, Rounds};
use crate::app::Services;
use crate::clock::Millis;
use crate::kakao::id::AppUserId;
use crate::kakao::login::{Channels, KapiCode, Relation as Told};
use crate::kapi::Failure;
use crate::kapi::user::{self, By};
use crate::log::Log;
use crate::store::sign_up::{Asked, ChannelTally, RELATIONS_AT_ONCE};
use crate::store::{AppUser, ChannelChange, ChannelId, ChannelUser, Relation, Store, StoreError};

/// Members of a page: after so many the place is written down. Each costs a call, so a page takes seconds.
pub const MEMBERS_A_PAGE: u8 = 25;

/// How long an answer of Kakao's is good for: "older than some days" (protocol `channel-and-webhooks` 6.3). What Kakao allows of
/// these calls is not published, and an event tells of every change by itself.
pub const ASK_EVERY: Duration = Duration::from_secs(7 * 86_400);

/// The event of a younger change may still be on its way, and with it whatever the bot does about it.
const SETTLED: Duration = Duration::from_secs(3_600);

/// How long a question may take: a `Retry-After` of thirty seconds is waited for, and the answer after it.
const PATIENCE: Duration = Duration::from_secs(31);

/// Who has less time left than a question and the table may take does not begin with a person.
const EACH: Duration = Duration::from_secs(5);

/// How long a page may take: less than the lease of the round, so that nobody else comes meanwhile.
const A_PAGE: Duration = Duration::from_secs(60);

/// So many people in a row without an answer are no matter of theirs.
const UNANSWERED: u32 = 3;

/// What stands where the delivery of an event would.
const RECONCILED: &str = "reconciled";

/// Somebody who asks Kakao how our members stand to our channels.
#[derive(Clone, Copy, Debug)]
pub struct ChannelClerk<'a> {
    /// The table, and the way to Kakao.
    pub services: &'a Services,
    /// Who works: nobody else has this name.
    pub me: &'a str,
    /// When they will be stopped.
    pub until: Millis,
}

/// What one page of members came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// What it came to.
    pub tally: ChannelTally,
    /// Where the next page begins; `None` after the last.
    pub next: Option<AppUser>,
    /// Kakao wants to be left alone, or there was no time for anybody.
    pub refused: bool,
}

/// What became of one member.
enum Seen {
    /// Kakao was asked not long ago, or the membership has ended.
    Fresh,
    /// Kakao has told, and so much of it was not known.
    Told { learned: u64, wrong: u64 },
    /// Kakao cannot tell.
    Silent,
    /// Another time.
    Open,
    /// Another time: there was no answer, which may be nobody's fault or everybody's.
    Unanswered,
    /// Kakao wants to be left alone.
    Refused,
}

impl Rounds for ChannelClerk<'_> {
    type Page = Compared;

    fn store(&self) -> &Store {
        self.services.store()
    }

    fn me(&self) -> &str {
        self.me
    }

    fn now(&self) -> Millis {
        self.services.clock.now()
    }

    fn until(&self) -> Millis {
        self.until
    }

    async fn page(&self, after: Option<&AppUser>, repair: Repair) -> Result<Compared, StoreError> {
        let stop = self.until.min(self.now().plus(A_PAGE));
        let members = self.store().members_after(after, MEMBERS_A_PAGE).await?;
        let is_last = members.len() < usize::from(MEMBERS_A_PAGE);
        let mut page = Compared { next: after.cloned(), ..Compared::default() };
        let mut unanswered = 0;
        for app in members {
            if self.now().plus(EACH) >= stop {
                page.refused = page.tally.checked == 0;
                return Ok(page.told(repair));
            }
            let seen = self.one(&app, stop, repair).await.unwrap_or_else(|error| {
                Log::warn("reconcile.store").kind(error.kind()).write();
                Seen::Open
            });
            unanswered = if matches!(seen, Seen::Unanswered) { unanswered + 1 } else { 0 };
            if !matches!(seen, Seen::Refused) {
                page.count(&seen);
                page.next = Some(app);
            }
            if matches!(seen, Seen::Refused) || unanswered == UNANSWERED {
                page.refused = true;
                return Ok(page.told(repair));
            }
        }
        if is_last {
            page.next = None;
        }
        Ok(page.told(repair))
    }
}

impl ChannelClerk<'_> {
    async fn one(&self, app: &AppUser, stop: Millis, repair: Repair) -> Result<Seen, StoreError> {
        let store = self.store();
        let Some(asked) = store.asked(app).await? else { return Ok(Seen::Fresh) };
        if !self.is_due(app, asked.at).await? {
            return Ok(Seen::Fresh);
        }
        let channels = match self.ask(app, stop).await {
            Ok(channels) => channels,
            Err(failure) => return self.without_answer(app, &asked, &failure, repair).await,
        };
        // Read after Kakao was asked: an event that came meanwhile is there already, and the newer one.
        let stored = store.channels_of(app).await?;
        let differences: Vec<Difference> =
            self.told(app, &channels).filter_map(|told| difference(&stored, told)).take(RELATIONS_AT_ONCE).collect();
        if differences.iter().any(|one| self.now().since(one.told.at) < SETTLED) {
            return Ok(Seen::Open);
        }
        let mended = if repair == Repair::Look {
            vec![true; differences.len()]
        } else {
            let told: Vec<ChannelChange> = differences.iter().map(|one| one.told.clone()).collect();
            store.keep_asked(app, &asked.mg, &told, self.now()).await?.unwrap_or_default()
        };
        let count = |known: bool| {
            differences.iter().zip(&mended).filter(|(one, mended)| **mended && one.known == known).count() as u64
        };
        Ok(Seen::Told { learned: count(false), wrong: count(true) })
    }

    /// Kakao was asked long ago, or an open id that may be theirs has told of something since.
    async fn is_due(&self, app: &AppUser, asked: Option<Millis>) -> Result<bool, StoreError> {
        let Some(asked) = asked else { return Ok(true) };
        if self.now().since(asked) >= ASK_EVERY {
            return Ok(true);
        }
        Ok(self.store().open_id_told(app).await?.is_some_and(|told| told > asked))
    }

    async fn ask(&self, app: &AppUser, stop: Millis) -> Result<Channels, Failure> {
        let (services, target) = (self.services, &AppUserId::new(app.as_str()));
        let question = |key| async move {
            let left = stop.since(services.clock.now()).min(PATIENCE);
            user::channels(services.outbound(), &services.env, By::Admin { key: &key, target }, left).await
        };
        as_admin(services, question).await
    }

    async fn without_answer(
        &self,
        app: &AppUser,
        asked: &Asked,
        failure: &Failure,
        repair: Repair,
    ) -> Result<Seen, StoreError> {
        match failure {
            // The other round sees to whoever has left. With the key of another app everybody has, and none of it may be noted.
            Failure::NotLinked => return Ok(Seen::Silent),
            Failure::Consent(_) | Failure::Refused(KapiCode::NoKakaoTalk) => {
                if repair != Repair::Look {
                    self.store().keep_asked(app, &asked.mg, &[], self.now()).await?;
                }
                return Ok(Seen::Silent);
            }
            _ => Log::warn("reconcile.kakao").outcome("no-answer").kind(failure.word()).write(),
        }
        Ok(match failure {
            Failure::Key | Failure::TooMany { .. } => Seen::Refused,
            failure if failure.is_passing() => Seen::Unanswered,
            _ => Seen::Open,
        })
    }

    /// What Kakao says about our channels, as far as it says anything: without a time there is nothing to compare.
    fn told<'a>(&'a self, app: &'a AppUser, channels: &'a Channels) -> impl Iterator<Item = ChannelChange> + 'a {
        channels.channels().into_iter().flatten().filter_map(move |told| {
            let channel = ChannelId::parse(told.public_id()?)?;
            let blocked = match told.relation()? {
                Told::Added => false,
                Told::Blocked => true,
                _ => return None,
            };
            let at = told.updated_at()?;
            self.services.env.callbacks.is_ours(channel.as_str()).then(|| ChannelChange {
                who: ChannelUser::App(app.clone()),
                channel,
                blocked,
                at,
                delivery: RECONCILED.to_owned(),
            })
        })
    }
}

/// What is stored otherwise, or not at all.
struct Difference {
    told: ChannelChange,
    /// Something was stored.
    known: bool,
}

/// `None` if it is stored as it was told, or something newer is. Kakao counts in seconds.
fn difference(stored: &[Relation], told: ChannelChange) -> Option<Difference> {
    let Some(stored) = stored.iter().find(|stored| stored.channel == told.channel) else {
        return Some(Difference { told, known: false });
    };
    let is_older = stored.at.secs() < told.at.secs();
    let is_other = stored.at.secs() == told.at.secs() && stored.blocked != told.blocked;
    (is_older || is_other).then_some(Difference { told, known: true })
}

impl Compared {
    fn count(&mut self, seen: &Seen) {
        let tally = &mut self.tally;
        tally.checked += 1;
        tally.asked += u64::from(!matches!(seen, Seen::Fresh));
        match seen {
            Seen::Told { learned, wrong } => {
                tally.learned += learned;
                tally.wrong += wrong;
            }
            Seen::Silent => tally.silent += 1,
            Seen::Open | Seen::Unanswered => tally.open += 1,
            Seen::Fresh | Seen::Refused => {}
        }
    }

    /// One line if events were lost: somebody should know.
    fn told(self, repair: Repair) -> Self {
        if repair != Repair::Look && self.tally.wrong > 0 {
            Log::error("reconcile.relations").count(self.tally.wrong).write();
        }
        self
    }
}

impl Page for Compared {
    type Tally = ChannelTally;

    fn next(&self) -> Option<&AppUser> {
        self.next.as_ref()
    }

    fn halt(&self) -> Option<Halt> {
        self.refused.then_some(Halt::Refused)
    }

    fn add_to(&self, tally: &mut ChannelTally) {
        tally.pages += 1;
        tally.checked += self.tally.checked;
        tally.asked += self.tally.asked;
        tally.learned += self.tally.learned;
        tally.wrong += self.tally.wrong;
        tally.silent += self.tally.silent;
        tally.open += self.tally.open;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_older_or_otherwise_on_the_same_second_is_a_difference() {
        let channel = || ChannelId::parse("_AbCdE").expect("an id");
        let told = |blocked, ms| ChannelChange {
            who: ChannelUser::App(AppUser::new(7)),
            channel: channel(),
            blocked,
            at: Millis(ms),
            delivery: String::new(),
        };
        let stored = [Relation { channel: channel(), blocked: false, at: Millis(5_400) }];
        let differs = |blocked, ms| difference(&stored, told(blocked, ms)).is_some_and(|one| one.known);
        assert!(!differs(false, 5_400) && !differs(false, 5_000), "Kakao's answer has no fraction");
        assert!(differs(true, 5_400) && differs(true, 6_000) && differs(false, 6_000));
        assert!(!differs(true, 4_000) && !differs(false, 4_000), "the newer one counts");
        assert!(difference(&[], told(true, 1)).is_some_and(|one| !one.known));
    }
}
