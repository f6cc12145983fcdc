//! The `channel-callback` Lambda.

fn main() -> Result<(), lambda_runtime::Error> {
    shared::lambda::serve::<channel_callback::ChannelCallback, _>(bot::Bot)
}
