//! How a person stands to our channels: what the channel callback heard, and what the reconciler found when it asked (protocol
//! `channel-and-webhooks` 6).

use super::Turn;
use super::plugin::Told;
use crate::log::Log;
use crate::store::{Relation, StoreError};

impl<T> Turn<'_, T> {
    /// How the person stands to each channel that they ever added or blocked, as Kakao last told it; of the bot's own channel the
    /// request itself says whether they have it ([`Turn::is_friend`]). `None` if nobody who can be believed has said who they are,
    /// as in [`Turn::sync`], or if it cannot be read in time. It leaves the bot time to answer.
    pub async fn channels(&self) -> Option<Vec<Relation>> {
        let kind = match tokio::time::timeout(self.time_to_look(), Box::pin(self.relations())).await {
            Ok(Ok(relations)) => return relations,
            Ok(Err(error)) => error.kind().to_owned(),
            Err(_) => "late".to_owned(),
        };
        Log::warn("channels.unknown").request(self.desk.owner).kind(&kind).write();
        None
    }

    async fn relations(&self) -> Result<Option<Vec<Relation>>, StoreError> {
        let told = Told::of(self.request, &self.desk.services.env);
        let Some((app, _)) = self.visit.who(&told).await? else { return Ok(None) };
        self.desk.services.store().channels_of(&app).await.map(Some)
    }
}
