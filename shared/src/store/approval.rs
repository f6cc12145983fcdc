//! Approvals in Kakao Work: decided once, for ever, by one of those who may (state design, section 9; threat T19).
//!
//! ```text
//! (none) ── request ──> PENDING ── decide ──> APPROVED | REJECTED
//!                          '── its time runs out: nobody decides any more
//! ```
//!
//! Buttons that were sent can be pressed for ever, by everybody in the room. So who may decide is written down before the message is
//! sent, and the decision is one conditional write.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::item::{Attributes, VERSION, n, s};
use super::keys::Key;
use super::person::is_id;
use super::write::{Write, Written};
use super::{Entry, Item, Store, StoreError, hash};
use crate::clock::Millis;
use crate::kakao::id::WorkUserId;

/// How long an approval is remembered after its time ran out.
const REMEMBERED: Duration = Duration::from_secs(90 * 86_400);

/// One request for an approval.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApprovalId(String);

impl ApprovalId {
    /// An id from what makes the request the one it is, such as the workspace and the author's own number: the same parts make the
    /// same request, so that a repeat finds it there.
    pub fn of(parts: &[&str]) -> Self {
        Self(hash(parts))
    }
}

impl fmt::Display for ApprovalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A request on its way into the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    id: ApprovalId,
    requester: String,
    approvers: BTreeSet<String>,
    subject: String,
    until: Millis,
}

/// Nobody could decide: there are no approvers besides the requester, or their ids cannot be keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoApprover;

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Yes.
    Approved,
    /// No.
    Rejected,
}

impl Verdict {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::Rejected => "REJECTED",
        }
    }

    fn read(word: &str) -> Option<Self> {
        [Self::Approved, Self::Rejected].into_iter().find(|verdict| verdict.as_str() == word)
    }
}

/// A decision.
#[derive(Clone, PartialEq, Eq)]
pub struct Ruling {
    /// What.
    pub verdict: Verdict,
    /// By whom.
    pub by: WorkUserId,
    /// Why, if somebody said so.
    pub reason: Option<String>,
    /// When.
    pub at: Millis,
}

/// Reasons are what people wrote: they show nowhere.
impl fmt::Debug for Ruling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ruling").field("verdict", &self.verdict).field("at", &self.at).finish_non_exhaustive()
    }
}

/// An approval as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requested {
    /// Who asked.
    pub requester: WorkUserId,
    /// What for, in the author's words.
    pub subject: String,
    /// Nobody decides from this moment on.
    pub until: Millis,
    /// Who may decide.
    pub approvers: Vec<WorkUserId>,
    /// The decision, if there is one.
    pub ruling: Option<Ruling>,
}

/// One press or submission that would decide.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    /// Who.
    pub by: &'a WorkUserId,
    /// What.
    pub verdict: Verdict,
    /// Why.
    pub reason: Option<&'a str>,
    /// What makes this press the one it is: a copy of it has the same.
    pub press: &'a str,
    /// Go out with the decision, and only with it: what the room and the requester are told.
    pub notices: &'a [Entry],
}

/// What an attempt came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    /// It is the decision: made now, or by an earlier copy of the same press.
    Ours(Ruling),
    /// It was decided before.
    Already(Ruling),
    /// This person may not decide.
    NotYours,
    /// It is too late.
    Expired,
    /// There is no such request.
    Unknown,
}

impl Approval {
    /// A request by `requester`, for any of `approvers` to decide before `until`. Nobody decides about a request of their own.
    ///
    /// # Errors
    /// [`NoApprover`]
    pub fn new(
        id: ApprovalId,
        requester: &WorkUserId,
        approvers: &[WorkUserId],
        subject: impl Into<String>,
        until: Millis,
    ) -> Result<Self, NoApprover> {
        let others = approvers.iter().filter(|approver| *approver != requester).cloned().collect::<Vec<_>>();
        Self::with_own(id, requester, &others, subject, until)
    }

    /// The same, and who asks may decide too if they are among `approvers`.
    ///
    /// # Errors
    /// [`NoApprover`]
    pub fn with_own(
        id: ApprovalId,
        requester: &WorkUserId,
        approvers: &[WorkUserId],
        subject: impl Into<String>,
        until: Millis,
    ) -> Result<Self, NoApprover> {
        let approvers: BTreeSet<String> = approvers.iter().map(|approver| approver.as_str().to_owned()).collect();
        if approvers.is_empty() || !approvers.iter().all(|approver| is_id(approver)) {
            return Err(NoApprover);
        }
        let (requester, subject) = (requester.as_str().to_owned(), subject.into());
        Ok(Self { id, requester, approvers, subject, until })
    }
}

impl Store {
    /// Writes a request down, and with it the messages that ask for it: nobody sees a button that decides nothing, and no request
    /// waits unseen. `false` if it is there already. `owner` names this very call.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be written.
    pub async fn request_approval(
        &self,
        approval: &Approval,
        messages: &[Entry],
        owner: &str,
        now: Millis,
    ) -> Result<bool, StoreError> {
        // Condition: it is not there yet. A repeat changes nothing: not who may decide, and not what was decided.
        let put = Write::put(Key::approval(&approval.id), "attribute_not_exists(PK)")
            .with("t", s("WAP"))
            .with("v", n(VERSION))
            .with("st", s("PENDING"))
            .with("approvers", AttributeValue::Ss(approval.approvers.iter().cloned().collect()))
            .with("requester", s(&approval.requester))
            .with("subject", s(&approval.subject))
            .with("exp", n(approval.until.0))
            .with("ca", n(now.0))
            .with("ttl", n(approval.until.plus(REMEMBERED).secs()));
        let token = hash(&["request", &approval.id.0, owner]);
        let puts = std::iter::once(put).chain(messages.iter().map(|message| message.put(now))).collect();
        match self.write_all(&token, puts).await {
            Ok(written) => Ok(written.is_ok()),
            // Copies came at once: whoever won has written the same.
            Err(StoreError::Unavailable(why)) => match self.approval(&approval.id).await? {
                Some(_) => Ok(false),
                None => Err(StoreError::Unavailable(why)),
            },
            Err(error) => Err(error),
        }
    }

    /// How an approval stands. `None` if there is none.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read, or the item makes no sense.
    pub async fn approval(&self, id: &ApprovalId) -> Result<Option<Requested>, StoreError> {
        self.get(&Key::approval(id)).await?.map(|item| requested(&item)).transpose()
    }

    /// Decides, if nobody has, `attempt.by` may, and there is time: however often and by how many people it is tried, one of them
    /// once. `owner` names this very call.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be used.
    pub async fn decide(
        &self,
        id: &ApprovalId,
        attempt: &Attempt<'_>,
        owner: &str,
        now: Millis,
    ) -> Result<Decided, StoreError> {
        // Condition: undecided, by one who may, in time; and not of a newer release.
        let decide = Write::update(
            Key::approval(id),
            "SET st = :verdict, #by = :u, #sub = :press, #reason = :reason, decidedAt = :now",
            "st = :pending AND contains(approvers, :u) AND #exp > :now AND v <= :v",
        )
        .name("#by", "by")
        .name("#sub", "sub")
        .name("#reason", "reason")
        .name("#exp", "exp")
        .text(":pending", "PENDING")
        .text(":verdict", attempt.verdict.as_str())
        .text(":u", attempt.by.as_str())
        .text(":press", attempt.press)
        .text(":reason", attempt.reason.unwrap_or_default())
        .number(":now", now.0)
        .number(":v", VERSION);
        let refused = if attempt.notices.is_empty() {
            match self.write(decide).await? {
                Written::Done(item) => return ruling(&item).map(Decided::Ours),
                Written::Refused(item) => item,
            }
        } else {
            let token = hash(&["approval", &id.0, attempt.press, owner]);
            let writes = std::iter::once(decide).chain(attempt.notices.iter().map(|notice| notice.put(now))).collect();
            match self.write_all(&token, writes).await {
                Ok(Ok(())) => Item::new(),
                // A notice that is there already went out with the decision, which then refuses too.
                Ok(Err(refused)) => refused.into_iter().next().flatten().unwrap_or_default(),
                // Everybody presses at once: whoever won has decided.
                Err(StoreError::Unavailable(_)) => Item::new(),
                Err(error) => return Err(error),
            }
        };
        let item = if refused.is_empty() { self.get(&Key::approval(id)).await?.unwrap_or_default() } else { refused };
        judge(&item, attempt, now)
    }
}

/// What an attempt came to, from the item as it is.
fn judge(item: &Item, attempt: &Attempt<'_>, now: Millis) -> Result<Decided, StoreError> {
    if item.is_empty() {
        return Ok(Decided::Unknown);
    }
    if item.maybe_text("st") != Some("PENDING") {
        let ruling = ruling(item)?;
        let ours = ruling.by == *attempt.by && item.maybe_text("sub") == Some(attempt.press);
        return Ok(if ours { Decided::Ours(ruling) } else { Decided::Already(ruling) });
    }
    if !approvers(item).iter().any(|approver| approver == attempt.by.as_str()) {
        return Ok(Decided::NotYours);
    }
    if item.maybe_number("exp").is_none_or(|until| until <= now.0) {
        return Ok(Decided::Expired);
    }
    // Undecided, ours and in time: the table was too busy, or a newer release wrote it.
    Err(StoreError::Unavailable("undecided"))
}

fn approvers(item: &Item) -> &[String] {
    item.get("approvers").and_then(|approvers| approvers.as_ss().ok()).map_or(&[], Vec::as_slice)
}

fn requested(item: &Item) -> Result<Requested, StoreError> {
    let ruling = if item.text("st")? == "PENDING" { None } else { Some(ruling(item)?) };
    Ok(Requested {
        requester: item.text("requester")?.into(),
        subject: item.text("subject")?.to_owned(),
        until: Millis(item.maybe_number("exp").unwrap_or_default()),
        approvers: approvers(item).iter().map(|approver| approver.as_str().into()).collect(),
        ruling,
    })
}

fn ruling(item: &Item) -> Result<Ruling, StoreError> {
    let verdict = Verdict::read(item.text("st")?).ok_or_else(|| super::item::undecodable(item))?;
    let reason = item.maybe_text("reason").filter(|reason| !reason.is_empty()).map(str::to_owned);
    let at = Millis(item.maybe_number("decidedAt").unwrap_or_default());
    Ok(Ruling { verdict, by: item.text("by")?.into(), reason, at })
}
