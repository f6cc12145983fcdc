//! `docs/limits.md` is the register, written out.
//!
//! After a wanted change `KAKAO_LIMITS=write cargo test -p shared --test limits_page` writes it anew; read the diff.
#![allow(clippy::expect_used, reason = "tests")]

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use shared::kakao::limits::{self as l, RULES, Rule, work as w};

const INTRO: &str = r#"# 제한: 규칙 목록

`shared::kakao::limits::RULES`에서 만든 표입니다. 손으로 고치지 말고 `KAKAO_LIMITS=write cargo test -p shared --test limits_page`로 다시 적으세요.
Generated from the register, with the Korean words first; do not edit by hand.

답을 내보내기 전에, `make dev`의 채팅방에서, `kakao check`에서 같은 규칙을 씁니다. 내 테스트에서는 `SkillResponse::checked()`를 부르면 됩니다.

- **E**: 보내지 않습니다. 카카오가 말풍선이나 답 전체를 버리는 것들입니다. *Refused: Kakao may drop the bubble or the whole answer.*
- **A**: 보냅니다. 카카오워크 디자인 가이드의 권고입니다. *Sent: the design guide of Kakao Work would do it otherwise.*
- **W**: 보내고 알려 줍니다. 잘리거나 접히거나 뜻대로 보이지 않을 수 있습니다. *Sent and reported: something will not show as meant.*
- **글자**: 카카오가 세는 법을 밝히지 않아서 가장 엄격한 UTF-16 단위로 셉니다. `가`는 1, `😀`는 2, `👨‍👩‍👧`는 8, `🇰🇷`는 4이고, 자모로 풀어 쓴 `한`은 3입니다.
  *Characters are UTF-16 units, the strictest reading.*
  카카오워크는 유니코드 문자로 셉니다. UTF-16 단위로만 넘으면 EMOJI-LEN입니다. *Kakao Work: Unicode scalar values; EMOJI-LEN if only UTF-16 is over.*
- **줄**: `\n`의 수에 1을 더합니다. `\r\n`도 한 번입니다. 글이 `\n`으로 끝나면 빈 줄이 하나 더 있는 것으로 셉니다. 화면에서 저절로 넘어가는 줄은 세지 않습니다.
  *Lines are the `\n`s and one more; a line break at the end counts, wrapping does not.*
- **바이트**: 말풍선 하나를 JSON으로 적은 UTF-8 바이트입니다. 카카오의 계산법과 같지는 않아서, 문서의 30,720을 넘으면 W, 그 두 배를 넘으면 E입니다. *Bytes are those of a bubble as JSON.*

*n*은 본문에서 센 수, *m*은 그 자리의 한도입니다. 번호가 같은 규칙은 한 규칙의 여러 갈래입니다. *n* is what was counted, *m* the limit there.
"#;

/// The groups of the register: letter, first number, Korean and English words.
const GROUPS: &[(&str, u32, &str, &str)] = &[
    ("R", 0, "답 전체", "the whole answer"),
    ("R", 10, "텍스트, 이미지, 주소", "texts, pictures, addresses"),
    ("R", 20, "텍스트 카드", "`textCard`"),
    ("R", 30, "기본 카드", "`basicCard`"),
    ("R", 40, "커머스 카드", "`commerceCard`"),
    ("R", 50, "리스트 카드", "`listCard`"),
    ("R", 60, "아이템 카드", "`itemCard`"),
    ("R", 70, "캐러셀", "`carousel`"),
    ("R", 80, "버튼", "buttons"),
    ("R", 90, "바로연결, 컨텍스트, 전달, 그룹 채팅", "quick replies, contexts, forwarding, group chats"),
    ("K", 0, "파라미터 검증", "parameter checks"),
    ("Q", 0, "요청: 손으로 적은 요청을 위한 것", "requests, for people who write one by hand"),
    ("P", 0, "플러그인 값", "plugin values"),
    ("V", 0, "이벤트 API", "the Event API"),
    ("C", 0, "채널 콜백", "channel callbacks"),
    ("U", 0, "연결 끊기 콜백", "unlink callbacks"),
    ("A", 0, "계정 이벤트", "account events"),
];

/// Where the rules come from: key of the page and address.
const SOURCES: &[(&str, &str)] = &[
    ("RF", "https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format"),
    ("OLD", "https://i.kakao.com/docs/skill-response-format"),
    ("SA", "https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/setup_answer"),
    ("CB", "https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/ai_chatbot_callback_guide"),
    ("SP", "https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/setting_parameter"),
    ("PL", "https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/plugin"),
    ("BK", "https://docs.kakaoi.ai/kakao_work/blockkit/uxguide/"),
    ("RE", "https://docs.kakaoi.ai/kakao_work/webapireference/reactive/"),
    ("WA", "https://docs.kakaoi.ai/kakao_work/webapireference/commonguide/"),
    ("EV", "https://kakaobusiness.gitbook.io/main/tool/chatbot/main_notions/event-api"),
    ("CC", "https://developers.kakao.com/docs/latest/ko/kakaotalk-channel/callback"),
    ("UC", "https://developers.kakao.com/docs/latest/ko/kakaologin/callback"),
    ("AC", "https://developers.kakao.com/docs/latest/ko/kakaologin/sse"),
    ("GC", "Kakao group-chatbot developer guide 1.11.1"),
];

/// The groups of Kakao Work, whose rules have names and no numbers: key of the page, Korean and English words.
const WORK: &[(&str, &str, &str)] = &[
    ("BK", "카카오워크 메시지와 블록", "Kakao Work: messages and blocks"),
    ("RE", "카카오워크 모달과 콜백", "Kakao Work: modals and callbacks"),
    ("WA", "카카오워크 Web API", "Kakao Work: the Web API"),
];

/// Declares the rows of the table of numbers.
macro_rules! numbers {
    ($($name:ident $rules:literal $ko:literal,)+) => {
        &[$((stringify!($name), l::$name, $rules, $ko)),+]
    };
    (work $($name:ident $rules:literal $ko:literal,)+) => {
        &[$((concat!("work::", stringify!($name)), w::$name as usize, $rules, $ko)),+]
    };
}

/// The numbers: constant, value, rules, what it counts.
const NUMBERS: &[(&str, usize, &str, &str)] = numbers! {
    OUTPUTS_MAX "R03" "말풍선",
    QUICK_REPLIES_MAX "R04" "바로연결",
    BUBBLE_BYTES_MAX "R08" "말풍선의 바이트",
    SIMPLE_TEXT_MAX "R11" "텍스트의 글자",
    SIMPLE_TEXT_FOLD "R11" "접히지 않는 글자",
    ALT_TEXT_MAX "R13" "대체 텍스트의 글자",
    TEXT_CARD_TITLE_MAX "R21" "텍스트 카드 제목의 글자",
    TEXT_CARD_MAX "R22" "텍스트 카드 제목과 설명의 글자",
    TEXT_CARD_CAROUSEL_DESCRIPTION_MAX "R22" "캐러셀 안 텍스트 카드 설명의 글자",
    BASIC_CARD_TITLE_MAX "R31" "기본 카드 제목의 글자",
    BASIC_CARD_DESCRIPTION_MAX "R31" "기본 카드 설명의 글자",
    BASIC_CARD_CAROUSEL_LINES "R31" "캐러셀 안 기본 카드 제목과 설명 각각의 줄",
    COMMERCE_CARD_THUMBNAILS "R41" "커머스 카드의 이미지, 정확히",
    COMMERCE_CARD_TITLE_MAX "R42" "커머스 카드 제목의 글자",
    COMMERCE_CARD_DESCRIPTION_MAX "R42" "커머스 카드 설명의 글자",
    LIST_ITEMS_MAX "R51" "리스트의 항목",
    LIST_ITEMS_CAROUSEL_MAX "R51" "캐러셀 안 리스트의 항목",
    LIST_ITEM_TITLE_SANE "R52" "항목 제목의 글자(문서에 없는 수)",
    ITEM_LIST_MAX "R60" "아이템 카드의 항목",
    ITEM_LIST_CAROUSEL_MAX "R60" "캐러셀 안 아이템 카드의 항목",
    ITEM_TITLE_MAX "R62, R68" "아이템과 합계 이름의 글자",
    ITEM_DESCRIPTION_LINES "R62" "아이템 값의 줄",
    HEAD_LINES "R64" "헤드의 줄",
    PROFILE_TITLE_MAX "R64" "프로필 이름의 글자",
    IMAGE_TITLE_LINES "R64" "이미지 타이틀의 줄",
    IMAGE_DESCRIPTION_LINES "R64" "이미지 타이틀 설명의 줄",
    ITEM_CARD_TEXT_MAX "R66" "아이템 카드 제목과 설명의 글자",
    ITEM_CARD_CAROUSEL_TEXT_MAX "R66" "캐러셀 안 아이템 카드 제목과 설명의 글자",
    ITEM_CARD_TEXT_LINES "R66" "아이템 카드 제목과 설명의 줄",
    SUMMARY_MAX "R68" "합계 금액의 글자",
    SUMMARY_DECIMALS "R68" "합계 금액의 소수 자리",
    CAROUSEL_MAX "R71" "캐러셀의 카드",
    CAROUSEL_LIST_CARDS_MAX "R71" "캐러셀의 리스트 카드",
    HEADER_TITLE_LINES "R74" "캐러셀 헤더 제목의 줄",
    HEADER_DESCRIPTION_LINES "R74" "캐러셀 헤더 설명의 줄",
    LABEL_MAX "R81, R90" "버튼과 바로연결 이름의 글자",
    LABEL_SIDE_BY_SIDE_MAX "R81" "나란한 버튼 이름의 글자",
    BUTTONS_HORIZONTAL_MAX "R82" "나란한 버튼",
    BUTTONS_VERTICAL_MAX "R82" "세로 버튼",
    LIFE_SPAN_SANE "R91" "컨텍스트의 lifeSpan(문서에 없는 수)",
    GROUP_BUTTONS_HORIZONTAL_MAX "R94" "그룹 채팅의 나란한 버튼",
    GROUP_BUTTONS_VERTICAL_MAX "R94" "그룹 채팅의 세로 버튼",
    GROUP_MENTIONS_MAX "R94" "그룹 채팅의 멘션",
    EVENT_USERS_MAX "V02" "이벤트 요청 하나의 사람",
};

/// The numbers of Kakao Work.
const WORK_NUMBERS: &[(&str, usize, &str, &str)] = numbers! { work
    MESSAGE_TEXT_MAX "MSG-TEXT" "메시지 text의 글자",
    MESSAGE_TEXT_SANE "MSG-TEXT" "2024년 문서의 메시지 글자",
    HEADER_MAX "HEADER-TEXT" "헤더의 글자",
    TEXT_MAX "TEXT-LEN, INLINE-LEN" "text 블록의 글자",
    BUTTON_TEXT_MAX "BUTTON-TEXT" "버튼의 글자",
    ROW_MIN "ROW-COUNT" "나란한 버튼, 적어도",
    ROW_MAX "ROW-COUNT" "나란한 버튼, 많아도",
    DESCRIPTION_TERM_MAX "DESC-TERM" "description term의 글자",
    LABEL_MAX "LABEL-LEN, INLINE-LEN" "라벨의 글자",
    PLACEHOLDER_MAX "INPUT-PLACEHOLDER, SELECT-PLACEHOLDER" "placeholder의 글자",
    OPTIONS_MAX "SELECT-OPTIONS" "select의 선택지",
    OPTION_TEXT_SANE "SELECT-OPTIONS" "선택지의 글자(문서에 없는 수)",
    MODAL_TITLE_SANE "MODAL-WORDS" "모달 제목의 글자(문서에 없는 수)",
    MODAL_BUTTON_SANE "MODAL-WORDS" "모달 버튼의 글자(문서에 없는 수)",
    ACTION_NAME_SANE "ACTION-NAME-LEN" "action name의 글자(문서에 없는 수)",
    VALUE_SANE "VALUE-LEN" "value의 글자(문서에 없는 수)",
    BLOCKS_SANE "BLOCK-COUNT" "메시지나 모달의 블록(문서에 없는 수)",
    BUTTONS_SANE "BUTTON-COUNT" "메시지의 버튼(가이드)",
    LIST_LIMIT_MAX "LIST-LIMIT" "목록 한 쪽의 항목",
    BATCH_MAX "BATCH-COUNT" "일괄 호출 하나의 사람",
    UPLOAD_FILES_MAX "UPLOAD-COUNT" "업로드 하나의 파일",
    UPLOAD_IMAGE_MAX "UPLOAD-SIZE" "이미지의 바이트",
    UPLOAD_VIDEO_MAX "UPLOAD-SIZE" "동영상의 바이트",
    UPLOAD_MAX "UPLOAD-SIZE" "파일의 바이트, 업로드 하나의 파일을 모두 합해도 같음",
};

/// Letter and number of an id, such as `R` and 11.
fn split(id: &str) -> (&str, u32) {
    let (letter, number) = id.split_at(id.find(|c: char| c.is_ascii_digit()).unwrap_or(id.len()));
    (letter, number.parse().unwrap_or_default())
}

/// The heading that a rule stands under; one by its letter if the table of groups has none.
fn heading(rule: &Rule) -> String {
    let key = SOURCES.iter().find(|(_, address)| *address == rule.source).map(|(key, _)| *key);
    if let Some((_, ko, en)) = WORK.iter().find(|(of, ..)| key == Some(of)) {
        return format!("{ko} · {en}");
    }
    let (letter, number) = split(rule.id);
    let group = GROUPS.iter().rev().find(|(of, first, ..)| *of == letter && *first <= number);
    group.map_or_else(|| format!("{letter}: 그 밖 · others"), |(.., ko, en)| format!("{ko} · {en}"))
}

/// The page that a rule comes from.
fn source(rule: &Rule) -> String {
    let key = SOURCES.iter().find(|(_, address)| *address == rule.source).map(|(key, _)| *key);
    let key = key.or_else(|| rule.source.rsplit('/').next()).unwrap_or(rule.source);
    if rule.source.starts_with("https://") { format!("[{key}]({})", rule.source) } else { key.to_owned() }
}

/// Words of a rule with letters in the place of its numbers.
fn words(text: &str) -> String {
    text.replace("{found}", "*n*").replace("{limit}", "*m*").replace('|', "\\|")
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn page() -> String {
    let mut page = INTRO.to_owned();
    let mut last = String::new();
    for rule in RULES.iter().chain(w::RULES) {
        let heading = heading(rule);
        if heading != last {
            write!(page, "\n## {heading}\n\n| 규칙 | | 무엇 | What | 출처 |\n|---|---|---|---|---|\n").expect("a text");
            last = heading;
        }
        let (ko, en) = (words(rule.ko), words(rule.en));
        writeln!(page, "| {} | {} | {ko} | {en} | {} |", rule.id, rule.severity, source(rule)).expect("a text");
    }
    page += "\n## 수 · numbers\n\n`shared::kakao::limits`의 상수입니다. 글을 자르거나 목록을 나눌 때 쓰세요.\n\n";
    page += "| 상수 | 수 | 무엇 | 규칙 |\n|---|---:|---|---|\n";
    for (name, value, rules, ko) in NUMBERS.iter().chain(WORK_NUMBERS) {
        writeln!(page, "| `{name}` | {} | {ko} | {rules} |", thousands(*value)).expect("a text");
    }
    page += "\n## 출처 · sources\n\n";
    for (key, address) in SOURCES {
        writeln!(page, "- {key}: {address}").expect("a text");
    }
    page
}

#[test]
fn the_page_is_the_register() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/limits.md");
    let page = page();
    if std::env::var("KAKAO_LIMITS").as_deref() == Ok("write") {
        fs::write(&path, &page).expect("a writable folder");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let differs = page.lines().zip(written.lines()).find(|(new, old)| new != old);
    assert!(
        page == written,
        "docs/limits.md is not what the register says, first at {differs:?}; write it anew with \
         `KAKAO_LIMITS=write cargo test -p shared --test limits_page` and read the diff"
    );
}

/// A constant that is added to the register must find its way into the table of numbers.
#[test]
fn every_number_of_the_register_is_in_the_table() {
    let register = fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/kakao/limits/mod.rs"))
        .expect("the register");
    let exported: String =
        register.lines().skip_while(|line| !line.starts_with("pub use")).collect::<Vec<_>>().join(" ");
    let constants = exported.split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'));
    // Not numbers: the rules themselves, a word, a host.
    let constants =
        constants.filter(|name| name.len() > 3 && !["RULES", "CURRENCY", "CALLBACK_HOST", "MENTION"].contains(name));
    let missing: Vec<_> = constants.filter(|name| NUMBERS.iter().all(|(known, ..)| known != name)).collect();
    assert!(missing.is_empty(), "{missing:?} are missing in the table of numbers of this test");
    for (name, _, rules, _) in NUMBERS.iter().chain(WORK_NUMBERS) {
        for id in rules.split(", ") {
            assert!(RULES.iter().chain(w::RULES).any(|rule| rule.id == id), "{name} is about {id}, which is no rule");
        }
    }
}
