//! The values of a customer, each a function of the customer's random numbers alone.

use arrow_array::ArrayRef;
use jiff::civil::Date;
use kintsu_core::{Chance, Draws, below};

use super::variation::address_rules;
use crate::calendar::{days, years_before};
use crate::column::{append_number, values};
use crate::error::GenerateError;
use crate::lists::{Lists, WeightedList};

/// Where a customer's values stand among its random numbers.
mod position {
    pub(super) const FIRST_NAME: u64 = 0;
    pub(super) const LAST_NAME: u64 = 1;
    pub(super) const EMAIL: u64 = 2;
    pub(super) const EMAIL_NAME: u64 = 3;
    pub(super) const PHONE: u64 = 4;
    pub(super) const PHONE_FORM: u64 = 5;
    pub(super) const HOUSE: u64 = 6;
    pub(super) const STREET: u64 = 7;
    pub(super) const STREET_SUFFIX: u64 = 8;
    pub(super) const UNIT: u64 = 9;
    pub(super) const CITY: u64 = 10;
    pub(super) const STATE: u64 = 11;
    pub(super) const ZIP_CODE: u64 = 12;
    pub(super) const BIRTH: u64 = 13;
    pub(super) const COMPANY: u64 = 14;
    pub(super) const COMPANY_FIRST: u64 = 15;
    pub(super) const COMPANY_SECOND: u64 = 16;
    pub(super) const COMPANY_THIRD: u64 = 17;
    pub(super) const JOB: u64 = 18;
    pub(super) const INCOME: u64 = 19;
    pub(super) const SEGMENT: u64 = 20;
    pub(super) const REGISTRATION: u64 = 21;
    pub(super) const ACTIVITY: u64 = 22;
    pub(super) const ACTIVE: u64 = 23;
}

/// What the twelve characters of a phone number look like; longer forms are cut there, as the reference does.
const PHONE_FORMS: [&[u8; 12]; 10] = [
    b"###-###-####",
    b"###-###-####",
    b"(###)###-###",
    b"(###)###-###",
    b"###.###.####",
    b"###.###.####",
    b"##########  ",
    b"+1-###-###-#",
    b"001-###-###-",
    b"001-###-###-",
];

const EMAIL_DOMAINS: [&[u8]; 3] = [b"@example.com", b"@example.net", b"@example.org"];
pub(crate) const SEGMENTS: [&str; 3] = ["Premium", "Standard", "Basic"];

/// What customers are made of.
pub(crate) struct Base {
    pub(super) given_names: WeightedList,
    pub(super) surnames: WeightedList,
    lower_given_names: WeightedList,
    lower_surnames: WeightedList,
    street_suffixes: WeightedList,
    cities: WeightedList,
    states: WeightedList,
    company_suffixes: WeightedList,
    jobs: WeightedList,
    pub(super) city_values: ArrayRef,
    pub(super) state_values: ArrayRef,
    pub(super) job_values: ArrayRef,
    pub(super) segment_values: ArrayRef,
    /// The rules of abbreviation that may concern each surname and suffix in a street, a bit a rule.
    surname_rules: Vec<u16>,
    suffix_rules: Vec<u16>,
    /// The first day and the number of days.
    birth: (i32, u64),
    registration: (i32, u64),
    activity: (i32, u64),
    active: Chance,
}

/// A list of names, each a single word: the first and the last word of a full name are the names it was made of.
fn names(lists: &Lists, name: &str) -> Result<WeightedList, GenerateError> {
    let list = lists.load(name)?;
    if list.iter().all(|value| !value.is_empty() && !value.contains(char::is_whitespace)) {
        return Ok(list);
    }
    Err(GenerateError::List { name: name.to_owned(), line: 0, problem: "names must be single words here" })
}

fn lower(list: &WeightedList) -> WeightedList {
    list.map(|value| value.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase())
}

fn range(first: Date, last: Date) -> (i32, u64) {
    (days(first), (days(last) - days(first) + 1) as u64)
}

impl Base {
    pub(crate) fn new(lists: &Lists, as_of: Date) -> Result<Self, GenerateError> {
        let (given_names, surnames) = (names(lists, "mdm/given_names")?, names(lists, "mdm/surnames")?);
        let (cities, states, jobs) = (lists.load("mdm/cities")?, lists.load("mdm/states")?, lists.load("mdm/jobs")?);
        let street_suffixes = lists.load("mdm/street_suffixes")?;
        Ok(Self {
            lower_given_names: lower(&given_names),
            lower_surnames: lower(&surnames),
            company_suffixes: lists.load("mdm/company_suffixes")?,
            city_values: values(cities.iter()),
            state_values: values(states.iter()),
            job_values: values(jobs.iter()),
            segment_values: values(SEGMENTS),
            surname_rules: surnames.iter().map(address_rules).collect(),
            suffix_rules: street_suffixes.iter().map(address_rules).collect(),
            // Who is 80 has not had the 81st birthday.
            birth: range(years_before(as_of, 81).tomorrow().unwrap_or(as_of), years_before(as_of, 18)),
            registration: range(years_before(as_of, 5), as_of),
            activity: range(years_before(as_of, 1), as_of),
            active: Chance::new(0.75),
            given_names,
            surnames,
            street_suffixes,
            cities,
            states,
            jobs,
        })
    }

    #[inline]
    pub(super) fn first_name(&self, draws: Draws) -> u32 {
        self.given_names.draw(draws.at(position::FIRST_NAME))
    }

    #[inline]
    pub(super) fn last_name(&self, draws: Draws) -> u32 {
        self.surnames.draw(draws.at(position::LAST_NAME))
    }

    pub(super) fn append_name(&self, first: u32, last: u32, out: &mut Vec<u8>) {
        out.extend_from_slice(self.given_names.get(first).as_bytes());
        out.push(b' ');
        out.extend_from_slice(self.surnames.get(last).as_bytes());
    }

    /// A name of somebody else.
    pub(super) fn append_other_name(&self, first: u64, last: u64, out: &mut Vec<u8>) {
        self.append_name(self.given_names.draw(first), self.surnames.draw(last), out);
    }

    /// The name that somebody goes by on the net, which has nothing to do with the own name.
    pub(super) fn append_user_name(&self, form: u64, name: u64, out: &mut Vec<u8>) {
        let last = self.lower_surnames.pick(name).as_bytes();
        // The lower bits hardly take part in drawing the surname.
        let first = self.lower_given_names.pick(name.rotate_left(32)).as_bytes();
        match below(form, 4) {
            0 => {
                out.extend_from_slice(&first[..first.len().min(1)]);
                out.extend_from_slice(last);
            }
            1 => {
                out.extend_from_slice(first);
                out.push(b'.');
                out.extend_from_slice(last);
            }
            2 => out.extend_from_slice(last),
            _ => out.extend_from_slice(first),
        }
        append_number(out, below(form.rotate_left(32), 1000), 1);
    }

    pub(super) fn append_email(&self, draws: Draws, out: &mut Vec<u8>) {
        let form = draws.at(position::EMAIL);
        self.append_user_name(form, draws.at(position::EMAIL_NAME), out);
        out.extend_from_slice(EMAIL_DOMAINS[below(form.rotate_left(16), 3) as usize]);
    }

    /// Twelve characters, of which the last may be blanks that do not count.
    #[inline]
    pub(super) fn phone(draws: Draws) -> ([u8; 12], usize) {
        let mut rest = below(draws.at(position::PHONE), 8 * 8 * 100_000_000);
        let form = PHONE_FORMS[below(draws.at(position::PHONE_FORM), 10) as usize];
        let mut digits = [0; 10];
        for place in [9, 8, 7, 6, 5, 4, 2, 1] {
            digits[place] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        digits[3] = b'2' + (rest % 8) as u8;
        digits[0] = b'2' + (rest / 8) as u8;
        let mut text = *form;
        let mut next = digits.into_iter();
        for place in text.iter_mut().filter(|place| **place == b'#') {
            *place = next.next().unwrap_or(b'0');
        }
        (text, if form[10] == b' ' { 10 } else { 12 })
    }

    /// Writes the address and returns the rules of abbreviation that may concern it.
    #[inline]
    pub(super) fn append_address(&self, draws: Draws, out: &mut Vec<u8>) -> u16 {
        let house = draws.at(position::HOUSE);
        let (least, count) = [(100, 900), (1000, 9000), (10_000, 90_000)][below(house, 3) as usize];
        append_number(out, least + below(house.rotate_left(32), count), 1);
        out.push(b' ');
        let (street, suffix) =
            (self.surnames.draw(draws.at(position::STREET)), self.street_suffixes.draw(draws.at(position::STREET_SUFFIX)));
        out.extend_from_slice(self.surnames.get(street).as_bytes());
        out.push(b' ');
        out.extend_from_slice(self.street_suffixes.get(suffix).as_bytes());
        let unit = draws.at(position::UNIT);
        let rules = self.surname_rules[street as usize] | self.suffix_rules[suffix as usize];
        let (word, rule) = match below(unit, 4) {
            0 => (b" Apt. ".as_slice(), 0),
            1 => (b" Suite ".as_slice(), address_rules("Suite")),
            _ => return rules,
        };
        out.extend_from_slice(word);
        append_number(out, below(unit.rotate_left(32), 1000), 3);
        rules | rule
    }

    #[inline]
    pub(super) fn city(&self, draws: Draws) -> u32 {
        self.cities.draw(draws.at(position::CITY))
    }

    #[inline]
    pub(super) fn state(&self, draws: Draws) -> u32 {
        self.states.draw(draws.at(position::STATE))
    }

    #[inline]
    pub(super) fn append_zip_code(draws: Draws, out: &mut Vec<u8>) {
        append_number(out, 501 + below(draws.at(position::ZIP_CODE), 99_950 - 500), 5);
    }

    #[inline]
    pub(super) fn birth(&self, draws: Draws) -> i32 {
        day(self.birth, draws.at(position::BIRTH))
    }

    pub(super) fn append_company(&self, draws: Draws, out: &mut Vec<u8>) {
        let name = |position| self.surnames.pick(draws.at(position)).as_bytes();
        let form = draws.at(position::COMPANY);
        out.extend_from_slice(name(position::COMPANY_FIRST));
        match below(form, 3) {
            0 => {
                out.push(b' ');
                out.extend_from_slice(self.company_suffixes.pick(form.rotate_left(32)).as_bytes());
            }
            1 => {
                out.push(b'-');
                out.extend_from_slice(name(position::COMPANY_SECOND));
            }
            _ => {
                out.extend_from_slice(b", ");
                out.extend_from_slice(name(position::COMPANY_SECOND));
                out.extend_from_slice(b" and ");
                out.extend_from_slice(name(position::COMPANY_THIRD));
            }
        }
    }

    #[inline]
    pub(super) fn job(&self, draws: Draws) -> u32 {
        self.jobs.draw(draws.at(position::JOB))
    }

    pub(super) fn job_text(&self, code: u32) -> &str {
        self.jobs.get(code)
    }

    #[inline]
    pub(crate) fn income(draws: Draws) -> i32 {
        30_000 + below(draws.at(position::INCOME), 170_001) as i32
    }

    #[inline]
    pub(crate) fn segment(draws: Draws) -> u32 {
        below(draws.at(position::SEGMENT), SEGMENTS.len() as u64) as u32
    }

    #[inline]
    pub(crate) fn registration(&self, draws: Draws) -> i32 {
        day(self.registration, draws.at(position::REGISTRATION))
    }

    #[inline]
    pub(crate) fn activity(&self, draws: Draws) -> i32 {
        day(self.activity, draws.at(position::ACTIVITY))
    }

    /// The last activity of who registered on a day: within the last year, and not before that day.
    #[inline]
    pub(crate) fn activity_since(&self, draws: Draws, registered: i32) -> i32 {
        let (first, count) = self.activity;
        let skipped = (registered - first).max(0);
        day((first + skipped, count - skipped as u64), draws.at(position::ACTIVITY))
    }

    #[inline]
    pub(crate) fn is_active(&self, draws: Draws) -> bool {
        self.active.happens(draws.at(position::ACTIVE))
    }
}

#[inline]
fn day((first, count): (i32, u64), bits: u64) -> i32 {
    first + below(bits, count) as i32
}

/// Writes the id of the customer with this number, counted from 0.
#[inline]
pub(super) fn append_customer_id(number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(b"CUST_");
    append_number(out, number + 1, 5);
}
