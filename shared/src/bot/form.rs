//! What a sign-up rule may still ask: a few fields, drawn and checked by `sync-match`.

use std::collections::BTreeMap;
use std::fmt;

use crate::clock::Millis;

use super::Words;

/// Longest answer to any field, in characters, whatever the field says.
pub const MAX_ANSWER: usize = 200;

/// The earliest birth date that is taken for one.
const OLDEST: &str = "1900-01-01";

/// What a person is asked before the rule decides: [`super::Decision::AskMore`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    pub(crate) title: Words,
    pub(crate) notice: Option<Words>,
    pub(crate) fields: Vec<Field>,
}

impl Form {
    /// A form with this title.
    pub const fn new(title: Words) -> Self {
        Self { title, notice: None, fields: Vec::new() }
    }

    /// Says something above the fields: why it is asked, or why the last answer did not do.
    pub fn notice(self, words: Words) -> Self {
        Self { notice: Some(words), ..self }
    }

    /// Asks one thing more.
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// The title.
    pub const fn title(&self) -> Words {
        self.title
    }

    /// What stands above the fields.
    pub const fn said(&self) -> Option<Words> {
        self.notice
    }

    /// What is asked.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }
}

/// One thing that is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    name: &'static str,
    label: Words,
    hint: Option<Words>,
    kind: Kind,
    required: bool,
}

/// What an answer must look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One line of at most so many characters.
    Text {
        /// The most characters.
        max: usize,
    },
    /// A phone number. The answer is written as Kakao writes it: `+82 10-1234-5678`.
    Phone,
    /// A day that has been. The answer is written `yyyy-mm-dd`.
    BirthDate,
    /// One of these: what the answer says, and what the person reads.
    Choice(Vec<(&'static str, Words)>),
}

impl Field {
    const fn new(name: &'static str, label: Words, kind: Kind) -> Self {
        Self { name, label, hint: None, kind, required: true }
    }

    /// One line of text, such as the number that an existing member has. `name` is what [`super::Applicant::answer`] calls it: letters,
    /// digits, `-` and `_`.
    pub const fn text(name: &'static str, label: Words, max: usize) -> Self {
        Self::new(name, label, Kind::Text { max: if max < MAX_ANSWER { max } else { MAX_ANSWER } })
    }

    /// A phone number.
    pub const fn phone(name: &'static str, label: Words) -> Self {
        Self::new(name, label, Kind::Phone)
    }

    /// A birth date.
    pub const fn birth_date(name: &'static str, label: Words) -> Self {
        Self::new(name, label, Kind::BirthDate)
    }

    /// One of several.
    pub const fn choice(name: &'static str, label: Words, options: Vec<(&'static str, Words)>) -> Self {
        Self::new(name, label, Kind::Choice(options))
    }

    /// May be left empty; the answer is then absent.
    pub fn optional(self) -> Self {
        Self { required: false, ..self }
    }

    /// Says below the label what is meant.
    pub fn hint(self, words: Words) -> Self {
        Self { hint: Some(words), ..self }
    }

    /// What the answer is called.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What the person reads.
    pub const fn label(&self) -> Words {
        self.label
    }

    /// What is meant.
    pub const fn meant(&self) -> Option<Words> {
        self.hint
    }

    /// What an answer must look like.
    pub const fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Whether it must be answered.
    pub const fn is_required(&self) -> bool {
        self.required
    }

    /// The answer in its one spelling; `None` for a field that was left empty and may be.
    ///
    /// # Errors
    /// What the person is told.
    pub fn accept(&self, text: &str, now: Millis) -> Result<Option<String>, Wrong> {
        let text = text.trim();
        if text.is_empty() {
            return if self.required { Err(Wrong::Missing) } else { Ok(None) };
        }
        if text.chars().count() > MAX_ANSWER || text.chars().any(char::is_control) {
            return Err(Wrong::TooLong(MAX_ANSWER));
        }
        let answer = match &self.kind {
            Kind::Text { max } if text.chars().count() > *max => Err(Wrong::TooLong(*max)),
            Kind::Text { .. } => Ok(text.to_owned()),
            Kind::Phone => phone(text).ok_or(Wrong::Phone),
            Kind::BirthDate => birth_date(text, now).ok_or(Wrong::BirthDate),
            Kind::Choice(options) => {
                let found = options.iter().find(|(value, _)| *value == text);
                found.map(|(value, _)| (*value).to_owned()).ok_or(Wrong::Choice)
            }
        };
        answer.map(Some)
    }
}

/// Why an answer will not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// There is none.
    Missing,
    /// More characters than these, or some that nobody can see.
    TooLong(usize),
    /// Not a phone number.
    Phone,
    /// Not a day that has been.
    BirthDate,
    /// Not one of the answers.
    Choice,
}

impl Wrong {
    /// What the person reads at the field: Korean and English.
    pub fn words(self) -> (String, String) {
        let (ko, en) = match self {
            Self::Missing => ("여기를 채워 주세요.", "Please fill this in."),
            Self::Phone => {
                ("전화번호를 010-1234-5678처럼 적어 주세요.", "Please write a phone number, such as 010-1234-5678.")
            }
            Self::BirthDate => {
                ("생년월일을 2001-02-03처럼 적어 주세요.", "Please write a birth date, such as 2001-02-03.")
            }
            Self::Choice => ("하나를 골라 주세요.", "Please choose one."),
            Self::TooLong(max) => {
                return (format!("{max}자까지 적을 수 있어요."), format!("At most {max} characters, please."));
            }
        };
        (ko.to_owned(), en.to_owned())
    }
}

/// The answers so far, by the names of their fields.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Answers(BTreeMap<String, String>);

/// They are a person's own.
impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answers({})", self.0.len())
    }
}

impl Answers {
    /// One of them.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, answer)| (name.as_str(), answer.as_str()))
    }

    /// Those whose names `is_one` knows, and the others.
    pub fn split(&self, is_one: impl Fn(&str) -> bool) -> (Self, Self) {
        let (ones, others) = self.0.clone().into_iter().partition(|(name, _)| is_one(name));
        (Self(ones), Self(others))
    }

    /// Adds an answer that a field has accepted.
    pub fn set(&mut self, field: &Field, answer: String) {
        self.0.insert(field.name().to_owned(), answer);
    }
}

/// `010-1234-5678`, with or without dashes, blanks and the country; another country's with its `+`.
fn phone(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|character| !" -.()".contains(*character)).collect();
    let abroad = digits.strip_prefix('+');
    let number = abroad.unwrap_or(&digits);
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let korean = match abroad {
        Some(number) => number.strip_prefix("82").map(|rest| rest.strip_prefix('0').unwrap_or(rest)),
        None => Some(number.strip_prefix('0')?),
    };
    match korean {
        // Mobile numbers only: nobody signs up at a desk phone, and a code is sent to them.
        Some(rest) if rest.starts_with('1') && (9..=10).contains(&rest.len()) => {
            let (head, tail) = rest.split_at(rest.len() - 4);
            let (operator, middle) = head.split_at(2);
            Some(format!("+82 {operator}-{middle}-{tail}"))
        }
        Some(_) => None,
        None => (8..=15).contains(&number.len()).then(|| format!("+{number}")),
    }
}

/// `2001-02-03`, also with dots, slashes or nothing between.
fn birth_date(text: &str, now: Millis) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let between = text.chars().all(|character| character.is_ascii_digit() || " -./".contains(character));
    // `2001-2-3` has too few digits to tell where they belong: each part by itself then.
    let day = if digits.len() == 8 {
        format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..])
    } else {
        let parts: Vec<&str> = text.split(['-', '.', '/', ' ']).filter(|part| !part.is_empty()).collect();
        let [year, month, day] = parts[..] else { return None };
        format!("{year}-{month:0>2}-{day:0>2}")
    };
    let exists = Millis::from_rfc3339(&format!("1970{}T00:00:00Z", day.get(4..)?)).is_some() || day.ends_with("-02-29");
    let year: i32 = day.get(..4)?.parse().ok()?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let exists = exists && (leap || !day.ends_with("-02-29"));
    (between && exists && day.len() == 10 && *day >= *OLDEST && day <= now.kst_day()).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2025-10-09 in Korea.
    const NOW: Millis = Millis(1_760_000_000_000);
    const LABEL: Words = Words { ko: "가", en: "a" };

    fn accept(field: Field, text: &str) -> Result<Option<String>, Wrong> {
        field.accept(text, NOW)
    }

    #[test]
    fn a_phone_number_has_one_spelling() {
        for (text, number) in [
            ("010-1234-5678", "+82 10-1234-5678"),
            (" 01012345678 ", "+82 10-1234-5678"),
            ("+82 10-1234-5678", "+82 10-1234-5678"),
            ("+82 (0)10 1234 5678", "+82 10-1234-5678"),
            ("011-234-5678", "+82 11-234-5678"),
            ("+1 212.555.0100", "+12125550100"),
        ] {
            assert_eq!(accept(Field::phone("p", LABEL), text), Ok(Some(number.to_owned())), "{text}");
        }
        for text in ["12", "02-123-4567", "0101234567890", "010-1234-567a", "+", "+82", "+82 2-123-4567", "전화", "٠١٠"]
        {
            assert_eq!(accept(Field::phone("p", LABEL), text), Err(Wrong::Phone), "{text}");
        }
    }

    #[test]
    fn a_birth_date_is_a_day_that_has_been() {
        for (text, day) in [
            ("2001-02-03", "2001-02-03"),
            ("20010203", "2001-02-03"),
            ("2001.2.3", "2001-02-03"),
            ("2001/02/03", "2001-02-03"),
            ("2001. 2. 3.", "2001-02-03"),
            ("2000-02-29", "2000-02-29"),
            ("1900-01-01", "1900-01-01"),
            ("2025-10-09", "2025-10-09"),
        ] {
            assert_eq!(accept(Field::birth_date("b", LABEL), text), Ok(Some(day.to_owned())), "{text}");
        }
        for text in [
            "2025-10-10",
            "1899-12-31",
            "1900-02-29",
            "2001-02-29",
            "2001-13-01",
            "2001-00-10",
            "2001-04-31",
            "01-02-03",
            "2001-02",
            "2001",
            "20010230",
            "a2001-02-03",
            "2001-02-03T00",
            "２００１-02-03",
            "2001--02-0003",
            "-2001-02-03x",
        ] {
            assert_eq!(accept(Field::birth_date("b", LABEL), text), Err(Wrong::BirthDate), "{text}");
        }
    }

    #[test]
    fn text_and_choices_are_checked_here_whatever_the_page_said() {
        let text = || Field::text("t", LABEL, 5);
        assert_eq!(accept(text(), " 가나다라마 "), Ok(Some("가나다라마".to_owned())));
        assert_eq!(accept(text(), "가나다라마바"), Err(Wrong::TooLong(5)));
        assert_eq!(accept(text(), "a\u{0}b"), Err(Wrong::TooLong(MAX_ANSWER)));
        assert_eq!(accept(text(), "  "), Err(Wrong::Missing));
        assert_eq!(accept(text().optional(), "  "), Ok(None));
        let choice = || Field::choice("c", LABEL, vec![("yes", LABEL), ("no", LABEL)]);
        assert_eq!(accept(choice(), "no"), Ok(Some("no".to_owned())));
        assert_eq!(accept(choice(), "NO"), Err(Wrong::Choice));
        assert_eq!(accept(Field::text("t", LABEL, 10_000), &"x".repeat(201)), Err(Wrong::TooLong(200)));
    }
}
