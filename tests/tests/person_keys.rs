//! T27: two different people never share a key.

use std::collections::HashMap;

use shared::kakao::field::Field;
use shared::kakao::id::Id;
use shared::kakao::skill::{Named, SkillRequest, User, UserRequest};
use shared::store::Person;
use tests::faults::{Dice, scaled};

/// The key of a person, or nothing if there is none.
fn key(bot: &str, user: &str) -> Option<String> {
    let mut request = SkillRequest::default();
    let mut named = Named::default();
    named.id = Field::Is(Id::new(bot));
    request.bot = Field::Is(named);
    let mut who = User::default();
    who.id = Field::Is(Id::new(user));
    let mut asked = UserRequest::default();
    asked.user = Field::Is(who);
    request.user_request = Field::Is(asked);
    Person::of(&request).map(|person| person.to_string())
}

/// What an id may be made of, and what it may not.
const PIECES: [&str; 12] = ["a", "A", "0", "00", "1", "9", "-", "_", "bot", "1e3", "SESS", "zz"];
const ODD: [&str; 16] =
    ["#", "!", "bot#", "%23", "%", "~", "\0", " ", "\t", "é", "e\u{301}", "가", "+1", "x#y", "U#", "\u{feff}"];

fn id(dice: &mut Dice) -> String {
    match dice.below(40) {
        0 => "x".repeat(127 + dice.below(3) as usize),
        1 => String::new(),
        _ => {
            let odd = dice.below(8) == 0;
            (0..1 + dice.below(6)).map(|_| if odd { *dice.pick(&ODD) } else { *dice.pick(&PIECES) }).collect()
        }
    }
}

#[test]
fn t27_a_million_pairs_of_different_people_never_share_a_key() {
    // Each pair differs in one small way, which is where keys collide: a piece moved over the border of bot and person, a case, a
    // leading zero, a mark.
    let mut dice = Dice::new(27);
    let mut people: HashMap<String, (String, String)> = HashMap::new();
    let mut compared = 0_u64;
    for _ in 0..scaled(500_000) {
        let (bot, user) = (id(&mut dice), id(&mut dice));
        let other = match dice.below(7) {
            0 => (format!("{bot}{user}"), String::new()),
            1 => (format!("{bot}#{user}"), user.clone()),
            2 => (bot.to_uppercase(), user.clone()),
            3 => (bot.clone(), format!("0{user}")),
            4 => (format!("{bot}!"), user.clone()),
            5 => (bot.clone(), format!("{user}{}", dice.pick(&PIECES))),
            _ => (user.clone(), bot.clone()),
        };
        for pair in [(bot, user), other] {
            let Some(key) = key(&pair.0, &pair.1) else { continue };
            match people.get(&key) {
                Some(known) => assert_eq!(*known, pair, "both are {key:?}"),
                None => drop(people.insert(key, pair)),
            }
            compared += 1;
        }
    }
    assert!(
        compared > scaled(600_000) && people.len() as u64 > compared / 4,
        "only {} people in {compared}",
        people.len()
    );
}

#[test]
fn t27_what_cannot_be_a_key_is_nobody() {
    for id in [
        "",
        "#",
        "a#b",
        "a b",
        "가",
        "\0",
        "a\n",
        "!",
        "a!",
        "a/b",
        "a.b",
        "a:b",
        "a~b",
        "%23",
        "\u{feff}a",
        &"x".repeat(129),
        &"x".repeat(10_000),
    ] {
        assert_eq!(key("bot", id), None, "{id:?}");
    }
    for id in ["a#b", "", "!", "a!!", "가"] {
        assert_eq!(key(id, "user"), None, "{id:?}");
    }
    for id in ["a", "0", "007", "A-Z_a-z", &"x".repeat(128)] {
        assert!(key("bot", id).is_some(), "{id:?}");
    }
    assert_ne!(key("bot", "7"), key("bot", "07"));
    assert_ne!(key("bot", "a"), key("bot!", "a"), "the development channel is another place");
}

#[test]
fn t27_a_number_and_its_digits_are_one_person_and_no_number_becomes_another() {
    let read = |id: &str| {
        let body = format!("{{\"bot\":{{\"id\":\"b\"}},\"userRequest\":{{\"user\":{{\"id\":{id}}}}}}}");
        let request: Option<SkillRequest> = serde_json::from_str(&body).ok();
        request.and_then(|request| Person::of(&request)).map(|person| person.to_string())
    };
    assert_eq!(read("18446744073709551615"), read("\"18446744073709551615\""));
    assert_ne!(read("9007199254740993"), read("9007199254740992"), "not through a float");
    for other in ["18446744073709551616", "1e3", "1.0", "true", "[]", "{}"] {
        assert_eq!(read(other), None, "{other}");
    }
}
