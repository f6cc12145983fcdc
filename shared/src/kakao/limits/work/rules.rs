//! The register of Kakao Work.
//! <https://docs.kakaoi.ai/kakao_work/>

use crate::kakao::limits::rule::{BK, RE, Rule, WA};

/// Declares rules by name, and the table of all of them.
macro_rules! rules {
    ($($(#[$doc:meta])+ $name:ident = $level:ident $id:literal $source:ident $en:literal $ko:literal;)+) => {
        $($(#[$doc])+ pub(super) static $name: Rule = Rule::$level($id, $source, $en, $ko);)+

        /// All rules of Kakao Work.
        pub static RULES: &[&Rule] = &[$(&$name),+];
    };
}

#[rustfmt::skip]
rules! {
    /// Members have the documented types.
    MEMBER_TYPE = error "MEMBER-TYPE" BK "this member has another JSON type than documented" "문서와 다른 JSON 타입의 값입니다";
    /// Texts that only some ways of counting find too long.
    EMOJI_LEN = warning "EMOJI-LEN" BK "emoji may count twice: {found} characters, at most {limit} are allowed" "이모지를 두 글자로 세면 {found}자입니다. 최대 {limit}자까지 가능합니다";

    /// A message says something.
    MSG_TEXT = error "MSG-TEXT" BK "the text has {found} characters; {limit} are allowed" "text가 {found}자입니다. {limit}자여야 합니다";
    /// Older documents allow less.
    MSG_TEXT_LONG = warning "MSG-TEXT" BK "the text has {found} characters; documents of 2024 allowed {limit}" "text가 {found}자입니다. 2024년 문서는 {limit}자까지였습니다";
    /// A message has no parts of a modal.
    MSG_BLOCK_KIND = error "MSG-BLOCK-KIND" BK "this block cannot stand in a message" "메시지에 넣을 수 없는 블록입니다";
    /// Not too many blocks.
    BLOCK_COUNT = warning "BLOCK-COUNT" BK "there are {found} blocks; more than {limit} have not been seen" "블록이 {found}개입니다. {limit}개보다 많은 예는 알려져 있지 않습니다";
    /// A block is known.
    BLOCK_KIND = error "BLOCK-KIND" BK "the type of this block is missing or not known" "블록의 type이 없거나 알 수 없습니다";
    /// A header is short and one line.
    HEADER_TEXT = error "HEADER-TEXT" BK "the header has {found} characters; {limit} are allowed" "헤더가 {found}자입니다. {limit}자여야 합니다";
    /// A header is one line.
    HEADER_LINE = error "HEADER-TEXT" BK "a header has no line break" "헤더에는 줄바꿈을 넣을 수 없습니다";
    /// A header comes first.
    HEADER_PLACE = error "HEADER-PLACE" BK "there is one header at most, as the first block" "헤더는 첫 블록으로 하나만 쓸 수 있습니다";
    /// A header has a known colour.
    HEADER_STYLE = error "HEADER-STYLE" BK "the style is white, blue, red or yellow" "style은 white, blue, red, yellow 중 하나여야 합니다";
    /// A header says its colour.
    HEADER_STYLE_ABSENT = warning "HEADER-STYLE" BK "older documents require a style" "예전 문서에서는 style이 필수입니다";
    /// A text is not too long.
    TEXT_LEN = error "TEXT-LEN" BK "the text has {found} characters; {limit} are allowed" "텍스트가 {found}자입니다. {limit}자여야 합니다";
    /// The pieces together are not too long.
    INLINE_LEN = error "INLINE-LEN" BK "the inlines have {found} characters together; {limit} are allowed" "inlines를 이으면 {found}자입니다. {limit}자여야 합니다";
    /// The pieces say the same as the text.
    INLINE_MATCH = warning "INLINE-MATCH" BK "the inlines differ from the text, and they win" "inlines와 text가 다릅니다. inlines가 보입니다";
    /// One way of styling at a time.
    TEXT_MD_INLINE = error "TEXT-MD-INLINE" BK "markdown and inlines exclude each other" "markdown과 inlines를 함께 쓸 수 없습니다";
    /// A piece is known.
    INLINE_KIND = error "INLINE-KIND" BK "an inline is styled, link or mention, and has a text" "inline은 styled, link, mention 중 하나이고 text가 있어야 합니다";
    /// Styled words lead nowhere.
    INLINE_STYLED = error "INLINE-STYLED" BK "styled words have no url, no ref and a known color" "styled에는 url과 ref가 없고 color는 정해진 값이어야 합니다";
    /// Links have an address and no style.
    INLINE_LINK = error "INLINE-LINK" BK "a link needs an http, https, mailto or tel address and has no style and no ref" "link에는 http, https, mailto, tel 주소가 있어야 하고 스타일과 ref는 쓸 수 없습니다";
    /// Mentions name a member.
    INLINE_MENTION = error "INLINE-MENTION" BK "a mention needs a ref of type kw with a member's number" "mention에는 type이 kw이고 value가 사용자 번호인 ref가 있어야 합니다";
    /// Nothing else is documented for mentions, and nothing says that it is refused.
    INLINE_MENTION_MORE = warning "INLINE-MENTION" BK "a mention is documented with a text and a ref only, without style or url" "문서에 있는 mention에는 text와 ref만 있고 스타일과 url은 없습니다";
    /// One link in a text.
    LINK_COUNT = advice "LINK-COUNT" BK "there are {found} links in this text; the guide says {limit}" "텍스트 하나에 링크가 {found}개입니다. 가이드는 {limit}개를 권합니다";
    /// Pictures have an address.
    IMAGE_URL = error "IMAGE-URL" BK "a picture needs an absolute http or https address" "이미지 주소는 http 또는 https로 시작하는 절대 주소여야 합니다";
    /// A button says something, in short.
    BUTTON_TEXT = error "BUTTON-TEXT" BK "the button has {found} characters; {limit} are allowed" "버튼 이름이 {found}자입니다. {limit}자여야 합니다";
    /// A button has a known look.
    BUTTON_STYLE = error "BUTTON-STYLE" BK "the style is default, primary or danger" "style은 default, primary, danger 중 하나여야 합니다";
    /// A button does something.
    BUTTON_ACTION = error "BUTTON-ACTION" BK "a button needs an action" "버튼에는 action이 있어야 합니다";
    /// The flat form is of earlier clients.
    BUTTON_ACTION_FLAT = error "BUTTON-ACTION" BK "this is the flat form; nest it in action (kakao check --fix does it)" "예전 형식입니다. action 안에 넣으세요(kakao check --fix가 바꿔 줍니다)";
    /// Actions are known.
    ACTION_KIND = error "ACTION-KIND" BK "the type of this action is missing or not known" "action의 type이 없거나 알 수 없습니다";
    /// What is submitted has a name and a value.
    ACTION_SUBMIT = error "ACTION-SUBMIT" BK "submit_action needs a name and a value" "submit_action에는 name과 value가 있어야 합니다";
    /// A modal is asked for by a value.
    ACTION_MODAL = error "ACTION-MODAL" BK "call_modal needs a value" "call_modal에는 value가 있어야 합니다";
    /// Browsers open web addresses.
    ACTION_URL = error "ACTION-URL" BK "the value must be an absolute http or https address" "value는 http 또는 https로 시작하는 절대 주소여야 합니다";
    /// Apps are opened by platform.
    ACTION_APP = error "ACTION-APP" BK "the value needs an ios= or aos= part, percent-encoded" "value에는 퍼센트 인코딩한 ios= 또는 aos= 부분이 있어야 합니다";
    /// A scheme alone works in some places.
    ACTION_APP_BARE = warning "ACTION-APP" BK "a bare scheme has been seen to work for one device only" "스킴만 적으면 한 기기에서만 동작합니다";
    /// Sizes are for windows.
    ACTION_INAPP = warning "ACTION-INAPP" BK "width and height count with standalone only" "width와 height는 standalone일 때만 쓰입니다";
    /// A choice has a default and no choice inside.
    ACTION_EXCLUSIVE = error "ACTION-EXCLUSIVE" BK "exclusive needs a default, and no exclusive inside" "exclusive에는 default가 있어야 하고, 그 안에 exclusive를 넣을 수 없습니다";
    /// Names stay short.
    ACTION_NAME_LONG = warning "ACTION-NAME-LEN" BK "the name has {found} characters; more than {limit} may be refused" "name이 {found}자입니다. {limit}자를 넘으면 거절될 수 있습니다";
    /// Values stay short.
    VALUE_LONG = warning "VALUE-LEN" BK "the value has {found} characters; more than {limit} may be refused" "value가 {found}자입니다. {limit}자를 넘으면 거절될 수 있습니다";
    /// Two or three buttons.
    ROW_COUNT = error "ROW-COUNT" BK "a row has {limit} buttons, not {found}" "버튼 줄에는 버튼이 {limit}개여야 하는데 {found}개입니다";
    /// Nothing but buttons.
    ROW_KIND = error "ROW-COUNT" BK "a row has buttons only" "버튼 줄에는 버튼만 넣을 수 있습니다";
    /// A term is short.
    DESC_TERM = error "DESC-TERM" BK "the term has {found} characters; {limit} are allowed" "term이 {found}자입니다. {limit}자여야 합니다";
    /// A description says something.
    DESC_CONTENT = error "DESCRIPTION" BK "the content must be a text block" "content는 text 블록이어야 합니다";
    /// A section has its parts.
    SECTION = error "SECTION" BK "the content must be a text block, the accessory an image_link block" "content는 text 블록, accessory는 image_link 블록이어야 합니다";
    /// A context has its parts.
    CONTEXT = error "CONTEXT" BK "the content must be a text block, the image an image_link block" "content는 text 블록, image는 image_link 블록이어야 합니다";
    /// Lines stand between things.
    DIVIDER_PLACE = advice "DIVIDER-PLACE" BK "a divider stands between two other blocks" "구분선은 다른 두 블록 사이에 둡니다";
    /// Few buttons.
    BUTTON_COUNT = advice "BUTTON-COUNT" BK "there are {found} buttons; the guide says {limit} at most" "버튼이 {found}개입니다. 가이드는 최대 {limit}개를 권합니다";
    /// Pictures have room.
    IMAGE_PLACE = advice "IMAGE-PLACE" BK "no picture right below a button or another picture" "이미지를 버튼이나 다른 이미지 바로 아래에 두지 마세요";

    /// A modal has no parts of a message.
    MODAL_BLOCK_KIND = error "MODAL-BLOCK-KIND" RE "only label, input and select stand in a modal; with anything else it does not open" "모달에는 label, input, select만 넣을 수 있습니다. 다른 블록이 있으면 열리지 않습니다";
    /// A modal is complete.
    MODAL_FIELDS = error "MODAL-FIELDS" RE "a modal needs this member" "모달에 꼭 있어야 하는 항목입니다";
    /// A modal has blocks.
    MODAL_EMPTY = warning "MODAL-FIELDS" RE "the modal has no blocks" "모달에 블록이 없습니다";
    /// A modal is not a message.
    MODAL_VIEW = warning "MODAL-VIEW" RE "nothing opens: there is no view" "view가 없어서 아무것도 열리지 않습니다";
    /// A modal is wrapped.
    MODAL_BARE = warning "MODAL-VIEW" RE "every bot that is known answers with this inside of view (kakao check --fix does it)" "알려진 봇은 모두 view 안에 넣어 답합니다(kakao check --fix가 바꿔 줍니다)";
    /// Words of the frame stay short.
    MODAL_WORDS = warning "MODAL-WORDS" RE "this has {found} characters; more than {limit} may be refused" "{found}자입니다. {limit}자를 넘으면 거절될 수 있습니다";
    /// Answers can be told apart.
    MODAL_NAMES = error "MODAL-NAMES" RE "a name is not empty and unlike any other in the modal" "name은 비어 있거나 모달 안에서 겹치면 안 됩니다";
    /// A label says something, in short.
    LABEL_LEN = error "LABEL-LEN" RE "the label has {found} characters; {limit} are allowed" "라벨이 {found}자입니다. {limit}자여야 합니다";
    /// Placeholders are short.
    INPUT_PLACEHOLDER = error "INPUT-PLACEHOLDER" RE "the placeholder has {found} characters; {limit} are allowed" "placeholder가 {found}자입니다. {limit}자여야 합니다";
    /// Placeholders are short.
    SELECT_PLACEHOLDER = error "SELECT-PLACEHOLDER" RE "the placeholder has {found} characters; {limit} are allowed" "placeholder가 {found}자입니다. {limit}자여야 합니다";
    /// There is something to choose from.
    SELECT_OPTIONS = error "SELECT-OPTIONS" RE "there are {found} options; {limit} are allowed" "선택지가 {found}개입니다. {limit}개여야 합니다";
    /// Options say something.
    SELECT_OPTION = error "SELECT-OPTIONS" RE "an option needs a text and a value" "선택지에는 text와 value가 있어야 합니다";
    /// Options can be told apart.
    SELECT_OPTION_TWICE = warning "SELECT-OPTIONS" RE "another option has the same value" "다른 선택지와 value가 같습니다";
    /// Options stay short.
    SELECT_OPTION_LONG = warning "SELECT-OPTIONS" RE "the option has {found} characters; more than {limit} may be refused" "선택지가 {found}자입니다. {limit}자를 넘으면 거절될 수 있습니다";

    /// A callback says what it is.
    CALLBACK_TYPE = warning "CALLBACK-TYPE" RE "the type is submit_action, request_modal or submission; anything else is answered and kept" "type은 submit_action, request_modal, submission입니다. 그 밖의 것은 받아서 남겨 두기만 합니다";
    /// A callback says who.
    CALLBACK_USER = warning "CALLBACK-USER" RE "real calls always say who, in react_user_id" "실제 호출에는 항상 react_user_id가 있습니다";
    /// A callback says where.
    CALLBACK_MESSAGE = warning "CALLBACK-MESSAGE" RE "real calls always have a message with its id and conversation_id" "실제 호출에는 항상 id와 conversation_id가 있는 message가 있습니다";
    /// A callback brings a value back.
    CALLBACK_VALUE = warning "CALLBACK-VALUE" RE "real calls always have a value" "실제 호출에는 항상 value가 있습니다";
    /// A press has a name.
    CALLBACK_NAME = warning "CALLBACK-NAME" RE "a press without action_name comes from a button without a name" "action_name이 없으면 이름 없는 버튼입니다";
    /// A submission brings what was filled in.
    CALLBACK_ACTIONS = warning "CALLBACK-ACTIONS" RE "a submission has actions: a text or null by name" "submission에는 name마다 문자열이나 null이 있는 actions가 있습니다";
    /// A callback says when.
    CALLBACK_TIME = warning "CALLBACK-TIME" RE "action_time cannot be read as a time" "action_time을 시각으로 읽을 수 없습니다";

    /// An answer says whether it worked.
    API_FORM = error "API-FORM" WA "neither an answer (success) nor a request of the Web API" "Web API의 응답(success)도 요청도 아닙니다";
    /// An answer reports an error.
    API_ERROR = warning "API-ERROR" WA "the call failed, whatever its HTTP status: {found}" "HTTP 상태와 관계없이 실패한 호출입니다: {found}";
    /// A message goes somewhere.
    API_TO = error "API-TO" WA "a message needs a conversation_id, an email or a key" "메시지에는 conversation_id, email, key 중 하나가 있어야 합니다";
    /// A page is 1 to 100.
    LIST_LIMIT = error "LIST-LIMIT" WA "the limit is {found}; {limit} are allowed" "limit이 {found}입니다. {limit}만 됩니다";
    /// A batch is at most 100.
    BATCH_COUNT = error "BATCH-COUNT" WA "there are {found} members in one batch; {limit} are allowed" "한 번에 {found}명입니다. {limit}명만 됩니다";
    /// An upload is at most 5 files.
    UPLOAD_COUNT = error "UPLOAD-COUNT" WA "there are {found} files; {limit} are allowed" "파일이 {found}개입니다. {limit}개만 됩니다";
    /// A file has its kind.
    UPLOAD_KIND = error "UPLOAD-KIND" WA "a file has a file_name, a file_size and a file_type: file, image or video" "파일에는 file_name, file_size와 file, image, video 중 하나인 file_type이 있어야 합니다";
    /// A picture is shown.
    UPLOAD_IMAGE = error "UPLOAD-KIND" WA "an image is a png, jpg, jpeg, gif or bmp file; send anything else as a file" "image는 png, jpg, jpeg, gif, bmp 파일이어야 합니다. 다른 것은 file로 보내세요";
    /// A film says how it is shown.
    UPLOAD_VIDEO = error "UPLOAD-KIND" WA "a video needs this number: duration, width, height and rotation" "video에는 duration, width, height, rotation 숫자가 있어야 합니다";
    /// A file is not too large.
    UPLOAD_SIZE = error "UPLOAD-SIZE" WA "the file has {found} bytes; {limit} are allowed" "파일이 {found}바이트입니다. {limit}바이트만 됩니다";
    /// Nor are all of them together.
    UPLOAD_TOTAL = error "UPLOAD-SIZE" WA "the files have {found} bytes together; {limit} are allowed" "파일을 모두 합하면 {found}바이트입니다. {limit}바이트만 됩니다";
}
