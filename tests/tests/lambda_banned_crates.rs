//! T31: the check of what we link is red when it must be. Each crate that `deny.toml` bans is put into a small package of its own
//! and `cargo deny` is asked with our file; so is a licence that is not on the list.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tests::runtime_api::workspace;

/// `cargo deny`, or `None` after saying so.
fn cargo_deny() -> Option<PathBuf> {
    let deny = workspace().join(".tools/bin/cargo-deny");
    if deny.exists() {
        return Some(deny);
    }
    println!(
        "SKIPPED: cargo-deny is not in .tools/bin, so NOTHING WAS SHOWN about banned crates. What to do: scripts/tools deny"
    );
    None
}

/// The names in `[bans] deny` of `deny.toml`.
fn banned() -> Vec<String> {
    let text = fs::read_to_string(workspace().join("deny.toml")).expect("deny.toml");
    let entries = text.lines().filter_map(|line| line.trim().strip_prefix("{ crate = \""));
    entries.filter_map(|rest| rest.split_once('"').map(|(name, _)| name.to_owned())).collect()
}

fn package(folder: &Path, name: &str, license: &str, dependencies: &str) {
    fs::create_dir_all(folder.join("src")).expect("a folder");
    fs::write(folder.join("src/lib.rs"), "").expect("a writable file");
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2024\"\npublish = false\nlicense = \"{license}\"\n\n\
         [dependencies]\n{dependencies}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).expect("a writable file");
}

/// Whether `cargo deny check` with our file is content with a package that links `dependency`, and what it said.
fn verdict(deny: &Path, check: &str, dependency: &str, license: &str) -> (bool, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let top = folder.path();
    package(&top.join("dependency"), dependency, license, "");
    package(top, "linker", "MIT", &format!("{dependency} = {{ path = \"dependency\" }}"));
    let told = Command::new(deny)
        .args(["--offline", "--color", "never", "--manifest-path"])
        .arg(top.join("Cargo.toml"))
        .arg("--config")
        .arg(workspace().join("deny.toml"))
        .args(["check", check])
        .output()
        .expect("cargo deny runs");
    (told.status.success(), String::from_utf8_lossy(&told.stderr).into_owned())
}

#[test]
fn t31_a_banned_crate_is_refused() {
    let Some(deny) = cargo_deny() else { return };
    let (passed, said) = verdict(&deny, "bans", "something-harmless", "MIT");
    assert!(passed, "a harmless crate is refused: this test shows nothing\n{said}");
    let banned = banned();
    for must in ["openssl-sys", "native-tls", "aws-lc-sys", "aws-config"] {
        assert!(banned.iter().any(|name| name == must), "deny.toml does not ban {must}");
    }
    for name in &banned {
        let (passed, said) = verdict(&deny, "bans", name, "MIT");
        assert!(!passed && said.contains("error[banned]"), "{name} passed\n{said}");
    }
}

#[test]
fn t31_a_licence_that_is_not_on_the_list_is_refused() {
    let Some(deny) = cargo_deny() else { return };
    let (passed, said) = verdict(&deny, "licenses", "something-free", "Apache-2.0");
    assert!(passed, "a permissive licence is refused: this test shows nothing\n{said}");
    for license in ["GPL-3.0-only", "AGPL-3.0-only", "SSPL-1.0"] {
        let (passed, said) = verdict(&deny, "licenses", "something-free", license);
        assert!(!passed && said.contains("error[rejected]"), "{license} passed\n{said}");
    }
}
