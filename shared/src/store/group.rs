//! Groups of people who decide together: who is in one, and the places they choose from.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::item::{Attributes, VERSION, n, s};
use super::keys::{self, Key};
use super::write::{Write, Written};
use super::{Item, Person, Store, StoreError, hash};
use crate::clock::Millis;

/// The key of a group. It is the hash of the join code, so that a code leads to its group by primary key and the group's own rows
/// do not give the code away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GroupId(String);

impl GroupId {
    /// The group that `code` leads to, if there is one.
    pub fn of_code(code: &str) -> Self {
        Self(hash(&["group", code]))
    }

    pub(super) fn from_key(key: &str) -> Self {
        Self(key.to_owned())
    }
}

impl fmt::Display for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The key of a place within its group: the hash of its name, so that adding it twice is adding it once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlaceId(String);

impl PlaceId {
    /// The place called `name`, however it is spaced or cased.
    pub fn of_name(name: &str) -> Self {
        let plain: String = name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let mut id = hash(&["place", &plain]);
        id.truncate(12);
        Self(id)
    }

    pub(super) fn from_key(key: &str) -> Self {
        Self(key.to_owned())
    }
}

impl fmt::Display for PlaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A group as one of its members knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its key.
    pub id: GroupId,
    /// What its members call it.
    pub name: String,
    /// The code that lets others in: as secret as its members keep it.
    pub code: String,
}

/// A place to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its key.
    pub id: PlaceId,
    /// Its name.
    pub name: String,
}

/// What joining came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Joined {
    /// A member from now on.
    New(Group),
    /// A member before.
    Already(Group),
    /// No group has this code.
    UnknownCode,
}

impl Store {
    /// Makes the group that `code` leads to, with `person` as its first member: one transaction. Doing it twice is doing it once.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written; `Ok(None)` if somebody else's group has this code.
    pub async fn found_group(
        &self,
        person: &Person,
        name: &str,
        code: &str,
        now: Millis,
    ) -> Result<Option<Group>, StoreError> {
        let group = Group { id: GroupId::of_code(code), name: name.to_owned(), code: code.to_owned() };
        // Condition: the code is nobody's yet.
        let meta = Write::put(Key::group(&group.id), "attribute_not_exists(PK)")
            .with("t", s("META"))
            .with("v", n(VERSION))
            .with("name", s(name))
            .with("founder", s(person.to_string()))
            .with("ca", n(now.0));
        let [member, own] = membership(person, &group, now);
        let token = token("found", person, code, name, now);
        match self.write_all(&token, vec![meta, member, own]).await? {
            Ok(()) => Ok(Some(group)),
            Err(refusals) => {
                let there = refusals.into_iter().next().flatten().unwrap_or_default();
                let ours = there.maybe_text("founder") == Some(person.to_string().as_str());
                let name = there.maybe_text("name").unwrap_or(name).to_owned();
                Ok(ours.then_some(Group { name, ..group }))
            }
        }
    }

    /// Lets `person` into the group that `code` leads to: one read, one transaction.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be used.
    pub async fn join_group(&self, person: &Person, code: &str, now: Millis) -> Result<Joined, StoreError> {
        let id = GroupId::of_code(code);
        let Some(meta) = self.get(&Key::group(&id)).await? else {
            return Ok(Joined::UnknownCode);
        };
        let group = Group { id, name: meta.text("name")?.to_owned(), code: code.to_owned() };
        let token = token("join", person, code, &group.name, now);
        match self.write_all(&token, membership(person, &group, now).into()).await? {
            Ok(()) => Ok(Joined::New(group)),
            Err(_) => Ok(Joined::Already(group)),
        }
    }

    /// The groups that `person` is in, the newest first: one query of the person's own partition.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read. An item that cannot be decoded is left out.
    pub async fn groups_of(&self, person: &Person) -> Result<Vec<Group>, StoreError> {
        let mut items = self.all(&keys::user(person), keys::OWN_GROUPS).await?;
        items.sort_by_key(|item| std::cmp::Reverse(item.maybe_number("ca").unwrap_or_default()));
        Ok(items.iter().filter_map(|item| own_group(item).ok()).collect())
    }

    /// Adds a place. `false` if the group has one of that name.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn add_place(&self, group: &GroupId, name: &str, now: Millis) -> Result<bool, StoreError> {
        // Condition: no place of that name yet.
        let put = Write::put(Key::place(group, &PlaceId::of_name(name)), "attribute_not_exists(PK)")
            .with("t", s("PLACE"))
            .with("v", n(VERSION))
            .with("name", s(name))
            .with("ca", n(now.0));
        Ok(matches!(self.write(put).await?, Written::Done(_)))
    }

    /// When the group's votes close, in minutes of the Korean day, and its places, the oldest first: one query.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read. A place that cannot be decoded is left out.
    pub async fn menu(&self, group: &GroupId) -> Result<(Option<u16>, Vec<Place>), StoreError> {
        let mut items = self.all(&keys::group_pk(group), keys::META_AND_PLACES).await?;
        items.sort_by_key(|item| item.maybe_number("ca").unwrap_or_default());
        let meta = items.iter().find(|item| item.maybe_text("SK") == Some("META"));
        let closes = meta.and_then(|meta| u16::try_from(meta.maybe_number("closes")?).ok());
        Ok((closes, items.iter().filter_map(|item| place(item).ok()).collect()))
    }

    /// When the group's votes close, in minutes of the Korean day; `None`: at midnight. One read.
    pub(super) async fn closing(&self, group: &GroupId) -> Result<Option<u16>, StoreError> {
        let meta = self.get(&Key::group(group)).await?;
        Ok(meta.and_then(|meta| u16::try_from(meta.maybe_number("closes")?).ok()))
    }

    /// Sets when votes close, in minutes of the Korean day; `None`: at midnight.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn set_closing(&self, group: &GroupId, closes: Option<u16>) -> Result<(), StoreError> {
        // Condition: there is such a group. The last word wins; saying it twice is saying it once.
        let exists = "attribute_exists(PK)";
        let write = match closes {
            Some(minute) => {
                Write::update(Key::group(group), "SET closes = :closes", exists).number(":closes", u64::from(minute))
            }
            None => Write::update(Key::group(group), "REMOVE closes", exists),
        };
        self.write(write).await.map(|_| ())
    }
}

/// One token for one content: DynamoDB refuses a token that it knows with another content.
fn token(what: &str, person: &Person, code: &str, name: &str, now: Millis) -> String {
    hash(&[what, &person.to_string(), code, name, &now.0.to_string()])
}

/// The member's row in the group and the group's row at the member. Condition of both: not there yet.
fn membership(person: &Person, group: &Group, now: Millis) -> [Write; 2] {
    let member = Write::put(Key::member(&group.id, person), "attribute_not_exists(PK)")
        .with("t", s("MBR"))
        .with("v", n(VERSION))
        .with("ca", n(now.0));
    let own = Write::put(Key::own_group(person, &group.id), "attribute_not_exists(PK)")
        .with("t", s("GRP"))
        .with("v", n(VERSION))
        .with("gid", s(group.id.to_string()))
        .with("name", s(&group.name))
        .with("code", s(&group.code))
        .with("ca", n(now.0));
    [member, own]
}

fn own_group(item: &Item) -> Result<Group, StoreError> {
    Ok(Group {
        id: GroupId(item.text("gid")?.to_owned()),
        name: item.text("name")?.to_owned(),
        code: item.text("code")?.to_owned(),
    })
}

fn place(item: &Item) -> Result<Place, StoreError> {
    let id = item.text("SK")?.strip_prefix("PLACE#").ok_or_else(|| super::item::undecodable(item))?;
    Ok(Place { id: PlaceId::from_key(id), name: item.text("name")?.to_owned() })
}
