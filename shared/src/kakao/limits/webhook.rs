//! Rules of what Kakao tells a service by itself. What breaks an error cannot be used, and is answered with 400.
//! <https://developers.kakao.com/docs/latest/en/getting-started/callback>

use super::at::At;
use super::report::{Finding, Report, Setting};
use super::rule::{AC, CC, Rule, UC};
use crate::kakao::field::Loose;
use crate::kakao::id::AppUserId;
use crate::kakao::login::is_person;
use crate::kakao::webhook::{
    AccountClaims, AccountEventKind, ChannelAction, ChannelEvent, ChannelIdType, ISSUER, Referrer, UnlinkNotice,
};

/// An event says what happened.
pub(super) static C01: Rule = Rule::error("C01", CC, "event is missing", "event가 없습니다");
/// It is one of two words.
pub(super) static C01_WORD: Rule = Rule::warning(
    "C01",
    CC,
    "neither added nor blocked: it is kept and changes nothing",
    "added도 blocked도 아니어서 적어 두기만 하고 아무것도 바꾸지 않습니다",
);
/// It is about somebody.
pub(super) static C02: Rule = Rule::error("C02", CC, "id is missing", "id가 없습니다");
/// An app user id is a number.
pub(super) static C02_NUMBER: Rule =
    Rule::error("C02", CC, "an app user id is a whole number", "앱 사용자 id는 자연수입니다");
/// The id is of a kind.
pub(super) static C03: Rule = Rule::error("C03", CC, "id_type is missing", "id_type이 없습니다");
/// It is one of two kinds.
pub(super) static C03_WORD: Rule = Rule::warning(
    "C03",
    CC,
    "neither app_user_id nor open_id: it changes nothing",
    "app_user_id도 open_id도 아니어서 아무것도 바꾸지 않습니다",
);
/// It is about a channel.
pub(super) static C04: Rule = Rule::error(
    "C04",
    CC,
    "channel_public_id (or plus_friend_public_id) is missing",
    "channel_public_id(또는 plus_friend_public_id)가 없습니다",
);
/// The channel has a search id.
pub(super) static C05: Rule = Rule::error(
    "C05",
    CC,
    "channel_uuid (or plus_friend_uuid) is missing",
    "channel_uuid(또는 plus_friend_uuid)가 없습니다",
);
/// It happened at some time.
pub(super) static C06: Rule = Rule::error(
    "C06",
    CC,
    "updated_at (or timestamp) is missing or is no moment",
    "updated_at(또는 timestamp)이 없거나 시각이 아닙니다",
);
/// Both names of a member say the same.
pub(super) static C07: Rule = Rule::warning(
    "C07",
    CC,
    "the older name of this member says something else; this one counts",
    "옛 이름의 값과 다릅니다. 이쪽을 따릅니다",
);

/// An unlink is of an app.
pub(super) static U01: Rule = Rule::error("U01", UC, "app_id is missing", "app_id가 없습니다");
/// It is about a person.
pub(super) static U02: Rule =
    Rule::error("U02", UC, "user_id is missing or is no whole number", "user_id가 없거나 자연수가 아닙니다");
/// It says why.
pub(super) static U03: Rule = Rule::warning(
    "U03",
    UC,
    "referrer_type is missing or not documented; it counts as UNLINK_FROM_APPS",
    "referrer_type이 없거나 문서에 없는 값이어서 UNLINK_FROM_APPS로 봅니다",
);

/// A token says who made it out.
pub(super) static A01: Rule =
    Rule::error("A01", AC, "iss is not https://kauth.kakao.com", "iss가 https://kauth.kakao.com이 아닙니다");
/// A token says to whom it was made out.
pub(super) static A02: Rule =
    Rule::error("A02", AC, "aud is neither a text nor a list of texts", "aud가 문자열도 문자열의 목록도 아닙니다");
/// A token is about one person.
pub(super) static A03: Rule = Rule::error(
    "A03",
    AC,
    "sub and the subjects of the events do not name one and the same person",
    "sub와 이벤트의 subject가 한 사람을 가리키지 않습니다",
);
/// A token says when it was made out.
pub(super) static A04: Rule =
    Rule::error("A04", AC, "iat is missing or is no number of seconds", "iat가 없거나 초의 수가 아닙니다");
/// A token has a name of its own.
pub(super) static A05: Rule = Rule::error("A05", AC, "jti is missing or no text", "jti가 없거나 문자열이 아닙니다");
/// A token says what happened.
pub(super) static A06: Rule = Rule::error(
    "A06",
    AC,
    "events is not an object of at least one event, each an object",
    "events가 하나 이상의 이벤트(객체)를 담은 객체가 아닙니다",
);
/// An event is a documented one.
pub(super) static A07: Rule = Rule::warning(
    "A07",
    AC,
    "not a documented event: it is kept and changes nothing",
    "문서에 없는 이벤트여서 적어 두기만 합니다",
);
/// An event about consent says about which.
pub(super) static A08: Rule = Rule::warning("A08", AC, "scopes names no consent item", "scopes에 동의 항목이 없습니다");

/// Everything there is to say about a channel event.
pub fn channel_event(event: &ChannelEvent) -> Vec<Finding> {
    let setting = Setting::default();
    let mut report = Report::new(&setting);
    let top = At::top();
    let action = event.action();
    report.require(action.is_some(), &C01, top.key("event"));
    report.require(!matches!(action, Some(ChannelAction::Other(_))), &C01_WORD, top.key("event"));
    let id = event.id.get().filter(|id| !id.as_str().is_empty());
    report.require(id.is_some(), &C02, top.key("id"));
    let kind = event.id_type();
    let number = id.is_none_or(|id| is_person(&AppUserId::new(id.as_str())));
    report.require(number || kind != Some(ChannelIdType::AppUserId), &C02_NUMBER, top.key("id"));
    report.require(kind.is_some(), &C03, top.key("id_type"));
    report.require(!matches!(kind, Some(ChannelIdType::Other(_))), &C03_WORD, top.key("id_type"));
    report.require(event.channel().is_some(), &C04, top.key("channel_public_id"));
    report.require(event.search_id().is_some(), &C05, top.key("channel_uuid"));
    report.require(event.at().is_some(), &C06, top.key("updated_at"));
    event.differing().for_each(|name| report.tell(&C07, top.key(name), "", ""));
    report.findings
}

/// Everything there is to say about an unlink message.
pub fn unlink_notice(notice: &UnlinkNotice) -> Vec<Finding> {
    let setting = Setting::default();
    let mut report = Report::new(&setting);
    let top = At::top();
    report.require(notice.app_id.get().is_some(), &U01, top.key("app_id"));
    report.require(notice.user_id.get().is_some_and(is_person), &U02, top.key("user_id"));
    let known = notice.referrer().is_some_and(|referrer| !matches!(referrer, Referrer::Other(_)));
    report.require(known, &U03, top.key("referrer_type"));
    report.findings
}

/// Everything there is to say about the claims of an account event; whether they may be believed is another matter.
pub fn account_claims(claims: &AccountClaims) -> Vec<Finding> {
    let setting = Setting::default();
    let mut report = Report::new(&setting);
    let top = At::top();
    report.require(claims.issuer() == Some(ISSUER), &A01, top.key("iss"));
    report.require(claims.audiences().next().is_some(), &A02, top.key("aud"));
    report.require(claims.issued().is_some(), &A04, top.key("iat"));
    report.require(claims.token_id().is_some(), &A05, top.key("jti"));
    let events = claims.events();
    report.require(events.is_some(), &A06, top.key("events"));
    report.require(events.is_none() || claims.person().is_some_and(|id| is_person(&id)), &A03, top.key("sub"));
    let at = top.key("events");
    for (kind, event) in events.unwrap_or_default() {
        let at = at.key(kind.as_str());
        report.require(!matches!(kind, AccountEventKind::Other(_)), &A07, at);
        let about_consent = matches!(kind, AccountEventKind::ScopeConsent | AccountEventKind::ScopeWithdraw);
        report.require(!about_consent || event.scopes().next().is_some(), &A08, at.key("scopes"));
        report.require(
            event.subject.get().is_none_or(|subject| matches!(subject, Loose::Fits(_))),
            &A03,
            at.key("subject"),
        );
    }
    report.findings
}
