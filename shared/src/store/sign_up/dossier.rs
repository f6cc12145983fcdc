//! Everything that the table holds of one person, for whoever asks what is kept about them (Personal Information Protection Act,
//! article 35). Items as they are, so that what a newer release adds is told as well; a sealed token is not shown.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Map, Value};

use super::erase::voting_days;
use super::{AppUser, Identity, SagaId};
use crate::clock::Millis;
use crate::store::item::Attributes;
use crate::store::keys::{self, Key, OWN_ALIAS, OWN_GROUP, UNLINK_JOB};
use crate::store::{GroupId, Item, Person, Store, StoreError};

/// Texts that are JSON themselves.
const JSON: [&str; 4] = ["consents", "profile", "ctx", "body"];

/// What is nobody's to see.
const SECRET: &str = "tok";

/// What the table holds of one person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dossier {
    /// The memberships of which anything is left, the present one included.
    pub memberships: Vec<SagaId>,
    /// The keys of what an erasure takes. A link's fence and a sign-up's saga stay for their days: they hold nothing but a state.
    pub keys: Vec<String>,
    /// The document; `null` where there is nothing.
    pub document: Value,
}

impl Store {
    /// What there is of an app user: by strong reads, one query for the person, one for each of their names, and one for an open id of
    /// the same number. Parked work that names them is not looked for (decision 137).
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read.
    pub async fn dossier(&self, app: &AppUser, now: Millis) -> Result<Dossier, StoreError> {
        let mut told = Dossier::default();
        let mut document = Map::new();
        document.insert("app_user_id".to_owned(), app.as_str().into());
        let (mut names, mut others) = (Vec::new(), Vec::new());
        let mut last_attempt = None;
        for item in self.all(&keys::app_user_pk(app), keys::ALL).await? {
            let sk = item.text("SK")?.to_owned();
            told.of(&item);
            match sk.as_str() {
                "MEMBER" => drop(document.insert("member".to_owned(), plain(&item))),
                "LINK" => drop(document.insert("link".to_owned(), plain(&item))),
                "FLOW" => {
                    last_attempt = item.maybe_text("saga").map(SagaId::from_text);
                    document.insert("last_sign_up".to_owned(), plain(&item));
                }
                UNLINK_JOB => drop(document.insert("unlink_job".to_owned(), plain(&item))),
                sk => match sk.strip_prefix(OWN_ALIAS).map(Identity::from_key) {
                    Some(name) => {
                        let mut named = self.of_name(&name, now, &mut told).await?;
                        named.insert("own".to_owned(), plain(&item));
                        names.push(Value::Object(named));
                    }
                    None => others.push(plain(&item)),
                },
            }
        }
        // Who was refused has an attempt and no membership.
        let of_no_membership = last_attempt.filter(|saga| !told.memberships.contains(saga));
        let mut sagas = Vec::new();
        for saga in told.memberships.iter().chain(&of_no_membership) {
            sagas.extend(self.get(&Key::saga(saga)).await?.filter(|saga| saga.maybe_text("app") == Some(app.as_str())));
        }
        document.insert("names".to_owned(), names.into());
        document.insert("channels_and_others".to_owned(), others.into());
        document.insert("sign_ups".to_owned(), sagas.iter().map(plain).collect());
        // Nobody has confirmed that it is the same person; but it goes with them (`erase_unconfirmed`).
        let unconfirmed = self.all(&keys::open_user_pk(app.as_str()), keys::ALL).await?;
        unconfirmed.iter().for_each(|item| told.of(item));
        document.insert("open_id_of_the_same_number".to_owned(), unconfirmed.iter().map(plain).collect());
        told.document = Value::Object(document);
        Ok(told)
    }

    /// What there is under one name, whether or not it is a member's.
    ///
    /// # Errors
    /// [`StoreError`] if the table cannot be read.
    pub async fn dossier_of_name(&self, name: &Identity, now: Millis) -> Result<Dossier, StoreError> {
        let mut told = Dossier::default();
        told.document = Value::Object(self.of_name(name, now, &mut told).await?);
        Ok(told)
    }

    async fn of_name(
        &self,
        name: &Identity,
        now: Millis,
        told: &mut Dossier,
    ) -> Result<Map<String, Value>, StoreError> {
        let person = Person::from_key(&name.to_string());
        let (mut items, mut in_groups) = (Vec::new(), Vec::new());
        for item in self.all(&keys::identity_pk(name), keys::ALL).await? {
            told.of(&item);
            if let Some(group) = item.text("SK")?.strip_prefix(OWN_GROUP).map(GroupId::from_key) {
                let days = voting_days(now).map(|day| Key::vote(&group, &day, &person));
                for key in std::iter::once(Key::member(&group, &person)).chain(days) {
                    let found = self.get(&key).await?;
                    found.iter().for_each(|item| told.of(item));
                    in_groups.extend(found.iter().map(plain));
                }
            }
            items.push(plain(&item));
        }
        let name = [("name", name.to_string().into()), ("items", items.into()), ("in_groups", in_groups.into())];
        Ok(name.into_iter().map(|(key, value): (_, Value)| (key.to_owned(), value)).collect())
    }
}

impl Dossier {
    fn of(&mut self, item: &Item) {
        let key = Key::of(item).filter(|key| key.sk != "LINK");
        self.keys.extend(key.map(|key| format!("{} {}", key.pk, key.sk)));
        let mg = item.maybe_text("mg").map(SagaId::from_text);
        self.memberships.extend(mg.filter(|mg| !self.memberships.contains(mg)));
    }
}

/// An item as a person reads it.
fn plain(item: &Item) -> Value {
    let shown = item.iter().filter(|(name, _)| *name != SECRET);
    shown.map(|(name, value)| (name.clone(), attribute(name, value))).collect::<Map<_, _>>().into()
}

fn attribute(name: &str, value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) if JSON.contains(&name) => {
            serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into())
        }
        AttributeValue::S(text) => text.as_str().into(),
        AttributeValue::N(number) => serde_json::from_str(number).unwrap_or_else(|_| number.as_str().into()),
        AttributeValue::Bool(bool) => (*bool).into(),
        AttributeValue::Ss(texts) | AttributeValue::Ns(texts) => texts.clone().into(),
        AttributeValue::L(values) => values.iter().map(|value| attribute("", value)).collect(),
        AttributeValue::M(values) => plain(values),
        // Bytes are nothing that this table keeps.
        _ => Value::Null,
    }
}
