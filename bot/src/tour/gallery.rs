//! 말풍선 여덟 가지. 하나에 함수 하나입니다.

use shared::kakao::skill::{
    BasicCard, Button, ButtonLayout, Carousel, CarouselHeader, CommerceCard, ItemCard, ItemListAlignment, ListCard,
    ListItem, QuickReply, SimpleImage, SimpleText, SkillResponse, TextCard, Thumbnail,
};

/// 카카오의 안내 문서에 나오는 사진. 여러분의 사진 주소로 바꾸세요.
const PHOTO: &str = "https://t1.kakaocdn.net/openbuilder/sample/lj3JUcmrzC53YIjNDkqbWK.jpg";

const KINDS: [&str; 8] = ["텍스트", "이미지", "텍스트카드", "기본카드", "상품카드", "리스트", "아이템", "케로셀"];

/// 고른 것을 보여 주고, 다른 것도 고를 수 있게 합니다.
pub fn card(kind: &str) -> SkillResponse {
    let response = SkillResponse::new();
    let response = match kind {
        "텍스트" => response.output(text()),
        "이미지" => response.output(image()),
        "텍스트카드" => response.output(text_card()),
        "기본카드" => response.output(basic_card()),
        "상품카드" => response.output(commerce_card("따뜻한 녹차", 4_500)),
        "리스트" => response.output(list_card()),
        "아이템" => response.output(item_card()),
        "케로셀" => response.output(carousel()),
        _ => SkillResponse::text("어떤 말풍선을 볼까요?"),
    };
    let others = KINDS.into_iter().filter(|other| *other != kind);
    response.quick_replies(others.map(|other| QuickReply::message(other, format!("#카드 {other}"))))
}

fn text() -> SimpleText {
    SimpleText::new("글만 있는 말풍선이에요. 1,000자까지이고, 500자가 넘으면 접혀서 보여요.")
}

fn image() -> SimpleImage {
    SimpleImage::new(PHOTO, "카카오프렌즈가 모여 있는 사진")
}

fn text_card() -> TextCard {
    TextCard::new("텍스트 카드")
        .description("글과 버튼이 있어요. 버튼은 나란히 두 개, 아래로는 세 개까지예요.")
        .button(Button::message("주문", "#주문"))
        .button(Button::web_link("카카오", "https://www.kakaocorp.com"))
        .button_layout(ButtonLayout::Horizontal)
}

fn basic_card() -> BasicCard {
    BasicCard::new(Thumbnail::new(PHOTO).alt_text("카카오프렌즈"))
        .title("기본 카드")
        .description("사진이 꼭 있어야 해요.")
        .button(Button::share("나누기"))
        .button(Button::operator("상담원"))
}

fn commerce_card(title: &str, price: u32) -> CommerceCard {
    CommerceCard::new(Thumbnail::new(PHOTO).alt_text(title), price)
        .title(title)
        .description("값은 숫자로 적고, 할인하면 할인한 값도 함께 적어요.")
        .discount_rate(10, price * 9 / 10)
        .button(Button::message("주문", "#주문"))
}

fn list_card() -> ListCard {
    ListCard::new("리스트 카드")
        .item(ListItem::new("누르면 말해요").description("messageText").message("#간식"))
        .item(ListItem::new("누르면 열려요").description("link").link("https://www.kakaocorp.com").image(PHOTO))
        .button(Button::message("처음으로", "#둘러보기"))
}

fn item_card() -> ItemCard {
    ItemCard::new()
        .head("영수증")
        .item("메뉴", "따뜻한 녹차")
        .item("받는 곳", "1층 로비")
        .alignment(ItemListAlignment::Right)
        .summary("합계", "4,500원")
}

fn carousel() -> Carousel {
    let teas = [("녹차", 4_500), ("홍차", 5_000), ("보리차", 3_000)];
    Carousel::of_commerce_cards(teas.map(|(name, price)| commerce_card(name, price))).header(CarouselHeader::new(
        "오늘의 차",
        "같은 종류의 카드를 열 장까지 나란히 놓아요.",
        PHOTO,
    ))
}

#[cfg(test)]
mod tests {
    use shared::kakao::limits;

    use super::*;

    #[test]
    fn every_card_keeps_every_limit() {
        for kind in KINDS.into_iter().chain([""]) {
            assert_eq!(limits::skill_response(&card(kind)), [], "{kind}");
        }
    }
}
