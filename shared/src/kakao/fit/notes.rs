//! The Korean words that a person may read because something was cut.

/// The quick reply behind which the others wait, and what tapping it says.
pub(super) const MORE: &str = "더 보기";

/// Head of a list that came without one.
pub(super) const LIST: &str = "목록";

/// Name of a sum that came without one.
pub(super) const SUM: &str = "합계";

/// Name of the line of a table that stands for the lines that were cut.
pub(super) const MORE_ROWS: &str = "…";

/// Above a further page of quick replies.
pub(super) fn page(page: u32, of: u32) -> String {
    format!("선택지를 더 보여 드릴게요. ({page}/{of})")
}

/// Behind the head of a list that was cut.
pub(super) fn items_shown(shown: usize, of: usize) -> String {
    format!("({of}개 중 {shown}개)")
}

/// Beside the name [`MORE_ROWS`].
pub(super) fn rows_left_out(count: usize) -> String {
    format!("외 {count}개")
}

/// Under a carousel that was cut.
pub(super) fn cards_shown(shown: usize, of: usize) -> String {
    format!("카드 {of}장 중 {shown}장을 보여 드렸어요.")
}
