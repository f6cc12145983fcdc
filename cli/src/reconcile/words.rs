//! What is said of each kind of round, in both languages.

use shared::store::sign_up::{ChannelTally, Counts, Tally};

use crate::say::{err, trouble};

/// Words for what a round counts.
pub(super) trait Words: Counts {
    /// That Kakao does not tell.
    const REFUSED: [&'static str; 2];

    /// After each page: how far it has come with so many `people`, and whether there is `more`.
    fn progress(&self, people: u64, more: bool);

    /// What would be done, after a look.
    fn would(&self);

    /// People who are to be looked at another time.
    fn open(&self) -> u64;

    /// Why there are some.
    fn left_over(&self);
}

const fn on(more: bool) -> &'static str {
    if more { " …" } else { "" }
}

impl Words for Tally {
    const REFUSED: [&'static str; 2] = ["카카오가 목록을 주지 않아 멈췄어요.", "Kakao does not hand out its list."];

    fn progress(&self, people: u64, more: bool) {
        let (Self { pages, checked, orphans, left, open }, on) = (self, on(more));
        err(&format!(
            "kakao: {pages}쪽, {checked}/{people}명, 끊음 {orphans}, 지움 {left}, 남음 {open}{on} | \
             page {pages}, {checked}/{people} people, {orphans} unlinked, {left} erased, {open} open{on}"
        ));
    }

    fn would(&self) {
        let Self { orphans, left, .. } = self;
        trouble(
            &format!("연결을 끊을 사람 {orphans}명, 지울 회원 {left}명. 아무것도 바꾸지 않았어요."),
            &format!("{orphans} links would be undone, {left} members erased. Nothing was changed."),
        );
    }

    fn open(&self) -> u64 {
        self.open
    }

    fn left_over(&self) {
        let open = self.open;
        trouble(
            &format!("{open}명은 다음에 다시 봐야 해요: 1시간 안에 연결한 사람이거나, 카카오가 답하지 않았어요."),
            &format!(
                "{open} people are to be looked at another time: linked less than an hour ago, or Kakao did not answer."
            ),
        );
    }
}

impl Words for ChannelTally {
    const REFUSED: [&'static str; 2] = ["카카오가 답하지 않아 멈췄어요.", "Kakao does not answer."];

    fn progress(&self, people: u64, more: bool) {
        let (Self { pages, checked, asked, learned, wrong, silent, open }, on) = (self, on(more));
        err(&format!(
            "kakao: {pages}쪽, {checked}/{people}명, 물음 {asked}, 새로 앎 {learned}, 고침 {wrong}, 알 수 없음 {silent}, 남음 {open}{on} | \
             page {pages}, {checked}/{people} members, {asked} asked, {learned} new, {wrong} mended, {silent} not told, {open} open{on}"
        ));
    }

    fn would(&self) {
        let Self { learned, wrong, .. } = self;
        trouble(
            &format!("새로 적을 채널 관계 {learned}개, 고칠 것 {wrong}개. 아무것도 바꾸지 않았어요."),
            &format!("{learned} relations would be added, {wrong} mended. Nothing was changed."),
        );
    }

    fn open(&self) -> u64 {
        self.open
    }

    fn left_over(&self) {
        let open = self.open;
        trouble(
            &format!(
                "{open}명은 다음에 다시 봐야 해요: 1시간 안에 채널을 추가하거나 차단했거나, 카카오가 답하지 않았어요."
            ),
            &format!(
                "{open} members are to be looked at another time: they added or blocked a channel less than an hour ago, or Kakao did \
                 not answer."
            ),
        );
    }
}
