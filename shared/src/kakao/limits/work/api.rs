//! Bodies of the Web API, both ways.
//! <https://docs.kakaoi.ai/kakao_work/webapireference/commonguide/>

use serde::Deserialize;
use serde_json::Value;

use super::message::judge_message;
use super::rules::{
    API_ERROR, API_FORM, API_TO, BATCH_COUNT, LIST_LIMIT, UPLOAD_COUNT, UPLOAD_IMAGE, UPLOAD_KIND, UPLOAD_SIZE,
    UPLOAD_TOTAL, UPLOAD_VIDEO,
};
use super::{BATCH_MAX, LIST_LIMIT_MAX, UPLOAD_FILES_MAX, UPLOAD_IMAGE_MAX, UPLOAD_MAX, UPLOAD_VIDEO_MAX};
use crate::kakao::limits::at::At;
use crate::kakao::limits::report::{Finding, Report, Setting};
use crate::kakao::skill::Map;
use crate::kakao::work::Message;

/// The largest file of each kind in bytes.
const SIZES: [(&str, u64); 3] = [("image", UPLOAD_IMAGE_MAX), ("video", UPLOAD_VIDEO_MAX), ("file", UPLOAD_MAX)];

/// How the names of pictures end.
const IMAGES: [&str; 5] = ["png", "jpg", "jpeg", "gif", "bmp"];

/// What a video says besides.
const VIDEO: [&str; 4] = ["duration", "width", "height", "rotation"];

/// Everything there is to say about a request or an answer of the Web API, as far as its members tell which one it is.
pub fn api(body: &Map) -> Vec<Finding> {
    let setting = Setting::default();
    let mut report = Report::new(&setting);
    let top = At::top();
    if let Some(success) = body.get("success") {
        if success != &Value::Bool(true) {
            let code = body.get("error").and_then(|error| error.get("code")?.as_str()).unwrap_or("?");
            // Codes are words; anything else must not break the line.
            let code: String = code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(64).collect();
            report.tell(&API_ERROR, top.key("success"), &code, "");
        }
        return report.findings;
    }
    let mut known = false;
    if let Some(limit) = body.get("limit") {
        known = true;
        let number = limit.as_u64().or_else(|| limit.as_str()?.parse().ok()).unwrap_or(0);
        if !(1..=LIST_LIMIT_MAX).contains(&number) {
            report.tell(&LIST_LIMIT, top.key("limit"), &number.to_string(), &format!("1..{LIST_LIMIT_MAX}"));
        }
    }
    for key in ["user_work_times", "user_vacation_times", "user_ids"] {
        if let Some(members) = body.get(key).and_then(Value::as_array) {
            known = true;
            report.within(1, BATCH_MAX, members.len(), &BATCH_COUNT, top.key(key));
        }
    }
    if let Some(metas) = body.get("metas").and_then(Value::as_array) {
        known = true;
        upload(metas, top.key("metas"), &mut report);
    }
    if body.contains_key("text") || body.contains_key("blocks") {
        known = true;
        let to = ["conversation_id", "email", "key"].iter().any(|key| body.contains_key(*key));
        report.require(to, &API_TO, top.key("conversation_id"));
        // Messages are read generously: any object is one.
        if let Ok(message) = Message::deserialize(Value::Object(body.clone())) {
            judge_message(&message, &mut report);
        }
    }
    known |=
        ["conversation_id", "user_id", "email", "phone_number", "cursor"].iter().any(|key| body.contains_key(*key));
    report.require(known, &API_FORM, top);
    report.findings
}

fn upload(metas: &[Value], at: At<'_>, report: &mut Report<'_>) {
    report.within(1, UPLOAD_FILES_MAX, metas.len(), &UPLOAD_COUNT, at);
    for (index, meta) in metas.iter().enumerate() {
        file(meta, at.index(index), report);
    }
    let together = metas.iter().filter_map(|meta| meta["file_size"].as_u64()).fold(0, u64::saturating_add);
    // One that is too large by itself has been told of.
    if together > UPLOAD_MAX && metas.len() > 1 {
        report.tell(&UPLOAD_TOTAL, at, &together.to_string(), &UPLOAD_MAX.to_string());
    }
}

fn file(meta: &Value, at: At<'_>, report: &mut Report<'_>) {
    let (kind, name) = (meta["file_type"].as_str(), meta["file_name"].as_str().unwrap_or_default());
    let most = SIZES.iter().find(|(known, _)| kind == Some(*known)).map(|(_, most)| *most);
    let (Some(most), Some(size), false) = (most, meta["file_size"].as_u64(), name.is_empty()) else {
        report.require(false, &UPLOAD_KIND, at);
        return;
    };
    if size > most {
        report.tell(&UPLOAD_SIZE, at.key("file_size"), &size.to_string(), &most.to_string());
    }
    if kind == Some("image") {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        report.require(ending.is_some_and(|it| IMAGES.contains(&it.as_str())), &UPLOAD_IMAGE, at.key("file_name"));
    }
    if kind == Some("video") {
        for key in VIDEO {
            report.require(meta[key].is_number(), &UPLOAD_VIDEO, at.key(key));
        }
    }
}
