//! What every card with buttons can do, said once.
//! <https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format>

use super::{BasicCard, Button, ButtonLayout, CommerceCard, ItemCard, ListCard, TextCard};

/// The same builders on each card: a trait would have to be imported by every bot.
macro_rules! card {
    ($($card:ident),+) => {$(
        impl $card {
            /// Adds a button.
            pub fn button(mut self, button: Button) -> Self {
                self.buttons.get_or_insert_default().push(button);
                self
            }

            /// Adds buttons.
            pub fn buttons(self, buttons: impl IntoIterator<Item = Button>) -> Self {
                buttons.into_iter().fold(self, Self::button)
            }

            /// Puts the buttons side by side or one under the other.
            pub fn button_layout(mut self, layout: ButtonLayout) -> Self {
                self.button_layout = Some(layout);
                self
            }

            /// Shows the forward icon. It has no effect beside buttons, links or actions, or in a carousel.
            pub fn forwardable(mut self) -> Self {
                self.forwardable = Some(true);
                self
            }
        }
    )+};
}

card!(TextCard, BasicCard, CommerceCard, ListCard, ItemCard);
