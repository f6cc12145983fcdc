//! Every rule of Kakao Work at its edge, with Hangul and with emoji.

use serde_json::{Value, json};

use super::{
    ACTION_NAME_SANE, BLOCKS_SANE, LABEL_MAX, MODAL_BUTTON_SANE, MODAL_TITLE_SANE, OPTION_TEXT_SANE, RULES, TEXT_MAX,
    VALUE_SANE, api, block, callback, message, modal,
};
use crate::kakao::limits::Finding;
use crate::kakao::parse;

fn told(findings: Vec<Finding>) -> Vec<String> {
    let told = |it: &Finding| {
        for text in [&it.message.ko, &it.message.en] {
            assert!(!text.contains(['{', '}']), "a number is missing in {text:?}");
        }
        format!("{} {} {}", it.severity, it.rule, it.path)
    };
    findings.iter().map(told).collect()
}

fn in_block(body: Value) -> Vec<String> {
    told(block(&parse(body.to_string().as_bytes()).unwrap()))
}

fn in_message(blocks: Value) -> Vec<String> {
    let body = json!({"text": "t", "blocks": blocks});
    told(message(&parse(body.to_string().as_bytes()).unwrap()))
}

fn in_modal(blocks: Value) -> Vec<String> {
    let body = json!({"view": {"title": "t", "accept": "a", "decline": "d", "value": "", "blocks": blocks}});
    told(modal(&parse(body.to_string().as_bytes()).unwrap()))
}

fn in_api(body: Value) -> Vec<String> {
    told(api(body.as_object().unwrap()))
}

const NOTHING: [&str; 0] = [];

fn text(words: &str) -> Value {
    json!({"type": "text", "text": words})
}

fn image() -> Value {
    json!({"type": "image_link", "url": "https://a.kr/i.png"})
}

fn button(action: Value) -> Value {
    json!({"type": "button", "text": "b", "style": "default", "action": action})
}

/// A block with a text in it, at a pointer, of at most so many characters.
#[test]
fn texts_at_their_edges() {
    let option = json!({"text": "o", "value": "v"});
    let edges = [
        (json!({"type": "header", "style": "red"}), "/text", 20, "HEADER-TEXT"),
        (json!({"type": "text"}), "/text", 500, "TEXT-LEN"),
        (button(json!({"type": "call_modal", "value": "v"})), "/text", 20, "BUTTON-TEXT"),
        (json!({"type": "description", "content": text("t")}), "/term", 10, "DESC-TERM"),
        (json!({"type": "label"}), "/text", 200, "LABEL-LEN"),
        (json!({"type": "input", "name": "n"}), "/placeholder", 50, "INPUT-PLACEHOLDER"),
        (json!({"type": "select", "name": "n", "options": [option]}), "/placeholder", 50, "SELECT-PLACEHOLDER"),
        (json!({"type": "description", "term": "t", "content": text("")}), "/content/text", 500, "TEXT-LEN"),
    ];
    for (body, pointer, most, rule) in edges {
        let with = |words: String| {
            let mut body = body.clone();
            match body.pointer_mut(pointer) {
                Some(place) => *place = json!(words),
                None => body[&pointer[1..]] = json!(words),
            }
            in_block(body)
        };
        let path = pointer[1..].replace('/', ".");
        assert_eq!(with("가".repeat(most)), NOTHING, "{rule}");
        assert_eq!(with("가".repeat(most + 1)), [format!("E {rule} {path}")]);
        assert_eq!(with("가".repeat(most - 2) + "😀"), NOTHING, "{rule}");
        assert_eq!(with("가".repeat(most - 1) + "😀"), [format!("W EMOJI-LEN {path}")]);
        assert_eq!(with("가".repeat(most) + "😀"), [format!("E {rule} {path}")]);
        let optional = pointer == "/placeholder";
        assert_eq!(with(String::new()).is_empty(), optional, "{rule}: an empty text");
    }
}

#[test]
fn the_text_of_a_message() {
    let of = |body: Value| told(message(&parse(body.to_string().as_bytes()).unwrap()));
    for (letters, found) in [
        (0, vec!["E MSG-TEXT text"]),
        (1, vec![]),
        (3_000, vec![]),
        (3_001, vec!["W MSG-TEXT text"]),
        (10_000, vec!["W MSG-TEXT text"]),
        (10_001, vec!["E MSG-TEXT text"]),
    ] {
        assert_eq!(of(json!({"text": "가".repeat(letters)})), found, "{letters}");
    }
    // With an emoji that counts twice: over what older documents allow, and at the end.
    for (letters, found) in [
        (2_998, vec![]),
        (2_999, vec![]),
        (3_000, vec!["W MSG-TEXT text"]),
        (9_998, vec!["W MSG-TEXT text"]),
        (9_999, vec!["W EMOJI-LEN text", "W MSG-TEXT text"]),
        (10_000, vec!["E MSG-TEXT text"]),
    ] {
        assert_eq!(of(json!({"text": "가".repeat(letters) + "😀"})), found, "{letters} and an emoji");
    }
    assert_eq!(of(json!({})), ["E MSG-TEXT text"]);
    assert_eq!(of(json!({"text": 7})), ["E MEMBER-TYPE text", "E MSG-TEXT text"]);
    assert_eq!(of(json!({"text": "t", "type": "message", "blocks": []})), NOTHING);
}

#[test]
fn blocks_stand_where_they_may() {
    let header = json!({"type": "header", "text": "h", "style": "white"});
    assert_eq!(in_message(json!([header, text("t")])), NOTHING);
    assert_eq!(in_message(json!([text("t"), header])), ["E HEADER-PLACE blocks[1]"]);
    assert_eq!(in_message(json!([header, header])), ["E HEADER-PLACE blocks[1]"]);
    for kind in ["label", "input", "select"] {
        assert_eq!(in_message(json!([{"type": kind}])), ["E MSG-BLOCK-KIND blocks[0]"]);
    }
    assert_eq!(in_message(json!([{"type": "odd"}])), ["E BLOCK-KIND blocks[0].type"]);
    assert_eq!(in_message(json!([7])), ["E BLOCK-KIND blocks[0].type"]);
    for other in [header, text("t"), image(), json!({"type": "divider"}), json!({"type": "odd"}), json!(null)] {
        assert_eq!(in_modal(json!([other])), ["E MODAL-BLOCK-KIND view.blocks[0]"]);
    }
}

#[test]
fn the_guide_is_advice() {
    let (line, press) = (json!({"type": "divider"}), button(json!({"type": "call_modal", "value": "v"})));
    assert_eq!(in_message(json!([text("t"), line, text("t")])), NOTHING);
    assert_eq!(in_message(json!([line, text("t")])), ["A DIVIDER-PLACE blocks[0]"]);
    assert_eq!(in_message(json!([text("t"), line])), ["A DIVIDER-PLACE blocks[1]"]);
    assert_eq!(in_message(json!([text("t"), line, line, text("t")])), ["A DIVIDER-PLACE blocks[2]"]);
    assert_eq!(in_message(json!([line])), ["A DIVIDER-PLACE blocks[0]"], "alone");
    assert_eq!(in_message(json!([press, press, press])), NOTHING);
    assert_eq!(in_message(json!([press, press, press, press])), ["A BUTTON-COUNT blocks"]);
    assert_eq!(in_message(json!([press, image()])), ["A IMAGE-PLACE blocks[1]"]);
    let row = json!({"type": "action", "elements": [press, press]});
    assert_eq!(in_message(json!([row, image()])), ["A IMAGE-PLACE blocks[1]"]);
    assert_eq!(in_message(json!([row, text("t"), image()])), NOTHING);
    assert_eq!(in_message(json!([image(), image()])), ["A IMAGE-PLACE blocks[1]"]);
    assert_eq!(in_message(json!(vec![text("t"); 51])), ["W BLOCK-COUNT blocks"]);
}

#[test]
fn pieces_of_a_text() {
    let of = |inlines: Value| in_block(json!({"type": "text", "text": "가나", "inlines": inlines}));
    assert_eq!(of(json!([{"type": "styled", "text": "가나", "bold": true, "color": "red"}])), NOTHING);
    assert_eq!(of(json!([{"type": "styled", "text": "가"}])), ["W INLINE-MATCH inlines"]);
    let long = json!([{"type": "styled", "text": "가".repeat(501)}]);
    assert_eq!(of(long), ["E INLINE-LEN inlines", "W INLINE-MATCH inlines"]);
    let styled = |more: Value| {
        let mut inline = json!({"type": "styled", "text": "가나"});
        inline.as_object_mut().unwrap().append(&mut more.as_object().unwrap().clone());
        of(json!([inline]))
    };
    assert_eq!(styled(json!({"url": "https://a"})), ["E INLINE-STYLED inlines[0].url"]);
    assert_eq!(styled(json!({"color": "green"})), ["E INLINE-STYLED inlines[0].color"]);
    assert_eq!(styled(json!({"bold": "yes"})), ["E MEMBER-TYPE inlines[0].bold"]);
    let link = |url: &str| of(json!([{"type": "link", "text": "가나", "url": url}]));
    for good in ["http://a", "https://a/가", "mailto:a@b", "tel:1"] {
        assert_eq!(link(good), NOTHING, "{good}");
    }
    for bad in ["", "a.kr", "javascript:1", "mailto:", "tel: "] {
        assert_eq!(link(bad), ["E INLINE-LINK inlines[0].url"], "{bad}");
    }
    let bold = json!([{"type": "link", "text": "가나", "url": "tel:1", "bold": false}]);
    assert_eq!(of(bold), ["E INLINE-LINK inlines[0]"]);
    let two = json!([{"type": "link", "text": "가", "url": "tel:1"}, {"type": "link", "text": "나", "url": "tel:1"}]);
    assert_eq!(of(two), ["A LINK-COUNT inlines"]);
    let mention = |target: Value| of(json!([{"type": "mention", "text": "가나", "ref": target}]));
    assert_eq!(mention(json!({"type": "kw", "value": 1})), NOTHING);
    assert_eq!(mention(json!({"type": "kw", "value": "9007199254740993"})), NOTHING);
    for bad in [json!({"type": "kw", "value": 0}), json!({"type": "x", "value": 1}), json!({}), json!(null)] {
        assert_eq!(mention(bad.clone()), ["E INLINE-MENTION inlines[0].ref"], "{bad}");
    }
    let member = json!({"type": "kw", "value": 1});
    for (name, value) in [("bold", json!(false)), ("color", json!("red")), ("url", json!("https://a"))] {
        let more = json!([{"type": "mention", "text": "가나", "ref": member, name: value}]);
        assert_eq!(of(more), ["W INLINE-MENTION inlines[0]"], "{name}");
    }
    assert_eq!(styled(json!({ "ref": member })), ["E INLINE-STYLED inlines[0].ref"]);
    let link_to_member = json!([{"type": "link", "text": "가나", "url": "tel:1", "ref": member}]);
    assert_eq!(of(link_to_member), ["E INLINE-LINK inlines[0].ref"]);
    assert_eq!(of(json!([{"type": "odd", "text": "가나"}])), ["E INLINE-KIND inlines[0].type"]);
    let both = |kind: &str, markdown: Value| {
        let pieces = json!([{"type": "styled", "text": "가"}]);
        in_block(json!({"type": kind, "text": "가", "markdown": markdown, "inlines": pieces}))
    };
    for kind in ["text", "label"] {
        assert_eq!(both(kind, json!(true)), ["E TEXT-MD-INLINE markdown"]);
        assert_eq!(both(kind, json!(false)), ["E TEXT-MD-INLINE markdown"]);
        assert_eq!(both(kind, json!(null)), NOTHING, "null is absent");
        assert_eq!(in_block(json!({"type": kind, "text": "가", "markdown": false})), NOTHING);
    }
    let label = json!({"type": "label", "inlines": [{"type": "styled", "text": "가".repeat(201)}]});
    assert_eq!(in_block(label), ["E INLINE-LEN inlines"]);
}

#[test]
fn actions_have_what_they_need() {
    let of = |action: Value| in_block(button(action));
    assert_eq!(of(json!({"type": "submit_action", "name": "n", "value": "v"})), NOTHING);
    assert_eq!(of(json!({"type": "submit_action", "value": "v"})), ["E ACTION-SUBMIT action.name"]);
    assert_eq!(of(json!({"type": "submit_action", "name": "n", "value": ""})), ["E ACTION-SUBMIT action.value"]);
    assert_eq!(of(json!({"type": "call_modal"})), ["E ACTION-MODAL action.value"]);
    assert_eq!(of(json!({"type": "call_modal", "value": "v".repeat(1_001)})), ["W VALUE-LEN action.value"]);
    assert_eq!(
        of(json!({"type": "call_modal", "name": "n".repeat(101), "value": "v"})),
        ["W ACTION-NAME-LEN action.name"]
    );
    for kind in ["open_system_browser", "open_inapp_browser"] {
        assert_eq!(of(json!({"type": kind, "value": "https://a"})), NOTHING);
        assert_eq!(of(json!({"type": kind, "value": "mailto:a@b"})), ["E ACTION-URL action.value"]);
    }
    let app = |value: &str| of(json!({"type": "open_external_app", "value": value}));
    for good in ["ios=a%3A%2F%2Fb", "aos=a%3A%2F%2Fb", "ios=a&aos=b"] {
        assert_eq!(app(good), NOTHING, "{good}");
    }
    for bad in ["", "ios=", "ios=a://b", "x=1", "ios=a&b"] {
        assert_eq!(app(bad), ["E ACTION-APP action.value"], "{bad}");
    }
    assert_eq!(app("geo:37,127"), ["W ACTION-APP action.value"]);
    let sized = |standalone: bool| {
        of(json!({"type": "open_inapp_browser", "value": "https://a", "standalone": standalone, "width": 1}))
    };
    assert_eq!(sized(true), NOTHING);
    assert_eq!(sized(false), ["W ACTION-INAPP action"]);
    let open = json!({"type": "open_system_browser", "value": "https://a"});
    assert_eq!(of(json!({"type": "exclusive", "default": open, "ios": open})), NOTHING);
    assert_eq!(of(json!({"type": "exclusive", "ios": open})), ["E ACTION-EXCLUSIVE action.default"]);
    let inside = json!({"type": "exclusive", "default": open});
    assert_eq!(of(json!({"type": "exclusive", "default": inside})), ["E ACTION-EXCLUSIVE action.default"]);
    assert_eq!(of(json!({"type": "exclusive", "default": open, "pc": inside})), ["E ACTION-EXCLUSIVE action.pc"]);
    assert_eq!(of(json!({"type": "odd"})), ["E ACTION-KIND action.type"]);
    assert_eq!(in_block(json!({"type": "button", "text": "b", "style": "default"})), ["E BUTTON-ACTION action"]);
    let green = json!({"type": "button", "text": "b", "style": "green", "action": open});
    assert_eq!(in_block(green), ["E BUTTON-STYLE style"]);
}

#[test]
fn parts_of_blocks() {
    let press = button(json!({"type": "call_modal", "value": "v"}));
    for (number, good) in [(0, false), (1, false), (2, true), (3, true), (4, false)] {
        let row = in_block(json!({"type": "action", "elements": vec![press.clone(); number]}));
        assert_eq!(row, if good { vec![] } else { vec!["E ROW-COUNT elements"] }, "{number}");
    }
    assert_eq!(in_block(json!({"type": "action", "elements": [press, text("t")]})), ["E ROW-COUNT elements[1]"]);
    assert_eq!(in_block(json!({"type": "header", "text": "가\n나", "style": "red"})), ["E HEADER-TEXT text"]);
    assert_eq!(in_block(json!({"type": "header", "text": "가"})), ["W HEADER-STYLE style"]);
    assert_eq!(in_block(json!({"type": "header", "text": "가", "style": "pink"})), ["E HEADER-STYLE style"]);
    assert_eq!(in_block(json!({"type": "image_link", "url": "/a.png"})), ["E IMAGE-URL url"]);
    assert_eq!(in_block(json!({"type": "description", "term": "t"})), ["E DESCRIPTION content"]);
    assert_eq!(in_block(json!({"type": "section", "content": text("t")})), NOTHING);
    let wrong = json!({"type": "section", "content": image(), "accessory": text("t")});
    assert_eq!(in_block(wrong), ["E SECTION content", "E SECTION accessory"]);
    assert_eq!(in_block(json!({"type": "context", "content": text("t")})), ["E CONTEXT image"]);
    assert_eq!(in_block(json!({"type": "context", "content": text("t"), "image": image()})), NOTHING);
    let wrong = json!({"type": "context", "content": image(), "image": text("t")});
    assert_eq!(in_block(wrong), ["E CONTEXT content", "E CONTEXT image"]);
    let long = json!({"type": "context", "content": text(&"가".repeat(TEXT_MAX + 1)), "image": {"type": "image_link"}});
    assert_eq!(in_block(long), ["E TEXT-LEN content.text", "E IMAGE-URL image.url"]);
}

#[test]
fn modals_are_complete() {
    let whole =
        json!({"title": "t", "accept": "a", "decline": "d", "value": "", "blocks": [{"type": "label", "text": "l"}]});
    let of = |body: &Value| told(modal(&parse(body.to_string().as_bytes()).unwrap()));
    assert_eq!(of(&whole), ["W MODAL-VIEW ."]);
    assert_eq!(of(&json!({ "view": whole })), NOTHING);
    for key in ["title", "accept", "decline", "value", "blocks"] {
        let mut body = whole.clone();
        body.as_object_mut().unwrap().remove(key);
        assert_eq!(of(&body), ["W MODAL-VIEW .".to_owned(), format!("E MODAL-FIELDS {key}")]);
        assert_eq!(of(&json!({ "view": body })), [format!("E MODAL-FIELDS view.{key}")]);
    }
    assert_eq!(of(&json!({})), ["W MODAL-VIEW view"]);
    assert_eq!(in_modal(json!([])), ["W MODAL-FIELDS view.blocks"]);
    let input = |name: &str| json!({"type": "input", "name": name});
    assert_eq!(in_modal(json!([input("a"), input("b")])), NOTHING);
    assert_eq!(in_modal(json!([input("a"), input("a")])), ["E MODAL-NAMES view.blocks[1].name"]);
    assert_eq!(in_modal(json!([input("")])), ["E MODAL-NAMES view.blocks[0].name"]);
    let choice = |name: &str| json!({"type": "select", "name": name, "options": [{"text": "o", "value": "v"}]});
    assert_eq!(in_modal(json!([choice("a"), choice("b")])), NOTHING);
    assert_eq!(in_modal(json!([input("a"), choice("a")])), ["E MODAL-NAMES view.blocks[1].name"]);
    assert_eq!(in_modal(json!([choice("")])), ["E MODAL-NAMES view.blocks[0].name"]);
    let select = |number: usize| {
        let options: Vec<Value> = (0..number).map(|at| json!({"text": "o", "value": at.to_string()})).collect();
        in_block(json!({"type": "select", "name": "n", "options": options}))
    };
    assert_eq!(select(0), ["E SELECT-OPTIONS options"]);
    assert_eq!((select(1).len(), select(30).len()), (0, 0));
    assert_eq!(select(31), ["E SELECT-OPTIONS options"]);
    let twice =
        json!({"type": "select", "name": "n", "options": [{"text": "a", "value": "1"}, {"text": "b", "value": "1"}]});
    assert_eq!(in_block(twice), ["W SELECT-OPTIONS options[1].value"]);
    let blank = json!({"type": "select", "name": "n", "options": [{"text": "", "value": ""}]});
    assert_eq!(in_block(blank), ["E SELECT-OPTIONS options[0].text", "E SELECT-OPTIONS options[0].value"]);
}

/// What is documented nowhere is a warning; each says where it begins.
#[test]
fn sane_lengths_at_their_edges() {
    let press = |value: String| in_block(button(json!({"type": "call_modal", "value": value})));
    let named = |name: String| in_block(button(json!({"type": "submit_action", "name": name, "value": "v"})));
    let framed = |key: &'static str| {
        move |words: String| {
            let blocks = json!([{"type": "label", "text": "l"}]);
            let mut view = json!({"title": "t", "accept": "a", "decline": "d", "value": "", "blocks": blocks});
            view[key] = words.into();
            told(modal(&parse(json!({ "view": view }).to_string().as_bytes()).unwrap()))
        }
    };
    let option =
        |words: String| in_block(json!({"type": "select", "name": "n", "options": [{"text": words, "value": "v"}]}));
    type Edge<'a> = (Box<dyn Fn(String) -> Vec<String> + 'a>, usize, &'static str);
    let edges: [Edge<'_>; 7] = [
        (Box::new(press), VALUE_SANE, "VALUE-LEN action.value"),
        (Box::new(named), ACTION_NAME_SANE, "ACTION-NAME-LEN action.name"),
        (Box::new(framed("title")), MODAL_TITLE_SANE, "MODAL-WORDS view.title"),
        (Box::new(framed("accept")), MODAL_BUTTON_SANE, "MODAL-WORDS view.accept"),
        (Box::new(framed("decline")), MODAL_BUTTON_SANE, "MODAL-WORDS view.decline"),
        (Box::new(framed("value")), VALUE_SANE, "VALUE-LEN view.value"),
        (Box::new(option), OPTION_TEXT_SANE, "SELECT-OPTIONS options[0].text"),
    ];
    for (with, most, found) in edges {
        assert_eq!(with("가".repeat(most)), NOTHING, "{found}");
        assert_eq!(with("가".repeat(most + 1)), [format!("W {found}")]);
        assert_eq!(with("가".repeat(most) + "😀"), [format!("W {found}")]);
    }
    assert_eq!(in_message(json!(vec![text("t"); BLOCKS_SANE])), NOTHING);
    assert_eq!(in_message(json!(vec![text("t"); BLOCKS_SANE + 1])), ["W BLOCK-COUNT blocks"]);
}

/// Together, whatever each piece has.
#[test]
fn pieces_of_a_text_at_their_edges() {
    for (kind, most) in [("text", TEXT_MAX), ("label", LABEL_MAX)] {
        let with = |words: &str| {
            let pieces: Vec<Value> =
                [&words[..3], &words[3..]].map(|text| json!({"type": "styled", "text": text})).into();
            // A text may not be left out, and one that is too long is found as well.
            in_block(json!({"type": kind, "text": "가", "inlines": pieces}))
                .into_iter()
                .filter(|found| found != "W INLINE-MATCH inlines")
                .collect::<Vec<_>>()
        };
        assert_eq!(with(&"가".repeat(most)), NOTHING, "{kind}");
        assert_eq!(with(&"가".repeat(most + 1)), ["E INLINE-LEN inlines"], "{kind}");
        assert_eq!(with(&("가".repeat(most - 1) + "😀")), ["W EMOJI-LEN inlines"], "{kind}");
        assert_eq!(with(&("가".repeat(most) + "😀")), ["E INLINE-LEN inlines"], "{kind}");
    }
}

#[test]
fn callbacks_are_only_warned_about() {
    let of = |body: Value| told(callback(&parse(body.to_string().as_bytes()).unwrap()));
    assert_eq!(of(json!({"type": "odd"})), ["W CALLBACK-TYPE type"]);
    assert_eq!(of(json!({})), ["W CALLBACK-TYPE type"]);
    assert_eq!(
        of(json!({"type": "submission", "actions": {"a": null, "b": "x", "c": 7}})),
        [
            "W CALLBACK-USER react_user_id",
            "W CALLBACK-MESSAGE message",
            "W CALLBACK-VALUE value",
            "W CALLBACK-TIME action_time",
            "W CALLBACK-ACTIONS actions.c"
        ]
    );
    let whole = |name: &str| {
        let message = json!({"id": 1, "conversation_id": 2});
        of(
            json!({"type": "submit_action", "action_time": 1_735_787_045, "react_user_id": 1, "message": message, "value": "v",
                  "action_name": name}),
        )
    };
    assert_eq!((whole("n"), whole("")), (vec![], vec!["W CALLBACK-NAME action_name".to_owned()]));
    assert_eq!(of(json!({"text": "휴가", "conversation_id": 1, "user_id": 2})), NOTHING);
}

#[test]
fn the_web_api() {
    assert_eq!(in_api(json!({"success": false, "error": {"code": "invalid_parameter"}})), ["W API-ERROR success"]);
    for (limit, good) in [(json!(0), false), (json!(1), true), (json!("100"), true), (json!(101), false)] {
        let expected = if good { vec![] } else { vec!["E LIST-LIMIT limit"] };
        assert_eq!(in_api(json!({ "limit": limit })), expected, "{limit}");
    }
    for key in ["user_work_times", "user_vacation_times", "user_ids"] {
        assert_eq!(in_api(json!({ key: vec![1; 100] })), NOTHING);
        assert_eq!(in_api(json!({ key: vec![1; 101] })), [format!("E BATCH-COUNT {key}")]);
        assert_eq!(in_api(json!({ key: [] })), [format!("E BATCH-COUNT {key}")]);
    }
    assert_eq!(in_api(json!({"text": "t"})), ["E API-TO conversation_id"]);
    assert_eq!(in_api(json!({"conversation_id": 1, "text": ""})), ["E MSG-TEXT text"]);
    assert_eq!(in_api(json!({"odd": 1})), ["E API-FORM ."]);
}

fn file(kind: &str, size: u64) -> Value {
    let name = if kind == "image" { "a.png" } else { "a" };
    let mut meta = json!({"file_name": name, "file_type": kind, "file_size": size});
    if kind == "video" {
        let more = json!({"duration": 3, "width": 4, "height": 5, "rotation": 0});
        meta.as_object_mut().unwrap().append(&mut more.as_object().unwrap().clone());
    }
    meta
}

#[test]
fn uploads() {
    let of = |metas: Value| in_api(json!({ "metas": metas }));
    assert_eq!(of(json!(vec![file("file", 1); 5])), NOTHING);
    assert_eq!(of(json!(vec![file("file", 1); 6])), ["E UPLOAD-COUNT metas"]);
    assert_eq!(of(json!([])), ["E UPLOAD-COUNT metas"]);
    assert_eq!(of(json!([file("odd", 1)])), ["E UPLOAD-KIND metas[0]"]);
    for (kind, most) in [("image", 15 << 20), ("video", 300 << 20), ("file", 1 << 30)] {
        assert_eq!(of(json!([file(kind, most)])), NOTHING, "{kind}");
        assert_eq!(of(json!([file(kind, most + 1)])), ["E UPLOAD-SIZE metas[0].file_size"], "{kind}");
    }
    assert_eq!(of(json!([file("file", 1 << 29), file("file", 1 << 29)])), NOTHING);
    assert_eq!(of(json!([file("file", 1 << 29), file("file", (1 << 29) + 1)])), ["E UPLOAD-SIZE metas"]);
    let named = |name: &str| of(json!([{"file_name": name, "file_type": "image", "file_size": 1}]));
    for good in ["가.png", "a.JPG", "a.b.jpeg", "a.gif", "a.bmp"] {
        assert_eq!(named(good), NOTHING, "{good}");
    }
    for bad in ["a.webp", "a.png.exe", "png", "😀"] {
        assert_eq!(named(bad), ["E UPLOAD-KIND metas[0].file_name"], "{bad}");
    }
    for key in ["duration", "width", "height", "rotation"] {
        for odd in [json!(null), json!("3")] {
            let mut film = file("video", 1);
            film[key] = odd;
            assert_eq!(of(json!([film])), [format!("E UPLOAD-KIND metas[0].{key}")]);
        }
    }
}

#[test]
fn every_rule_speaks_both_languages_with_the_same_numbers() {
    for rule in RULES {
        for number in ["{found}", "{limit}"] {
            assert_eq!(rule.en.contains(number), rule.ko.contains(number), "{} {number}", rule.id);
        }
        assert!(rule.ko.chars().any(|c| ('가'..='힣').contains(&c)), "{}", rule.id);
    }
}
