//! 카카오가 먼저 알려 주는 것: 누가 채널을 추가했거나 차단했을 때.

use shared::bot::ChannelFriend;
use shared::effect::Effect;

/// 채널을 추가한 사람에게 돌릴 이벤트 블록의 이름입니다. 관리자센터에 이벤트를 만들고 `Some("welcome")`처럼 적으면 켜집니다.
/// 이벤트는 전달마다 돈이 들어서 처음에는 꺼 두었습니다. 누구인지 알려 주는 데 동의한 사람에게만 갈 수 있습니다.
const GREETING: Option<&str> = None;

/// 채널을 추가했습니다.
pub fn added(who: &ChannelFriend) -> Vec<Effect> {
    GREETING.map(|event| who.event(event)).unwrap_or_default()
}
