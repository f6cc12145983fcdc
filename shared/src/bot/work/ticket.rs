//! Signed values: what a button or a modal carries, so that a callback that nobody signed can still be believed (threat T18).
//! <https://www.rfc-editor.org/rfc/rfc2104> (HMAC, here with SHA-256)
//!
//! Signed and not secret: the members of a workspace can read what a ticket says, and cannot change it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::kakao::id::{Id, WorkConversationId, WorkUserId};
use crate::kakao::limits::work::VALUE_SANE;
use crate::kakao::work::Callback;
use crate::secret::Secret;

/// The key under which tickets are signed, and the one it replaced: what was signed before the change still opens.
#[derive(Clone)]
pub struct Signer {
    current: hmac::Key,
    older: Vec<hmac::Key>,
}

/// What a button or a modal carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket<T> {
    /// The only room in which it is good; `None`: any.
    pub room: Option<WorkConversationId>,
    /// Who may use it; `None`: anyone.
    pub holders: Option<Vec<WorkUserId>>,
    /// Good before this moment.
    pub until: Millis,
    /// The author's own words.
    pub carries: T,
}

/// Why a ticket opens nothing. Answer it politely, in the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoTicket {
    /// It is not one of ours, or for something else.
    Forged,
    /// It is too late.
    Expired,
    /// It is for another room.
    OtherRoom,
    /// It is for somebody else.
    OtherPerson,
}

impl NoTicket {
    /// A word for logs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Forged => "forged",
            Self::Expired => "expired",
            Self::OtherRoom => "other-room",
            Self::OtherPerson => "other-person",
        }
    }

    /// A sentence for the room.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Forged => "지금은 쓸 수 없는 버튼이에요.",
            Self::Expired => "시간이 지나서 쓸 수 없는 버튼이에요.",
            Self::OtherRoom => "다른 대화방의 버튼이에요.",
            Self::OtherPerson => "다른 분께 보낸 버튼이에요.",
        }
    }
}

/// A ticket that cannot be made: what it carries is no JSON, or too long for a value (1,000 characters).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotSigned;

impl std::fmt::Display for NotSigned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a ticket carries JSON and has at most {VALUE_SANE} characters")
    }
}

impl std::error::Error for NotSigned {}

#[derive(Serialize, Deserialize)]
struct Written<T> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    r: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    w: Option<Vec<String>>,
    u: u64,
    c: T,
}

impl<T> Ticket<T> {
    /// Good for anyone, anywhere, before `until`.
    pub fn new(carries: T, until: Millis) -> Self {
        Ticket { room: None, holders: None, until, carries }
    }

    /// Good in this room only.
    pub fn in_room(self, room: WorkConversationId) -> Self {
        Ticket { room: Some(room), ..self }
    }

    /// Good for these members only; for nobody if there are none.
    pub fn only_for(self, holders: impl IntoIterator<Item = WorkUserId>) -> Self {
        Ticket { holders: Some(holders.into_iter().collect()), ..self }
    }
}

impl Signer {
    /// The key derived from the first secret; what was signed with one of the others still opens. `None` if there is no secret.
    pub fn derive(secrets: &[Secret]) -> Option<Self> {
        let key = |secret: &Secret| {
            let own = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes()), b"work-ticket");
            hmac::Key::new(hmac::HMAC_SHA256, own.as_ref())
        };
        let (current, older) = secrets.split_first()?;
        Some(Self { current: key(current), older: older.iter().map(key).collect() })
    }

    /// The value of a button or modal. `purpose` is one word of the author's: a ticket for one purpose opens no other.
    ///
    /// # Errors
    /// [`NotSigned`]
    pub fn sign<T: Serialize>(&self, purpose: &'static str, ticket: &Ticket<T>) -> Result<String, NotSigned> {
        let room = ticket.room.as_ref().map(text);
        let holders = ticket.holders.as_ref().map(|holders| holders.iter().map(text).collect());
        let written = Written { r: room, w: holders, u: ticket.until.0, c: &ticket.carries };
        let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&written).map_err(|_| NotSigned)?);
        let tag = URL_SAFE_NO_PAD.encode(hmac::sign(&self.current, &signed(purpose, &body)));
        let value = format!("{body}.{tag}");
        if value.len() > VALUE_SANE { Err(NotSigned) } else { Ok(value) }
    }

    /// What the value of a callback carries, if it is good there, for whoever pressed, now.
    ///
    /// # Errors
    /// [`NoTicket`]
    pub fn open<T: DeserializeOwned>(
        &self,
        purpose: &'static str,
        callback: &Callback,
        now: Millis,
    ) -> Result<Ticket<T>, NoTicket> {
        let value = callback.value.as_deref().filter(|value| value.len() <= VALUE_SANE).ok_or(NoTicket::Forged)?;
        let (body, tag) = value.split_once('.').ok_or(NoTicket::Forged)?;
        let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| NoTicket::Forged)?;
        let signed = signed(purpose, body);
        let mut keys = std::iter::once(&self.current).chain(&self.older);
        if !keys.any(|key| hmac::verify(key, &signed, &tag).is_ok()) {
            return Err(NoTicket::Forged);
        }
        let body = URL_SAFE_NO_PAD.decode(body).map_err(|_| NoTicket::Forged)?;
        let written: Written<T> = serde_json::from_slice(&body).map_err(|_| NoTicket::Forged)?;
        let ticket = Ticket {
            room: written.r.map(Id::from),
            holders: written.w.map(|holders| holders.into_iter().map(Id::from).collect()),
            until: Millis(written.u),
            carries: written.c,
        };
        if ticket.until <= now {
            return Err(NoTicket::Expired);
        }
        if ticket.room.is_some() && ticket.room != callback.conversation_id() {
            return Err(NoTicket::OtherRoom);
        }
        let presser = callback.react_user_id.as_ref();
        if let Some(holders) = &ticket.holders
            && !presser.is_some_and(|presser| holders.contains(presser))
        {
            return Err(NoTicket::OtherPerson);
        }
        Ok(ticket)
    }
}

fn text<K>(id: &Id<K>) -> String {
    id.as_str().to_owned()
}

/// The purpose has no NUL in it, so no two pairs are signed alike.
fn signed(purpose: &'static str, body: &str) -> Vec<u8> {
    [purpose.as_bytes(), b"\0", body.as_bytes()].concat()
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(..)")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Millis = Millis(1_760_000_000_000);
    const LATER: Millis = Millis(NOW.0 + 1);

    fn signer(secrets: &[&str]) -> Signer {
        Signer::derive(&secrets.iter().map(|secret| Secret::new(*secret)).collect::<Vec<_>>()).unwrap()
    }

    fn pressed(value: &str, person: u64, room: u64) -> Callback {
        let body = json!({"type": "submit_action", "value": value, "react_user_id": person,
                          "message": {"id": 1, "conversation_id": room}});
        serde_json::from_value(body).unwrap()
    }

    fn ticket() -> Ticket<String> {
        Ticket::new("a1".to_owned(), LATER).in_room(7.into()).only_for([9_007_199_254_740_993.into(), "2".into()])
    }

    #[test]
    fn t18_a_ticket_is_good_for_its_purpose_room_people_and_time() {
        let signer = signer(&["key"]);
        let value = signer.sign("decide", &ticket()).unwrap();
        let open = |purpose, callback: &Callback, now| signer.open::<String>(purpose, callback, now);
        for person in [9_007_199_254_740_993, 2] {
            assert_eq!(open("decide", &pressed(&value, person, 7), NOW), Ok(ticket()));
        }
        assert_eq!(open("other", &pressed(&value, 2, 7), NOW), Err(NoTicket::Forged));
        assert_eq!(open("decide", &pressed(&value, 2, 7), LATER), Err(NoTicket::Expired));
        assert_eq!(open("decide", &pressed(&value, 2, 8), NOW), Err(NoTicket::OtherRoom));
        assert_eq!(open("decide", &pressed(&value, 3, 7), NOW), Err(NoTicket::OtherPerson));
        assert_eq!(open("decide", &pressed(&value, 9_007_199_254_740_992, 7), NOW), Err(NoTicket::OtherPerson));
        let nobody = Callback { react_user_id: None, ..pressed(&value, 2, 7) };
        assert_eq!(open("decide", &nobody, NOW), Err(NoTicket::OtherPerson));
        let nowhere = Callback { message: None, ..pressed(&value, 2, 7) };
        assert_eq!(open("decide", &nowhere, NOW), Err(NoTicket::OtherRoom));
        let nobodys = signer.sign("decide", &Ticket::new("a1".to_owned(), LATER).only_for([])).unwrap();
        assert_eq!(
            open("decide", &pressed(&nobodys, 2, 7), NOW),
            Err(NoTicket::OtherPerson),
            "made for no one in particular"
        );
        let anyone = signer.sign("decide", &Ticket::new(1, LATER)).unwrap();
        assert_eq!(
            signer.open("decide", &Callback { value: Some(anyone), ..Callback::default() }, NOW),
            Ok(Ticket::new(1, LATER))
        );
    }

    #[test]
    fn t18_what_was_changed_cut_or_made_up_opens_nothing() {
        let signer = signer(&["key"]);
        let value = signer.sign("decide", &ticket()).unwrap();
        let open = |value: &str| signer.open::<String>("decide", &pressed(value, 2, 7), NOW);
        for cut in 0..value.len() {
            assert_eq!(open(&value[..cut]), Err(NoTicket::Forged), "{cut}");
        }
        for at in 0..value.len() {
            let mut changed = value.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(open(std::str::from_utf8(&changed).unwrap()), Err(NoTicket::Forged), "{at}");
        }
        for made_up in ["", ".", "a.b", "가.나", &format!("{value}.x"), &format!("{value}x"), &"x".repeat(10_000)] {
            assert_eq!(open(made_up), Err(NoTicket::Forged));
        }
        assert_eq!(signer.open::<String>("decide", &Callback::default(), NOW), Err(NoTicket::Forged));
    }

    #[test]
    fn what_the_key_before_signed_still_opens_and_a_foreign_one_does_not() {
        let value = signer(&["old"]).sign("decide", &ticket()).unwrap();
        let open = |secrets: &[&str]| signer(secrets).open::<String>("decide", &pressed(&value, 2, 7), NOW);
        assert_eq!(open(&["new", "old"]), Ok(ticket()));
        assert_eq!(open(&["new"]), Err(NoTicket::Forged));
        let new = signer(&["new", "old"]).sign("decide", &ticket()).unwrap();
        let by_old = signer(&["old"]).open::<String>("decide", &pressed(&new, 2, 7), NOW);
        assert_eq!(by_old, Err(NoTicket::Forged), "signed with the new one");
        assert!(Signer::derive(&[]).is_none());
    }

    #[test]
    fn a_ticket_fits_a_value() {
        let signer = signer(&["key"]);
        assert_eq!(signer.sign("decide", &Ticket::new("가".repeat(1_000), LATER)), Err(NotSigned));
        assert!(signer.sign("decide", &Ticket::new("a".repeat(600), LATER)).unwrap().len() <= VALUE_SANE);
        assert_eq!(format!("{signer:?}"), "Signer(..)");
    }
}
