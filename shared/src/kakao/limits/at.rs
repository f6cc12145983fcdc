//! A place in a body, such as `template.outputs[0].textCard.title`.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>
//!
//! Kept as a chain on the stack and written out only when there is something to say about the place.

use std::fmt;

/// A place in a body.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    parent: Option<&'a At<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Top,
    Key(&'a str),
    Index(usize),
}

impl<'a> At<'a> {
    /// The document.
    pub(crate) fn top() -> Self {
        At { parent: None, step: Step::Top }
    }

    /// A member of this place.
    pub(crate) fn key(&'a self, key: &'a str) -> At<'a> {
        At { parent: Some(self), step: Step::Key(key) }
    }

    /// An element of this place.
    pub(crate) fn index(&'a self, index: usize) -> At<'a> {
        At { parent: Some(self), step: Step::Index(index) }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            let first = matches!(parent.step, Step::Top);
            if !first {
                parent.fmt(f)?;
            }
            if !first && matches!(self.step, Step::Key(_)) {
                f.write_str(".")?;
            }
        }
        match self.step {
            Step::Top => f.write_str("."),
            // A finding is one line: names from outside must not break it.
            Step::Key(key) => key
                .chars()
                .take(64)
                .try_for_each(|c| write!(f, "{}", if c.is_control() || c.is_whitespace() { '?' } else { c })),
            Step::Index(index) => write!(f, "[{index}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_path() {
        let top = At::top();
        assert_eq!(top.to_string(), ".");
        assert_eq!(top.key("a").key("b c").index(0).index(1).key("d").to_string(), "a.b?c[0][1].d");
    }
}
