//! T28, F01, F02, F08, F24, F39 for votes: one person, one vote, on the right Korean day; counted from the votes, and for a crowd by one.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use shared::clock::{Clock, Millis};
use shared::kakao::skill::SkillRequest;
use shared::store::{Group, GroupId, Person, PlaceId, Tally, Voted};
use tests::faults::{ANY, Dice, Fault, scaled};
use tests::platform::bots::Obedient;
use tests::platform::{Call, World, ask, payload};
use tests::table::text;

/// 2025-10-09 17:53:20 in Korea.
const NOW: Millis = Millis(1_760_000_000_000);
const CODE: &str = "ABCDEFGH23";
const HOUR: Duration = Duration::from_secs(3_600);

fn person(number: u64) -> Person {
    let request: SkillRequest = serde_json::from_value(payload(&format!("u{number}"), "")).unwrap();
    Person::of(&request).unwrap()
}

async fn group(world: &World) -> Group {
    world.app.store().found_group(&person(0), "group", CODE, world.app.clock.now()).await.unwrap().unwrap()
}

fn counts(tally: &Tally) -> BTreeMap<PlaceId, u32> {
    tally.standings.iter().map(|standing| (standing.place.clone(), standing.votes)).collect()
}

/// Votes that are simply there.
fn seed_votes(world: &World, group: &GroupId, number: u64, place: impl Fn(u64) -> PlaceId) {
    let day = world.app.clock.now().kst_day();
    for at in 0..number {
        world.table.put(&json!({
            "PK": { "S": format!("GRP#{group}#D#{day}") }, "SK": { "S": format!("VOTE#{}", person(at)) },
            "t": { "S": "VOTE" }, "v": { "N": "1" }, "c": { "S": place(at).to_string() },
            "at": { "N": (NOW.0 - 1_000_000 + at).to_string() }, "ttl": { "N": (NOW.secs() + 90 * 86_400).to_string() }
        }));
    }
}

#[tokio::test]
async fn f02_5_days_of_30_people_who_vote_8_times_in_parallel() {
    let world = World::new();
    let group = group(&world).await;
    let store = world.app.store();
    let places = ["soup", "rice", "noodles"].map(PlaceId::of_name);
    let mut dice = Dice::new(28);
    for day in 0..5 {
        let morning = NOW.plus(HOUR * 24 * day);
        let mut expected: BTreeMap<PlaceId, u32> = BTreeMap::new();
        // Each casts 8 times at 8 moments; the requests arrive in any order and at once.
        let mut casts: Vec<(Person, PlaceId, Millis)> = Vec::new();
        for number in 0..30 {
            let mut own: Vec<_> = (0..8_u64)
                .map(|cast| {
                    (
                        person(number),
                        dice.pick(&places).clone(),
                        morning.plus(Duration::from_millis(cast * 10 + number)),
                    )
                })
                .collect();
            *expected.entry(own[7].1.clone()).or_default() += 1;
            dice.shuffle(&mut own);
            casts.extend(own);
        }
        for chunk in casts.chunks(48) {
            let ended =
                join_all(chunk.iter().map(|(person, place, at)| store.vote(&group.id, person, place, *at))).await;
            assert!(ended.iter().all(Result::is_ok), "{ended:?}");
        }
        let tally = store.tally(&group.id, None, "reader", morning.plus(Duration::from_secs(1))).await.unwrap();
        assert_eq!(counts(&tally), expected, "day {day}");
        assert_eq!(tally.votes(), 30, "day {day}");
    }
}

#[tokio::test]
async fn f02_200_parallel_votes_of_50_members_are_50() {
    let world = World::new();
    let group = group(&world).await;
    let store = world.app.store();
    for round in 0..4 {
        let ended = join_all((0..50).map(|number| async move {
            let at = NOW.plus(Duration::from_millis(round * 50 + (number * 7) % 50));
            store
                .vote(
                    &world_group(),
                    &person(number),
                    &PlaceId::of_name(if round % 2 == 0 { "soup" } else { "rice" }),
                    at,
                )
                .await
        }))
        .await;
        assert!(ended.iter().all(Result::is_ok), "{ended:?}");
    }
    assert_eq!(group.id, world_group());
    let tally = store.tally(&group.id, None, "reader", NOW.plus(Duration::from_secs(1))).await.unwrap();
    assert_eq!(counts(&tally), BTreeMap::from([(PlaceId::of_name("rice"), 50)]));
}

fn world_group() -> GroupId {
    GroupId::of_code(CODE)
}

#[tokio::test]
async fn f01_a_vote_five_times_is_one_vote() {
    let world = World::at(NOW);
    world.says("u", &format!("group found {CODE}")).await;
    let calls = ["group place soup", "group vote soup", "group found ABCDEFGH23", "group join ABCDEFGH23"];
    for utterance in calls {
        let call = Call::says("u", utterance).received_at(NOW);
        assert!(ask(&world.app, &call).await.is_valid());
        let after_one =
            world.state().into_iter().filter(|item| !text(item, "PK").starts_with("RL#")).collect::<Vec<_>>();
        for _ in 0..4 {
            assert!(ask(&world.app, &call.again()).await.is_valid(), "{utterance}");
        }
        let after_five =
            world.state().into_iter().filter(|item| !text(item, "PK").starts_with("RL#")).collect::<Vec<_>>();
        assert_eq!(after_one, after_five, "{utterance}");
    }
    assert!(world.says("u", "group result").await.text().starts_with("soup=1"));
}

#[tokio::test]
async fn f08_lost_responses_lose_and_double_no_vote_and_no_group() {
    // 12 % of the writes are applied and not answered: 40 groups, each founded, joined by two, voted in by three.
    let world = World::new();
    world.faults.randomly(28, 12, Fault::CutAfter);
    let letters = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    for run in 0..scaled(40) {
        let code: String = (0..10).map(|at| char::from(letters[((run >> (at * 5)) & 31) as usize])).collect();
        let [a, b, c] = ["a", "b", "c"].map(|who| format!("{who}{run}"));
        // A person who is told "try again" does.
        let insist = async |user: &str, utterance: &str, good: &[&str]| {
            for _ in 0..5 {
                let answer = world.says(user, utterance).await;
                assert!(answer.is_valid());
                if !answer.is_sorry() {
                    assert!(good.contains(&answer.text()), "run {run}: {utterance}: {}", answer.text());
                    return;
                }
            }
            panic!("run {run}: five apologies for {utterance}");
        };
        insist(&a, &format!("group found {code}"), &["founded"]).await;
        insist(&b, &format!("group join {code}"), &["new", "already"]).await;
        insist(&c, &format!("group join {code}"), &["new", "already"]).await;
        insist(&a, "group place soup", &["added", "exists"]).await;
        insist(&b, "group place rice", &["added", "exists"]).await;
        insist(&a, "group vote soup", &["Counted"]).await;
        insist(&b, "group vote rice", &["Counted"]).await;
        insist(&c, "group vote rice", &["Counted"]).await;
        insist(&c, "group vote soup", &["Counted"]).await;
        assert_eq!(world.says(&a, "group result").await.text(), "soup=2 rice=1 end", "run {run}");
        for user in [&a, &b, &c] {
            assert_eq!(world.says(user, "group mine").await.text(), "1", "run {run}");
        }
        let group = GroupId::of_code(&code);
        let rows = world.table.items_under(&format!("GRP#{group}"));
        let of = |kind: &str| rows.iter().filter(|item| text(item, "SK").starts_with(kind)).count();
        assert_eq!((of("META"), of("MBR#"), of("PLACE#"), of("VOTE#")), (1, 3, 2, 3), "run {run}");
    }
    assert!(world.faults.injected() >= scaled(40) / 2, "only {} responses were lost", world.faults.injected());
}

// ---- joining

#[tokio::test]
async fn f01_joining_and_founding_again_a_moment_later_changes_nothing_and_says_so() {
    // A double tap, a second thought: other moments, so other transactions, within the ten minutes of their token.
    let world = World::at(NOW);
    for _ in 0..5 {
        assert_eq!(world.says("u", &format!("group found {CODE}")).await.text(), "founded");
        world.pass(Duration::from_secs(1));
    }
    assert_eq!(world.says("other", &format!("group join {CODE}")).await.text(), "new");
    for _ in 0..4 {
        world.pass(Duration::from_secs(1));
        assert_eq!(world.says("other", &format!("group join {CODE}")).await.text(), "already");
    }
    assert_eq!(world.table.items_under("GRP#").len(), 3, "one group, two members");
}

#[tokio::test]
async fn t28_the_eleventh_guess_of_an_hour_is_refused_also_in_parallel() {
    let world = World::at(NOW);
    world.says("founder", &format!("group found {CODE}")).await;
    let answers = join_all((0..40).map(|_| world.says("u", "group join 2222222222"))).await;
    let of = |word: &str| answers.iter().filter(|answer| answer.text() == word).count();
    assert_eq!((of("unknown"), of("too many")), (10, 30));
    assert_eq!(world.says("u", &format!("group join {CODE}")).await.text(), "too many", "not even the right code");
    assert_eq!(world.says("other", &format!("group join {CODE}")).await.text(), "new", "others may");
    for shape in ["abcdefgh23", " ABCDE-FGH23 ", "abcde fgh 23"] {
        world.pass(Duration::from_secs(601)); // a transaction's token is remembered for ten minutes
        assert_eq!(world.says("other", &format!("group join {shape}")).await.text(), "already", "{shape}");
    }
    world.pass(HOUR);
    assert_eq!(world.says("u", &format!("group join {CODE}")).await.text(), "new", "an hour later");
}

#[tokio::test]
async fn t28_no_guess_is_free() {
    // Whatever is typed as a code costs a try, so that there is no cheap way to ask.
    let world = World::at(NOW);
    for guess in ["", "x", "ABCDEFGH2", "ABCDEFGH234", "IIIIIIIIII", "가나다라마바사아자차"] {
        assert_eq!(world.says("u", &format!("group join {guess}")).await.text(), "unknown", "{guess}");
    }
    for _ in 0..4 {
        assert_eq!(world.says("u", "group join ZZZZZZZZZZ").await.text(), "unknown");
    }
    assert_eq!(world.says("u", "group join ZZZZZZZZZZ").await.text(), "too many");
}

#[tokio::test]
async fn t28_a_code_has_fifty_bits() {
    let world = World::at(NOW);
    let mut codes = BTreeSet::new();
    let mut seen: Vec<BTreeMap<char, u32>> = vec![BTreeMap::new(); 10];
    for _ in 0..2_000 {
        let answer = world.says("u", "group code").await;
        assert_eq!(answer.text().chars().count(), 10);
        for (at, letter) in answer.text().chars().enumerate() {
            *seen[at].entry(letter).or_default() += 1;
        }
        codes.insert(answer.text().to_owned());
    }
    assert_eq!(codes.len(), 2_000, "a code came twice");
    for (at, letters) in seen.iter().enumerate() {
        // 32 letters, 62.5 of each: beyond 6 standard deviations somebody has loaded the dice.
        assert_eq!(letters.len(), 32, "place {at}");
        assert!(letters.values().all(|count| (16..=110).contains(count)), "place {at}: {letters:?}");
    }
}

#[tokio::test]
async fn t28_a_payload_cannot_vote_for_somebody_else() {
    let world = World::at(NOW);
    world.says("u", &format!("group found {CODE}")).await;
    world.says("victim", &format!("group join {CODE}")).await;
    world.says("victim", "group vote rice").await;
    world.pass(Duration::from_secs(1));
    let victim = person_of("victim");
    let forgeries: [fn(&mut serde_json::Value); 8] = [
        |payload| payload["action"]["clientExtra"] = json!({ "person": person_of("victim"), "user": "victim" }),
        |payload| payload["action"]["params"] = json!({ "user": "victim", "person": person_of("victim") }),
        |payload| payload["userRequest"]["params"]["user"] = json!({ "id": "victim" }),
        |payload| payload["userRequest"]["user"]["properties"]["botUserKey"] = "victim".into(),
        |payload| payload["userRequest"]["user"]["properties"]["bot_user_key"] = "victim".into(),
        |payload| payload["userRequest"]["user"]["person"] = person_of("victim").into(),
        |payload| payload["user"] = json!({ "id": "victim" }),
        |payload| payload["contexts"] = json!([{ "name": "user", "params": { "id": { "value": "victim" } } }]),
    ];
    for (number, forge) in forgeries.iter().enumerate() {
        let answer = ask(&world.app, &Call::says("u", "group vote soup").change(forge)).await;
        assert!(answer.is_valid(), "{number}");
        let day = NOW.kst_day();
        let vote =
            world.table.item(&format!("GRP#{}#D#{day}", GroupId::of_code(CODE)), &format!("VOTE#{victim}")).unwrap();
        assert_eq!(text(&vote, "c"), PlaceId::of_name("rice").to_string(), "forgery {number}");
    }
}

fn person_of(user: &str) -> String {
    let request: SkillRequest = serde_json::from_value(payload(user, "")).unwrap();
    Person::of(&request).unwrap().to_string()
}

// ---- closing

#[tokio::test]
async fn t28_a_vote_after_closing_does_not_change_the_result() {
    // Closed at 12:00 with one vote for soup. A member who changes the vote at 12:01 must not take it back, settled or not.
    let noon = NOW.kst_at_minute(12 * 60);
    for read_before in [false, true] {
        let world = World::at(NOW);
        let group = group(&world).await;
        let store = world.app.store();
        let minute = Duration::from_secs(60);
        store.set_closing(&group.id, Some(12 * 60)).await.unwrap();
        store.vote(&group.id, &person(1), &PlaceId::of_name("soup"), noon.minus(minute)).await.unwrap();
        if read_before {
            let settled = store.tally(&group.id, Some(noon), "r", noon.plus(Duration::from_secs(30))).await.unwrap();
            assert_eq!(settled.votes(), 1);
        }
        store.vote(&group.id, &person(1), &PlaceId::of_name("rice"), noon.plus(minute)).await.unwrap();
        store.vote(&group.id, &person(2), &PlaceId::of_name("rice"), noon.plus(minute)).await.unwrap();
        let result = store.tally(&group.id, Some(noon), "r", noon.plus(minute * 2)).await.unwrap();
        let soup = BTreeMap::from([(PlaceId::of_name("soup"), 1)]);
        assert_eq!(counts(&result), soup, "read before: {read_before}");
        assert!(result.closed);
    }
}

#[tokio::test]
async fn t28_a_result_is_settled_once_and_for_all_readers() {
    let noon = NOW.kst_at_minute(12 * 60);
    let world = World::at(NOW);
    let group = group(&world).await;
    let store = world.app.store();
    for number in 0..5 {
        store.vote(&group.id, &person(number), &PlaceId::of_name("soup"), noon.minus(HOUR)).await.unwrap();
    }
    let open = store.tally(&group.id, Some(noon), "r", noon.minus(Duration::from_secs(1))).await.unwrap();
    assert!(!open.closed);
    // Too late, at the very moment of closing and after it: by people who had not voted.
    for (number, late) in [(7, 0), (8, 1_000)] {
        let at = noon.plus(Duration::from_millis(late));
        store.vote(&group.id, &person(number), &PlaceId::of_name("rice"), at).await.unwrap();
    }
    let results = join_all((0..20).map(|reader| {
        let (store, group) = (&store, &group);
        async move {
            store.tally(&group.id, Some(noon), &format!("r{reader}"), noon.plus(Duration::from_secs(61))).await.unwrap()
        }
    }))
    .await;
    assert!(results.iter().all(|result| result.closed && *result == results[0]));
    assert_eq!(counts(&results[0]), BTreeMap::from([(PlaceId::of_name("soup"), 5)]));
    // A vote that claims to be from before closing and comes after the settling does not count any more.
    store.vote(&group.id, &person(9), &PlaceId::of_name("rice"), noon.minus(HOUR)).await.unwrap();
    assert_eq!(store.tally(&group.id, Some(noon), "r", noon.plus(Duration::from_secs(80))).await.unwrap(), results[0]);
}

#[tokio::test]
async fn t28_a_closing_time_that_is_put_off_opens_the_votes_again() {
    let noon = NOW.kst_at_minute(12 * 60);
    let world = World::at(NOW);
    let group = group(&world).await;
    let store = world.app.store();
    store.vote(&group.id, &person(1), &PlaceId::of_name("soup"), noon.minus(HOUR)).await.unwrap();
    assert!(store.tally(&group.id, Some(noon), "r", noon.plus(Duration::from_secs(60))).await.unwrap().closed);
    // Put off to 13:00; two more vote at 12:30; at 13:01 their votes count.
    let one = noon.plus(HOUR);
    for number in [2, 3] {
        store.vote(&group.id, &person(number), &PlaceId::of_name("rice"), noon.plus(HOUR / 2)).await.unwrap();
    }
    let result = store.tally(&group.id, Some(one), "r", one.plus(Duration::from_secs(60))).await.unwrap();
    assert_eq!(result.votes(), 3, "{result:?}");
}

// ---- days

#[tokio::test]
async fn f24_a_vote_belongs_to_the_korean_day_on_which_it_was_received() {
    // 15:00 UTC is midnight in Korea: an ordinary day, a month's end, a leap day, a year's end.
    for (midnight, before, after) in [
        (1_760_022_000_000, "2025-10-09", "2025-10-10"),
        (1_761_922_800_000, "2025-10-31", "2025-11-01"),
        (1_709_132_400_000, "2024-02-28", "2024-02-29"),
        (1_709_218_800_000, "2024-02-29", "2024-03-01"),
        (1_767_193_200_000, "2025-12-31", "2026-01-01"),
    ] {
        let midnight = Millis(midnight);
        for (offset, day) in [(-1_000_i64, before), (-1, before), (0, after), (1, after), (1_000, after)] {
            let at = Millis(midnight.0.saturating_add_signed(offset));
            assert_eq!(at.kst_day(), day);
            let world = World::at(at);
            world.says("u", &format!("group found {CODE}")).await;
            world.says("u", "group place soup").await;
            assert_eq!(world.says("u", "group vote soup").await.text(), "Counted");
            let votes = world.table.items_under(&format!("GRP#{}#D#", GroupId::of_code(CODE)));
            assert_eq!(votes.len(), 1);
            assert!(text(&votes[0], "PK").ends_with(day), "{offset}: {}", text(&votes[0], "PK"));
            assert_eq!(world.says("u", "group result").await.text(), "soup=1 end");
        }
        // Received a second before midnight, handled two seconds after it by a function that had to wake up: yesterday's vote.
        let world = World::at(midnight.minus(Duration::from_secs(60)));
        world.says("u", &format!("group found {CODE}")).await;
        world.app.clock.set(midnight.plus(Duration::from_millis(1_000)));
        let call = Call::says("u", "group vote soup").received_at(midnight.minus(Duration::from_secs(1)));
        assert_eq!(ask(&world.app, &call).await.text(), "Counted");
        let votes = world.table.items_under(&format!("GRP#{}#D#", GroupId::of_code(CODE)));
        assert!(text(&votes[0], "PK").ends_with(before));
    }
}

#[tokio::test]
async fn f24_a_gateway_clock_beyond_reason_is_not_believed() {
    // ± 10 minutes, a day, a year: the vote is of now, give or take a cold start.
    let world = World::at(NOW);
    world.says("u", &format!("group found {CODE}")).await;
    for wrong in [NOW.0 + 600_000, NOW.0 + 86_400_000, u64::MAX, NOW.0 - 600_000, NOW.0 - 31_536_000_000, 0] {
        let call = Call::says("u", "group vote soup").received_at(Millis(wrong));
        assert!(ask(&world.app, &call).await.is_valid(), "{wrong}");
        let votes = world.table.items_under(&format!("GRP#{}#D#", GroupId::of_code(CODE)));
        assert_eq!(votes.len(), 1, "{wrong}");
        let at = tests::table::number(&votes[0], "at").unwrap();
        assert!((NOW.0 - 3_000..=NOW.0).contains(&at), "{wrong} became {at}");
        world.table.remove(text(&votes[0], "PK"), text(&votes[0], "SK"));
    }
}

#[tokio::test]
async fn f24_two_sandboxes_five_seconds_apart_keep_the_later_vote() {
    let world = World::at(NOW);
    world.says("u", &format!("group found {CODE}")).await;
    let ahead = world.sandbox(Obedient::default(), Clock::at(NOW.plus(Duration::from_secs(5))));
    // The gateway says when: the sandbox whose clock is ahead believes it too.
    let call =
        |utterance: &str, after: u64| Call::says("u", utterance).received_at(NOW.plus(Duration::from_millis(after)));
    world.pass(Duration::from_secs(3));
    assert_eq!(ask(&ahead, &call("group vote soup", 2_000)).await.text(), "Counted");
    assert_eq!(ask(&world.app, &call("group vote rice", 2_500)).await.text(), "Counted");
    assert_eq!(ask(&world.app, &call("group vote noodles", 1_000)).await.text(), "Superseded");
    let store = world.app.store();
    let tally = store.tally(&GroupId::of_code(CODE), None, "r", world.app.clock.now()).await.unwrap();
    assert_eq!(counts(&tally), BTreeMap::from([(PlaceId::of_name("rice"), 1)]));
}

// ---- crowds

#[tokio::test]
async fn f39_a_crowd_is_counted_by_one_reader_every_two_seconds() {
    // The page says 10,000 votes; the build makes 300 and 3,000 (one page and several pages of the table), nightly ten times that.
    for crowd in [300, scaled(3_000)] {
        let world = World::at(NOW);
        let group = group(&world).await;
        seed_votes(&world, &group.id, crowd, |number| PlaceId::of_name(if number % 3 == 0 { "soup" } else { "rice" }));
        let truth = BTreeMap::from([
            (PlaceId::of_name("soup"), crowd.div_ceil(3) as u32),
            (PlaceId::of_name("rice"), (crowd - crowd.div_ceil(3)) as u32),
        ]);
        let read = async |reader: String| {
            let tally = world.app.store().tally(&group.id, None, &reader, world.app.clock.now()).await.unwrap();
            assert_eq!(counts(&tally), truth, "{crowd} votes");
        };
        read("first".to_owned()).await;
        for round in 0..3 {
            world.faults.reset_counts();
            for reader in 0..5 {
                read(format!("{round}-{reader}-a")).await;
            }
            join_all((0..15).map(|reader| read(format!("{round}-{reader}-b")))).await;
            let (items, writes) =
                (world.faults.items_read(), world.faults.count("UpdateItem") + world.faults.count("PutItem"));
            // 20 readers: one may count the crowd, the others see no more than a first page.
            assert!(items <= crowd + 20 * 30, "{crowd} votes, round {round}: 20 readers read {items} items");
            assert!(writes <= 20, "{crowd} votes, round {round}: {writes} writes");
            world.pass(Duration::from_millis(2_001));
        }
    }
}

#[tokio::test]
async fn f39_a_small_group_is_counted_by_each_with_one_query() {
    let world = World::at(NOW);
    let group = group(&world).await;
    seed_votes(&world, &group.id, 20, |_| PlaceId::of_name("soup"));
    world.faults.reset_counts();
    let tally = world.app.store().tally(&group.id, None, "r", NOW).await.unwrap();
    assert_eq!((tally.votes(), world.faults.count("Query"), world.faults.count(ANY)), (20, 1, 1));
}

#[tokio::test]
async fn f39_votes_at_the_edges_of_the_pages_are_all_counted() {
    for crowd in [0, 1, 24, 25, 26, 27, 199, 200, 201, 226] {
        let world = World::at(NOW);
        let group = group(&world).await;
        seed_votes(&world, &group.id, crowd, |number| PlaceId::of_name(&format!("place {}", number % 40)));
        for reader in ["one", "two"] {
            let tally = world.app.store().tally(&group.id, None, reader, world.app.clock.now()).await.unwrap();
            assert_eq!(u64::from(tally.votes()), crowd, "{reader}");
            world.pass(Duration::from_secs(3));
        }
    }
}

#[tokio::test]
async fn f02_a_later_vote_wins_whatever_order_they_arrive_in() {
    let world = World::at(NOW);
    let group = group(&world).await;
    let store = world.app.store();
    let mut dice = Dice::new(3);
    for run in 0..scaled(30) {
        let voter = person(100 + run);
        let mut casts: Vec<u64> = (0..6).chain([dice.below(6)]).collect();
        dice.shuffle(&mut casts);
        let mut latest = None;
        for cast in casts {
            let at = NOW.plus(Duration::from_millis(cast));
            let voted = store.vote(&group.id, &voter, &PlaceId::of_name(&format!("place {cast}")), at).await.unwrap();
            assert_eq!(
                voted,
                if latest.is_some_and(|latest| cast < latest) { Voted::Superseded } else { Voted::Counted }
            );
            latest = latest.max(Some(cast));
        }
        let vote =
            world.table.item(&format!("GRP#{}#D#{}", group.id, NOW.kst_day()), &format!("VOTE#{voter}")).unwrap();
        assert_eq!(text(&vote, "c"), PlaceId::of_name("place 5").to_string());
    }
}
