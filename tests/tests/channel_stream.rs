//! `POST /channel/callback`: in whatever order and however often events come, what is left is the newest of each person. Many runs, in a
//! file of their own: they need the machine for themselves.

mod channel_support;

use std::collections::BTreeMap;

use channel_callback::ChannelCallback;
use channel_support::*;
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::app::App;
use shared::endpoint::Endpoint as _;
use tests::faults::{Dice, is_nightly, scaled};
use tests::table::{Table, number, text};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

/// One after the other: together they would keep each other waiting until the store gives up.
static ALONE: Mutex<()> = Mutex::const_new(());

/// 10,000 orders in every build: each is told to the table by the store's own write (see [`Sent`]), every fortieth by the function.
#[tokio::test]
async fn f03_any_order_and_any_copies_lead_to_the_newest() {
    let _alone = ALONE.lock().await;
    let world = world();
    let sent = Sent::by(&world).await;
    let mut dice = Dice::new(3);
    let runs: Vec<(u64, Vec<Told>)> = (0..10_000)
        .map(|run| {
            let mut events: Vec<Told> = (0..1 + dice.below(8))
                .map(|_| (-100 + dice.below(4) as i64, *dice.pick(&["added", "blocked"])))
                .collect();
            let copies: Vec<_> = (0..dice.below(4)).map(|_| *dice.pick(&events)).collect();
            events.extend(copies);
            (3_000_000 + run, events)
        })
        .collect();
    let differs = |id: u64, events: &[Told]| {
        let newest = events.iter().max_by_key(|(seconds, word)| (*seconds, *word == "blocked")).unwrap();
        let differs = world.state(&format!("U#app#{id}")) != relation(newest.1, newest.0);
        differs.then(|| format!("{events:?}"))
    };
    let mut differences: Vec<String> = Vec::new();
    for (id, events) in &runs {
        for told in events {
            world.table.update(&sent.write(*id, *told));
        }
        differences.extend(differs(*id, events));
    }
    let through: Vec<_> = runs.iter().step_by(40).map(|(id, events)| (id + 1_000_000, events)).collect();
    let tell = async |(id, events): &(u64, &Vec<Told>)| {
        for (seconds, word) in *events {
            let body = changed(event(word, *seconds), json!({ "id": id }));
            assert_eq!(world.tell(&body).await, 200);
        }
        differs(*id, events)
    };
    for some in through.chunks(16) {
        differences.extend(join_all(some.iter().map(tell)).await.into_iter().flatten());
    }
    assert!(differences.is_empty(), "{differences:?}");
}

/// 10,000 events over 100 people, each told twice, shuffled, by 32 senders at once. Each has a function of its own, as Lambda gives each
/// request a sandbox of its own, and all share one table, which is reached over HTTP. Each event is taken, at the latest when it is told for the third time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f02_f03_a_shuffled_doubled_stream_ends_in_the_newest_of_each() {
    let _alone = ALONE.lock().await;
    let seeds = if is_nightly() { SEEDS } else { 1 };
    for seed in 0..seeds {
        goes_through_the_function(seed).await;
        println!("{} of {seeds} streams", seed + 1);
    }
}

/// How many streams there are; in a build the first goes through the function, in `make nightly` each.
const SEEDS: u64 = 100;

const SENDERS: usize = 32;

/// How often Kakao tells something that is answered 503.
const GOES: u32 = 3;

async fn goes_through_the_function(seed: u64) {
    let world = World::with(Host::default(), &[("BOT_IDS", "b1")]);
    let (stream, newest) = stream(seed, 10_000);
    let mut senders = JoinSet::new();
    for sender in 0..SENDERS {
        let mine: Vec<(u64, Told)> = stream.iter().skip(sender).step_by(SENDERS).copied().collect();
        let sandbox = App::new(Host::default(), world.app.env.clone(), world.app.clock.clone());
        ChannelCallback::warm(&sandbox).await;
        senders.spawn(async move {
            let mut not_taken = 0;
            for (id, (seconds, word)) in mine {
                let knock = knock(&changed(event(word, seconds), json!({ "id": id })));
                let mut status = 503;
                for _ in 0..GOES {
                    status = knock.at::<ChannelCallback, Host>(&sandbox).await.status;
                    // The table may be too slow for one, on a machine with too much to do.
                    if status != 503 {
                        break;
                    }
                }
                not_taken += u32::from(status != 200);
            }
            not_taken
        });
    }
    assert_eq!(senders.join_all().await.iter().sum::<u32>(), 0, "seed {seed}: answers other than 200");
    for (id, (seconds, blocked)) in newest {
        let word = if blocked { "blocked" } else { "added" };
        assert_eq!(world.state(&format!("U#app#{id}")), relation(word, seconds), "seed {seed}, {id}");
    }
}

/// How many events a stream of the hundred seeds has in each build; with `make nightly` all 10,000.
const OF_A_SEED: u64 = 1_000;

/// The same for 100 seeds, without the way: each stream is put to the table by the store's own write (see [`Sent`]). The order in which
/// the table applies writes is all that 32 senders can change, and a shuffle is any such order.
#[tokio::test]
async fn f02_f03_a_hundred_shuffled_doubled_streams_end_in_the_newest_of_each() {
    let _alone = ALONE.lock().await;
    let sent = Sent::by(&world()).await;
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    std::thread::scope(|scope| {
        for core in 0..cores {
            let sent = &sent;
            scope.spawn(move || (core..SEEDS).step_by(cores as usize).for_each(|seed| ends_in_the_newest(sent, seed)));
        }
    });
}

fn ends_in_the_newest(sent: &Sent, seed: u64) {
    let table = Table::start();
    let (stream, newest) = stream(seed, scaled(OF_A_SEED));
    let applied = stream.iter().filter(|(id, told)| table.update(&sent.write(*id, *told))).count();
    assert!(newest.len() >= 80 && applied >= newest.len() && applied < stream.len(), "seed {seed}: {applied}");
    for (id, (seconds, blocked)) in newest {
        let item = table.item(&format!("U#app#{id}"), "CH#_AbCdE").expect("a relation");
        let word = if blocked { "blocked" } else { "added" };
        let state = (text(&item, "rel").to_owned(), number(&item, "at").expect("a time"));
        assert_eq!(Some(state), relation(word, seconds), "seed {seed}, {id}");
    }
}

/// What is told of somebody: when, in seconds from now, and what.
type Told = (i64, &'static str);

/// The newest event of each person: when, and whether it is a block.
type Newest = BTreeMap<u64, (i64, bool)>;

/// A stream of so many events over 100 people, each twice and shuffled, and the newest of each person.
fn stream(seed: u64, events: u64) -> (Vec<(u64, Told)>, Newest) {
    let mut dice = Dice::new(seed);
    let mut stream = Vec::new();
    let mut newest: BTreeMap<u64, (i64, bool)> = BTreeMap::new();
    for _ in 0..events {
        let (id, seconds) = (4_000_000 + dice.below(100), -20_000 + dice.below(20_000) as i64);
        let word = *dice.pick(&["added", "blocked"]);
        let last = newest.entry(id).or_insert((seconds, word == "blocked"));
        *last = (*last).max((seconds, word == "blocked"));
        stream.extend([(id, (seconds, word)); 2]);
    }
    dice.shuffle(&mut stream);
    (stream, newest)
}

/// The write that the store sends for an event, taken from the wire. Its expressions are the store's; a test puts another event's person
/// and values in. That it knows how is checked against four events that the store has sent itself.
struct Sent(Value);

impl Sent {
    async fn by(world: &World<Silent>) -> Self {
        let told = [(-60, "added"), (-60, "blocked"), (-61, "added"), (100, "blocked")];
        for (id, (seconds, word)) in (9_000_000..).zip(told) {
            assert_eq!(world.tell(&changed(event(word, seconds), json!({ "id": id }))).await, 200);
        }
        let writes: Vec<Value> = world.faults.writes().into_iter().map(|(_, request)| request).collect();
        assert_eq!(writes.len(), told.len());
        let sent = Self(writes[0].clone());
        for ((id, told), write) in (9_000_000..).zip(told).zip(&writes) {
            let mut ours = sent.write(id, told);
            ours["ExpressionAttributeValues"][":rid"] = write["ExpressionAttributeValues"][":rid"].clone();
            assert_eq!(ours, *write);
        }
        world.clear();
        sent
    }

    /// `told` of the person `id`. The delivery's name is made of the same things as the store's, in other words.
    fn write(&self, id: u64, (seconds, word): Told) -> Value {
        let (_, at) = relation(word, seconds).expect("a relation");
        let mut write = self.0.clone();
        write["Key"]["PK"]["S"] = json!(format!("U#app#{id}"));
        let values = &mut write["ExpressionAttributeValues"];
        values[":rel"]["S"] = json!(word);
        values[":at"]["N"] = json!(at.to_string());
        values[":ver"]["N"] = json!((at * 2 + u64::from(word == "blocked")).to_string());
        values[":rid"]["S"] = json!(format!("{id} {word} {at}"));
        write
    }
}
