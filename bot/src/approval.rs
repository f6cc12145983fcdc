//! 예제 결재: 카카오워크 대화방에서 휴가를 신청하고, 결재자 한 사람이 한 번 결정합니다.
//!
//! ```text
//! 「휴가 신청」 버튼 ─ 모달 ─ 신청 메시지 [승인] [의견 쓰고 결정] ─ 모달 ─ 결과: 대화방에, 그리고 신청한 분께
//! ```
//!
//! 보낸 버튼은 지울 수 없어서 누구나 언제까지나 누를 수 있습니다. 그래서 누가 결정할 수 있는지 먼저 적어 두고, 결정은 표에 한 번만 적습니다.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::bot::Oops;
use shared::bot::work::{Ask, Heard, NoTicket, Ticket, WorkDesk, WorkForm, WorkTurn, Wrong, notice_modal};
use shared::clock::Millis;
use shared::effect::Effect;
use shared::kakao::id::{WorkConversationId, WorkUserId};
use shared::kakao::limits::work::Checked;
use shared::kakao::work::{Action, ActionRow, Button, Description, HeaderStyle, Inline, Message, Modal, TextBlock, To};
use shared::kapi::work::WorkError;
use shared::store::{Approval, ApprovalId, Attempt, Decided, Requested, Ruling, Verdict};

/// 결재할 수 있는 분들의 카카오워크 사용자 id. 여러분 회사의 것으로 바꾸세요. 자기 신청은 스스로 결재할 수 없습니다.
pub const APPROVERS: [u64; 2] = [1001, 1002];

/// 「휴가 신청」 버튼의 value.
pub const VACATION: &str = "vacation";

/// 결재를 기다리는 시간.
const WAITS: Duration = Duration::from_secs(7 * 86_400);
/// 모달을 열어 두는 시간.
const FILLS_IN: Duration = Duration::from_secs(3_600);

// 서명한 값의 쓰임새. 한 쓰임새의 값은 다른 데 쓸 수 없습니다.
const APPLY: &str = "apply";
const APPROVE: &str = "approve";
const OPINION: &str = "opinion";
const DECIDE: &str = "decide";

const UNKNOWN: &str = "찾을 수 없는 신청이에요.";
const TOO_LATE: &str = "시간이 지나서 결정할 수 없는 신청이에요.";
const NOT_YOURS: &str = "결재할 수 있는 분만 결정할 수 있어요.";

/// 휴가 신청서: 이 구조체가 모달이 되고, 적은 것을 받습니다.
#[derive(Debug, Serialize, Deserialize)]
pub struct Vacation {
    when: String,
    why: Option<String>,
}

impl WorkForm for Vacation {
    const TITLE: &str = "휴가 신청";
    const ACCEPT: &str = "신청하기";

    fn ask(field: &str) -> Ask {
        match field {
            "when" => Ask::new("언제 쉬나요?").placeholder("예) 3월 2일부터 3일").at_most(50),
            _ => Ask::new("까닭이 있다면 알려 주세요").at_most(200),
        }
    }
}

/// 결재 의견.
#[derive(Debug, Deserialize)]
pub struct Opinion {
    verdict: Choice,
    reason: Option<String>,
}

/// 결정.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// 승인.
    Approve,
    /// 반려.
    Reject,
}

impl WorkForm for Opinion {
    const TITLE: &str = "휴가 결재";
    const ACCEPT: &str = "결정하기";

    fn ask(field: &str) -> Ask {
        match field {
            "verdict" => Ask::new("어떻게 할까요?").option("approve", "승인").option("reject", "반려"),
            _ => Ask::new("의견을 남겨 주세요").at_most(200),
        }
    }
}

/// 처음 보여 주는 메시지.
pub fn menu() -> Message {
    Message::new("무엇을 도와드릴까요?")
        .block(TextBlock::new("무엇을 도와드릴까요?"))
        .block(Button::new("휴가 신청", Action::modal(VACATION)).primary())
}

/// 모달을 엽니다.
pub async fn open(turn: &WorkTurn<'_>) -> Result<Option<Checked<Modal>>, Oops> {
    if turn.value() == VACATION {
        let form = form(turn, turn.id().to_owned(), turn.after(FILLS_IN));
        return Ok(Some(Vacation::modal(turn.signer().sign(APPLY, &form)?)?));
    }
    let id = match turn.ticket::<ApprovalId>(OPINION) {
        Ok(ticket) => ticket.carries,
        Err(no) => return notice_modal("열 수 없어요", no.words()).map(Some),
    };
    let words = match turn.approval(&id).await? {
        None => UNKNOWN.to_owned(),
        Some(Requested { ruling: Some(ruling), .. }) => already(&ruling),
        Some(asked) if asked.until <= turn.now() => TOO_LATE.to_owned(),
        Some(asked) if !turn.member().is_some_and(|member| asked.approvers.contains(member)) => NOT_YOURS.to_owned(),
        Some(asked) => {
            let form = form(turn, id, asked.until.min(turn.after(FILLS_IN)));
            return Ok(Some(Opinion::modal(turn.signer().sign(DECIDE, &form)?)?));
        }
    };
    notice_modal("휴가 결재", &words).map(Some)
}

/// 모달의 value: 연 사람이, 연 대화방에서, 시간 안에만 보낼 수 있습니다. 열 때마다 다릅니다.
fn form<T>(turn: &WorkTurn<'_>, about: T, until: Millis) -> Ticket<(T, String)> {
    let ticket = Ticket::new((about, turn.id().to_owned()), until).only_for(turn.member().cloned());
    match turn.room() {
        Some(room) => ticket.in_room(room),
        None => ticket,
    }
}

/// 모달을 받습니다.
pub async fn submitted(turn: &WorkTurn<'_>) -> Result<Heard, Oops> {
    match (turn.ticket::<(String, String)>(APPLY), turn.ticket::<(ApprovalId, String)>(DECIDE)) {
        (Ok(ticket), _) => match Vacation::read(&turn.form()) {
            Ok(vacation) => apply(turn, &ticket.carries.0, &vacation).await,
            Err(wrong) => Ok(here(turn, fill_in_again(&wrong, Action::modal(VACATION)))),
        },
        (_, Ok(ticket)) => {
            let id = ticket.carries.0;
            match Opinion::read(&turn.form()) {
                Ok(Opinion { verdict: Choice::Approve, reason }) => {
                    decide(turn, &id, Verdict::Approved, reason.as_deref()).await
                }
                Ok(Opinion { verdict: Choice::Reject, reason }) => {
                    decide(turn, &id, Verdict::Rejected, reason.as_deref()).await
                }
                Err(wrong) => {
                    let Some(room) = turn.room() else { return Ok(Heard::nothing()) };
                    let again = turn.signer().sign(OPINION, &Ticket::new(id, turn.after(FILLS_IN)).in_room(room))?;
                    Ok(here(turn, fill_in_again(&wrong, Action::modal(again))))
                }
            }
        }
        (Err(NoTicket::Forged), Err(no)) | (Err(no), _) => Ok(here(turn, Message::new(no.words()))),
    }
}

/// 답한 뒤에 하는 일.
#[derive(Debug, Serialize, Deserialize)]
enum Job {
    /// 결재할 수 있는 분들의 이름을 알아보고 말합니다.
    WhoDecides(WorkConversationId),
}

/// `/봇이름 결재자`: 이름은 카카오워크에 물어보아야 하므로 답한 뒤에 합니다. 다른 말에는 메뉴를 보여 줍니다.
pub fn called(turn: &WorkTurn<'_>) -> Result<Heard, Oops> {
    match turn.room() {
        Some(room) if turn.words().trim() == "결재자" => Ok(Heard::nothing().later(&Job::WhoDecides(room))?),
        _ => Ok(here(turn, menu())),
    }
}

/// 미뤄 둔 일을 합니다.
pub async fn run(job: Value, desk: &WorkDesk<'_>) -> Result<Heard, Oops> {
    let Job::WhoDecides(room) = serde_json::from_value(job)?;
    let mut names = Vec::new();
    for approver in APPROVERS.map(WorkUserId::from) {
        names.push(match desk.api().member(&approver).await {
            Ok(member) => member.display_name.or(member.name).unwrap_or_else(|| approver.as_str().to_owned()),
            Err(WorkError::Refused(_)) => approver.as_str().to_owned(),
            Err(error) => return Err(error.into()),
        });
    }
    let words = format!("결재할 수 있는 분: {}", names.join(", "));
    Ok(Heard::nothing().say(To::Room(room), Message::new(words)))
}

/// 버튼을 누르면.
pub async fn acted(turn: &WorkTurn<'_>) -> Result<Heard, Oops> {
    if turn.action_name() != APPROVE {
        return Ok(here(turn, menu()));
    }
    match turn.ticket::<ApprovalId>(APPROVE) {
        Ok(ticket) => decide(turn, &ticket.carries, Verdict::Approved, None).await,
        Err(no) => Ok(here(turn, Message::new(no.words()))),
    }
}

/// 신청과 대화방에 보낼 메시지를 함께 적습니다. 둘 다 적히거나 둘 다 적히지 않습니다.
async fn apply(turn: &WorkTurn<'_>, form: &str, vacation: &Vacation) -> Result<Heard, Oops> {
    let (Some(member), Some(room)) = (turn.member(), turn.room()) else { return Ok(Heard::nothing()) };
    let id = ApprovalId::of(&["vacation", form]);
    let until = turn.after(WAITS);
    let approvers = APPROVERS.map(WorkUserId::from);
    let Ok(approval) = Approval::new(id.clone(), member, &approvers, &vacation.when, until) else {
        return Ok(here(turn, Message::new("결재할 분이 없어서 신청하지 못했어요.")));
    };
    let value = |purpose| turn.signer().sign(purpose, &Ticket::new(id.clone(), until).in_room(room.clone()));
    let approve = Button::new("승인", Action::submit(APPROVE, value(APPROVE)?)).primary();
    let opinion = Button::new("의견 쓰고 결정", Action::modal(value(OPINION)?));
    let message = Message::new(format!("휴가 신청이 왔어요: {}", vacation.when))
        .header("휴가 신청", HeaderStyle::Blue)
        .block(Description::new("신청", TextBlock::of([who(member, "신청한 분")])))
        .block(Description::new("기간", vacation.when.as_str()))
        .block(Description::new("까닭", vacation.why.as_deref().unwrap_or("-")))
        .divider()
        .block(ActionRow::two(approve, opinion));
    let asks = Effect::work(format!("approval-{id}-asked"), To::Room(room), message.checked()?).entry()?;
    turn.request_approval(&approval, &[asks]).await?;
    Ok(Heard::nothing())
}

/// 결정은 한 번뿐입니다. 대화방과 신청한 분께 보내는 소식은 결정과 함께 적힙니다.
async fn decide(turn: &WorkTurn<'_>, id: &ApprovalId, verdict: Verdict, reason: Option<&str>) -> Result<Heard, Oops> {
    let (Some(by), Some(room)) = (turn.member(), turn.room()) else { return Ok(Heard::nothing()) };
    let Some(asked) = turn.approval(id).await? else { return Ok(here(turn, Message::new(UNKNOWN))) };
    let news = result(&asked.subject, verdict, by, reason).checked()?;
    let to = [("result", To::Room(room.clone())), ("told", To::Member(asked.requester))];
    let notices = to.map(|(key, to)| Effect::work(format!("approval-{id}-{key}"), to, news.clone()).entry());
    let notices = notices.into_iter().collect::<Result<Vec<_>, _>>()?;
    let attempt = Attempt { by, verdict, reason, press: turn.id(), notices: &notices };
    Ok(match turn.decide(id, &attempt).await? {
        Decided::Ours(_) => Heard::nothing(),
        // 여럿이 여러 번 눌러도 한 분께 한 번만 말합니다.
        Decided::Already(ruling) => {
            let (by_whom, word) = (format!("결재자 {}", ruling.by.as_str()), decided(ruling.verdict));
            let named = [who(&ruling.by, &by_whom), Inline::words(format!(" 님이 이미 {word}했어요."))];
            let message = Message::new(already(&ruling)).block(TextBlock::of(named));
            Heard::nothing().say_once(format!("approval-{id}-already-{}", by.as_str()), To::Room(room), message)
        }
        Decided::NotYours => here(turn, Message::new(NOT_YOURS)),
        Decided::Expired => here(turn, Message::new(TOO_LATE)),
        Decided::Unknown => here(turn, Message::new(UNKNOWN)),
    })
}

fn result(when: &str, verdict: Verdict, by: &WorkUserId, reason: Option<&str>) -> Message {
    let word = decided(verdict);
    let style = match verdict {
        Verdict::Approved => HeaderStyle::Blue,
        Verdict::Rejected => HeaderStyle::Red,
    };
    let message = Message::new(format!("휴가 신청이 {word}되었어요: {when}"))
        .header(format!("휴가 {word}"), style)
        .block(Description::new("기간", when))
        .block(Description::new("결정", TextBlock::of([who(by, "결재한 분")])));
    match reason {
        Some(reason) => message.block(Description::new("의견", reason)),
        None => message,
    }
}

const fn decided(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approved => "승인",
        Verdict::Rejected => "반려",
    }
}

/// 이미 누가 어떻게 결정했는지. 이름을 물어볼 시간은 없어서 사용자 id로 말합니다.
fn already(ruling: &Ruling) -> String {
    format!("이미 결재자 {} 님이 {}한 신청이에요.", ruling.by.as_str(), decided(ruling.verdict))
}

fn fill_in_again(wrong: &[Wrong], again: Action) -> Message {
    let words = sentences(wrong);
    Message::new(words.as_str()).block(TextBlock::new(words)).block(Button::new("다시 쓰기", again).primary())
}

fn sentences(wrong: &[Wrong]) -> String {
    wrong.iter().map(Wrong::words).collect::<Vec<_>>().join("\n")
}

/// 사람의 이름표. 누르면 프로필이 열립니다.
fn who(member: &WorkUserId, name: &str) -> Inline {
    match member.as_str().parse() {
        Ok(number) if number > 0 => Inline::mention(name, number),
        _ => Inline::words(name),
    }
}

fn here(turn: &WorkTurn<'_>, message: Message) -> Heard {
    turn.room().map_or_else(Heard::nothing, |room| Heard::nothing().say(To::Room(room), message))
}
