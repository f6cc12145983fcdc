//! 점심 투표 봇.
//!
//! 동료끼리 그룹을 만들고(코드로 참여), 식당을 모으고, 하루에 한 표씩 던집니다. 표는 마감 전까지 바꿀 수 있고, 날짜는 한국
//! 시간으로 셉니다.
//!
//! ```text
//! #점심 선택   식당을 골라 투표          #결과 보기   오늘의 결과
//! #설정        그룹, 식당, 마감 시간     #추천        대신 골라 줘 (오래 걸리는 답의 예)
//! ```

use serde::{Deserialize, Serialize};
use shared::bot::{AddedPlace, Desk, Groups, JoinOutcome, MAX_NAME, MAX_PLACES, Oops, Reply, Turn};
use shared::kakao::skill::{Button, ListCard, ListItem, QuickReply, SimpleText, SkillResponse, TextCard};
use shared::store::{Group, GroupId, Place, PlaceId, Voted};

/// 바로연결은 열 개까지입니다. 둘은 "더 보기"와 "식당 추가"에 남겨 둡니다.
const PLACES_A_PAGE: usize = 8;

/// 리스트 카드의 항목은 다섯 개까지입니다.
const RANKS_SHOWN: usize = 5;

/// 대화가 어디까지 왔는지. 마지막 말에서 30분 동안 기억합니다.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Talk {
    /// 지금 이야기하는 그룹.
    #[serde(default)]
    group: Option<Group>,
    /// 방금 물어본 것. 다음 말이 그 대답입니다.
    #[serde(default)]
    asked: Option<Question>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Question {
    /// 새 그룹의 이름. 코드를 미리 정해 두면 같은 요청이 두 번 와도 그룹은 하나만 생깁니다.
    GroupName { code: String },
    /// 참여할 그룹의 코드.
    JoinCode,
    /// 추가할 식당의 이름.
    PlaceName,
    /// 투표를 마감할 시각.
    ClosingTime,
}

/// 오래 걸리는 일. 값으로 적어 두면 답을 보낸 뒤 다른 함수가 맡아서 합니다.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Job {
    /// 식당 하나를 대신 고릅니다.
    Suggest {
        /// 고를 수 있는 식당.
        places: Vec<String>,
        /// 오늘 날짜. 하루 동안은 같은 곳을 추천합니다.
        day: String,
    },
}

/// 투표 버튼이 들고 다니는 것. 누르면 그대로 돌아옵니다(`clientExtra`).
#[derive(Serialize, Deserialize)]
struct Ballot {
    group: GroupId,
    place: PlaceId,
    name: String,
}

/// "그룹 바꾸기" 버튼이 들고 다니는 것.
#[derive(Serialize, Deserialize)]
struct Chosen {
    group: GroupId,
}

/// "더 보기" 버튼이 들고 다니는 것.
#[derive(Serialize, Deserialize)]
struct Page {
    from: usize,
}

type LunchReply = Reply<Talk, crate::Job>;
type LunchTurn<'a> = Turn<'a, Talk>;

/// 차례: 무슨 말에 무엇으로 답하는지.
pub async fn reply(turn: &LunchTurn<'_>) -> Result<LunchReply, Oops> {
    let Some(groups) = turn.groups() else {
        return Ok(Reply::text("누가 보낸 말인지 알 수 없어서 투표를 도와드릴 수 없어요. 채널에서 말을 걸어 주세요."));
    };
    if let Some(ballot) = turn.extra::<Ballot>() {
        return vote(turn, &groups, ballot).await;
    }
    match (turn.utterance(), &turn.talk().asked) {
        ("#점심 선택", _) => choose(turn, &groups).await,
        ("#결과 보기", _) => result(turn, &groups).await,
        ("#설정", _) => settings(turn, &groups).await,
        ("#추천", _) => suggest(turn, &groups).await,
        ("#그룹 만들기", _) => ask_group_name(turn, &groups),
        ("#그룹 참여", _) => ask(turn, Question::JoinCode, "받은 참여 코드를 적어 주세요. 예: ABCDE-FGHJK"),
        ("#그룹 바꾸기", _) => change_group(turn, &groups).await,
        ("#식당 추가", _) => {
            ask_in_group(turn, &groups, Question::PlaceName, "추가할 식당 이름을 적어 주세요.").await
        }
        ("#마감 시간", _) => {
            let question = "몇 시에 마감할까요? 예: 11:30 (마감을 없애려면 '없음')";
            ask_in_group(turn, &groups, Question::ClosingTime, question).await
        }
        ("#취소", _) => Ok(forget_question(turn, Reply::from(help("알겠어요, 없던 일로 할게요.")))),
        (name, Some(Question::GroupName { code })) => found(&groups, name, code).await,
        (code, Some(Question::JoinCode)) => join(turn, &groups, code).await,
        (name, Some(Question::PlaceName)) => add_place(turn, &groups, name).await,
        (time, Some(Question::ClosingTime)) => set_closing(turn, &groups, time).await,
        _ => Ok(Reply::from(help("안녕하세요! 오늘 점심, 같이 정해 볼까요?"))),
    }
}

/// 오래 걸리는 일은 여기서 합니다. 여러분의 봇이라면 이 자리에서 LLM이나 사내 API를 부르면 됩니다.
pub async fn work(job: Job, _desk: &Desk<'_>) -> Result<SkillResponse, Oops> {
    let Job::Suggest { places, day } = job;
    let luck = day.bytes().fold(7_usize, |luck, byte| luck.wrapping_mul(31).wrapping_add(usize::from(byte)));
    Ok(match places.get(luck % places.len().max(1)) {
        Some(place) => {
            SkillResponse::text(format!("오늘은 {place} 어떠세요?")).quick_replies([choose_reply(), result_reply()])
        }
        None => SkillResponse::text("고를 식당이 아직 없어요.").quick_reply(add_place_reply()),
    })
}

// ── 투표 ────────────────────────────────────────────────────────────────────────────────────────

async fn choose(turn: &LunchTurn<'_>, groups: &Groups<'_>) -> Result<LunchReply, Oops> {
    let Some(group) = my_group(turn, groups).await? else { return Ok(no_group()) };
    let menu = groups.menu(&group).await?;
    if menu.places.is_empty() {
        let text = format!("'{}' 그룹에는 아직 식당이 없어요. 먼저 하나 추가해 볼까요?", group.name);
        return Ok(stay(turn, group, SkillResponse::text(text).quick_reply(add_place_reply())));
    }
    let from = turn.extra::<Page>().map_or(0, |page| page.from).min(menu.places.len() - 1);
    let page = &menu.places[from..menu.places.len().min(from + PLACES_A_PAGE)];
    let ballots = page.iter().map(|place| ballot(&group, place));
    let mut response =
        SkillResponse::text(format!("오늘 점심, 어디로 갈까요? ({})", group.name)).quick_replies(ballots);
    if from + PLACES_A_PAGE < menu.places.len() {
        let next = Page { from: from + PLACES_A_PAGE };
        response = response.quick_reply(QuickReply::message("더 보기", "#점심 선택").extra(next));
    }
    Ok(stay(turn, group, response.quick_reply(add_place_reply())))
}

fn ballot(group: &Group, place: &Place) -> QuickReply {
    let ballot = Ballot { group: group.id.clone(), place: place.id.clone(), name: place.name.clone() };
    QuickReply::message(&place.name, format!("{}에 투표", place.name)).extra(ballot)
}

async fn vote(turn: &LunchTurn<'_>, groups: &Groups<'_>, ballot: Ballot) -> Result<LunchReply, Oops> {
    // 예전 그룹의 버튼을 눌렀을 수도 있습니다. 지금도 그 그룹 사람인지 확인하고 받습니다.
    let group = match &turn.talk().group {
        Some(group) if group.id == ballot.group => Some(group.clone()),
        _ => groups.mine().await?.into_iter().find(|group| group.id == ballot.group),
    };
    let Some(group) = group else { return Ok(no_group()) };
    let text = match groups.vote(&group, &ballot.place).await? {
        Voted::Counted => format!("{}에 한 표 던졌어요. 마음이 바뀌면 다시 골라도 돼요.", ballot.name),
        Voted::Superseded => "그 뒤에 던진 표가 있어서 그 표를 그대로 뒀어요.".to_owned(),
        Voted::Closed(minute) => format!("오늘 투표는 {}에 마감됐어요. 그 전에 던진 표만 세요.", clock(minute)),
    };
    let again = QuickReply::message("다시 고르기", "#점심 선택");
    Ok(stay(turn, group, SkillResponse::text(text).quick_replies([result_reply(), again])))
}

async fn result(turn: &LunchTurn<'_>, groups: &Groups<'_>) -> Result<LunchReply, Oops> {
    let Some(group) = my_group(turn, groups).await? else { return Ok(no_group()) };
    let (menu, tally) = groups.result(&group).await?;
    let name = |id: &PlaceId| {
        menu.places.iter().find(|place| place.id == *id).map_or("(이름 모를 식당)", |place| place.name.as_str())
    };
    if tally.standings.is_empty() {
        let response = if tally.closed {
            SkillResponse::text("오늘은 아무도 투표하지 않았어요.").quick_reply(settings_reply())
        } else {
            SkillResponse::text("아직 아무도 투표하지 않았어요. 첫 표를 던져 보세요!").quick_reply(choose_reply())
        };
        return Ok(stay(turn, group, response));
    }
    let winners: Vec<&str> = tally.winners().map(|winner| name(&winner.place)).collect();
    let verb = if tally.closed { "오늘 점심은" } else { "지금까지는" };
    let headline = match winners.as_slice() {
        [only] => format!("{verb} {only}!"),
        several => format!("{verb} 공동 1위: {}", several.join(", ")),
    };
    let items = tally.ranks().take(RANKS_SHOWN).map(|(rank, standing)| {
        let shared = tally.standings.iter().filter(|other| other.votes == standing.votes).count() > 1;
        let rank = if shared { format!("공동 {rank}위") } else { format!("{rank}위") };
        ListItem::new(name(&standing.place)).description(format!("{rank} · {}표", standing.votes))
    });
    let card = ListCard::new(format!("{} · 모두 {}표", group.name, tally.votes()))
        .items(items)
        .button(Button::message("투표하기", "#점심 선택"))
        .button(Button::message("새로 고침", "#결과 보기"));
    let response = SkillResponse::new().output(SimpleText::new(headline)).output(card);
    Ok(stay(turn, group, response.quick_reply(QuickReply::message("설정", "#설정"))))
}

async fn suggest(turn: &LunchTurn<'_>, groups: &Groups<'_>) -> Result<LunchReply, Oops> {
    let Some(group) = my_group(turn, groups).await? else { return Ok(no_group()) };
    let places = groups.menu(&group).await?.places.into_iter().map(|place| place.name).collect();
    let job = Job::Suggest { places, day: turn.at().kst_day() };
    Ok(Reply::later("맛있는 곳을 고르고 있어요…", crate::Job::Lunch(job)))
}

// ── 설정 ────────────────────────────────────────────────────────────────────────────────────────

async fn settings(turn: &LunchTurn<'_>, groups: &Groups<'_>) -> Result<LunchReply, Oops> {
    let Some(group) = my_group(turn, groups).await? else { return Ok(no_group()) };
    let menu = groups.menu(&group).await?;
    let closes = menu.closes.map_or("없음 (자정까지)".to_owned(), clock);
    let text = format!(
        "참여 코드: {}\n식당: {}곳\n마감 시간: {closes}\n\n코드를 아는 사람은 누구나 들어올 수 있어요.",
        spaced(&group.code),
        menu.places.len()
    );
    let card = TextCard::new(&group.name)
        .description(text)
        .button(Button::message("식당 추가", "#식당 추가"))
        .button(Button::message("마감 시간", "#마감 시간"));
    let replies = [
        choose_reply(),
        QuickReply::message("그룹 만들기", "#그룹 만들기"),
        QuickReply::message("그룹 참여", "#그룹 참여"),
        QuickReply::message("그룹 바꾸기", "#그룹 바꾸기"),
    ];
    Ok(stay(turn, group, SkillResponse::new().output(card).quick_replies(replies)))
}

fn ask_group_name(turn: &LunchTurn<'_>, groups: &Groups<'_>) -> Result<LunchReply, Oops> {
    let question = format!("새 그룹의 이름을 적어 주세요. ({MAX_NAME}자까지)");
    ask(turn, Question::GroupName { code: groups.new_code()? }, &question)
}

async fn found(groups: &Groups<'_>, name: &str, code: &str) -> Result<LunchReply, Oops> {
    let Some(group) = groups.found(name, code).await? else {
        return Ok(Reply::text(format!("이름은 1자부터 {MAX_NAME}자까지예요. 다시 적어 주세요.")));
    };
    let text =
        format!("'{}' 그룹을 만들었어요.\n참여 코드: {}\n함께 먹을 사람에게 알려 주세요.", group.name, spaced(code));
    let response = SkillResponse::text(text).quick_replies([add_place_reply(), settings_reply()]);
    Ok(Reply::from(response).talk(Talk { group: Some(group), asked: None }))
}

async fn join(turn: &LunchTurn<'_>, groups: &Groups<'_>, code: &str) -> Result<LunchReply, Oops> {
    let (group, text) = match groups.join(code).await? {
        JoinOutcome::New(group) => (group, "그룹에 들어왔어요!"),
        JoinOutcome::Already(group) => (group, "그룹에는 이미 들어와 있어요."),
        JoinOutcome::UnknownCode => {
            let text =
                "그런 코드의 그룹이 없어요. 코드를 다시 확인해서 적어 주세요. 그만두려면 '#취소'라고 적어 주세요.";
            return Ok(Reply::text(text));
        }
        JoinOutcome::TooManyTries => {
            let text = "코드를 너무 여러 번 적었어요. 한 시간쯤 뒤에 다시 해 주세요.";
            return Ok(forget_question(turn, Reply::text(text)));
        }
    };
    let response =
        SkillResponse::text(format!("'{}' {text}", group.name)).quick_replies([choose_reply(), result_reply()]);
    Ok(Reply::from(response).talk(Talk { group: Some(group), asked: None }))
}

async fn change_group(turn: &LunchTurn<'_>, groups: &Groups<'_>) -> Result<LunchReply, Oops> {
    let mine = groups.mine().await?;
    if let Some(chosen) = turn.extra::<Chosen>()
        && let Some(group) = mine.iter().find(|group| group.id == chosen.group)
    {
        let response = SkillResponse::text(format!("이제 '{}' 그룹이에요.", group.name)).quick_reply(choose_reply());
        return Ok(Reply::from(response).talk(Talk { group: Some(group.clone()), asked: None }));
    }
    if mine.is_empty() {
        return Ok(no_group());
    }
    let choice =
        |group: &Group| QuickReply::message(&group.name, "#그룹 바꾸기").extra(Chosen { group: group.id.clone() });
    let choices = mine.iter().take(10).map(choice);
    Ok(Reply::from(SkillResponse::text("어느 그룹으로 바꿀까요?").quick_replies(choices)))
}

async fn add_place(turn: &LunchTurn<'_>, groups: &Groups<'_>, name: &str) -> Result<LunchReply, Oops> {
    let Some(group) = my_group(turn, groups).await? else { return Ok(no_group()) };
    let text = match groups.add_place(&group, name).await? {
        AddedPlace::Added => format!("{name}, 추가했어요."),
        AddedPlace::Exists => format!("{name}, 이미 있어요."),
        AddedPlace::Full => format!("식당은 {MAX_PLACES}곳까지예요."),
        AddedPlace::BadName => {
            return Ok(Reply::text(format!("식당 이름은 1자부터 {MAX_NAME}자까지예요. 다시 적어 주세요.")));
        }
    };
    let response = SkillResponse::text(text).quick_replies([add_place_reply(), choose_reply()]);
    Ok(Reply::from(response).talk(Talk { group: Some(group), asked: None }))
}

async fn set_closing(turn: &LunchTurn<'_>, groups: &Groups<'_>, typed: &str) -> Result<LunchReply, Oops> {
    let Some(group) = my_group(turn, groups).await? else { return Ok(no_group()) };
    let closes = match read_clock(typed) {
        Some(minute) => Some(minute),
        None if typed == "없음" => None,
        None => return Ok(Reply::text("시각을 11:30 처럼 적어 주세요. 마감을 없애려면 '없음'이라고 적어 주세요.")),
    };
    groups.close_at(&group, closes).await?;
    let text =
        closes.map_or("마감을 없앴어요.".to_owned(), |minute| format!("매일 {}에 마감할게요.", clock(minute)));
    let response = SkillResponse::text(text).quick_replies([choose_reply(), settings_reply()]);
    Ok(Reply::from(response).talk(Talk { group: Some(group), asked: None }))
}

// ── 거들기 ──────────────────────────────────────────────────────────────────────────────────────

/// 지금 이야기하는 그룹. 대화가 잊혔으면 가장 최근에 들어간 그룹입니다.
async fn my_group(turn: &LunchTurn<'_>, groups: &Groups<'_>) -> Result<Option<Group>, Oops> {
    match &turn.talk().group {
        Some(group) => Ok(Some(group.clone())),
        None => Ok(groups.mine().await?.into_iter().next()),
    }
}

/// 대화에 이미 적힌 대로면 다시 적지 않습니다.
fn stay(turn: &LunchTurn<'_>, group: Group, response: SkillResponse) -> LunchReply {
    let talk = turn.talk();
    let same = talk.asked.is_none() && talk.group.as_ref() == Some(&group);
    let reply = Reply::from(response);
    if same { reply } else { reply.talk(Talk { group: Some(group), asked: None }) }
}

fn ask(turn: &LunchTurn<'_>, question: Question, text: &str) -> Result<LunchReply, Oops> {
    let talk = Talk { group: turn.talk().group.clone(), asked: Some(question) };
    Ok(Reply::from(SkillResponse::text(text).quick_reply(QuickReply::message("취소", "#취소"))).talk(talk))
}

async fn ask_in_group(
    turn: &LunchTurn<'_>,
    groups: &Groups<'_>,
    question: Question,
    text: &str,
) -> Result<LunchReply, Oops> {
    match my_group(turn, groups).await? {
        Some(_) => ask(turn, question, text),
        None => Ok(no_group()),
    }
}

fn forget_question(turn: &LunchTurn<'_>, reply: LunchReply) -> LunchReply {
    match turn.talk().asked {
        Some(_) => reply.talk(Talk { group: turn.talk().group.clone(), asked: None }),
        None => reply,
    }
}

fn no_group() -> LunchReply {
    let replies = [QuickReply::message("그룹 만들기", "#그룹 만들기"), QuickReply::message("그룹 참여", "#그룹 참여")];
    Reply::from(
        SkillResponse::text("아직 그룹이 없어요. 새로 만들거나, 받은 코드로 들어오세요.").quick_replies(replies),
    )
}

fn help(greeting: &str) -> SkillResponse {
    SkillResponse::text(greeting).quick_replies([choose_reply(), result_reply(), settings_reply()])
}

fn choose_reply() -> QuickReply {
    QuickReply::message("점심 선택", "#점심 선택")
}

fn result_reply() -> QuickReply {
    QuickReply::message("결과 보기", "#결과 보기")
}

fn settings_reply() -> QuickReply {
    QuickReply::message("설정", "#설정")
}

fn add_place_reply() -> QuickReply {
    QuickReply::message("식당 추가", "#식당 추가")
}

/// `ABCDEFGHJK`를 읽기 좋게 `ABCDE-FGHJK`로.
fn spaced(code: &str) -> String {
    code.split_at_checked(5).map_or_else(|| code.to_owned(), |(left, right)| format!("{left}-{right}"))
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn read_clock(typed: &str) -> Option<u16> {
    let (hour, minute) = typed.split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.trim().parse().ok()?, minute.trim().parse().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_times_are_read_as_people_write_them() {
        assert_eq!(read_clock("11:30"), Some(690));
        assert_eq!(read_clock(" 9 : 05 "), Some(545));
        for bad in ["24:00", "11:60", "1130", "열한시", "-1:30", ""] {
            assert_eq!(read_clock(bad), None, "{bad}");
        }
        assert_eq!(clock(545), "09:05");
    }
}
