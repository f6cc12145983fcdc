//! `asked` on `MEMBER`: when Kakao was last asked how the person stands to our channels. It is written together with the answer, so
//! that whoever dies in between asks again, and nothing is kept of somebody who has left meanwhile.

use super::{AppUser, SagaId, change, known};
use crate::clock::Millis;
use crate::store::item::Attributes;
use crate::store::keys::{self, CHANNEL, Key};
use crate::store::relation::confirm;
use crate::store::write::Written;
use crate::store::{ChannelChange, Item, Store, StoreError, hash};

/// The most relations that one answer writes: a transaction holds a hundred writes, and the membership is one of them.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
pub const RELATIONS_AT_ONCE: usize = 99;

/// A membership, as far as asking about it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its generation.
    pub mg: SagaId,
    /// When Kakao was last asked; `None` if never since they signed up.
    pub at: Option<Millis>,
}

impl Store {
    /// When Kakao was last asked about a member, by one strong read. `None` if there is no such member.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read.
    pub async fn asked(&self, app: &AppUser) -> Result<Option<Asked>, StoreError> {
        self.get(&Key::app_user(app, "MEMBER")).await?.as_ref().map(read).transpose()
    }

    /// When we were last told of an open id that is the same number as this person's, and may be them. One strong read.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read.
    pub async fn open_id_told(&self, app: &AppUser) -> Result<Option<Millis>, StoreError> {
        let items = self.all(&keys::open_user_pk(app.as_str()), (CHANNEL, "CH#~")).await?;
        Ok(items.iter().filter_map(|item| item.maybe_number("ua")).max().map(Millis))
    }

    /// Writes down, in one transaction, that Kakao was asked about a membership and what of its answer is not known yet: at most
    /// [`RELATIONS_AT_ONCE`] relations of this person. Of each, whether it was newer than what was there; `None` if the membership has
    /// ended, and nothing was written.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; to be repeated.
    pub async fn keep_asked(
        &self,
        app: &AppUser,
        mg: &SagaId,
        told: &[ChannelChange],
        now: Millis,
    ) -> Result<Option<Vec<bool>>, StoreError> {
        // Condition: the same membership. A repeat sets what it set.
        let asked = change(Key::app_user(app, "MEMBER"), "MEMBER", "asked = :now", "", known!("mg = :mg"), now)
            .text(":mg", mg.as_str());
        if told.is_empty() {
            let written = self.write(asked).await?;
            return Ok(matches!(written, Written::Done(_)).then(Vec::new));
        }
        let mut words = vec![app.to_string(), mg.as_str().to_owned(), now.0.to_string()];
        words.extend(told.iter().map(|told| format!("{}#{}#{}", told.channel.as_str(), told.blocked, told.at.0)));
        let token = hash(&words.iter().map(String::as_str).collect::<Vec<_>>());
        let relations = told.iter().map(|told| vec![confirm(told, now)]).collect();
        let refused = self.write_with(&token, vec![asked], relations).await?;
        let newer = (0..told.len()).map(|at| !refused.optional.contains(&at)).collect();
        Ok(refused.core.is_empty().then_some(newer))
    }
}

fn read(item: &Item) -> Result<Asked, StoreError> {
    Ok(Asked { mg: SagaId::from_text(item.text("mg")?), at: item.maybe_number("asked").map(Millis) })
}
