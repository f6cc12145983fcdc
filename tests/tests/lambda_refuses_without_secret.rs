//! T07: a function that cannot tell who may speak to it does not start, and says what to do about it.

mod lambda_support;

use std::time::Duration;

use lambda_support::{TIMEOUT, answer, env, event, seeded_table};
use serde_json::Value;
use tests::runtime_api::Bootstrap;

const FUNCTIONS: [&str; 2] = ["skill", "skill-check"];

#[tokio::test]
async fn t07_refuses_to_start_without_secret() {
    let table = seeded_table();
    let url = table.url();
    for function in FUNCTIONS {
        // Empty is unset; and whatever is not exactly "off" leaves the check on.
        for more in [
            &[][..],
            &[("SKILL_SECRET", ""), ("SECRETS_PREFIX", "")],
            &[("SKILL_SECRET", "  ")],
            &[("SKILL_SECRET_CHECK", "")],
            &[("SKILL_SECRET_CHECK", "OFF")],
            &[("SKILL_SECRET_CHECK", "false")],
            &[("SKILL_SECRET_CHECK", "0")],
            &[("SKILL_SECRET_CHECK", "no")],
            &[("SKILL_SECRET_CHECK", "off.")],
        ] {
            let mut env = env(&url);
            env.retain(|(name, _)| *name != "SKILL_SECRET");
            env.extend_from_slice(more);
            let bootstrap = Bootstrap::start(function, TIMEOUT, &env).await;
            let Err(why) = bootstrap.ready().await else {
                panic!("{function} {more:?} started all the same");
            };
            let status = why.split("unix_wait_status(").nth(1).and_then(|rest| rest.split(')').next());
            let status: i32 = status.and_then(|status| status.parse().ok()).unwrap_or_default();
            assert!(
                status & 0x7f == 0 && status >> 8 != 0,
                "{function} {more:?} did not end with an error of its own: {why}"
            );

            let log = bootstrap.log().await;
            let lines: Vec<Value> = log.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
            let line = lines.iter().find(|line| line["event"] == "function.misconfigured");
            let line = line.unwrap_or_else(|| panic!("{function} {more:?} does not say why: {log:?}"));
            assert_eq!(line["level"], "ERROR");
            for name in ["SKILL_SECRET", "SECRETS_PREFIX", "SKILL_SECRET_CHECK=off"] {
                assert!(line["why"].as_str().unwrap_or_default().contains(name), "{name} is not named: {line}");
            }
        }
    }
}

#[tokio::test]
async fn t07_starts_without_a_secret_only_when_told_to_let_anybody_in() {
    let table = seeded_table();
    let url = table.url();
    for (function, written) in [("skill", "secret-missing"), ("skill-check", "secret-missing")] {
        let mut env = env(&url);
        env.retain(|(name, _)| *name != "SKILL_SECRET");
        env.push(("SKILL_SECRET_CHECK", "off"));
        let bootstrap = Bootstrap::start(function, TIMEOUT, &env).await;
        bootstrap.ready().await.expect("it starts");
        let answer = answer(bootstrap.invoke(&event(function, written, Duration::ZERO)).await);
        assert_eq!(answer["statusCode"], 200, "{function}: {answer}");
    }
}

#[tokio::test]
async fn t07_with_a_secret_it_starts_and_refuses_who_does_not_know_it() {
    let table = seeded_table();
    let url = table.url();
    for function in FUNCTIONS {
        let bootstrap = Bootstrap::start(function, TIMEOUT, &env(&url)).await;
        bootstrap.ready().await.expect("it starts");
        let answer = answer(bootstrap.invoke(&event(function, "secret-missing", Duration::ZERO)).await);
        assert_eq!(answer["statusCode"], 401, "{function}: {answer}");
    }
}
