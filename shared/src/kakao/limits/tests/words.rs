//! Every limit of characters and lines at its edge, in Hangul, emoji, flags, combining characters and line breaks.

use super::*;

/// One "character" for a person, in UTF-16 units: 1, 2, 8, 4, 3, 2.
const LETTERS: [&str; 6] = ["가", "😀", "👨‍👩‍👧", "🇰🇷", "\u{1112}\u{1161}\u{11AB}", "e\u{301}"];

/// A text of exactly so many characters that begins with as many of these letters as fit.
fn of(letter: &str, chars: usize) -> String {
    let letters = chars / super::super::chars(letter);
    let text = letter.repeat(letters);
    let rest = chars - super::super::chars(&text);
    text + &"a".repeat(rest)
}

/// A place with a limit: bubble, pointer to the text, the limit, the rule.
type Edge = (&'static str, Value, &'static str, usize, &'static str);

fn edges() -> Vec<Edge> {
    let url = "https://a.kr";
    let button = json!({"label": "", "action": "share"});
    let basic = || json!({"thumbnail": {"imageUrl": url, "altText": ""}, "title": "", "description": ""});
    let commerce = || json!({"price": 1, "thumbnails": [{"imageUrl": url}], "title": "", "description": ""});
    let list = || json!({"header": {"title": "h"}, "items": [{"title": ""}]});
    let item = |title: &str| {
        json!({
            "itemList": [{"title": "t", "description": "d"}], "title": title, "description": "",
            "itemListSummary": {"title": "t", "description": "1"}
        })
    };
    let within = |kind: &str, card: Value| json!({"type": kind, "items": [card]});
    let profile = with(&item(""), json!({"profile": {"title": ""}}));
    let pictured = with(&item(""), json!({"thumbnail": {"imageUrl": url, "altText": ""}}));
    vec![
        ("simpleText", json!({"text": ""}), "/text", 500, "R11"),
        ("simpleImage", json!({"imageUrl": url, "altText": ""}), "/altText", 50, "R13"),
        ("basicCard", basic(), "/thumbnail/altText", 50, "R13"),
        ("itemCard", pictured, "/thumbnail/altText", 50, "R13"),
        ("textCard", json!({"title": ""}), "/title", 50, "R21"),
        ("textCard", json!({"description": ""}), "/description", 400, "R22"),
        ("textCard", json!({"title": of("가", 50), "description": ""}), "/description", 350, "R22"),
        ("carousel", within("textCard", json!({"description": ""})), "/items/0/description", 128, "R22"),
        ("basicCard", basic(), "/title", 50, "R31"),
        ("basicCard", basic(), "/description", 230, "R31"),
        ("carousel", within("basicCard", basic()), "/items/0/description", 230, "R31"),
        ("commerceCard", commerce(), "/title", 30, "R42"),
        ("commerceCard", commerce(), "/description", 40, "R42"),
        ("listCard", list(), "/items/0/title", 50, "R52"),
        ("itemCard", item(""), "/itemList/0/title", 6, "R62"),
        ("itemCard", profile, "/profile/title", 15, "R64"),
        ("itemCard", item(""), "/itemListSummary/title", 6, "R68"),
        ("itemCard", item(&of("가", 50)), "/description", 150, "R66"),
        ("carousel", within("itemCard", item(&of("가", 50))), "/items/0/description", 50, "R66"),
        ("textCard", json!({"title": "t", "buttons": [button.clone()]}), "/buttons/0/label", 14, "R81"),
        (
            "textCard",
            json!({"title": "t", "buttonLayout": "horizontal", "buttons": [button, {"label": "b", "action": "share"}]}),
            "/buttons/0/label",
            8,
            "R81",
        ),
    ]
}

fn told(key: &str, card: &Value, pointer: &str, text: String, rule: &str) -> bool {
    let mut card = card.clone();
    *card.pointer_mut(pointer).expect("the place") = Value::String(text);
    bubble(key, card).iter().any(|line| line.split(' ').nth(1) == Some(rule))
}

#[test]
fn characters_at_the_edge_in_every_script() {
    for (key, card, pointer, most, rule) in edges() {
        for letter in LETTERS {
            let at = format!("{rule} {key}{pointer} {letter}");
            assert!(!told(key, &card, pointer, of(letter, most), rule), "{at}: {most} are allowed");
            assert!(told(key, &card, pointer, of(letter, most + 1), rule), "{at}: {} are not", most + 1);
        }
    }
    let reply = |label: String| {
        let template = json!({"outputs": [{"simpleText": {"text": "t"}}], "quickReplies": [{"label": label, "action": "block", "blockId": "b"}]});
        found_in(&json!({"version": "2.0", "template": template}), &Setting::default())
    };
    for letter in LETTERS {
        assert_eq!(reply(of(letter, 14)), NOTHING, "{letter}");
        assert_eq!(reply(of(letter, 15)), ["W R90 template.quickReplies[0].label"], "{letter}");
    }
}

#[test]
fn lines_at_the_edge_with_every_line_break() {
    let basic = json!({"thumbnail": {"imageUrl": "https://a.kr"}, "title": "", "description": ""});
    let within = json!({"type": "basicCard", "items": [basic.clone()], "header": {"title": "", "description": "", "thumbnail": {"imageUrl": "https://a.kr"}}});
    let item = json!({
        "itemList": [{"title": "t", "description": ""}], "head": {"title": ""}, "title": "t", "description": "",
        "imageTitle": {"title": "", "description": ""}
    });
    for (key, card, pointer, most, rule) in [
        ("carousel", &within, "/items/0/title", 2, "R31"),
        ("carousel", &within, "/items/0/description", 2, "R31"),
        ("carousel", &within, "/header/title", 2, "R74"),
        ("carousel", &within, "/header/description", 3, "R74"),
        ("itemCard", &item, "/itemList/0/description", 2, "R62"),
        ("itemCard", &item, "/head/title", 1, "R64"),
        ("itemCard", &item, "/imageTitle/title", 2, "R64"),
        ("itemCard", &item, "/imageTitle/description", 1, "R64"),
        // The title has one of the twelve.
        ("itemCard", &item, "/description", 11, "R66"),
    ] {
        for line_break in ["\n", "\r\n"] {
            let lines = |count: usize| vec!["가"; count].join(line_break);
            let at = format!("{rule} {key}{pointer} {line_break:?}");
            // R64 is also about what is missing; all other titles of the card are empty here.
            let broken = |text: String| {
                let mut card = card.clone();
                *card.pointer_mut(pointer).expect("the place") = Value::String(text);
                let place = pointer.trim_start_matches('/').replace("/0", "[0]").replace('/', ".");
                let line = format!("W {rule} {}", if rule == "R66" { "itemCard" } else { &place });
                found(json!([{ key: card }])).iter().any(|told| told.replacen(&format!("{key}."), "", 1) == line)
            };
            assert!(!broken(lines(most)), "{at}: {most} are allowed");
            assert!(broken(lines(most + 1)), "{at}: {} are not", most + 1);
            assert!(broken(lines(most) + line_break), "{at}: a break at the end begins another line");
        }
    }
    // A lone carriage return and other separators are no line breaks of the wire.
    assert_eq!(super::super::lines("가\r나\u{2028}다\u{85}라"), 1);
    // Alone a basic card has no limit of lines.
    assert!(!told("basicCard", &basic, "/title", "\n".repeat(9), "R31"));
}

#[test]
fn r68_amounts_in_every_currency_and_letter() {
    let sum = |amount: &str| {
        bubble(
            "itemCard",
            json!({"itemList": [{"title": "t", "description": "d"}], "itemListSummary": {"title": "t", "description": amount}}),
        )
    };
    for good in ["₩12,345,678.90", "12345678901원", "￦1", "1.5 USD", "1.", ".5", "1\u{110B}\u{116F}\u{11AB}", "€ 1"]
    {
        assert_eq!(sum(good), NOTHING, "{good}");
    }
    for bad in ["1.005", "1,2.3.4", "-1원", "1\u{A0}원", "1🇰🇷", "1+1", "①", "1\t2", "１원", "1%"] {
        assert_eq!(sum(bad), ["W R68 itemListSummary.description"], "{bad}");
    }
    assert_eq!(sum(&"1".repeat(15)), ["W R68 itemListSummary.description"]);
    assert_eq!(sum(""), ["W R68 itemListSummary.description"]);
}
