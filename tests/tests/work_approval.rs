//! T19, F01, F02, F08 for approvals in Kakao Work: decided once, for ever, by one of those who may.

use std::time::Duration;

use futures_util::future::join_all;
use shared::clock::Millis;
use shared::kakao::id::WorkUserId;
use shared::store::{Approval, ApprovalId, Attempt, Decided, Entry, EntryId, NoApprover, Store, Verdict};
use tests::faults::{Dice, Fault, Faults, scaled};
use tests::table::{Table, env, text};

const NOW: Millis = Millis(1_760_000_000_000);
const DAY: Duration = Duration::from_secs(86_400);

struct Desk {
    table: Table,
    faults: Faults,
    store: Store,
}

fn desk() -> Desk {
    let table = Table::start();
    let faults = Faults::before(&table);
    let store = Store::new(&env(&faults.url(), &[]));
    Desk { table, faults, store }
}

/// Member 1 asks; 2, 3 and 4 may decide, and so may 1, who is on the list by mistake.
async fn asked(store: &Store, name: &str) -> ApprovalId {
    let id = ApprovalId::of(&["work", name]);
    let approvers = [1, 2, 3, 4].map(WorkUserId::from);
    let approval = Approval::new(id.clone(), &1.into(), &approvers, "휴가", NOW.plus(DAY)).unwrap();
    assert!(store.request_approval(&approval, &[], "o", NOW).await.unwrap());
    assert!(!store.request_approval(&approval, &[], "again", NOW).await.unwrap(), "a repeat finds it there");
    id
}

fn notice(id: &ApprovalId) -> Entry {
    Entry::new(EntryId::of(&["notice", &id.to_string()]), "{}".to_owned())
}

fn verdict(number: u64) -> Verdict {
    if number.is_multiple_of(2) { Verdict::Approved } else { Verdict::Rejected }
}

#[tokio::test]
async fn t19_64_parallel_decisions_are_one_20_times() {
    let desk = desk();
    for round in 0..20 {
        let id = asked(&desk.store, &round.to_string()).await;
        let notice = notice(&id);
        // Half of the rounds tell the requester, in one transaction with the decision.
        let notices = if round % 2 == 0 { std::slice::from_ref(&notice) } else { &[] };
        let ended = join_all((0..64_u64).map(|number| {
            let (id, store) = (&id, &desk.store);
            async move {
                let (by, press) = (WorkUserId::from(number % 6), format!("press-{number}"));
                let attempt = Attempt { by: &by, verdict: verdict(number), reason: Some("r"), press: &press, notices };
                // The table may be too busy; a person who is told so presses again.
                for tried in 0..10 {
                    if let Ok(decided) = store.decide(id, &attempt, &format!("{press}-{tried}"), NOW).await {
                        return (number % 6, decided);
                    }
                }
                panic!("round {round}: {press} was never answered");
            }
        }))
        .await;
        let ours: Vec<_> = ended.iter().filter(|(_, decided)| matches!(decided, Decided::Ours(_))).collect();
        assert_eq!(ours.len(), 1, "round {round}");
        let (winner, Decided::Ours(ruling)) = ours[0] else { unreachable!() };
        assert!((2..=4).contains(winner), "neither the requester nor a stranger");
        for (who, decided) in &ended {
            match decided {
                Decided::Ours(said) | Decided::Already(said) => assert_eq!(said, ruling),
                Decided::NotYours => assert!(![2, 3, 4].contains(who)),
                other => panic!("{other:?}"),
            }
        }
        let kept = desk.store.approval(&id).await.unwrap().unwrap();
        assert_eq!((kept.ruling.as_ref(), kept.requester), (Some(ruling), 1.into()));
        let notices = desk.table.items_under("OUT#").len();
        assert_eq!(notices, (round as usize / 2) + 1, "one notice for each decision that has one");
    }
}

#[tokio::test]
async fn t19_who_may_not_and_who_is_late_decides_nothing() {
    let desk = desk();
    let id = asked(&desk.store, "a").await;
    let decide = async |by: u64, now: Millis| {
        let by = WorkUserId::from(by);
        let attempt = Attempt { by: &by, verdict: Verdict::Approved, reason: None, press: "p", notices: &[] };
        desk.store.decide(&id, &attempt, "o", now).await.unwrap()
    };
    for stranger in [0, 1, 5, 22, 23, 9_007_199_254_740_993] {
        assert_eq!(decide(stranger, NOW).await, Decided::NotYours, "{stranger}");
    }
    assert_eq!(decide(2, NOW.plus(DAY)).await, Decided::Expired);
    assert_eq!(desk.store.approval(&id).await.unwrap().unwrap().ruling, None);
    let by = WorkUserId::from(2);
    let attempt = Attempt { by: &by, verdict: Verdict::Approved, reason: None, press: "p", notices: &[] };
    let nothing = ApprovalId::of(&["nothing"]);
    assert_eq!(desk.store.decide(&nothing, &attempt, "o", NOW).await.unwrap(), Decided::Unknown);
    assert!(desk.store.approval(&nothing).await.unwrap().is_none());
    assert!(matches!(decide(2, NOW).await, Decided::Ours(_)));
    // After the time is over it is still known who decided.
    assert!(matches!(decide(3, NOW.plus(DAY)).await, Decided::Already(ruling) if ruling.by == 2.into()));
}

#[tokio::test]
async fn t19_nobody_decides_about_a_request_of_their_own_unless_that_is_meant() {
    let id = || ApprovalId::of(&["own"]);
    let (me, until) = (WorkUserId::from(1), NOW.plus(DAY));
    assert_eq!(Approval::new(id(), &me, &[], "", until).unwrap_err(), NoApprover);
    assert_eq!(
        Approval::new(id(), &me, &["1".into()], "", until).unwrap_err(),
        NoApprover,
        "a number and a text are one"
    );
    assert_eq!(Approval::new(id(), &me, &["a b".into()], "", until).unwrap_err(), NoApprover);
    let desk = desk();
    let own = Approval::with_own(id(), &me, std::slice::from_ref(&me), "", until).unwrap();
    desk.store.request_approval(&own, &[], "o", NOW).await.unwrap();
    let attempt = Attempt { by: &me, verdict: Verdict::Approved, reason: None, press: "p", notices: &[] };
    assert!(matches!(desk.store.decide(&id(), &attempt, "o", NOW).await, Ok(Decided::Ours(_))));
}

#[tokio::test]
async fn f01_the_same_press_five_times_is_one_decision_and_the_same_answer() {
    let desk = desk();
    let id = asked(&desk.store, "a").await;
    let (by, notice) = (WorkUserId::from(3), notice(&id));
    let attempt =
        |press, notices| Attempt { by: &by, verdict: Verdict::Rejected, reason: Some("겹쳐요"), press, notices };
    let first = desk.store.decide(&id, &attempt("p", std::slice::from_ref(&notice)), "o0", NOW).await.unwrap();
    let after_one = desk.table.items();
    for number in 1..5 {
        let later = NOW.plus(Duration::from_secs(number));
        let again = desk
            .store
            .decide(&id, &attempt("p", std::slice::from_ref(&notice)), &format!("o{number}"), later)
            .await
            .unwrap();
        assert_eq!(again, first);
    }
    assert_eq!(desk.table.items(), after_one);
    let Decided::Ours(ruling) = first else { panic!("{first:?}") };
    assert_eq!(ruling.reason.as_deref(), Some("겹쳐요"));
    // Another press of the same person comes too late, as anybody's.
    assert_eq!(desk.store.decide(&id, &attempt("q", &[][..]), "o", NOW).await.unwrap(), Decided::Already(ruling));
}

#[tokio::test]
async fn f08_lost_responses_lose_and_double_no_decision() {
    let desk = desk();
    desk.faults.randomly(19, 12, Fault::CutAfter);
    let mut dice = Dice::new(19);
    for run in 0..scaled(40) {
        let id = ApprovalId::of(&["lost", &run.to_string()]);
        let approval = Approval::new(id.clone(), &1.into(), &[2.into(), 3.into()], "", NOW.plus(DAY)).unwrap();
        while desk.store.request_approval(&approval, &[], "o", NOW).await.is_err() {}
        let notice = notice(&id);
        let mut rulings = Vec::new();
        let mut presses = [(2_u64, "a"), (3, "b"), (2, "c"), (3, "b")];
        dice.shuffle(&mut presses);
        for (number, (by, press)) in presses.into_iter().enumerate() {
            let by = WorkUserId::from(by);
            let attempt = Attempt {
                by: &by,
                verdict: verdict(number as u64),
                reason: None,
                press,
                notices: std::slice::from_ref(&notice),
            };
            for attempted in 0..8 {
                let owner = format!("{number}-{attempted}");
                match desk.store.decide(&id, &attempt, &owner, NOW).await {
                    Ok(Decided::Ours(ruling) | Decided::Already(ruling)) => {
                        rulings.push(ruling);
                        break;
                    }
                    Ok(other) => panic!("run {run}: {other:?}"),
                    Err(_) => {}
                }
            }
        }
        assert!(rulings.windows(2).all(|pair| pair[0] == pair[1]), "run {run}");
        assert_eq!(desk.table.items_under("OUT#").len() as u64, run + 1);
    }
    desk.faults.clear();
    let items = desk.table.items_under("WAP#");
    assert!(items.iter().all(|item| text(item, "st") != "PENDING"));
}
