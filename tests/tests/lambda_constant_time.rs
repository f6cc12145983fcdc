//! T01: how long it takes to refuse a key tells nothing about the key. Counted, not timed: the comparison runs under
//! `valgrind --tool=callgrind`, once with each kind of key, and must execute the same number of instructions, to the last one.

mod lambda_support;

use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use lambda_support::valgrind;
use shared::secret::Keys;

/// The key to present, and how to compare it: set for the child that runs under callgrind.
const PRESENTED: &str = "KAKAO_TEST_PRESENTED";
const COMPARE: &str = "KAKAO_TEST_COMPARE";

const FIRST: &str = "0123456789abcdef0123456789abcdef";
const SECOND: &str = "fedcba9876543210fedcba9876543210";

/// What callgrind counts; the name is how it finds it.
#[inline(never)]
fn counted_by_callgrind_accept(keys: &Keys, presented: &str) -> bool {
    black_box(black_box(keys).accept(black_box(presented)))
}

/// The comparison that everybody writes first, for comparison: it must not pass this test.
#[inline(never)]
fn counted_by_callgrind_naive(keys: &[&str], presented: &str) -> bool {
    let equal = |key: &&str| key.len() == presented.len() && key.bytes().zip(presented.bytes()).all(|(a, b)| a == b);
    black_box(keys.iter().any(equal))
}

/// Does nothing unless it is the child.
#[test]
fn one_comparison() {
    let Ok(presented) = std::env::var(PRESENTED) else { return };
    let keys = Keys::parse(&format!("{FIRST},{SECOND}")).expect("two keys");
    // Once before, so that the hash function has looked at the processor. It is not counted: it goes another way.
    let expected = keys.accept(&presented);
    let accepted = match std::env::var(COMPARE).as_deref() {
        Ok("naive") => counted_by_callgrind_naive(&[FIRST, SECOND], &presented),
        _ => counted_by_callgrind_accept(&keys, &presented),
    };
    assert_eq!(accepted, expected);
}

/// Instructions that the comparison executed.
fn instructions(valgrind: &Path, compare: &str, presented: &str) -> u64 {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("callgrind.out");
    let child = Command::new(valgrind)
        .args(["--tool=callgrind", "--toggle-collect=*counted_by_callgrind*"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(std::env::current_exe().expect("this test"))
        .args(["--exact", "one_comparison", "--test-threads=1"])
        .envs([(COMPARE, compare), (PRESENTED, presented)])
        .output()
        .expect("valgrind runs");
    let said = String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success(), "{said}");
    let collected = said.lines().find_map(|line| line.split("Collected :").nth(1)).expect("a count");
    collected.trim().parse().expect("a number")
}

#[test]
fn t01_equal_and_unequal_keys_cost_the_same_instructions() {
    let Some(valgrind) = valgrind("NOTHING WAS SHOWN about constant time") else { return };
    let mut almost = FIRST.to_owned();
    almost.replace_range(31.., "e");
    let wrong = ["ffffffffffffffffffffffffffffffff", almost.as_str(), "KAKAO-AK-0123456789abcdef0123456"];
    let right = [FIRST, SECOND];

    let naive: Vec<u64> = right.iter().chain(&wrong).map(|key| instructions(&valgrind, "naive", key)).collect();
    assert!(
        naive.iter().any(|count| *count != naive[0]),
        "the naive comparison looks constant: this test shows nothing {naive:?}"
    );

    let ours: Vec<u64> = right.iter().chain(&wrong).map(|key| instructions(&valgrind, "accept", key)).collect();
    println!(
        "instructions: right first, right second, wrong, one letter wrong, same length: {ours:?}; naive: {naive:?}"
    );
    assert!(ours[0] > 1_000, "that is no SHA-256: {ours:?}");
    assert!(ours.iter().all(|count| *count == ours[0]), "{ours:?}");
}
