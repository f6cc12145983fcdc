//! What holds for every program of builder calls: random programs, with hostile and with proper arguments.
//!
//! A program is a tape of numbers; each choice takes the next one. So a failing program shrinks like any list.
#![allow(clippy::expect_used, reason = "tests")]

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};
use shared::kakao::limits::{
    self, BUTTONS_HORIZONTAL_MAX, BUTTONS_VERTICAL_MAX, CAROUSEL_LIST_CARDS_MAX, CAROUSEL_MAX,
    GROUP_BUTTONS_HORIZONTAL_MAX, GROUP_BUTTONS_VERTICAL_MAX, GROUP_MENTIONS_MAX, ITEM_LIST_CAROUSEL_MAX,
    ITEM_LIST_MAX, LIST_ITEMS_CAROUSEL_MAX, LIST_ITEMS_MAX, OUTPUTS_MAX, QUICK_REPLIES_MAX, Setting, Severity,
};
use shared::kakao::parse;
use shared::kakao::skill::*;

const CASES: u32 = 10_000;

/// What a person, a database or an attacker may put into a text.
const TEXTS: [&str; 12] = [
    "김밥",
    "두 줄\n입니다",
    "끝줄\r\n",
    "👨‍👩‍👧‍👦",
    "🇰🇷",
    "\u{1112}\u{1161}\u{11AB}",
    "e\u{301}\u{302}\u{303}",
    "{\"a\":null}",
    "null",
    "\u{200F}\u{202E}",
    "\u{0}\u{7}",
    " ",
];
const URLS: [&str; 10] =
    ["", "https://", "a.kr", "//a.kr", "javascript:1", "data:,", "https://a b", "mailto:a@b", "ftp://a", "https:///x"];

/// Makes the choices of one program.
struct Hand {
    tape: Vec<u32>,
    next: usize,
    /// Whether arguments may be anything, and counts beyond what is documented.
    hostile: bool,
    /// Whether the answer is for a group chat.
    group: bool,
    /// Bytes that texts of the present bubble may still take. The limit of a bubble is not about one text.
    room: usize,
}

impl Hand {
    fn new(tape: Vec<u32>, hostile: bool) -> Self {
        Hand { tape, next: 0, hostile, group: false, room: 0 }
    }

    fn number(&mut self) -> u32 {
        self.next += 1;
        self.tape.get(self.next - 1).copied().unwrap_or(0)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.number() as usize % bound
    }

    fn yes(&mut self) -> bool {
        self.below(2) == 1
    }

    /// Whether this argument is a bad one.
    fn bad(&mut self) -> bool {
        self.hostile && self.below(24) == 23
    }

    fn text(&mut self) -> String {
        if self.bad() {
            return ["가", "\n"][self.below(2)].repeat([0, 1, 999, 0, 24_000][self.below(5)]);
        }
        let text = TEXTS[self.below(TEXTS.len())];
        let most = if self.below(32) == 31 { 5_000 } else { 9 };
        // A control character takes six bytes in JSON.
        let cost = 6 * text.chars().count().max(text.len());
        let times = (self.below(most) + 1).min(self.room / cost).max(1);
        self.room = self.room.saturating_sub(times * cost);
        text.repeat(times)
    }

    fn url(&mut self) -> String {
        if self.bad() {
            return URLS[self.below(URLS.len())].to_owned();
        }
        ["https://example.com/김밥?b=%20#c", "HTTP://1.2.3.4:80", "https://a.kr"][self.below(3)].to_owned()
    }

    fn id(&mut self) -> String {
        if self.bad() { String::new() } else { format!("{:024x}", self.number()) }
    }

    /// How many of something that has a least and a most.
    fn count(&mut self, least: usize, most: usize) -> usize {
        if self.bad() { self.below(most + 3) } else { least + self.below(most - least + 1) }
    }

    fn extra(&mut self) -> Value {
        [json!({"page": 1}), json!({}), json!(null), json!({"deep": {"없음": null}})][self.below(4)].clone()
    }

    fn link(&mut self) -> Link {
        if self.yes() { Link::web(self.url()) } else { Link::by_device(self.url(), self.url()) }
    }

    fn button(&mut self) -> Button {
        let label = self.text();
        let actions = if self.group || self.bad() { 11 } else { 6 };
        let button = match self.below(actions) {
            0 => Button::message(label, self.text()),
            1 => Button::web_link(label, self.url()),
            2 => Button::block(label, self.id()),
            3 => Button::phone(label, "02-1234-5678"),
            4 => Button::share(label),
            5 => Button::operator(label),
            6 => Button::guide(label),
            7 => Button::invite(label),
            8 => Button::invite_member(label),
            9 => Button::mention(label),
            _ => Button::settings(label),
        };
        let button = if self.yes() { button.extra(self.extra()) } else { button };
        if self.yes() { button.message_text(self.text()) } else { button }
    }

    fn quick_reply(&mut self) -> QuickReply {
        let label = self.text();
        let reply =
            if self.yes() { QuickReply::message(label, self.text()) } else { QuickReply::block(label, self.id()) };
        let reply = if self.yes() { reply.extra(self.extra()) } else { reply };
        if self.yes() { reply.message_text(self.text()) } else { reply }
    }

    fn thumbnail(&mut self, square: bool) -> Thumbnail {
        let mut picture = Thumbnail::new(self.url());
        for _ in 0..self.below(3) {
            picture = if self.yes() { picture.alt_text(self.text()) } else { picture.link(self.link()) };
        }
        if square { picture.square() } else { picture }
    }

    /// A layout and buttons that fit it.
    fn buttons(&mut self, square: bool) -> (Option<ButtonLayout>, Vec<Button>) {
        let layout = [None, Some(ButtonLayout::Vertical), Some(ButtonLayout::Horizontal)][self.below(3)].clone();
        let horizontal = layout.as_ref().map_or(square, |layout| *layout == ButtonLayout::Horizontal);
        let most = match (horizontal, self.group) {
            (true, false) => BUTTONS_HORIZONTAL_MAX,
            (false, false) => BUTTONS_VERTICAL_MAX,
            (true, true) => GROUP_BUTTONS_HORIZONTAL_MAX,
            (false, true) => GROUP_BUTTONS_VERTICAL_MAX,
        };
        let count = self.count(0, most);
        (layout, (0..count).map(|_| self.button()).collect())
    }

    fn text_card(&mut self) -> TextCard {
        let mut card = if self.yes() { TextCard::new(self.text()) } else { TextCard::untitled(self.text()) };
        if self.yes() {
            card = card.description(self.text());
        }
        let (layout, buttons) = self.buttons(false);
        let card = if let Some(layout) = layout { card.button_layout(layout) } else { card };
        let card = card.buttons(buttons);
        if self.yes() { card.forwardable() } else { card }
    }

    fn basic_card(&mut self, square: bool) -> BasicCard {
        let mut card = BasicCard::new(self.thumbnail(square));
        for _ in 0..self.below(4) {
            card = if self.yes() { card.title(self.text()) } else { card.description(self.text()) };
        }
        let (layout, buttons) = self.buttons(square);
        let card = if let Some(layout) = layout { card.button_layout(layout) } else { card };
        buttons.into_iter().fold(card, BasicCard::button)
    }

    fn commerce_card(&mut self, square: bool) -> CommerceCard {
        let mut card = CommerceCard::new(self.thumbnail(square), self.number());
        for _ in 0..self.below(5) {
            card = match self.below(6) {
                0 => card.title(self.text()),
                1 => card.description(self.text()),
                2 => card.discount(self.number()),
                3 => card.discount_rate(self.number(), self.number()),
                4 => card.discounted_price(self.number()),
                _ if self.yes() => card.profile(Profile::new(self.text()).image(self.url())),
                _ => card.profile(self.text()),
            };
        }
        let (layout, buttons) = self.buttons(square);
        let card = if let Some(layout) = layout { card.button_layout(layout) } else { card };
        card.buttons(buttons)
    }

    fn list_item(&mut self) -> ListItem {
        let mut item = ListItem::new(self.text());
        for _ in 0..self.below(6) {
            item = match self.below(6) {
                0 => item.description(self.text()),
                1 => item.image(self.url()),
                2 => item.link(self.link()),
                3 => item.message(self.text()),
                4 => item.block(self.id()),
                _ => item.extra(self.extra()),
            };
        }
        item
    }

    fn list_card(&mut self, items_max: usize) -> ListCard {
        let mut card = ListCard::new(self.text());
        for _ in 0..self.count(1, items_max) {
            card = card.item(self.list_item());
        }
        if self.group && self.yes() {
            card = card.ranking();
        }
        let (layout, buttons) = self.buttons(false);
        let card = if let Some(layout) = layout { card.button_layout(layout) } else { card };
        let card = card.buttons(buttons);
        if self.yes() { card.forwardable() } else { card }
    }

    /// `parts`: which of picture, headline and image title there are; all cards of a carousel have the same.
    fn item_card(&mut self, items_max: usize, parts: usize) -> ItemCard {
        let mut card = ItemCard::new();
        let count = self.count(1, items_max);
        let items: Vec<_> = (0..count).map(|_| (self.text(), self.text())).collect();
        card = card.items(items);
        if parts & 1 != 0 {
            let picture =
                if parts & 2 != 0 { ItemThumbnail::wide(self.url()) } else { ItemThumbnail::square(self.url()) };
            card = card.thumbnail(if self.yes() { picture.alt_text(self.text()).link(self.link()) } else { picture });
        }
        if parts & 4 != 0 {
            // In any order; the last one counts.
            let other = self.text();
            card = if parts & 8 != 0 {
                card.profile(other).head(self.text())
            } else {
                card.head(other).profile(ItemProfile::new(self.text()).image(self.url()))
            };
        }
        if parts & 16 != 0 {
            card = card.image_title(ImageTitle::new(self.text()).description(self.text()).image(self.url()));
        }
        for _ in 0..self.below(4) {
            card = match self.below(4) {
                0 => card.alignment(if self.yes() { ItemListAlignment::Left } else { ItemListAlignment::Right }),
                1 => card.summary(self.text(), self.text()),
                2 => card.title(self.text()),
                _ => card.text(self.text(), self.text()),
            };
        }
        let (layout, buttons) = self.buttons(false);
        let card = if let Some(layout) = layout { card.button_layout(layout) } else { card };
        card.buttons(buttons)
    }

    fn carousel(&mut self) -> Carousel {
        let (kind, square, parts) = (self.below(5), self.yes(), self.below(32));
        let cards = self.count(1, if kind == 3 { CAROUSEL_LIST_CARDS_MAX } else { CAROUSEL_MAX });
        // A hostile author mixes pictures and parts.
        let mut squares = vec![square; cards];
        let mut all_parts = vec![parts; cards];
        if self.bad() {
            squares.iter_mut().for_each(|square| *square ^= self.yes());
            all_parts.iter_mut().for_each(|parts| *parts ^= self.below(32));
        }
        let carousel = match kind {
            0 => Carousel::of_text_cards((0..cards).map(|_| self.text_card()).collect::<Vec<_>>()),
            1 => {
                Carousel::of_basic_cards(squares.into_iter().map(|square| self.basic_card(square)).collect::<Vec<_>>())
            }
            2 => Carousel::of_commerce_cards(
                squares.into_iter().map(|square| self.commerce_card(square)).collect::<Vec<_>>(),
            ),
            3 => {
                Carousel::of_list_cards((0..cards).map(|_| self.list_card(LIST_ITEMS_CAROUSEL_MAX)).collect::<Vec<_>>())
            }
            _ => Carousel::of_item_cards(
                all_parts.into_iter().map(|parts| self.item_card(ITEM_LIST_CAROUSEL_MAX, parts)).collect::<Vec<_>>(),
            ),
        };
        let may_have_header = !matches!(kind, 0 | 3) || self.bad();
        if may_have_header && self.yes() {
            return carousel.header(CarouselHeader::new(self.text(), self.text(), self.url()));
        }
        carousel
    }

    fn output(&mut self) -> Output {
        self.room = 30_000;
        let bubbles = if self.group && !self.bad() { 6 } else { 8 };
        let square = self.yes();
        match self.below(bubbles) {
            0 => {
                let bubble = SimpleText::new(self.text());
                let bubble = if self.group { bubble.markdown() } else { bubble };
                if self.yes() { bubble.forwardable().into() } else { bubble.into() }
            }
            1 => SimpleImage::new(self.url(), self.text()).into(),
            2 => self.text_card().into(),
            3 => self.basic_card(square).into(),
            4 => self.list_card(LIST_ITEMS_MAX).into(),
            5 => {
                let parts = self.below(32);
                self.item_card(ITEM_LIST_MAX, parts).into()
            }
            6 => self.commerce_card(square).into(),
            _ => self.carousel().into(),
        }
    }

    fn context(&mut self) -> ContextValue {
        let name = self.text();
        let mut context = if self.yes() { ContextValue::end(name) } else { ContextValue::new(name, self.number()) };
        for _ in 0..self.below(3) {
            context = match self.below(3) {
                0 => context.ttl(self.number()),
                1 => context.param(self.text(), self.text()),
                _ => context.param(self.text(), self.number()),
            };
        }
        context
    }

    fn response(&mut self) -> SkillResponse {
        let outputs = self.count(1, OUTPUTS_MAX);
        let mut response = (0..outputs).fold(SkillResponse::new(), |response, _| response.output(self.output()));
        self.room = 10_000;
        if !self.group || self.bad() {
            let replies = self.count(0, QUICK_REPLIES_MAX);
            let replies: Vec<_> = (0..replies).map(|_| self.quick_reply()).collect();
            response = response.quick_replies(replies);
        }
        if self.group {
            for key in 0..self.count(0, GROUP_MENTIONS_MAX) {
                let who = if self.yes() { Mention::bot_user(self.id()) } else { Mention::app_user(self.id()) };
                response = response.mention(key.to_string(), who);
            }
        }
        for _ in 0..self.below(3) {
            response = match self.below(3) {
                0 => response.context(self.context()),
                1 => response.data(self.text(), self.extra()),
                _ => response.context(ContextControl::new()),
            };
        }
        response
    }
}

/// Gives random programs to `test`.
fn programs(test: impl Fn(Vec<u32>) -> Result<(), TestCaseError>) {
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&prop::collection::vec(any::<u32>(), 1..120), test);
    assert!(result.is_ok(), "{}", result.expect_err("failed"));
}

#[test]
fn f32_what_is_accepted_comes_back_the_same_and_has_no_error() {
    let (accepted, refused) = (Cell::new(0), Cell::new(0));
    programs(|tape| {
        let response = Hand::new(tape, true).response();
        let Ok(response) = response.checked() else {
            refused.set(refused.get() + 1);
            return Ok(());
        };
        accepted.set(accepted.get() + 1);
        let body = serde_json::to_string(&response).expect("writes");
        let read: SkillResponse = parse(body.as_bytes()).expect("parses");
        let errors: Vec<_> =
            limits::skill_response(&read).into_iter().filter(|finding| finding.severity == Severity::Error).collect();
        prop_assert_eq!(errors, []);
        prop_assert!(read == response);
        prop_assert_eq!(serde_json::to_string(&read).expect("writes"), body);
        Ok(())
    });
    // Otherwise the programs are too tame or too wild to show anything.
    let (accepted, refused) = (accepted.get(), refused.get());
    assert!(accepted > CASES / 20 && refused > CASES / 20, "{accepted} accepted, {refused} refused");
}

#[test]
fn proper_arguments_within_the_counts_are_always_accepted() {
    programs(|tape| {
        let refused = Hand::new(tape, false).response().checked().err();
        prop_assert!(refused.is_none(), "{}", refused.expect("there"));
        Ok(())
    });
}

#[test]
fn proper_arguments_are_always_accepted_in_a_group_chat() {
    programs(|tape| {
        let mut hand = Hand { group: true, ..Hand::new(tape, false) };
        let refused = hand.response().checked_in(&Setting::group_chat()).err();
        prop_assert!(refused.is_none(), "{}", refused.expect("there"));
        Ok(())
    });
}

#[test]
fn no_null_and_no_empty_optional_member_is_ever_written() {
    programs(|tape| {
        let group = tape.len() % 2 == 0;
        let mut hand = Hand { group, ..Hand::new(tape, true) };
        let body = serde_json::to_value(hand.response()).expect("writes");
        let mut bad = Vec::new();
        empties("response", &body, &mut bad);
        prop_assert!(bad.is_empty(), "{bad:?} in {body}");
        Ok(())
    });
}

/// Lists members that are `null`, or empty without being required. `part`: the name of what `value` is.
fn empties(part: &str, value: &Value, bad: &mut Vec<String>) {
    if let Value::Array(items) = value {
        items.iter().for_each(|item| empties(part, item, bad));
        return;
    }
    let Value::Object(members) = value else { return };
    let action = members.get("action").and_then(Value::as_str);
    for (key, value) in members {
        let empty = value.as_str() == Some("")
            || value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(serde_json::Map::is_empty);
        if value.is_null() || (empty && !required(part, key, action)) {
            bad.push(format!("{part}.{key}"));
        }
        // What is inside of these is the author's own.
        if !matches!(key.as_str(), "extra" | "data" | "params") {
            let inner = match (part, key.as_str()) {
                ("carousel", "items") => members.get("type").and_then(Value::as_str).unwrap_or_default(),
                ("listCard", "items" | "header") => "listItem",
                (_, key) => key,
            };
            empties(inner, value, bad);
        }
    }
}

/// Whether a member must be there even if the author gave nothing: the check says so then.
fn required(part: &str, key: &str, action: Option<&str>) -> bool {
    match (part, key) {
        ("simpleText", "text") | ("simpleImage" | "thumbnail" | "thumbnails", "imageUrl") => true,
        ("listItem" | "itemList" | "head" | "profile" | "imageTitle" | "itemListSummary" | "header", "title") => true,
        ("itemList" | "itemListSummary" | "header", "description") | ("profile", "nickname") => true,
        ("buttons" | "quickReplies" | "listItem", "messageText") => action == Some("message"),
        ("buttons" | "quickReplies" | "listItem", "blockId") => action == Some("block"),
        ("buttons", "webLinkUrl" | "phoneNumber") | ("buttons" | "quickReplies", "label") => true,
        ("listCard" | "carousel", "items") | ("itemCard", "itemList") | ("template", "outputs") => true,
        ("values", "name") => true,
        // A card with nothing in it is still a card.
        ("outputs", _) => true,
        _ => false,
    }
}
