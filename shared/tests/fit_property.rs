//! Fitting against answers that nobody would write: every bubble with members missing, too long or odd, in every setting.
#![allow(clippy::expect_used, reason = "tests")]

use std::cell::Cell;
use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};
use shared::kakao::fit::{Fitted, fit};
use shared::kakao::limits::{self, RULES, Setting};
use shared::kakao::skill::SkillResponse;

const BLOCK: &str = "5f0d0000000000000000000a";

/// Answers that are tried, times `KAKAO_TEST_SCALE` (nightly: 10).
fn cases() -> u32 {
    let scale = std::env::var("KAKAO_TEST_SCALE").ok().and_then(|scale| scale.parse::<f64>().ok()).unwrap_or(1.0);
    ((10_000.0 * scale) as u32).max(1)
}

/// What makes the value of a member.
type Make<'a, O> = &'a dyn Fn(&mut O) -> Value;

/// Decisions, a byte each. When there are none left each is the simplest one, so that a failure shrinks to little.
struct Odds<'a>(std::slice::Iter<'a, u8>);

impl Odds<'_> {
    fn byte(&mut self) -> usize {
        self.0.next().copied().unwrap_or(0).into()
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.byte() % n == n - 1
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.byte() % of.len()]
    }

    fn many(&mut self, of: &[usize], make: impl Fn(&mut Self) -> Value) -> Value {
        let count = self.pick(of);
        Value::Array((0..count).map(|_| make(self)).collect())
    }

    /// A text of about so many characters, of two alternating parts.
    fn text(&mut self) -> Value {
        const PARTS: &[&str] = &[
            "가",
            "나다 ",
            "a",
            "\n",
            " ",
            "단어. ",
            "\r\n",
            "👨‍👩‍👧",
            "e\u{301}",
            "🇰🇷",
            "\u{1100}\u{1161}\u{11a8}",
            "1,250,000원 ",
            "\n\n",
            "https://a.kr/b?c=d ",
            "{{#mentions.u1}}",
            "\u{1}",
            "끝。",
            "{{#mentions.",
            "😀",
            "\u{200d}",
            "\"",
        ];
        const LENGTHS: &[usize] = &[
            3, 6, 1, 7, 8, 9, 13, 14, 15, 16, 30, 31, 40, 50, 51, 100, 101, 128, 129, 200, 230, 231, 0, 400, 401, 999,
            1000, 1001, 1500, 2999, 3000, 3001, 5000,
        ];
        let length = if self.one_in(7) { self.pick(LENGTHS) } else { self.pick(&LENGTHS[..8]) };
        let parts = [self.pick(PARTS), self.pick(PARTS)];
        let mut text = String::new();
        let mut written = 0;
        for part in parts.iter().cycle() {
            if written >= length {
                break;
            }
            text.push_str(part);
            written += limits::chars(part);
        }
        text.into()
    }

    /// An object; each member may be missing or `null`.
    fn object(&mut self, members: &[(&str, Make<'_, Self>)]) -> Value {
        let mut object = Map::new();
        for (key, make) in members {
            match self.byte() {
                0..=210 => _ = object.insert((*key).to_owned(), make(self)),
                211..=220 => _ = object.insert((*key).to_owned(), Value::Null),
                _ => {}
            }
        }
        if self.one_in(40) {
            object.insert(self.pick(&["basicCard", "itemCard", "x{{#mentions.u"]).to_owned(), json!({"title": "가"}));
        }
        Value::Object(object)
    }

    fn url(&mut self) -> Value {
        const URLS: &[&str] =
            &["https://a.kr/1.png", "http://a.kr", "HTTPS://나.kr/", "", "a.png", "//a", "mailto:a@b.c", "https://"];
        let few = if self.one_in(6) { URLS } else { &URLS[..3] };
        self.pick(few).into()
    }

    fn number(&mut self) -> Value {
        self.pick(&[1000, 0, 800, 400, 5, -1, i64::MAX, i64::MIN, 100]).into()
    }

    fn flag(&mut self) -> Value {
        self.pick(&[false, true]).into()
    }

    fn action(&mut self) -> Value {
        let words = [
            "message",
            "block",
            "message",
            "block",
            "webLink",
            "phone",
            "share",
            "operator",
            "osLink",
            "Message",
            "guide",
            "addChannel",
            "",
        ];
        self.pick(&words).into()
    }

    fn phone(&mut self) -> Value {
        self.pick(&["010-1234-5678", "전화", ""]).into()
    }

    fn block(&mut self) -> Value {
        self.pick(&[BLOCK, BLOCK, ""]).into()
    }

    fn extra(&mut self) -> Value {
        self.pick(&["가", "{}"]).repeat(if self.one_in(50) { 3000 } else { 3 }).into()
    }

    fn link(&mut self) -> Value {
        json!({ "web": self.url() })
    }

    fn button(&mut self) -> Value {
        self.object(&[
            ("label", &Self::text),
            ("action", &Self::action),
            ("webLinkUrl", &Self::url),
            ("messageText", &Self::text),
            ("phoneNumber", &Self::phone),
            ("blockId", &Self::block),
        ])
    }

    fn buttons(&mut self) -> Value {
        self.many(&[1, 0, 2, 3, 4, 6], Self::button)
    }

    fn layout(&mut self) -> Value {
        self.pick(&["vertical", "horizontal", "diagonal"]).into()
    }

    fn thumbnail(&mut self) -> Value {
        self.object(&[
            ("imageUrl", &Self::url),
            ("altText", &Self::text),
            ("fixedRatio", &Self::flag),
            ("link", &Self::link),
        ])
    }

    fn item_thumbnail(&mut self) -> Value {
        self.object(&[
            ("imageUrl", &Self::url),
            ("altText", &Self::text),
            ("width", &Self::number),
            ("height", &Self::number),
        ])
    }

    fn profile(&mut self) -> Value {
        self.object(&[("title", &Self::text), ("nickname", &Self::text), ("imageUrl", &Self::url)])
    }

    fn list_item(&mut self) -> Value {
        self.object(&[
            ("title", &Self::text),
            ("description", &Self::text),
            ("imageUrl", &Self::url),
            ("link", &Self::link),
            ("action", &Self::action),
            ("blockId", &Self::block),
            ("messageText", &Self::text),
            ("extra", &Self::extra),
        ])
    }

    fn row(&mut self) -> Value {
        self.object(&[("title", &Self::text), ("description", &Self::text)])
    }

    fn amount(&mut self) -> Value {
        self.pick(&["₩1,000", "1,000,000,000,000,000원", "$1.234", "무료입니다"]).into()
    }

    fn card(&mut self, kind: &str) -> Value {
        match kind {
            "simpleText" => {
                self.object(&[("text", &Self::text), ("extra", &Self::extra), ("forwardable", &Self::flag)])
            }
            "simpleImage" => self.object(&[("imageUrl", &Self::url), ("altText", &Self::text)]),
            "textCard" => self.object(&[
                ("title", &Self::text),
                ("description", &Self::text),
                ("buttons", &Self::buttons),
                ("buttonLayout", &Self::layout),
            ]),
            "basicCard" => self.object(&[
                ("title", &Self::text),
                ("description", &Self::text),
                ("thumbnail", &Self::thumbnail),
                ("buttons", &Self::buttons),
                ("buttonLayout", &Self::layout),
                ("forwardable", &Self::flag),
            ]),
            "commerceCard" => self.object(&[
                ("title", &Self::text),
                ("description", &Self::text),
                ("price", &Self::number),
                ("currency", &|odds| odds.pick(&["won", "won", "WON", "usd", ""]).into()),
                ("discount", &Self::number),
                ("discountRate", &Self::number),
                ("discountedPrice", &Self::number),
                ("thumbnails", &|odds| odds.many(&[1, 1, 1, 2, 3, 0], Self::thumbnail)),
                ("profile", &Self::profile),
                ("buttons", &Self::buttons),
                ("buttonLayout", &Self::layout),
            ]),
            "listCard" => self.object(&[
                ("header", &Self::list_item),
                ("items", &|odds| odds.many(&[2, 1, 4, 5, 6, 12, 0], Self::list_item)),
                ("buttons", &Self::buttons),
                ("buttonLayout", &Self::layout),
            ]),
            "itemCard" => self.object(&[
                ("thumbnail", &Self::item_thumbnail),
                ("head", &|odds| odds.object(&[("title", &Self::text)])),
                ("profile", &Self::profile),
                ("imageTitle", &|odds| {
                    odds.object(&[("title", &Self::text), ("description", &Self::text), ("imageUrl", &Self::url)])
                }),
                ("itemList", &|odds| odds.many(&[2, 1, 5, 6, 10, 11, 14, 0], Self::row)),
                ("itemListAlignment", &|odds| odds.pick(&["left", "right", "up"]).into()),
                ("itemListSummary", &|odds| odds.object(&[("title", &Self::text), ("description", &Self::amount)])),
                ("title", &Self::text),
                ("description", &Self::text),
                ("buttons", &Self::buttons),
                ("buttonLayout", &Self::layout),
            ]),
            _ => self.carousel(),
        }
    }

    fn carousel(&mut self) -> Value {
        let kind = self.pick(&["basicCard", "textCard", "commerceCard", "listCard", "itemCard", "simpleText"]);
        let one = |odds: &mut Self| match odds.byte() {
            0..=200 => odds.card(kind),
            201..=225 => json!({ (kind): odds.card(kind) }),
            226..=240 => odds.card("listCard"),
            241..=248 => json!("가"),
            _ => json!({ "title": 5 }),
        };
        let items = self.many(&[2, 1, 3, 5, 6, 10, 11, 12, 0], one);
        let header: &dyn Fn(&mut Self) -> Value = &|odds| {
            odds.object(&[("title", &Self::text), ("description", &Self::text), ("thumbnail", &Self::thumbnail)])
        };
        let mut carousel = json!({ "type": kind, "items": items });
        if self.one_in(3) {
            carousel["header"] = header(self);
        }
        carousel
    }

    fn output(&mut self) -> Value {
        let kinds = [
            "simpleText",
            "simpleImage",
            "textCard",
            "basicCard",
            "commerceCard",
            "listCard",
            "itemCard",
            "carousel",
            "simpleText",
            "carousel",
        ];
        let kind = self.pick(&kinds);
        match self.byte() {
            0..=245 => json!({ (kind): self.card(kind) }),
            246..=250 => json!({ "simpleText": { "text": "가" }, (kind): self.card(kind) }),
            _ => json!({ "video": { "url": "https://a.kr" } }),
        }
    }

    fn reply(&mut self) -> Value {
        self.object(&[
            ("label", &Self::text),
            ("action", &|odds| odds.pick(&["message", "Message", "block", "webLink"]).into()),
            ("messageText", &Self::text),
            ("blockId", &Self::block),
            ("extra", &Self::extra),
        ])
    }

    fn context(&mut self) -> Value {
        self.object(&[
            ("name", &|odds| odds.pick(&["a", "b", "c", ""]).into()),
            ("lifeSpan", &Self::number),
            ("params", &|odds| {
                let values = [json!("가"), json!(5), json!(null), json!(true), json!({"a": [1]}), json!(1e300)];
                json!({ "p": values[odds.byte() % values.len()], "q": values[odds.byte() % values.len()] })
            }),
        ])
    }

    fn answer(&mut self) -> Value {
        // Many bubbles, or one that has all the decisions for itself.
        let outputs = match self.byte() % 4 {
            0 => self.many(&[1, 2, 0, 3, 4, 6], Self::output),
            1 => json!([good(), self.output()]),
            2 => json!([good(), { "carousel": self.carousel() }]),
            _ => {
                let mut outputs = self.many(&[1, 2, 3, 4, 6], Self::output);
                outputs.as_array_mut().expect("outputs").insert(0, good());
                outputs
            }
        };
        let mut answer = json!({ "template": { "outputs": outputs } });
        match self.byte() {
            0..=220 => answer["version"] = json!("2.0"),
            221..=235 => answer["version"] = json!("1.0"),
            _ => {}
        }
        if self.one_in(3) {
            answer["template"]["quickReplies"] = self.many(&[2, 9, 10, 11, 12, 20, 40, 0], Self::reply);
        }
        if self.one_in(6) {
            answer["context"] = json!({ "values": self.many(&[1, 2, 4, 0], Self::context) });
        }
        if self.one_in(12) {
            answer["useCallback"] = self.flag();
        }
        if self.one_in(12) {
            answer["data"] = json!({ "a": 1 });
        }
        if self.one_in(8) {
            let count = self.pick(&[1, 15, 16, 20]);
            let mentions: Map<_, _> = (0..count).map(|i| (format!("u{i}"), json!({"type": "botUserKey"}))).collect();
            answer["extra"] = json!({ "mentions": mentions });
        }
        answer
    }

    fn setting(&mut self) -> Setting {
        match self.byte() % 8 {
            0 | 1 => Setting::default(),
            2 => Setting::answering(true),
            3 => Setting::answering(false),
            4 | 5 => Setting::group_chat(),
            6 => Setting::suppressing(),
            _ => {
                let mut setting = Setting::default();
                setting.bubble_error = self.pick(&[300, 100, 40, 2000]);
                setting.bubble_warning = 30;
                setting
            }
        }
    }
}

/// Warnings that a fitted answer may still have: they are about what must not be changed, or changes nothing.
const LEFT: &[(&str, &str)] = &[
    ("R08", ""),
    ("R14", ""),
    ("R32", ""),
    ("R45", ""),
    ("R52", ""),
    ("R54", ""),
    ("R55", ""),
    ("R62", "title"),
    ("R68", "itemListSummary.description"),
    ("R69", ""),
    ("R84", ""),
    ("R85", ""),
    ("R86", ""),
    ("R87", ""),
    ("R91", ""),
    ("R93", ""),
];

/// Every price, address, number and amount of a body.
fn untouchable(value: &Value, into: &mut BTreeSet<String>) {
    const KEYS: &[&str] = &[
        "price",
        "discount",
        "discountedPrice",
        "discountRate",
        "phoneNumber",
        "webLinkUrl",
        "imageUrl",
        "web",
        "blockId",
    ];
    match value {
        Value::Array(values) => values.iter().for_each(|value| untouchable(value, into)),
        Value::Object(members) => {
            for (key, value) in members {
                if KEYS.contains(&key.as_str()) && !value.is_null() {
                    into.insert(format!("{key} {value}"));
                }
                if key == "itemListSummary" {
                    into.insert(format!("sum {}", value["description"]));
                }
                untouchable(value, into);
            }
        }
        _ => {}
    }
}

/// A bubble with nothing wrong in it.
fn good() -> Value {
    json!({ "simpleText": { "text": "가" } })
}

/// What came of an answer.
#[derive(Clone, Copy)]
enum Outcome {
    Good,
    Mended,
    Refused,
}

fn check(answer: &Value, setting: &Setting) -> Result<Outcome, TestCaseError> {
    let response: SkillResponse = serde_json::from_value(answer.clone()).expect("the generator writes what parses");
    let before = limits::skill_response_in(&response, setting);
    let Fitted { response: fitted, mendings } = match fit(response.clone(), setting, Some(BLOCK)) {
        Ok(fitted) => fitted,
        Err(findings) => {
            prop_assert!(!findings.is_empty(), "refused without a word");
            // Whatever is wrong beside it, a bubble that is good arrives.
            prop_assert!(answer["template"]["outputs"][0] != good(), "refused: {:?}", findings);
            return Ok(Outcome::Refused);
        }
    };
    prop_assert_eq!(limits::safe_in(&fitted, setting), Ok(()));
    for finding in limits::skill_response_in(&fitted, setting) {
        let may_stay = LEFT.iter().any(|(rule, path)| *rule == finding.rule && finding.path.ends_with(path));
        // A text of more than 500 characters is folded, and shown.
        let folded = finding.rule == "R11" && finding.message.en.contains("folded");
        prop_assert!(may_stay || folded, "{} left", finding);
    }
    if mendings.is_empty() {
        let nulls = answer.to_string().contains(":null");
        prop_assert!(fitted == response || nulls, "changed without a word");
    }
    if before.is_empty() {
        prop_assert!(mendings.is_empty(), "nothing was wrong: {:?}", mendings);
    }
    for mending in &mendings {
        prop_assert!(RULES.iter().any(|rule| rule.id == mending.rule), "{:?}", mending);
        prop_assert!(before.iter().any(|finding| finding.rule == mending.rule) || mendings.len() > 1, "{:?}", mending);
    }
    let wire = serde_json::to_value(&fitted).expect("JSON");
    let (mut had, mut has) = (BTreeSet::new(), BTreeSet::new());
    untouchable(answer, &mut had);
    untouchable(&wire, &mut has);
    prop_assert!(has.is_subset(&had), "{:?}", has.difference(&had));
    let again = fit(fitted.clone(), setting, Some(BLOCK));
    let again = again.map_err(|findings| TestCaseError::fail(format!("refused when fitted: {findings:?}")))?;
    prop_assert!(again.mendings.is_empty(), "mended twice: {:?} after {:?}", again.mendings, mendings);
    prop_assert!(again.response == fitted);
    Ok(if mendings.is_empty() { Outcome::Good } else { Outcome::Mended })
}

#[test]
fn f32_whatever_comes_is_fitted_or_refused() {
    let strategy = proptest::collection::vec(any::<u64>(), 0..80);
    let config = Config { cases: cases(), failure_persistence: None, max_shrink_iters: 2000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let counts = [const { Cell::new(0_u32) }; 3];
    let outcome = runner.run(&strategy, |words| {
        let bytes: Vec<u8> = words.into_iter().flat_map(u64::to_le_bytes).collect();
        let mut odds = Odds(bytes.iter());
        let setting = odds.setting();
        let answer = odds.answer();
        match check(&answer, &setting) {
            Ok(outcome) => {
                let count = &counts[outcome as usize];
                count.set(count.get() + 1);
                Ok(())
            }
            Err(TestCaseError::Fail(why)) => Err(TestCaseError::fail(format!("{why}\n{setting:?}\n{answer}"))),
            Err(reject) => Err(reject),
        }
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    let [good, mended, refused] = counts.map(Cell::into_inner);
    println!("good {good}, mended {mended}, refused {refused}");
    assert!(mended > refused && refused > 0, "the generator should make work: {good}, {mended}, {refused}");
}
