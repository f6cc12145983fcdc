//! What the platform remembers of a person between turns: the last block, and the contexts that skills set.

use serde_json::{Map, Value, json};
use shared::kakao::skill::SkillResponse;

use crate::payload::Block;

/// One person's memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) last_block: Option<Block>,
    contexts: Vec<Context>,
}

#[derive(Clone, Debug)]
struct Context {
    name: String,
    turns: i64,
    ttl: i64,
    params: Map<String, Value>,
}

impl Memory {
    /// The contexts as a request carries them. Note the spelling: `lifespan` here, `lifeSpan` in answers.
    pub(crate) fn contexts(&self) -> Vec<Value> {
        let context = |context: &Context| {
            let params: Map<String, Value> = context
                .params
                .iter()
                .map(|(name, value)| (name.clone(), json!({ "value": value, "resolvedValue": value })))
                .collect();
            json!({ "name": context.name, "lifespan": context.turns, "ttl": context.ttl, "params": params })
        };
        self.contexts.iter().map(context).collect()
    }

    /// A turn is over: contexts grow older by one, and what the answer sets replaces what there was.
    pub(crate) fn turn(&mut self, block: Block, answer: Option<&SkillResponse>) {
        self.last_block = Some(block);
        for context in &mut self.contexts {
            context.turns -= 1;
        }
        let values = answer.and_then(|answer| answer.context.as_ref()?.values.as_ref());
        for value in values.into_iter().flatten() {
            let Some(name) = &value.name else { continue };
            self.contexts.retain(|context| context.name != *name);
            self.contexts.push(Context {
                name: name.clone(),
                turns: value.life_span.unwrap_or_default(),
                ttl: value.ttl.unwrap_or(600),
                params: value.params.clone().into_iter().flatten().collect(),
            });
        }
        self.contexts.retain(|context| context.turns > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_lives_for_its_turns() {
        let answer = |json: &str| -> SkillResponse { serde_json::from_str(json).unwrap() };
        let block = || Block::of_skill("lunch");
        let mut memory = Memory::default();
        let set = r#"{"version":"2.0","context":{"values":[{"name":"order","lifeSpan":2,"params":{"no":"A"}}]}}"#;
        memory.turn(block(), Some(&answer(set)));
        assert_eq!(memory.contexts()[0]["params"]["no"], json!({ "value": "A", "resolvedValue": "A" }));
        memory.turn(block(), None);
        assert_eq!(memory.contexts()[0]["lifespan"], 1);
        memory.turn(block(), None);
        assert!(memory.contexts().is_empty());
    }
}
