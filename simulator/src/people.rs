//! Who is talking: five people who do not exist, so that a group can be tried out alone.

use shared::kakao::skill::EventUserType;

/// Somebody with a phone in their hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// Short name in our own addresses: `ga`.
    pub id: &'static str,
    /// What the page calls them. Kakao never tells a bot a name.
    pub name: &'static str,
    /// Their key on this bot, 66 hex characters as on live calls.
    pub bot_user_key: &'static str,
    /// Their key on the channel.
    pub plusfriend_user_key: &'static str,
    /// Their user id of Kakao Login, beyond what a floating-point number holds. A skill call shows it once they are linked.
    pub app_user_id: &'static str,
}

/// Everybody.
pub const PEOPLE: [Person; 5] = [
    Person {
        id: "ga",
        name: "가람",
        bot_user_key: "6a0b4cf1d27e83955ac0417be6d8923f7a51c84e0d96b3f2417a8c5e9d03b6f2a1",
        plusfriend_user_key: "Ga-local_001",
        app_user_id: "1376016924426879191",
    },
    Person {
        id: "na",
        name: "나은",
        bot_user_key: "91f3e7b05d284ac6e1078fb3925cd64ae80b73f1c52d9e0648ab37f5102ec9d4b7",
        plusfriend_user_key: "Na-local_002",
        app_user_id: "2305843009213693953",
    },
    Person {
        id: "da",
        name: "다온",
        bot_user_key: "c45d1827fe60ba93d7e21508bc4f96a3035ed7f8916ba24c0f82e35d7a19604bc8",
        plusfriend_user_key: "Da-local_003",
        app_user_id: "4611686018427387907",
    },
    Person {
        id: "ra",
        name: "라온",
        bot_user_key: "2e7d90c4a16bf358e90d7c42b8153fa6d9047be1c28f5a63709e14d8b35c6fa2d8",
        plusfriend_user_key: "Ra-local_004",
        app_user_id: "3458764513820540933",
    },
    Person {
        id: "ma",
        name: "마루",
        bot_user_key: "f8036ab5d41c7e92083fa6d5b17e4c90a2d86f3b5e091c74d2a8f603be57419cd3",
        plusfriend_user_key: "Ma-local_005",
        app_user_id: "5764607523034234883",
    },
];

/// The person whom an event names by this kind of key.
pub fn find_by(kind: &EventUserType, key: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| key == person.key(kind))
}

impl Person {
    /// Their key of this kind; empty for a kind that nobody knows.
    pub const fn key(&self, kind: &EventUserType) -> &'static str {
        match kind {
            EventUserType::BotUserKey => self.bot_user_key,
            EventUserType::PlusfriendUserKey => self.plusfriend_user_key,
            EventUserType::AppUserId => self.app_user_id,
            _ => "",
        }
    }
}

/// The person of this short name, name or key.
pub fn find(who: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| [person.id, person.name, person.bot_user_key].contains(&who))
}
