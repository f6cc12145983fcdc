//! 전화번호 검증: 휴대전화 번호만 받아 숫자만 남깁니다.

use shared::kakao::skill::CheckResponse;

/// 휴대전화 번호면 `01012345678` 꼴로, 아니면 다시 묻는 말로 답합니다.
pub fn check(typed: &str) -> CheckResponse {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let only_phone_letters = typed.chars().all(|letter| letter.is_ascii_digit() || " -+().".contains(letter));
    let local =
        digits.strip_prefix("82").map_or_else(|| digits.clone(), |rest| format!("0{}", rest.trim_start_matches('0')));
    let is_mobile = local.len() == 11 && local.starts_with("010") || local.len() == 10 && local.starts_with("01");
    if only_phone_letters && is_mobile {
        CheckResponse::success(local)
    } else {
        CheckResponse::fail("휴대전화 번호를 숫자로 알려 주세요. 예: 010-1234-5678")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mobile_numbers_are_tidied_and_others_refused() {
        for good in ["010-1234-5678", "01012345678", "010 1234 5678", "+82 10-1234-5678", "+82 (0)10.1234.5678"] {
            assert_eq!(check(good), CheckResponse::success("01012345678"), "{good}");
        }
        assert_eq!(check("011-123-4567"), CheckResponse::success("0111234567"));
        for bad in ["", "02-123-4567", "010-1234-567", "010-1234-56789", "공일공 1234 5678", "010-1234-5678번"] {
            assert_ne!(check(bad), CheckResponse::success("01012345678"), "{bad}");
        }
    }
}
