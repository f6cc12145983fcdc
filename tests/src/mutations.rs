//! Everything that can be wrong with one node of a JSON body (fault F29).

use serde_json::{Value, json};

/// What is done to a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Mutation {
    /// It is not there.
    Removed,
    /// It is there twice: a member under the same name, an element beside itself.
    Doubled,
    /// Nothing, but a member that nobody knows stands beside it. An element stays as it is.
    Joined,
    /// It is something else.
    Replaced(Value),
}

/// A body with one node changed.
#[derive(Clone, Debug)]
pub struct Mutated {
    /// Names and numbers on the way to the node.
    pub way: Vec<String>,
    /// What was done.
    pub mutation: Mutation,
    /// The body, as text: a [`Value`] cannot hold a name twice.
    pub body: String,
}

impl Mutated {
    /// Whether the node is now `null`.
    pub fn is_null(&self) -> bool {
        self.mutation == Mutation::Replaced(Value::Null)
    }
}

/// Every mutation of every node of a body: node by node, each with [`Mutation::Removed`] first and `null` right after it.
pub fn of(body: &Value) -> Vec<Mutated> {
    let mut ways = Vec::new();
    nodes(body, &[], &mut ways);
    let mutated = |way: &Vec<String>, mutation: Mutation| {
        let body = written(body, way, &mutation);
        Mutated { way: way.clone(), mutation, body }
    };
    ways.iter().flat_map(|way| mutations().into_iter().map(move |mutation| mutated(way, mutation))).collect()
}

fn mutations() -> Vec<Mutation> {
    let others = [
        Value::Null,
        json!(true),
        json!(0),
        json!(1.5),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(""),
        json!("뷁 😀"),
        json!("가".repeat(10_000 / "가".len())),
        json!(["x", null]),
        json!({ "x": { "y": 1 } }),
    ];
    let others = others.into_iter().map(Mutation::Replaced);
    [Mutation::Removed].into_iter().chain(others).chain([Mutation::Doubled, Mutation::Joined]).collect()
}

fn nodes(value: &Value, way: &[String], all: &mut Vec<Vec<String>>) {
    for (name, child) in children(value) {
        let way = [way, &[name]].concat();
        all.push(way.clone());
        nodes(child, &way, all);
    }
}

fn children(value: &Value) -> Vec<(String, &Value)> {
    match value {
        Value::Object(members) => members.iter().map(|(name, child)| (name.clone(), child)).collect(),
        Value::Array(elements) => elements.iter().enumerate().map(|(at, child)| (at.to_string(), child)).collect(),
        _ => Vec::new(),
    }
}

fn written(value: &Value, way: &[String], mutation: &Mutation) -> String {
    let Some((step, rest)) = way.split_first() else { return value.to_string() };
    let is_object = value.is_object();
    let part = |name: &str, what: String| if is_object { format!("{}:{what}", json!(name)) } else { what };
    let mut parts = Vec::new();
    for (name, child) in children(value) {
        match mutation {
            _ if name != *step => parts.push(part(&name, child.to_string())),
            _ if !rest.is_empty() => parts.push(part(&name, written(child, rest, mutation))),
            Mutation::Removed => {}
            Mutation::Doubled => parts.extend([part(&name, child.to_string()), part(&name, child.to_string())]),
            Mutation::Joined => {
                parts.push(part(&name, child.to_string()));
                parts.extend(is_object.then(|| part("낯선 것", json!({ "a": [null, "010-1234-5678"] }).to_string())));
            }
            Mutation::Replaced(other) => parts.push(part(&name, other.to_string())),
        }
    }
    if is_object { format!("{{{}}}", parts.join(",")) } else { format!("[{}]", parts.join(",")) }
}
