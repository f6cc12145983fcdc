//! 사진: 그냥 보낸 것과, 보안 이미지 플러그인으로 받은 것.
//!
//! 주소는 곧 사라지고, 아는 사람은 누구나 볼 수 있습니다. 로그에 남기지 말고, 필요하면 그 자리에서 받으세요.

use shared::bot::{Reply, Turn};
use shared::kakao::skill::{SimpleImage, SkillResponse};

/// 플러그인을 붙인 파라미터의 이름. 블록에서 정합니다.
const PARAM: &str = "secureimage";

/// 사진이 왔으면 답하고, 아니면 지나갑니다.
pub fn reply<T, J>(turn: &Turn<'_, T>) -> Option<Reply<T, J>> {
    if let Some(images) = turn.request().secure_images(PARAM) {
        return Some(Reply::text(if images.is_agreed() {
            format!("사진 {}장을 안전하게 받았어요.", images.urls().len())
        } else {
            "동의하지 않으셔서 사진을 받지 않았어요.".to_owned()
        }));
    }
    let photos = turn.request().photos();
    let photo = photos.first()?;
    // 요청은 꾸며 낼 수 있습니다. 카카오의 서버에 있는 것만 믿습니다.
    if !photo.is_kakao_cdn() {
        return Some(Reply::text("카카오톡으로 보낸 사진만 볼 수 있어요."));
    }
    let again = SimpleImage::new(photo.as_str(), "방금 보낸 사진");
    Some(Reply::from(SkillResponse::text("멋진 사진이네요!").output(again)))
}
