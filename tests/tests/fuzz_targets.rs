//! F31: every fuzz target has something to begin with, and every build runs all of them.

use std::fs;
use std::path::PathBuf;

use tests::runtime_api::workspace;

fn names(folder: PathBuf) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into())
        .collect();
    names.sort();
    names
}

#[test]
fn f31_every_fuzz_target_has_seeds_and_every_build_runs_it() {
    let fuzz = workspace().join("fuzz");
    let targets = names(fuzz.join("targets"));
    for needed in [
        "entity_values",
        "redirect",
        "secure_image_list",
        "signed_token",
        "skill_request",
        "skill_response",
        "text_split",
        "work_callback",
    ] {
        assert!(targets.iter().any(|target| target == needed), "{needed}");
    }
    let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    for target in &targets {
        assert!(manifest.contains(&format!("name = \"{target}\"")), "{target} is not built");
        assert!(!names(fuzz.join("corpus").join(target)).is_empty(), "{target} begins with nothing");
    }
    // Without names the script takes every target, and the build calls it with a number of seconds and no name.
    let stages = fs::read_to_string(workspace().join("scripts/test")).unwrap();
    let (_, arguments) = stages.split_once("\"scripts/fuzz").expect("a stage that runs the script");
    let (arguments, _) = arguments.split_once('"').expect("the end of its command");
    assert!(arguments.trim().parse::<u32>().is_ok(), "scripts/fuzz{arguments} does not run every target");
}
