//! All rules in one table, for documentation and tools.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::event as n;
use super::rule::Rule;
use super::{button as b, card as c, carousel as k, check as v, context as x, envelope as e, group as g, item as i};
use super::{list as l, picture as p, plugin as pl, request as q, text as t, webhook as w};

/// All rules by id. Nothing in the register itself uses this table, so only those who ask for it carry it.
#[rustfmt::skip]
pub static RULES: &[&Rule] = &[
    &e::R01, &e::R02, &e::R03, &e::R04, &e::R05, &e::R06, &e::R07, &e::R08, &e::R08_NEAR, &e::R09,
    &t::R10, &t::R11, &t::R11_FOLD, &p::R12, &p::R13, &p::R14,
    &t::R20, &t::R21, &t::R22,
    &c::R30, &c::R31, &c::R31_LINES, &c::R32,
    &c::R40, &c::R41, &c::R42, &c::R43, &c::R43_CASE, &c::R44, &c::R45, &c::R46,
    &l::R50, &l::R51, &l::R52, &l::R52_LENGTH, &l::R53, &l::R54, &l::R55,
    &i::R60, &i::R61, &i::R62, &i::R62_LINES, &i::R63, &i::R64, &i::R64_LINES, &i::R64_TITLE, &i::R65, &i::R66, &i::R66_LINES, &i::R67,
    &i::R68, &i::R68_AMOUNT, &i::R68_COMPLETE, &i::R69,
    &k::R70, &k::R71, &k::R72, &k::R73, &k::R74, &k::R75, &k::R76,
    &b::R80, &b::R81, &b::R82, &b::R83, &b::R84, &b::R84_MAIL, &b::R85, &b::R86, &b::R86_LEGACY, &b::R87, &b::R88,
    &b::R90, &b::R90_LENGTH, &x::R91, &x::R91_LONG, &x::R92, &b::R93,
    &g::R94, &g::R94_BUTTONS, &g::R94_MENTIONS,
    &v::K01, &v::K02, &v::K03, &v::K04, &v::K05, &v::K10, &v::K11, &v::K12,
    &q::Q01, &q::Q02, &q::Q03, &q::Q04, &q::Q05, &q::Q06,
    &pl::P01, &pl::P02, &pl::P03, &pl::P04, &pl::P05, &pl::P06, &pl::P07, &pl::P08, &pl::P09, &pl::P10, &pl::P11,
    &n::V01, &n::V02, &n::V03, &n::V04, &n::V05, &n::V06, &n::V07, &n::V08, &n::V09,
    &w::C01, &w::C01_WORD, &w::C02, &w::C02_NUMBER, &w::C03, &w::C03_WORD, &w::C04, &w::C05, &w::C06, &w::C07,
    &w::U01, &w::U02, &w::U03,
    &w::A01, &w::A02, &w::A03, &w::A04, &w::A05, &w::A06, &w::A07, &w::A08,
];
