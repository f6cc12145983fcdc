//! What the rule may look at beyond the person: the shipping address and the added channels. Nobody fails for the want of them.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::Map;
use shared::bot::{Applicant, Decision, SignUp};
use simulator::login::{Endpoint, Fault};
use tests::faults::wire::Told;
use tests::sync::{CONTINUE, NOW, World};

const BOTH: [(&str, &str); 2] = [("SYNC_SHIPPING", "on"), ("SYNC_CHANNELS", "on")];

/// Writes down what it was told.
#[derive(Debug, Default)]
struct Looks(Mutex<Vec<(Option<String>, Option<usize>)>>);

impl SignUp for Looks {
    async fn decide(&self, who: &Applicant) -> Decision {
        let address = who.shipping().and_then(|all| all.default_address()?.base_address());
        let channels = who.channels().and_then(|channels| Some(channels.channels()?.count()));
        self.0.lock().expect("a list").push((address.map(str::to_owned), channels));
        Decision::Accept(Map::new())
    }
}

async fn told(world: &World<Looks>) -> (bool, Option<usize>) {
    let seen = world.get(&world.query()).await;
    assert_eq!(seen.location(), Some(CONTINUE), "{seen:?}");
    let (address, channels) = world.app.bot.0.lock().expect("a list").pop().expect("the rule was asked");
    (address.is_some(), channels)
}

#[tokio::test]
async fn what_is_switched_on_and_agreed_to_is_told() {
    let world = World::with(Looks::default(), NOW, &BOTH).await;
    assert_eq!(told(&world).await, (true, Some(1)));
    let world = World::with(Looks::default(), NOW, &[]).await;
    assert_eq!(told(&world).await, (false, None));
    assert_eq!((world.wire.sent("/shipping_address"), world.wire.sent("/channels")), (0, 0), "off is not asked");
}

#[tokio::test]
async fn what_nobody_agreed_to_is_not_known() {
    let world = World::with(Looks::default(), NOW, &BOTH).await;
    let query = world.query();
    world.kakao.withdraw("ga", "shipping_address");
    world.kakao.withdraw("ga", "plusfriends");
    assert_eq!(world.get(&query).await.location(), Some(CONTINUE));
    let list = world.app.bot.0.lock().expect("a list");
    assert_eq!(list.as_slice(), [(None, None)]);
}

#[tokio::test]
async fn f15_f19_nobody_fails_for_the_want_of_them() {
    for fault in [
        Fault::Kapi(-402),
        Fault::Kapi(-401),
        Fault::Kapi(-5),
        Fault::Status(503),
        Fault::TooMany(3),
        Fault::Html,
        Fault::Empty,
        Fault::DropAfter,
    ] {
        let world = World::with(Looks::default(), NOW, &BOTH).await;
        world.kakao.plan(Endpoint::ShippingAddress, fault, None);
        world.kakao.plan(Endpoint::Channels, fault, None);
        assert_eq!(told(&world).await, (false, None), "{fault}");
        assert_eq!(world.wire.sent("/v1/user/unlink"), 0, "{fault}");
    }
    let world = World::with(Looks::default(), NOW, &BOTH).await;
    for call in ["/shipping_address", "/channels"] {
        world.wire.answer_with(call, Told::Never);
    }
    let started = Instant::now();
    assert_eq!(told(&world).await, (false, None));
    assert!(started.elapsed() < Duration::from_secs(3), "they are asked beside the others");
    let world = World::with(Looks::default(), NOW, &BOTH).await;
    for call in ["/shipping_address", "/channels"] {
        let other = serde_json::json!({ "user_id": 7, "shipping_addresses": [], "channels": [] });
        world.wire.answer_with(call, Told::answer(200, "application/json", other.to_string().into_bytes()));
    }
    assert_eq!(told(&world).await, (false, None), "of somebody else");
}
