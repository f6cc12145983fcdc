//! `JOB#UNLINK`: Kakao says that somebody has left. Stored first and believed later: the message carries no time, so an old one
//! that comes again looks like a new one.

use std::time::Duration;

use super::member::{self, Member};
use super::rules::LinkState;
use super::{AppUser, SagaId, backoff, change, known, link};
use crate::clock::Millis;
use crate::kakao::webhook::Referrer;
use crate::store::item::{Attributes, head, undecodable};
use crate::store::keys::{self, FORMER, Key, UNLINK_JOB};
use crate::store::write::{Write, Written};
use crate::store::{Entry, Item, MAX_TRIES, Store, StoreError, hash};

/// The stream starts a job within about a second; the sweep takes what is still there after this.
const STREAM_MISSED: Duration = Duration::from_secs(5);

/// Longest reason that is kept, in bytes: it comes from outside.
const REASON_MAX: usize = 64;

/// A job, and what was true when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnlinkJob {
    /// Who stored it first: two jobs of one person, one after the other, are not the same job.
    pub first: String,
    /// How many messages there were. If another came meanwhile, the job is not done.
    pub seq: u64,
    /// How often it was put off.
    pub tries: u64,
    /// When the first message came.
    pub since: Millis,
    /// The fence of the link.
    pub rev: u64,
    /// The membership that would be erased.
    pub mg: Option<SagaId>,
    /// The former membership, if the service keeps one.
    pub former: Option<SagaId>,
    /// Nothing may be kept, whatever the service's policy: one of the messages said so.
    pub must: bool,
}

/// What became of a job that cannot be carried out as the table stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutOff {
    /// It waits for its next try.
    Later,
    /// It was tried too often: no more automatic work until another message comes.
    Parked,
}

/// What erasing came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erase {
    /// The membership is gone, and the job with it.
    Done,
    /// Something has changed since the job was read: read it again, ask Kakao again.
    Again,
    /// Somebody is undoing the link just now: later.
    Busy,
}

impl Store {
    /// Step i: Stores that Kakao said so. Any number of messages are one job.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; then the message must not be answered with a success.
    pub async fn store_unlink(&self, app: &AppUser, me: &str, now: Millis) -> Result<(), StoreError> {
        self.write(store(app, me, now)).await.map(|_| ())
    }

    /// The same, with the reason that Kakao gave last.
    ///
    /// # Errors
    /// As [`Store::store_unlink`].
    pub async fn store_unlink_notice(
        &self,
        app: &AppUser,
        me: &str,
        why: &Referrer,
        now: Millis,
    ) -> Result<(), StoreError> {
        self.write(store_notice(app, me, why, now)).await.map(|_| ())
    }

    /// The same, because the person asked to be forgotten: nothing of theirs may be kept.
    ///
    /// # Errors
    /// As [`Store::store_unlink`].
    pub async fn store_erasure(&self, app: &AppUser, me: &str, now: Millis) -> Result<(), StoreError> {
        self.write(must(store(app, me, now))).await.map(|_| ())
    }

    /// Step ii: Reads the job and, after it, the fence and what it guards. `None` if there is nothing to do.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read.
    pub async fn unlink_job(&self, app: &AppUser) -> Result<Option<UnlinkJob>, StoreError> {
        let Some(job) = self.get(&Key::app_user(app, UNLINK_JOB)).await? else { return Ok(None) };
        // The fence before the membership: what is erased then is what was read, or nothing.
        let rev = self.link(app).await?.rev;
        let mg = self.generation(app, "MEMBER").await?;
        let former = self.generation(app, FORMER).await?;
        let must = job.maybe_number("must").is_some();
        let number = |name| job.maybe_number(name).unwrap_or_default();
        let first = job.text("first")?.to_owned();
        let seq = job.maybe_number("seq").ok_or_else(|| undecodable(&job))?;
        let since = Millis(number("ca"));
        Ok(Some(UnlinkJob { first, seq, tries: number("tries"), since, rev, mg, former, must }))
    }

    /// Which membership an item of the person's is.
    async fn generation(&self, app: &AppUser, sk: &str) -> Result<Option<SagaId>, StoreError> {
        let item = self.get(&Key::app_user(app, sk)).await?;
        item.map(|item| item.text("mg").map(SagaId::from_text)).transpose()
    }

    /// Step iii: Drops a job that turned out to be about nothing: the person is linked.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn drop_unlink_job(&self, app: &AppUser, seen: &UnlinkJob) -> Result<(), StoreError> {
        self.write(drop(app, seen)).await.map(|_| ())
    }

    /// Step iv: Erases the membership, frees the link, ends the job and queues `erasures` of what memberships leave behind: all
    /// or none, and only if nothing has changed since the job was read.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn erase_membership(
        &self,
        app: &AppUser,
        seen: &UnlinkJob,
        erasures: &[Entry],
        now: Millis,
    ) -> Result<Erase, StoreError> {
        let gone = seen.mg.iter().map(|mg| gone(app, mg)).collect();
        let token = token("erase", app, seen, now);
        self.end_membership(app, seen, (&token, gone), erasures, now).await
    }

    /// Step iv for a service that keeps its former members: the membership ends all the same, and what it was stays beside it until it
    /// is erased.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be used.
    pub async fn retire_membership(&self, app: &AppUser, seen: &UnlinkJob, now: Millis) -> Result<Erase, StoreError> {
        let member = self.get(&Key::app_user(app, "MEMBER")).await?;
        let text = |name| member.as_ref().and_then(|member| member.maybe_text(name)).unwrap_or_default();
        if member.is_some() != seen.mg.is_some() || text("mg") != seen.mg.as_ref().map_or("", SagaId::as_str) {
            return Ok(Erase::Again);
        }
        // What is copied names the transaction, too: one moment may see two of them.
        let token = hash(&[&token("retire", app, seen, now), text("consents"), text("profile")]);
        let retire = member.as_ref().map(|member| member::retire(app, member, now)).transpose()?;
        self.end_membership(app, seen, (&token, retire.into_iter().flatten().collect()), &[], now).await
    }

    /// The former membership of somebody who ended their link, if the service keeps it. One strong read.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read.
    pub async fn former_member(&self, app: &AppUser) -> Result<Option<Member>, StoreError> {
        self.get(&Key::app_user(app, FORMER)).await?.as_ref().map(member::read).transpose()
    }

    async fn end_membership(
        &self,
        app: &AppUser,
        seen: &UnlinkJob,
        (token, ends): (&str, Vec<Write>),
        erasures: &[Entry],
        now: Millis,
    ) -> Result<Erase, StoreError> {
        let core = [drop(app, seen), fence(app, seen.rev, now)].into_iter().chain(ends).collect();
        let erasures = erasures.iter().map(|entry| vec![entry.put(now)]).collect();
        let refused = self.write_with(token, core, erasures).await?.core;
        Ok(match refused.as_slice() {
            [] => Erase::Done,
            [Some(job), ..] if job.is_empty() => Erase::Done, // this very call, or somebody else; it is done
            [_, Some(link), ..] => refused_by(link, now)?,
            _ => Erase::Again,
        })
    }

    /// Erases the membership `mg` without a message of Kakao's, because it was erased before and has come back from a backup: with the
    /// fence `rev`, as it was read before the membership.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn erase_restored(
        &self,
        app: &AppUser,
        mg: &SagaId,
        rev: u64,
        erasure: &Entry,
        now: Millis,
    ) -> Result<Erase, StoreError> {
        let token = hash(&["end", app.as_str(), mg.as_str(), &rev.to_string(), &now.0.to_string()]);
        let core = vec![fence(app, rev, now), gone(app, mg)];
        let refused = self.write_with(&token, core, vec![vec![erasure.put(now)]]).await?.core;
        Ok(match refused.as_slice() {
            [] => Erase::Done,
            [Some(link), ..] => refused_by(link, now)?,
            _ => Erase::Again,
        })
    }

    /// Puts a job off that could not be finished: half a minute, then twice as long each time, at most an hour.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; it is then due at once.
    pub async fn postpone_unlink_job(&self, app: &AppUser, seen: &UnlinkJob, now: Millis) -> Result<(), StoreError> {
        // Condition: no other message has come: that one is due by itself.
        let (shard, due) = keys::due(app.as_str(), now.plus(backoff(seen.tries)));
        let postpone = job(app, "tries = :tries, DPK = :shard, DSK = :due", known!("seq = :seq"), now)
            .number(":tries", seen.tries.saturating_add(1))
            .number(":seq", seen.seq)
            .text(":shard", shard)
            .text(":due", due);
        self.write(postpone).await.map(|_| ())
    }

    /// Puts a job off of which something cannot be decoded, as [`Store::postpone_unlink_job`] does; after [`MAX_TRIES`] it is parked. A
    /// parked job stays: whom it is about has left. The next message about them opens it again.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be used; the job is then due as before.
    pub async fn put_off_unlink_job(&self, app: &AppUser, now: Millis) -> Result<PutOff, StoreError> {
        let job_as_it_is = self.get(&Key::app_user(app, UNLINK_JOB)).await?.unwrap_or_default();
        let tries = job_as_it_is.maybe_number("tries").unwrap_or_default().saturating_add(1);
        // Condition: it is due. The stream tells of putting it off, too, and that is no try; nor is a repeat.
        let due_by_now = known!("DSK < :soon");
        let put_off = if tries < MAX_TRIES {
            let (shard, due) = keys::due(app.as_str(), now.plus(backoff(tries)));
            job(app, "tries = :tries, DPK = :shard, DSK = :due", due_by_now, now)
                .text(":shard", shard)
                .text(":due", due)
        } else {
            let park = "tries = :tries, st = :parked";
            change(Key::app_user(app, UNLINK_JOB), "JOB", park, " REMOVE DPK, DSK", due_by_now, now)
                .text(":parked", "PARKED")
        };
        let put_off = put_off.number(":tries", tries).text(":soon", keys::due_before(now));
        let done = matches!(self.write(put_off).await?, Written::Done(_));
        Ok(if done && tries >= MAX_TRIES { PutOff::Parked } else { PutOff::Later })
    }
}

/// The name of a transaction that ends a membership.
fn token(how: &str, app: &AppUser, seen: &UnlinkJob, now: Millis) -> String {
    hash(&[how, app.as_str(), &seen.seq.to_string(), &seen.rev.to_string(), &now.0.to_string()])
}

/// The fence has moved: by somebody who lives, or it is worth another look.
fn refused_by(link: &Item, now: Millis) -> Result<Erase, StoreError> {
    if link.is_empty() {
        return Ok(Erase::Again);
    }
    let link = link::read(link)?;
    Ok(if link.st == LinkState::Unlinking && link.lease >= now { Erase::Busy } else { Erase::Again })
}

/// Condition: nothing of a newer release. One step of `seq` too many only means another look.
fn store(app: &AppUser, me: &str, now: Millis) -> Write {
    let set = "#first = if_not_exists(#first, :me), seq = if_not_exists(seq, :zero) + :one, tries = :zero, DPK = :shard, DSK = :due";
    let (shard, due) = keys::due(app.as_str(), now.plus(STREAM_MISSED));
    change(Key::app_user(app, UNLINK_JOB), "JOB", set, " REMOVE st", "NOT v > :v", now)
        .name("#first", "first")
        .text(":me", me)
        .number(":zero", 0)
        .number(":one", 1)
        .text(":shard", shard)
        .text(":due", due)
}

/// As [`store`]; the last reason counts, but that nothing may be kept stays said.
pub(in crate::store) fn store_notice(app: &AppUser, me: &str, why: &Referrer, now: Millis) -> Write {
    let store = store(app, me, now).also_set("why = :why").text(":why", head(why.as_str(), REASON_MAX));
    if why.is_for_good() { must(store) } else { store }
}

/// Nothing may be kept. An attribute of its own that is never taken back, so that no later message with a lesser reason hides it.
fn must(store: Write) -> Write {
    store.also_set("must = :one")
}

fn job(app: &AppUser, set: &str, condition: &'static str, now: Millis) -> Write {
    change(Key::app_user(app, UNLINK_JOB), "JOB", set, "", condition, now)
}

/// Condition: it is the job that was read, and no other message has come. A repeat finds it gone, and is refused to no harm.
fn drop(app: &AppUser, seen: &UnlinkJob) -> Write {
    Write::delete(Key::app_user(app, UNLINK_JOB), "seq = :seq AND #first = :first")
        .name("#first", "first")
        .number(":seq", seen.seq)
        .text(":first", &seen.first)
}

/// Condition: as it was read, and nobody who lives is undoing.
fn fence(app: &AppUser, rev: u64, now: Millis) -> Write {
    if rev == 0 {
        return Write::check(Key::app_user(app, "LINK"), "attribute_not_exists(PK)");
    }
    let condition = known!("rev = :seen AND (st <> :unlinking OR lease < :now)");
    link::forgotten(link::link(app, "st = :free, rev = :next, #ttl = :ttl", "", condition, now), now)
        .text(":free", LinkState::Free.as_str())
        .text(":unlinking", LinkState::Unlinking.as_str())
        .number(":seen", rev)
        .number(":next", rev.saturating_add(1))
}

/// Condition: it is the membership that was read, or gone. The fence says the same; this says it where it is.
fn gone(app: &AppUser, mg: &SagaId) -> Write {
    Write::delete(Key::app_user(app, "MEMBER"), "attribute_not_exists(PK) OR mg = :mg").text(":mg", mg.as_str())
}
