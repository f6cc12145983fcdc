//! T08: a forged payload cannot make us call an address of its choice.

use std::time::Duration;

use shared::clock::{Clock, Millis};
use shared::effect::{Delivery, Effect, Work};
use tests::faults::wire::{Told, Wire};
use tests::platform::bots::Errand;
use tests::platform::{Call, Platform, Takes, World, ask, wake};
use tests::table::stream_event;

const NOW: Millis = Millis(1_760_000_000_000);

/// 60 and more addresses that are not `https://bot-api.kakao.com`. `{port}` is a port of this machine at which somebody listens.
fn hostile(port: &str) -> Vec<String> {
    [
        "http://127.0.0.1:{port}/",
        "https://127.0.0.1:{port}/",
        "http://127.1:{port}/",
        "http://2130706433:{port}/",
        "http://017700000001:{port}/",
        "http://0x7f000001:{port}/",
        "http://0x7f.0.0.1:{port}/",
        "http://127.0.0.1.:{port}/",
        "http://0.0.0.0:{port}/",
        "http://0:{port}/",
        "http://[::1]:{port}/",
        "http://[::]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://[::ffff:7f00:1]:{port}/",
        "http://[0:0:0:0:0:0:0:1]:{port}/",
        "http://localhost:{port}/",
        "http://LOCALHOST:{port}/",
        "http://localhost.:{port}/",
        "http://localtest.me:{port}/",
        "http://127.0.0.1.nip.io:{port}/",
        "http://169.254.169.254/latest/",
        "http://169.254.100.1:9001/2018-06-01/runtime/invocation/next",
        "http://[fd00:ec2::254]/",
        "http://metadata.google.internal/",
        "http://10.0.0.1/",
        "http://192.168.0.1/",
        "http://172.16.0.1/",
        "http://100.64.0.1/",
        "http://bot-api.kakao.com/v1",
        "HTTP://bot-api.kakao.com/v1",
        "https://bot-api.kakao.com:{port}/",
        "https://bot-api.kakao.com:80/",
        "https://bot-api.kakao.com.:443/",
        "https://bot-api.kakao.com./",
        "https://BOT-API.kakao.com/",
        "https://Bot-Api.Kakao.Com/",
        "https://bot-api.kakao.com@127.0.0.1:{port}/",
        "https://bot-api.kakao.com:443@127.0.0.1:{port}/",
        "https://user@bot-api.kakao.com/",
        "https://user:pass@bot-api.kakao.com/",
        "https://@bot-api.kakao.com/",
        "https://bot-api.kakao.com.evil.example/",
        "https://evil.example/bot-api.kakao.com",
        "https://evil.example?bot-api.kakao.com",
        "https://evil.example#bot-api.kakao.com",
        "https://bot-api-kakao.com/",
        "https://xbot-api.kakao.com/",
        "https://kakao.com/",
        "https://api.kakao.com/",
        "https://bot-api.kakao.com%2f@127.0.0.1:{port}/",
        "https://bot-api.kakao.com%00.evil.example/",
        "https://bot-api.kakao.com\\@127.0.0.1:{port}/",
        "https:\\\\bot-api.kakao.com\\",
        "https:/bot-api.kakao.com/",
        "https:bot-api.kakao.com",
        "//bot-api.kakao.com/",
        "/callback",
        "bot-api.kakao.com",
        "https://bоt-api.kakao.com/",
        "https://bot-api.kakaо.com/",
        "https://bot-api。kakao。com/",
        "https://ｂｏｔ-api.kakao.com/",
        "https://xn--bt-api-9wg.kakao.com/",
        "https://bot-api.kakao.com\t/",
        "https://bot-api.kakao.com\n/",
        " https://bot-api.kakao.com/",
        "https://bot-api.kakao.com/\r\nHost: evil",
        "https://bot-api.kakao.com/ x",
        "ftp://bot-api.kakao.com/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/",
        "javascript:alert(1)",
        "data:,",
        "https://",
        "https://:443/",
        "https://bot-api.kakao.com:0443x/",
        "https://bot-api.kakao.com:99999/",
        "https://[bot-api.kakao.com]/",
        "",
        " ",
        "\0",
        "한글",
    ]
    .map(|url| url.replace("{port}", port))
    .to_vec()
}

/// Somebody on this machine who counts who comes by.
fn trap() -> Wire {
    Wire::listen(|_| async { Told::answer(200, "application/json", br#"{"status":"SUCCESS"}"#.to_vec()) })
}

fn port(wire: &Wire) -> String {
    wire.url().rsplit(':').next().unwrap().to_owned()
}

#[tokio::test]
async fn t08_sixty_hostile_callback_urls_in_a_payload_are_not_believed() {
    // With the platform's real address configured.
    let trap = trap();
    let world = World::with(Clock::at(NOW), &[("BOT_API_URL", "")]);
    let urls = hostile(&port(&trap));
    assert!(urls.len() >= 60, "{}", urls.len());
    for url in &urls {
        for place in ["userRequest", ""] {
            let call = Call::says("u", "later soup").change(|payload| {
                if place.is_empty() {
                    payload["callbackUrl"] = url.as_str().into();
                } else {
                    payload[place]["callbackUrl"] = url.as_str().into();
                }
            });
            let answer = ask(&world.app, &call).await;
            assert_eq!((answer.is_promise(), answer.text()), (false, "soup"), "{url:?}");
        }
    }
    assert!(world.table.items_under("OUT#").is_empty(), "something was queued");
    assert_eq!(trap.connections(), 0);
}

#[tokio::test]
async fn t08_a_hostile_url_that_got_into_the_table_is_parked_and_not_called() {
    let trap = trap();
    let world = World::with(Clock::at(NOW), &[("BOT_API_URL", "")]);
    let mut entries = Vec::new();
    for url in hostile(&port(&trap)) {
        let work = Work::Job(serde_json::to_value(Errand::Say("soup".to_owned())).unwrap());
        let entry = Effect::Deliver(Delivery::new(url, NOW, work)).entry().unwrap();
        world.app.store().put_entry(&entry, NOW).await.unwrap();
        entries.push(format!("OUT#{}", entry.id));
    }
    for batch in entries.chunks(20) {
        wake(&world.app, &stream_event(batch), "o").await;
    }
    for entry in &entries {
        assert_eq!(world.state_of(entry), "PARKED");
    }
    assert_eq!((trap.connections(), world.app.bot.worked()), (0, 0));
    assert!(world.table.items_under("CB#").is_empty());
}

#[tokio::test]
async fn t08_a_stand_in_opens_no_other_door() {
    // With a stand-in configured (laptop), its own address and no other, and nothing that merely begins like it.
    let (trap, other) = (trap(), Platform::start());
    let world = World::new();
    let own = world.platform.url();
    let urls = [
        format!("http://127.0.0.1:{}/callback/1", port(&trap)),
        format!("{}/callback/1", other.url()),
        own.replace("127.0.0.1", "localhost") + "/callback/1",
        own.replace("127.0.0.1", "127.1") + "/callback/1",
        own.replace("http:", "https:") + "/callback/1",
        own.replace("http://", "http://x@") + "/callback/1",
        format!("{own}1/callback/1"),
        format!("{own}@127.0.0.1:{}/", port(&trap)),
        "https://bot-api.kakao.com/v1/bots/x/callback/y".to_owned(),
    ];
    for url in urls {
        let answer = ask(&world.app, &Call::says_with_callback("u", "later soup", &url)).await;
        assert_eq!((answer.is_promise(), answer.text()), (false, "soup"), "{url}");
    }
    assert_eq!((trap.connections(), other.connections(), world.platform.connections()), (0, 0, 0));
}

#[tokio::test]
async fn t08_a_redirect_is_not_followed() {
    let trap = trap();
    for to in [
        trap.url(),
        format!("{}/callback/2", trap.url()),
        trap.url().replace("127.0.0.1", "localhost"),
        "/callback/elsewhere".to_owned(),
    ] {
        let world = World::new();
        world.platform.take_answers(Takes::Redirects(to.clone()));
        let (url, entry) = world.is_promised("u", "later soup").await;
        wake(&world.app, &stream_event([&entry]), "o").await;
        assert_eq!(world.platform.deliveries().len(), 1, "{to}");
        assert_eq!(world.platform.deliveries_to(&url).len(), 1);
        assert_eq!(world.state_of(&entry), "DROPPED");
    }
    assert_eq!(trap.connections(), 0);
}

#[tokio::test]
async fn f18_t08_an_endless_answer_is_cut_and_costs_no_memory() {
    // 100 MiB, and one byte now and then: both end within the attempt's two seconds, and 16 KiB are read at most.
    for takes in [Takes::Floods(100 << 20), Takes::Drips(Duration::from_millis(200))] {
        let world = World::new();
        world.platform.take_answers(takes.clone());
        let (_, entry) = world.is_promised("u", "later soup").await;
        let (began, before) = (std::time::Instant::now(), resident());
        wake(&world.app, &stream_event([&entry]), "o").await;
        assert!(began.elapsed() < Duration::from_millis(3_500), "{takes:?}: {:?}", began.elapsed());
        let grown = resident().saturating_sub(before);
        assert!(grown < 32 << 20, "{takes:?}: {grown} bytes more");
        assert_eq!(world.state_of(&entry), "DROPPED", "{takes:?}");
    }
}

/// Bytes of memory in use, where the system tells.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or_default() * 4_096
}
