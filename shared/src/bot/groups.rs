//! People who decide something together, day by day: groups joined by a code, places to choose from, one vote a person and day.

use std::time::Duration;

use super::Oops;
use crate::app::Services;
use crate::clock::Millis;
use crate::store::{Group, Joined, Person, Place, PlaceId, Tally, Voted};

/// Longest name of a group or place, in characters: what still fits into a quick reply.
pub const MAX_NAME: usize = 20;

/// Most places a group can have: what one person still reads.
pub const MAX_PLACES: usize = 40;

/// Tries to join in an hour (threat T28): with codes of 50 bits nobody guesses one.
const JOIN_TRIES: u64 = 10;
const JOIN_WINDOW: Duration = Duration::from_secs(3_600);

/// Letters and digits that nobody mixes up: 32 of them, so that each of a code's ten is worth five bits.
const CODE_LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const CODE_LENGTH: usize = 10;

/// The groups of one person; see [`super::Turn::groups`].
#[derive(Debug)]
pub struct Groups<'a> {
    pub(super) services: &'a Services,
    pub(super) person: &'a Person,
    pub(super) owner: &'a str,
    pub(super) at: Millis,
}

/// What a group chooses from.
#[derive(Clone, Debug, Default)]
pub struct Menu {
    /// When votes close, in minutes of the Korean day; `None`: at midnight.
    pub closes: Option<u16>,
    /// The oldest first.
    pub places: Vec<Place>,
}

/// What joining came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JoinOutcome {
    /// A member from now on.
    New(Group),
    /// A member before.
    Already(Group),
    /// No group has this code.
    UnknownCode,
    /// Too many tries: in an hour again.
    TooManyTries,
}

/// What adding a place came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddedPlace {
    /// It is on the menu.
    Added,
    /// It was there already.
    Exists,
    /// Empty, or longer than [`MAX_NAME`].
    BadName,
    /// The group has [`MAX_PLACES`].
    Full,
}

impl Groups<'_> {
    /// The groups this person is in, the newest first.
    ///
    /// # Errors
    /// If the table cannot be read.
    pub async fn mine(&self) -> Result<Vec<Group>, Oops> {
        Ok(self.services.store().groups_of(self.person).await?)
    }

    /// A code nobody can guess, for a group to be founded: keep it in the talk, so that founding twice is founding once.
    ///
    /// # Errors
    /// If the system has no random numbers.
    pub fn new_code(&self) -> Result<String, Oops> {
        let mut random = [0_u8; CODE_LENGTH];
        getrandom::getrandom(&mut random).map_err(|_| Oops::say(super::SORRY))?;
        Ok(random.iter().map(|byte| char::from(CODE_LETTERS[usize::from(byte % 32)])).collect())
    }

    /// Founds a group and joins it. `None`: the name is empty or too long.
    ///
    /// # Errors
    /// If the table cannot be written.
    pub async fn found(&self, name: &str, code: &str) -> Result<Option<Group>, Oops> {
        let Some(name) = tidy(name) else { return Ok(None) };
        Ok(self.services.store().found_group(self.person, &name, code, self.at).await?)
    }

    /// Joins the group of `code`, however it is spaced or cased. Ten tries an hour.
    ///
    /// # Errors
    /// If the table cannot be used.
    pub async fn join(&self, code: &str) -> Result<JoinOutcome, Oops> {
        let store = self.services.store();
        if !store.allow("join", self.person, JOIN_TRIES, JOIN_WINDOW, self.services.clock.now()).await? {
            return Ok(JoinOutcome::TooManyTries);
        }
        let Some(code) = read_code(code) else { return Ok(JoinOutcome::UnknownCode) };
        Ok(match store.join_group(self.person, &code, self.at).await? {
            Joined::New(group) => JoinOutcome::New(group),
            Joined::Already(group) => JoinOutcome::Already(group),
            Joined::UnknownCode => JoinOutcome::UnknownCode,
        })
    }

    /// What the group chooses from.
    ///
    /// # Errors
    /// If the table cannot be read.
    pub async fn menu(&self, group: &Group) -> Result<Menu, Oops> {
        let (closes, places) = self.services.store().menu(&group.id).await?;
        Ok(Menu { closes, places })
    }

    /// Adds a place to the menu. Of two members who add the last free one at once, both may: the limit is for reading, not for safety.
    ///
    /// # Errors
    /// If the table cannot be used.
    pub async fn add_place(&self, group: &Group, name: &str) -> Result<AddedPlace, Oops> {
        let Some(name) = tidy(name) else { return Ok(AddedPlace::BadName) };
        if self.menu(group).await?.places.len() >= MAX_PLACES {
            return Ok(AddedPlace::Full);
        }
        let added = self.services.store().add_place(&group.id, &name, self.at).await?;
        Ok(if added { AddedPlace::Added } else { AddedPlace::Exists })
    }

    /// Sets when votes close, in minutes of the Korean day; `None`: at midnight.
    ///
    /// # Errors
    /// If the table cannot be written.
    pub async fn close_at(&self, group: &Group, closes: Option<u16>) -> Result<(), Oops> {
        Ok(self.services.store().set_closing(&group.id, closes).await?)
    }

    /// Casts or changes this person's vote of today.
    ///
    /// # Errors
    /// If the table cannot be written.
    pub async fn vote(&self, group: &Group, place: &PlaceId) -> Result<Voted, Oops> {
        Ok(self.services.store().vote(&group.id, self.person, place, self.at).await?)
    }

    /// Today's votes and what they were cast for.
    ///
    /// # Errors
    /// If the table cannot be read.
    pub async fn result(&self, group: &Group) -> Result<(Menu, Tally), Oops> {
        let menu = self.menu(group).await?;
        let closes = menu.closes.map(|minute| self.at.kst_at_minute(minute));
        let tally = self.services.store().tally(&group.id, closes, self.owner, self.at).await?;
        Ok((menu, tally))
    }
}

fn tidy(name: &str) -> Option<String> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = (1..=MAX_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    fits.then_some(name)
}

fn read_code(typed: &str) -> Option<String> {
    let code: String =
        typed.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect();
    (code.len() == CODE_LENGTH && code.bytes().all(|letter| CODE_LETTERS.contains(&letter))).then_some(code)
}
