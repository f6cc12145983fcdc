//! F29 at the functions of Kakao Work: whatever has changed about one node of a callback, it is answered in time with what Kakao Work
//! takes for a success, and what it did is done as a whole or not at all.

use std::fs;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use shared::app::App;
use shared::clock::{Clock, Millis};
use shared::endpoint::Endpoint;
use shared::hear::SOFT_STOP;
use shared::kakao::limits::{Severity, work};
use shared::kakao::parse;
use shared::kakao::work::{Callback, ModalAnswer};
use shared::store::callback_id;
use tests::faults::is_nightly;
use tests::mutations::{self, Mutated, Mutation};
use tests::table::{Table, env, text};
use tests::webhooks::Knock;
use work_callback::WorkCallback;
use work_request::WorkRequest;

const NOW: Millis = Millis(1_760_000_000_000);
const SECRET: &str = "a-secret-of-the-path";
const ROOM: u64 = 1_006_710_354_409_588;
/// Beyond 2^53.
const ASKS: u64 = 9_007_199_254_740_993;
const APPROVER: u64 = bot::approval::APPROVERS[0];

/// A workspace in which one approval waits. Whatever a body leaves in the table is taken away again before the next.
struct World {
    table: Table,
    app: App<bot::Bot>,
    before: Vec<Value>,
}

impl World {
    async fn new() -> (Self, Vec<Value>) {
        let table = Table::start();
        let settings = [("WORK_PATH_SECRET", SECRET), ("TOKEN_SIGNING_KEY", "a-signing-key")];
        let app = App::new(bot::Bot, env(&table.url(), &settings), Clock::at(NOW));
        let mut world = Self { table, app, before: Vec::new() };
        let asks = world.form(ASKS, "vacation").await;
        world.post(&submission(ASKS, &asks, json!({ "when": "내일", "why": null })).to_string()).await;
        world.before = world.table.items();
        let asked = world.said("-asked");
        let button = |at: usize| {
            let row = asked["message"]["blocks"].as_array().unwrap().last().unwrap();
            row["elements"][at]["action"]["value"].as_str().unwrap().to_owned()
        };
        let decides = world.form(APPROVER, &button(1)).await;
        let again = callback("request_modal", ASKS, "vacation", json!({ "action_time": NOW.secs() + 1 }));
        let again = world.post(&again.to_string()).await["view"]["value"].as_str().unwrap().to_owned();
        let bodies = vec![
            callback("submit_action", APPROVER, &button(0), json!({ "action_name": "approve" })),
            submission(APPROVER, &decides, json!({ "verdict": "reject", "reason": null })),
            submission(ASKS, &again, json!({ "when": "모레", "why": "여행" })),
            callback("request_modal", ASKS, "vacation", json!({})),
            callback("request_modal", APPROVER, &button(1), json!({})),
        ];
        assert_eq!(world.table.items(), world.before, "opening a form leaves nothing");
        (world, bodies)
    }

    /// The value of the modal that opens.
    async fn form(&self, who: u64, value: &str) -> String {
        let opened = self.post(&callback("request_modal", who, value, json!({})).to_string()).await;
        opened["view"]["value"].as_str().unwrap().to_owned()
    }

    /// What was said under the one key that ends like this.
    fn said(&self, ending: &str) -> Value {
        let bodies = self.table.items_under("OUT#");
        let mut bodies = bodies.iter().map(|item| serde_json::from_str::<Value>(text(item, "body")).unwrap());
        bodies.find(|body| body["key"].as_str().unwrap().ends_with(ending)).unwrap()
    }

    async fn post(&self, body: &str) -> Value {
        self.post_to::<WorkCallback>("callback", body).await
    }

    async fn post_to<E: Endpoint<bot::Bot>>(&self, address: &str, body: &str) -> Value {
        let knock = Knock::post(&format!("/work/{address}/{SECRET}")).header("authorization", None);
        let began = Instant::now();
        let answered = knock.body("application/json;charset=utf-8", body).at::<E, _>(&self.app).await;
        assert!(began.elapsed() < SOFT_STOP, "{address}: {:?} for {body}", began.elapsed());
        assert_eq!(answered.status, 200, "{address}: {body}");
        let modal: ModalAnswer = parse(answered.body.as_bytes()).unwrap();
        if answered.body != "{}" {
            let broken = work::modal(&modal).into_iter().find(|finding| finding.severity == Severity::Error);
            assert!(!modal.bare && broken.is_none(), "{address}: {} for {body}", answered.body);
        }
        serde_json::from_str(&answered.body).unwrap()
    }

    /// Posts to one of the two functions: what is in the table then, and was not before. It is as it was before afterwards.
    async fn leaves<E: Endpoint<bot::Bot>>(&self, address: &str, body: &str) -> Vec<Value> {
        self.post_to::<E>(address, body).await;
        let after = self.table.items();
        whole(&after, body);
        let key = |item: &Value| (text(item, "PK").to_owned(), text(item, "SK").to_owned());
        let left: Vec<Value> = after.into_iter().filter(|item| !self.before.contains(item)).collect();
        for item in &left {
            let (pk, sk) = key(item);
            match self.before.iter().find(|old| key(old) == key(item)) {
                Some(old) => self.table.put(old),
                None => self.table.remove(&pk, &sk),
            }
        }
        left
    }
}

fn callback(kind: &str, who: u64, value: &str, more: Value) -> Value {
    let mut body = json!({
        "type": kind, "action_time": NOW.secs(), "react_user_id": who, "value": value,
        "message": { "id": 757_617_552_587_034_624_u64, "text": "t", "user_id": 1, "conversation_id": ROOM }
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn submission(who: u64, value: &str, actions: Value) -> Value {
    callback("submission", who, value, json!({ "actions": actions }))
}

/// The callbacks among the repository's samples.
fn samples() -> Vec<Value> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/tests/samples");
    let files = ["work", "work-public"].into_iter().flat_map(|folder| fs::read_dir(samples.join(folder)).unwrap());
    let bodies = files.map(|file| serde_json::from_slice::<Value>(&fs::read(file.unwrap().path()).unwrap()).unwrap());
    let is_callback = |body: &Value| ["react_user_id", "user_id", "actions"].iter().any(|key| body.get(key).is_some());
    bodies.filter(is_callback).collect()
}

/// A request and the message that asks for it, a decision and the two that tell of it: both or neither.
fn whole(items: &[Value], body: &str) {
    let said: Vec<Value> = items
        .iter()
        .filter(|item| text(item, "PK").starts_with("OUT#"))
        .map(|item| serde_json::from_str(text(item, "body")).unwrap())
        .collect();
    let is_said = |key: &str| said.iter().any(|said| said["key"] == key);
    let requests: Vec<&Value> = items.iter().filter(|item| text(item, "SK") == "REQ").collect();
    for request in &requests {
        let id = text(request, "PK").trim_start_matches("WAP#");
        assert!(is_said(&format!("approval-{id}-asked")), "nobody is asked: {body}");
        let decided = ["APPROVED", "REJECTED"].contains(&text(request, "st"));
        for told in ["result", "told"] {
            assert_eq!(is_said(&format!("approval-{id}-{told}")), decided, "{told}: {body}");
        }
    }
    let told = |ending: &str| said.iter().filter(|said| said["key"].as_str().unwrap().ends_with(ending)).count();
    assert_eq!(told("-asked"), requests.len(), "asked for nothing: {body}");
}

/// What a body left, without what comes of its very bytes: the callback's id, all of a body that is kept, and keys made of the two.
fn plain(left: &[Value], body: &str) -> Vec<String> {
    let id = parse::<Callback>(body.as_bytes()).map(|callback| callback_id(&callback, NOW)).unwrap();
    let mut all: Vec<String> = Vec::new();
    for item in left {
        let (mut plain, pk) = (item.clone(), text(item, "PK"));
        let made_of_it: &[&str] = match pk {
            _ if pk.starts_with("OUT#") => &["PK", "DPK", "DSK"],
            _ if pk.starts_with("WAP#odd#") => &["body"],
            _ => &[],
        };
        made_of_it.iter().for_each(|name| drop(plain.as_object_mut().unwrap().remove(*name)));
        all.push(plain.to_string().replace(&id, "this callback"));
    }
    all.sort();
    all
}

/// Whether nothing can be asked for or decided any more: who, where, what and the proof of it are one.
fn breaks_the_proof(mutated: &Mutated) -> bool {
    let way: Vec<&str> = mutated.way.iter().map(String::as_str).collect();
    let proof: [&[&str]; 5] =
        [&["type"], &["value"], &["react_user_id"], &["message"], &["message", "conversation_id"]];
    let is_changed = ![Mutation::Joined, Mutation::Doubled].contains(&mutated.mutation);
    is_changed && proof.contains(&way.as_slice())
}

async fn every_mutation_of(world: &World, body: &Value) -> usize {
    let original = world.leaves::<WorkCallback>("callback", &body.to_string()).await;
    let original = plain(&original, &body.to_string());
    let (mut removed, mut asked) = (Vec::new(), 0);
    for (at, mutated) in mutations::of(body).iter().enumerate() {
        let mut lefts = Vec::new();
        // Both take every callback: in turn, and at night each takes all of them.
        if at % 2 == 0 || is_nightly() {
            lefts.push(world.leaves::<WorkCallback>("callback", &mutated.body).await);
        }
        if at % 2 == 1 || is_nightly() {
            lefts.push(world.leaves::<WorkRequest>("request", &mutated.body).await);
        }
        asked += lefts.len();
        let what = format!("{:?} {:?} of {body}", mutated.way, mutated.mutation);
        let is_member = mutated.way.last().unwrap().parse::<usize>().is_err();
        for left in lefts {
            if breaks_the_proof(mutated) {
                assert!(!left.iter().any(|item| text(item, "SK") == "REQ"), "{what}");
            }
            let plain = plain(&left, &mutated.body);
            match &mutated.mutation {
                Mutation::Joined => assert_eq!(plain, original, "strangers change nothing: {what}"),
                Mutation::Doubled if is_member => assert_eq!(plain, original, "it says the same twice: {what}"),
                Mutation::Removed => removed = plain,
                _ if mutated.is_null() && is_member => assert_eq!(plain, removed, "null is absent: {what}"),
                _ => {}
            }
        }
    }
    asked
}

#[tokio::test]
async fn f29_every_mutation_of_every_callback_is_answered_and_leaves_nothing_half_done() {
    let (world, ours) = World::new().await;
    let mut asked = 0;
    for (body, approvals) in ours.iter().zip([1, 1, 1, 0, 0]) {
        for left in [
            world.leaves::<WorkCallback>("callback", &body.to_string()).await,
            world.leaves::<WorkRequest>("request", &body.to_string()).await,
        ] {
            let changed = left.iter().filter(|item| text(item, "SK") == "REQ").count();
            assert_eq!(changed, approvals, "unchanged it does what it is for: {body}");
        }
    }
    for body in ours.iter().chain(&samples()) {
        asked += every_mutation_of(&world, body).await;
    }
    assert_eq!(world.table.items(), world.before);
    assert!(asked > 2_000, "{asked} bodies");
}
