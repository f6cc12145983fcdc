//! `GET|POST /v2/user/me` (protocol `sync` 5.1): what the person agreed to, and of the rest only that it was not agreed to.

use serde_json::{Map, Value, json};

use super::{error::NOT_LINKED, who};
use crate::login::account;
use crate::login::answer::Answer;
use crate::login::asked::{Asked, list};
use crate::login::desk::Desk;
use crate::login::kakao::Kakao;
use crate::login::link::Link;
use crate::login::wire::rfc3339;

/// Consent items of the account, with the stem of their `{stem}_needs_agreement`.
const ITEMS: [(&str, &str); 10] = [
    ("profile_nickname", "profile_nickname"),
    ("profile_image", "profile_image"),
    ("name", "name"),
    ("account_email", "email"),
    ("age_range", "age_range"),
    ("birthyear", "birthyear"),
    ("birthday", "birthday"),
    ("gender", "gender"),
    ("phone_number", "phone_number"),
    ("account_ci", "ci"),
];

pub(crate) fn me(kakao: &Kakao, asked: &Asked) -> Answer {
    let desk = kakao.desk();
    let who = match who::either(&desk, asked, kakao.now()) {
        Ok(who) => who,
        Err(error) => return error.answer(),
    };
    let Some(link) = desk.links.get(&who.user) else { return NOT_LINKED.answer() };
    let mut body = document(&desk, who.user, link);
    if asked.get("secure_resource") == Some("true") {
        secure(&mut body);
    }
    if let Some(keys) = asked.get("property_keys") {
        only(&mut body, &list(keys));
    }
    Answer::ok(&body)
}

fn document(desk: &Desk, user: u64, link: &Link) -> Value {
    let mut account_part = Map::new();
    let mut properties = Map::new();
    for (scope, stem) in ITEMS.into_iter().filter(|(scope, _)| desk.app.scope(scope).is_some()) {
        account_part.insert(format!("{stem}_needs_agreement"), (!link.has(scope)).into());
        if let Some(account) = account::of(user).filter(|_| link.has(scope)) {
            merge(&mut account_part, account.values(scope));
        }
    }
    if let Some(account) = account::of(user).filter(|_| link.has("profile_nickname")) {
        properties.insert("nickname".to_owned(), account.person.name.into());
    }
    let mut body = json!({ "id": user, "connected_at": rfc3339(link.connected_at) });
    if let Some(at) = link.synched_at {
        body["synched_at"] = rfc3339(at).into();
    }
    body["properties"] = properties.into();
    body["kakao_account"] = account_part.into();
    body
}

/// Nickname and picture are both inside `profile`.
fn merge(into: &mut Map<String, Value>, more: Map<String, Value>) {
    for (name, value) in more {
        match (into.get_mut(&name), value) {
            (Some(Value::Object(there)), Value::Object(value)) => there.extend(value),
            (_, value) => {
                into.insert(name, value);
            }
        }
    }
}

/// `secure_resource`: pictures as `https`.
fn secure(body: &mut Value) {
    for name in ["thumbnail_image_url", "profile_image_url"] {
        if let Some(Value::String(url)) = body.pointer_mut(&format!("/kakao_account/profile/{name}")) {
            *url = url.replacen("http:", "https:", 1);
        }
    }
}

/// `property_keys`: `kakao_account.email` asks for the members that begin so.
fn only(body: &mut Value, keys: &[String]) {
    for part in ["kakao_account", "properties"] {
        let wanted: Vec<&str> = keys.iter().filter_map(|key| key.strip_prefix(part)?.strip_prefix('.')).collect();
        let Some(members) = body.get_mut(part).and_then(Value::as_object_mut) else { continue };
        members.retain(|name, _| {
            let name = name.strip_prefix("is_").unwrap_or(name);
            wanted.iter().any(|wanted| name.starts_with(wanted))
        });
        if wanted.is_empty()
            && let Some(body) = body.as_object_mut()
        {
            body.remove(part);
        }
    }
}
