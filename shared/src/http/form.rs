//! A form on a page of ours: plain HTML that works without a script, by touch, by keyboard and read aloud.
//! <https://www.w3.org/WAI/tutorials/forms/>

use super::escape;

/// The type that a form is posted as.
const TYPE: &str = "application/x-www-form-urlencoded";

/// The fields of a form that was posted, decoded. `None` if it is not one in UTF-8.
pub fn read_form(content_type: Option<&str>, body: &[u8]) -> Option<Vec<(String, String)>> {
    let kind = content_type?.split(';').next()?.trim();
    let text = std::str::from_utf8(body).ok().filter(|_| kind.eq_ignore_ascii_case(TYPE))?;
    // What is not UTF-8 behind its percent signs becomes U+FFFD, which no rule of ours accepts for anything that matters.
    Some(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
}

/// A form being written. All text is escaped here.
#[derive(Clone, Debug)]
pub struct HtmlForm {
    action: String,
    body: String,
    has_errors: bool,
}

/// A line of text in both languages, as a page shows it.
pub type Bilingual<'a> = (&'a str, &'a str);

/// One field of a form.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Its name: of our own making, as are the next two.
    pub name: &'a str,
    /// `text`, `tel`.
    pub kind: &'a str,
    /// Further attributes: `autocomplete="tel"`.
    pub attributes: &'a str,
    /// What it is.
    pub label: Bilingual<'a>,
    /// What is meant.
    pub hint: Option<Bilingual<'a>>,
    /// What is wrong with what was written.
    pub error: Option<Bilingual<'a>>,
    /// What was written.
    pub value: &'a str,
    /// Whether it must be filled in.
    pub required: bool,
}

impl HtmlForm {
    /// A form that is posted to `action`, an address of our own.
    pub fn post(action: &str) -> Self {
        Self { action: escape(action), body: String::new(), has_errors: false }
    }

    /// A value that goes along unseen.
    pub fn hidden(mut self, name: &str, value: &str) -> Self {
        self.body += &format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">\n", escape(name), escape(value));
        self
    }

    /// A line to write on.
    pub fn input(mut self, input: &Input<'_>) -> Self {
        let Input { kind, attributes, .. } = input;
        let (name, value) = (escape(input.name), escape(input.value));
        let (described, state) = self.about(input);
        let required = if input.required { " required" } else { "" };
        self.body += &format!(
            "<div class=\"field\">\n<label for=\"{name}\">{}</label>\n{described}\
             <input id=\"{name}\" name=\"{name}\" type=\"{kind}\" value=\"{value}\" {attributes}{required}{state}>\n</div>\n",
            label(input)
        );
        self
    }

    /// One of several, all of them in sight.
    pub fn choice(mut self, input: &Input<'_>, options: &[(&str, Bilingual<'_>)]) -> Self {
        let name = escape(input.name);
        let (described, state) = self.about(input);
        // Each answer is described by what is said about the group: not every reader says what is said about a group itself.
        let answers: String = options
            .iter()
            .enumerate()
            .map(|(at, (value, label))| {
                let state = if at == 0 { state.clone() } else { state.replace(" autofocus", "") };
                let checked = if *value == input.value { " checked" } else { "" };
                let required = if input.required { " required" } else { "" };
                format!(
                    "<label class=\"choice\"><input type=\"radio\" name=\"{name}\" value=\"{}\"{checked}{required}{state}> {}</label>\n",
                    escape(value),
                    bilingual(*label)
                )
            })
            .collect();
        self.body += &format!("<fieldset>\n<legend>{}</legend>\n{described}{answers}</fieldset>\n", label(input));
        self
    }

    /// What sends it. A form with several says by `name` and `value` which one it was.
    pub fn button(mut self, name: &str, value: &str, label: Bilingual<'_>) -> Self {
        let (name, value, label) = (escape(name), escape(value), bilingual(label));
        self.body += &format!("<button name=\"{name}\" value=\"{value}\">{label}</button>\n");
        self
    }

    /// Hint and error above a field, and the attributes by which the field is described. The first wrong field gets the focus.
    fn about(&mut self, input: &Input<'_>) -> (String, String) {
        let name = escape(input.name);
        let (mut said, mut ids) = (String::new(), Vec::new());
        for (class, words) in [("hint", input.hint), ("error", input.error)] {
            if let Some(words) = words {
                let id = format!("{name}-{class}");
                said += &format!("<p class=\"{class}\" id=\"{id}\">{}</p>\n", bilingual(words));
                ids.push(id);
            }
        }
        let mut state = String::new();
        if !ids.is_empty() {
            state += &format!(" aria-describedby=\"{}\"", ids.join(" "));
        }
        if input.error.is_some() {
            state += " aria-invalid=\"true\"";
            if !self.has_errors {
                state += " autofocus";
            }
            self.has_errors = true;
        }
        (said, state)
    }

    pub(super) fn html(self) -> String {
        format!("<form method=\"post\" action=\"{}\">\n{}</form>\n", self.action, self.body)
    }
}

fn label(input: &Input<'_>) -> String {
    let optional =
        if input.required { "" } else { " <span class=\"optional\">(선택 <span lang=\"en\">optional</span>)</span>" };
    format!("{}{optional}", bilingual(input.label))
}

/// Korean, and the same in English below it.
pub(super) fn bilingual((ko, en): Bilingual<'_>) -> String {
    format!("{}<span class=\"en\" lang=\"en\">{}</span>", escape(ko), escape(en))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVIL: &str = r#""><script>'&"#;

    fn input(value: &str) -> Input<'_> {
        Input {
            name: "phone",
            kind: "tel",
            attributes: "autocomplete=\"tel\"",
            label: (EVIL, EVIL),
            hint: Some((EVIL, EVIL)),
            error: Some((EVIL, EVIL)),
            value,
            required: true,
        }
    }

    #[test]
    fn t14_nothing_that_was_written_becomes_a_tag() {
        let form = HtmlForm::post(EVIL).hidden(EVIL, EVIL).input(&input(EVIL)).button(EVIL, EVIL, (EVIL, EVIL));
        let html = form.choice(&input(EVIL), &[(EVIL, (EVIL, EVIL))]).html();
        assert!(!html.contains("<script") && !html.contains(EVIL), "{html}");
    }

    #[test]
    fn t26_only_a_form_is_read_as_one() {
        let form = Some("application/x-www-form-urlencoded");
        let read = |text: &str| read_form(form, text.as_bytes());
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(read("a=%EA%B0%80+b&c=&d"), Some(vec![pair("a", "가 b"), pair("c", ""), pair("d", "")]));
        assert_eq!(read(""), Some(Vec::new()));
        assert!(read_form(Some("Application/X-WWW-Form-Urlencoded; charset=UTF-8"), b"a=1").is_some());
        for other in
            [None, Some(""), Some("application/json"), Some("text/plain"), Some("multipart/form-data; boundary=x")]
        {
            assert_eq!(read_form(other, b"a=1"), None, "{other:?}");
        }
        assert_eq!(read_form(form, b"a=\xff"), None);
    }

    #[test]
    fn a_field_says_what_is_wrong_with_it_and_only_the_first_has_the_focus() {
        let html = HtmlForm::post("/x").input(&input("1")).input(&input("2")).html();
        assert!(
            html.contains("aria-describedby=\"phone-hint phone-error\" aria-invalid=\"true\" autofocus>"),
            "{html}"
        );
        assert_eq!(html.matches("autofocus").count(), 1);
        let html = HtmlForm::post("/x").choice(&input("1"), &[("1", ("가", "a")), ("2", ("나", "b"))]).html();
        assert_eq!((html.matches("autofocus").count(), html.matches("aria-invalid").count()), (1, 2));
    }
}
