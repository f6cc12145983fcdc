//! The cards of `docs/authoring.md` and `docs/authoring.en.md`: they compile, nothing is found in them, and the pages
//! show exactly this code. After a change here, copy the lines between `// page` and `// end` into both pages.
#![allow(clippy::expect_used, reason = "tests")]

use std::fs;
use std::path::PathBuf;

use shared::kakao::limits::{Setting, skill_response_in};
use shared::kakao::skill::*;

fn envelope() -> SkillResponse {
    // page
    SkillResponse::new()
        .output(SimpleText::new("어서 오세요!"))
        .output(SimpleImage::new("https://example.com/menu.png", "오늘의 메뉴판"))
        .quick_reply(QuickReply::message("주문", "#주문"))
        .quick_reply(QuickReply::block("상담", "65f0c0ffee0123456789abcd").message_text("상담할래요"))
    // end
}

fn text_card() -> TextCard {
    // page
    TextCard::new("예약이 끝났어요")
        .description("11월 20일 12:00, 두 명")
        .button(Button::message("예약 바꾸기", "#예약 변경"))
        .button(Button::phone("가게에 전화", "02-1234-5678"))
    // end
}

fn basic_card() -> BasicCard {
    // page
    BasicCard::new(Thumbnail::new("https://example.com/kimbap.png").alt_text("김밥").link("https://example.com"))
        .title("김밥")
        .description("오늘은 참치예요.")
        .button(Button::web_link("자세히", "https://example.com/kimbap"))
    // end
}

fn commerce_card() -> CommerceCard {
    // page
    CommerceCard::new("https://example.com/kimbap.png", 4_000)
        .title("참치김밥")
        .discount_rate(10, 3_600)
        .profile(Profile::new("김밥천국").image("https://example.com/shop.png"))
        .button(Button::web_link("사러 가기", "https://example.com/kimbap"))
    // end
}

fn list_card() -> ListCard {
    // page
    ListCard::new("오늘의 메뉴")
        .item(ListItem::new("김밥").description("4,000원").message("김밥 주세요"))
        .item(ListItem::new("라면").image("https://example.com/ramen.png").link("https://example.com/ramen"))
        .item(ListItem::new("돈가스").block("65f0c0ffee0123456789abcd"))
        .button(Button::share("공유하기"))
    // end
}

fn item_card() -> ItemCard {
    // page
    ItemCard::new()
        .thumbnail(ItemThumbnail::wide("https://example.com/kimbap.png"))
        .head("주문 내역")
        .items([("메뉴", "김밥 두 줄"), ("받을 곳", "1층 로비")])
        .summary("합계", "8,000원")
        .text("고맙습니다", "20분쯤 걸려요.")
    // end
}

fn carousel() -> Carousel {
    // page
    Carousel::of_basic_cards(["https://example.com/1.png", "https://example.com/2.png"].map(BasicCard::new))
        .header(CarouselHeader::new("오늘의 메뉴", "둘 가운데 골라 주세요.", "https://example.com/menu.png"))
    // end
}

fn values() -> SkillResponse {
    // page
    SkillResponse::text("주문했어요.")
        .data("orderNo", "A-17")
        .context(ContextValue::new("ordering", 3).ttl(600).param("menu", "김밥"))
        .context(ContextValue::end("browsing"))
    // end
}

fn group() -> SkillResponse {
    // page
    SkillResponse::text(format!("{} 님 차례예요!", Mention::place("next")))
        .mention("next", Mention::bot_user("4f2a"))
        .output(ListCard::new("순위").item(ListItem::new("김밥천국")).item(ListItem::new("국밥집")).ranking())
        .output(TextCard::new("같이 골라요").button(Button::invite_member("초대하기")))
    // end
}

#[test]
fn nothing_is_found_in_the_examples() {
    let of = |output: Output| SkillResponse::new().output(output);
    for answer in [
        envelope(),
        of(text_card().into()),
        of(basic_card().into()),
        of(commerce_card().into()),
        of(list_card().into()),
        of(item_card().into()),
        of(carousel().into()),
        values(),
    ] {
        assert_eq!(skill_response_in(&answer, &Setting::default()), []);
    }
    assert_eq!(skill_response_in(&group(), &Setting::group_chat()), []);
}

#[test]
fn both_pages_show_exactly_these_examples() {
    let here = include_str!("authoring_cards.rs");
    let examples: Vec<String> = here
        .split("    // page\n")
        .skip(1)
        .map(|rest| rest.split("    // end\n").next().unwrap_or_default())
        .map(|code| code.lines().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect::<Vec<_>>().join("\n"))
        .collect();
    assert_eq!(examples.len(), 9);
    for page in ["authoring.md", "authoring.en.md"] {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs").join(page);
        let text = fs::read_to_string(path).expect("the page");
        for example in &examples {
            assert!(text.contains(&format!("```rust\n{example}\n```")), "docs/{page} does not show\n{example}");
        }
    }
}
