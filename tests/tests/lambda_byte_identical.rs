//! A function links only the part of the bot it answers with: editing the parameter check or a modal of Kakao Work leaves the `skill`
//! binary as it was, byte for byte. So a deployment that touches one surface cannot break another, and Lambda does not even start those functions anew.
//!
//! Built twice with the real release profile, each time with another of the two edited, in a copy of the sources at one and the
//! same path, into a copy of what `make build` compiled: a copy, because cargo takes the two workspaces for one, and the next
//! `make build` would ship the edited words. What is added is our own crates twice, and two final links at once, twice. Whatever
//! of an edit reached `skill` would be in one of its two binaries and not in the other: an unedited third would show nothing more.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use tests::runtime_api::workspace;

/// What of the workspace is no source.
const NOT_SOURCES: &[&str] = &["target", ".git", ".tools", ".aws-sam"];

/// What is edited, one in each build: a file of the bot, words in it that only a parameter check or only a modal says, and the
/// function that says them.
const EDITS: [(&str, &str, &str); 2] =
    [("phone.rs", "CheckResponse::fail(\"", "skill-check"), ("approval.rs", "const TITLE: &str = \"", "work-request")];

/// What is written before those words.
const EDIT: &str = "(고친 말) ";

/// The function that is the same in both builds.
const STAYS: &str = "skill";

/// Copies what differs and nothing else, so that cargo sees as changed what is changed.
fn copy(from: &Path, to: &Path, skip: &[&str]) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a readable folder") {
        let entry = entry.expect("a folder entry");
        let (name, from) = (entry.file_name(), entry.path());
        if skip.iter().any(|skipped| name == *skipped) {
            continue;
        }
        let to = to.join(&name);
        if from.is_dir() {
            copy(&from, &to, &[]);
        } else {
            let new = fs::read(&from).expect("a readable file");
            if fs::read(&to).ok().as_ref() != Some(&new) {
                fs::write(&to, new).expect("a writable file");
            }
        }
    }
}

/// This machine's own target, which `make build` names too.
fn host() -> String {
    let version = Command::new("rustc").arg("-vV").output().expect("rustc runs").stdout;
    let version = String::from_utf8(version).expect("text");
    version.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host").to_owned()
}

struct Copy {
    /// What `make build` left, and must find again.
    original: PathBuf,
    sources: PathBuf,
    target: PathBuf,
    host: String,
}

impl Copy {
    fn make() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (sources, target, host) = (folder.join("byte-identical"), folder.join("byte-identical-target"), host());
        copy(workspace(), &sources, NOT_SOURCES);
        let _ = fs::remove_dir_all(&target);
        let built = folder.parent().expect("the target folder");
        // For the functions, and for the compiler's own helpers: times are kept, by which cargo sees that nothing changed.
        for release in [Path::new(&host).join("release"), PathBuf::from("release")] {
            let (from, to) = (built.join(&release), target.join(&release));
            fs::create_dir_all(to.parent().expect("a folder above")).expect("a writable folder");
            if from.is_dir() {
                let copied = Command::new("cp").arg("-a").args([from, to]).status().expect("cp runs");
                assert!(copied.success(), "what `make build` compiled cannot be copied");
            }
        }
        let original = built.join(&host).join("release/skill-check");
        Self { original, sources, target, host }
    }

    /// Builds these functions as `scripts/build` does.
    fn build(&self, functions: &[&str]) {
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--release", "--locked", "--target", &self.host]);
        // All functions are named, as in a real build: features are those that all packages together want.
        for function in fs::read_dir(self.sources.join("functions")).expect("functions/") {
            cargo.arg("-p").arg(function.expect("a folder entry").file_name());
        }
        cargo.args(functions.iter().flat_map(|name| ["--bin", name])).current_dir(&self.sources);
        // What `cargo test` tells its tests about themselves must not be taken for a reason to compile anything anew.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO") && text != "CARGO_HOME" || text == "LD_LIBRARY_PATH" {
                cargo.env_remove(&name);
            }
        }
        cargo.env("CARGO_TARGET_DIR", &self.target);
        let built = cargo.output().expect("cargo runs");
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    }

    fn binary(&self, function: &str) -> Vec<u8> {
        let binary = self.target.join(&self.host).join("release").join(function);
        fs::read(&binary).unwrap_or_else(|error| panic!("{}: {error}", binary.display()))
    }
}

#[test]
fn editing_the_parameter_check_and_a_modal_leaves_the_skill_byte_identical() {
    let began = Instant::now();
    let copy = Copy::make();
    let original = fs::read(&copy.original).ok();
    let [with_check_edited, with_modal_edited] = EDITS.map(|(file, words, function)| {
        let path = copy.sources.join("bot/src").join(file);
        let written = fs::read_to_string(&path).expect(file);
        let edited = written.replacen(words, &format!("{words}{EDIT}"), 1);
        assert_ne!(written, edited, "there is nothing like {words} in {file}");
        fs::write(&path, edited).expect("a writable file");
        copy.build(&[STAYS, function]);
        fs::write(&path, written).expect("a writable file");
        println!("built with another {file} after {:.0} s", began.elapsed().as_secs_f64());

        let says = copy.binary(function).windows(EDIT.len()).any(|words| words == EDIT.as_bytes());
        assert!(says, "the edit did not reach {function}: this test shows nothing");
        copy.binary(STAYS)
    });
    assert!(
        with_check_edited == with_modal_edited,
        "{STAYS} changed although only the parameter check and a modal were edited"
    );
    assert!(fs::read(&copy.original).ok() == original, "the edited words are in what `make build` ships next");
    let _ = fs::remove_dir_all(&copy.target);
}
