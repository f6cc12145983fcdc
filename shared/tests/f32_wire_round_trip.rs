//! F32 for the skill protocol: whatever is read is written back without loss, for 10,000 bodies of each kind.
#![allow(clippy::expect_used, reason = "tests")]

use serde_json::{Map, Value, json};
use shared::kakao::limits;
use shared::kakao::parse;
use shared::kakao::skill::{SkillRequest, SkillResponse};

/// Bodies of each kind.
const CASES: u64 = 10_000;

/// A member's name and what it may hold.
type Member = (&'static str, fn(&mut Dice) -> Value);

/// A small generator of numbers (SplitMix64), so that a failure is found again by its case.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, sides: usize) -> usize {
        usize::try_from(self.next() % sides as u64).expect("small")
    }

    fn text(&mut self) -> String {
        let letters = ["", "a", "가", "😀", "\n", "\"", "\\", "\u{0}", "null", "!", "5", " "];
        (0..self.below(5)).map(|_| letters[self.below(letters.len())]).collect()
    }

    fn number(&mut self) -> Value {
        match self.below(6) {
            0 => json!(0),
            1 => json!(i64::MIN),
            2 => json!(i64::MAX),
            3 => json!(u64::MAX),
            4 => json!(-1),
            _ => json!(self.next() >> 20),
        }
    }

    /// Any JSON at all.
    fn any(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 4 } else { 6 }) {
            0 => Value::Null,
            1 => json!(self.below(2) == 0),
            2 => self.number(),
            3 => json!(self.text()),
            4 => (0..self.below(3)).map(|_| self.any(depth - 1)).collect(),
            _ => self.map(depth - 1),
        }
    }

    fn map(&mut self, depth: usize) -> Value {
        let mut map = Map::new();
        for _ in 0..self.below(3) {
            map.insert(self.text(), self.any(depth));
        }
        Value::Object(map)
    }

    /// An object with some of these members, and sometimes a stranger.
    fn some<const N: usize>(&mut self, members: [Member; N]) -> Value {
        let mut map = Map::new();
        for (name, value) in members {
            if self.below(3) > 0 {
                map.insert(name.to_owned(), value(self));
            }
        }
        if self.below(4) == 0 {
            map.insert(format!("x{}", self.text()), self.any(2));
        }
        Value::Object(map)
    }

    fn list(&mut self, element: fn(&mut Dice) -> Value) -> Value {
        (0..self.below(4)).map(|_| element(self)).collect()
    }
}

fn text(dice: &mut Dice) -> Value {
    json!(dice.text())
}

fn whole(dice: &mut Dice) -> Value {
    json!(dice.next().cast_signed())
}

fn truth(dice: &mut Dice) -> Value {
    json!(dice.below(2) == 0)
}

fn any(dice: &mut Dice) -> Value {
    dice.any(3)
}

/// Not null: a response's null is absent and does not come back.
fn something(dice: &mut Dice) -> Value {
    Some(dice.any(3)).filter(|value| !value.is_null()).unwrap_or(json!({}))
}

fn map(dice: &mut Dice) -> Value {
    dice.map(3)
}

fn text_or_null(dice: &mut Dice) -> Value {
    if dice.below(5) == 0 { Value::Null } else { text(dice) }
}

fn id(dice: &mut Dice) -> Value {
    if dice.below(3) == 0 { dice.number() } else { text_or_null(dice) }
}

fn named(dice: &mut Dice) -> Value {
    dice.some([("id", id), ("name", text_or_null), ("extra", any)])
}

fn request(dice: &mut Dice) -> Value {
    dice.some([
        ("intent", named),
        ("bot", named),
        ("flow", any),
        ("contexts", |dice| {
            dice.list(|dice| {
                dice.some([("name", text_or_null), ("lifespan", any), ("lifeSpan", any), ("ttl", any), ("params", map)])
            })
        }),
        ("action", |dice| {
            dice.some([
                ("id", id),
                ("name", text_or_null),
                ("params", map),
                ("detailParams", map),
                ("clientExtra", any),
            ])
        }),
        ("callbackUrl", text_or_null),
        ("userRequest", |dice| {
            dice.some([
                ("utterance", text_or_null),
                ("lang", text_or_null),
                ("block", named),
                ("params", map),
                ("chat", any),
                ("callbackUrl", text_or_null),
                ("user", |dice| {
                    dice.some([
                        ("id", id),
                        ("type", text_or_null),
                        ("properties", |dice| dice.some([("botUserKey", id), ("app_user_id", id), ("isFriend", any)])),
                    ])
                }),
            ])
        }),
    ])
}

fn link(dice: &mut Dice) -> Value {
    dice.some([("web", text), ("pc", text), ("ios", text)])
}

fn picture(dice: &mut Dice) -> Value {
    dice.some([
        ("imageUrl", text),
        ("altText", text),
        ("link", link),
        ("fixedRatio", truth),
        ("width", whole),
        ("height", whole),
    ])
}

fn buttons(dice: &mut Dice) -> Value {
    dice.list(|dice| {
        dice.some([
            ("label", text),
            ("action", text),
            ("messageText", text),
            ("blockId", text),
            ("extra", something),
            ("osLink", link),
        ])
    })
}

fn text_card(dice: &mut Dice) -> Value {
    dice.some([("title", text), ("description", text), ("buttons", buttons), ("buttonLayout", text)])
}

fn basic_card(dice: &mut Dice) -> Value {
    dice.some([("title", text), ("thumbnail", picture), ("buttons", buttons), ("forwardable", truth)])
}

fn commerce_card(dice: &mut Dice) -> Value {
    dice.some([
        ("price", whole),
        ("discount", whole),
        ("discountRate", whole),
        ("thumbnails", |dice| dice.list(picture)),
        ("currency", text),
    ])
}

fn list_card(dice: &mut Dice) -> Value {
    fn item(dice: &mut Dice) -> Value {
        dice.some([("title", text), ("imageUrl", text), ("link", link), ("action", text), ("extra", something)])
    }
    dice.some([("header", item), ("items", |dice| dice.list(item)), ("listLayout", text), ("buttons", buttons)])
}

fn item_card(dice: &mut Dice) -> Value {
    fn titled(dice: &mut Dice) -> Value {
        dice.some([("title", text), ("description", text), ("imageUrl", text)])
    }
    dice.some([
        ("thumbnail", picture),
        ("head", titled),
        ("profile", titled),
        ("imageTitle", titled),
        ("itemList", |dice| dice.list(titled)),
        ("itemListAlignment", text),
        ("itemListSummary", titled),
        ("title", text),
        ("description", text),
    ])
}

const CARDS: [Member; 5] = [
    ("textCard", text_card),
    ("basicCard", basic_card),
    ("commerceCard", commerce_card),
    ("listCard", list_card),
    ("itemCard", item_card),
];

fn output(dice: &mut Dice) -> Value {
    match dice.below(8) {
        0 => json!({"simpleText": dice.some([("text", text), ("extra", something)])}),
        1 => json!({"simpleImage": dice.some([("imageUrl", text), ("altText", text)])}),
        2 => {
            let (kind, card) = CARDS[dice.below(CARDS.len())];
            let items: Vec<_> =
                (0..dice.below(4)).map(|_| if dice.below(5) == 0 { dice.any(2) } else { card(dice) }).collect();
            json!({"carousel": {"type": kind, "items": items, "header": dice.some([("title", text), ("thumbnail", picture)])}})
        }
        i => {
            let (key, card) = CARDS[i - 3];
            json!({ key: card(dice) })
        }
    }
}

fn response(dice: &mut Dice) -> Value {
    dice.some([
        ("version", text),
        ("useCallback", truth),
        ("data", map),
        ("extra", something),
        ("context", |dice| {
            dice.some([("values", |dice| {
                dice.list(|dice| dice.some([("name", text), ("lifeSpan", whole), ("ttl", whole), ("params", map)]))
            })])
        }),
        ("template", |dice| {
            dice.some([
                ("outputs", |dice| dice.list(output)),
                ("quickReplies", |dice| {
                    dice.list(|dice| dice.some([("label", text), ("action", text), ("extra", something)]))
                }),
            ])
        }),
    ])
}

#[test]
fn f32_requests_come_back() {
    for case in 0..CASES {
        let body = request(&mut Dice(case));
        let request: SkillRequest =
            parse(body.to_string().as_bytes()).unwrap_or_else(|misfit| panic!("{case}: {misfit}"));
        assert_eq!(serde_json::to_value(&request).expect("writes"), body, "case {case}");
        let _ = limits::skill_request(&request);
    }
}

#[test]
fn f32_responses_come_back() {
    for case in 0..CASES {
        let body = response(&mut Dice(case));
        let response: SkillResponse =
            parse(body.to_string().as_bytes()).unwrap_or_else(|misfit| panic!("{case}: {misfit}"));
        assert_eq!(serde_json::to_value(&response).expect("writes"), body, "case {case}");
        let errors =
            limits::skill_response(&response).iter().any(|finding| finding.severity == limits::Severity::Error);
        assert_eq!(limits::safe(&response).is_err(), errors, "case {case}");
    }
}
