//! F40: many people, some linked without a membership, some members without a link; page by page, with Kakao refusing in between and
//! whoever reconciles dying in the middle.

use std::time::Duration;

use shared::sign_up::{self, Redirected, Repair};
use shared::store::AppUser;
use tests::faults::scaled;
use tests::sign_up::{World, accept};
use tests::tiny_kakao::Trouble;

#[tokio::test]
async fn f40_all_differences_are_mended_and_nobody_else_is_touched() {
    // The page says 1,000 members; the build makes 240, on three pages.
    let people = scaled(240);
    let world = World::default();
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for number in 0..people {
        // Numbers of different lengths: their order as text is another one.
        let app = AppUser::new(if number % 3 == 0 { number + 1 } else { 2_100_000_000 + number });
        let code = world.kakao.consent(&app);
        if number % 20 == 7 {
            bad.push(app); // linked, and we never heard of it
            continue;
        }
        let me = format!("request-{number}");
        let signed_up = sign_up::redirect(&world.clerk(&me), &code, async |_| accept::<()>()).await;
        assert_eq!(signed_up, Ok(Redirected::SignedUp { app: app.clone() }));
        if number % 20 == 11 {
            world.kakao.leave(&app); // and nobody told us
            bad.push(app);
        } else {
            good.push(app);
        }
    }
    world.sweep_on().await;

    let (mut after, mut repaired, mut pages) = (None, 0, 0);
    loop {
        pages += 1;
        let me = format!("pass-{pages}");
        let clerk = world.clerk(&me);
        match pages {
            1 => world.kakao.trouble(0, Trouble::NotSent), // the page itself
            2 => world.kakao.trouble(5, Trouble::DiesBefore),
            4 => world.kakao.trouble(3, Trouble::SilentBefore),
            _ => {}
        }
        let page = tokio::select! {
            page = sign_up::reconcile_page(&clerk, after.as_ref(), Repair::Mend) => page.unwrap(),
            () = tokio::time::sleep(Duration::from_secs(3)), if pages == 2 => {
                world.pass(Duration::from_secs(60));
                continue; // died: the same page again
            }
        };
        repaired += page.orphans + page.left;
        if page.unread {
            assert_eq!(page.next, after);
            continue;
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    // Who was left open is found by the next pass.
    world.pass(Duration::from_secs(86_400));
    let mut next = None;
    loop {
        let page = sign_up::reconcile_page(&world.clerk("next-day"), next.as_ref(), Repair::Mend).await.unwrap();
        assert_eq!(page.open, 0);
        repaired += page.orphans + page.left;
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    world.sweep_on().await;
    for app in &good {
        assert!(world.is_member(app) && world.kakao.is_linked(app), "somebody good was touched");
    }
    for app in &bad {
        assert!(!world.is_member(app) && !world.kakao.is_linked(app), "somebody was not mended");
    }
    assert!(repaired as usize + 5 >= bad.len() && pages >= 5, "{repaired} of {} on {pages} pages", bad.len());
    assert_eq!(world.unfinished(), Vec::<String>::new());
}
