//! Step 8, the commit: member, lock, saga, note, welcome and names in one transaction, all or none.

use super::rules::LinkState;
use super::{AppUser, Identity, Member, Outcome, SagaId, alias, link, member, saga};
use crate::clock::Millis;
use crate::store::write::Write;
use crate::store::{Entry, Item, Store, StoreError, hash};

/// Everything that makes a person a member.
#[derive(Clone, Copy, Debug)]
pub struct NewMember<'a> {
    /// The attempt.
    pub saga: &'a SagaId,
    /// Who holds it.
    pub me: &'a str,
    /// The person.
    pub app: &'a AppUser,
    /// The fence of the lock.
    pub rev: u64,
    /// The membership; its generation is the attempt.
    pub member: &'a Member,
    /// The welcome, and what else follows.
    pub entries: &'a [Entry],
    /// Names that came with the attempt.
    pub identities: &'a [Identity],
}

/// What the commit came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Commit {
    /// A member.
    Done {
        /// Names that are somebody else's and stay so.
        conflicts: Vec<Identity>,
    },
    /// Nothing written: the person is a member by another attempt.
    Superseded,
    /// Nothing written: the lock or the saga is somebody else's.
    Lost,
}

impl Store {
    /// Makes the person a member, if the saga and the lock are still ours.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written, or if the membership is too large for it.
    pub async fn commit_sign_up(&self, new: NewMember<'_>, now: Millis) -> Result<Commit, StoreError> {
        let NewMember { saga, me, app, rev, member, .. } = new;
        let core =
            vec![member::create(app, member, now)?, link::activate(app, saga, rev, now), saga::commit(saga, me, now)];
        let notes = [vec![member::flow(app, saga, &Outcome::SignedUp, now)]];
        let entries = new.entries.iter().map(|entry| vec![entry.put(now)]);
        let names = new.identities.iter().map(|name| Vec::from(alias::pair(app, saga, name, now)));
        let optional: Vec<Vec<Write>> = notes.into_iter().chain(entries).chain(names).collect();
        let before_names = optional.len() - new.identities.len();
        let token = hash(&["commit", saga.as_str(), me, &rev.to_string(), &now.0.to_string()]);
        let refused = self.write_with(&token, core, optional).await?;
        let [_, link, saga] = match <[Option<Item>; 3]>::try_from(refused.core) {
            Ok(core) => core,
            Err(_) => {
                let names = refused.optional.iter().filter_map(|at| at.checked_sub(before_names));
                let conflicts = names.filter_map(|at| new.identities.get(at).cloned()).collect();
                return Ok(Commit::Done { conflicts });
            }
        };
        if saga.as_ref().is_some_and(|saga| saga::was_done_by(saga, me)) {
            return Ok(Commit::Done { conflicts: Vec::new() }); // this very commit, its answer got lost
        }
        Ok(match (saga, link.as_ref().filter(|link| !link.is_empty()).map(link::read).transpose()?) {
            (None, Some(link)) if link.st == LinkState::Active => Commit::Superseded,
            _ => Commit::Lost,
        })
    }
}
