//! What is read from a request, what is built into a response.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>
#![allow(clippy::expect_used, clippy::panic, reason = "tests")]

mod check;
mod request;
mod response;
