//! People who live somewhere: names that fit the sex, e-mail addresses that fit the name, addresses whose parts fit, households,
//! twins, and fathers and sons of one name.
//!
//! Each person is a function of their number alone. Four numbers in a row may make a household; which of them live together is
//! drawn for the four, so that nobody has to be looked up.

mod address;
mod household;

use jiff::civil::Date;
use kintsu_core::{Chance, Draws, Stream, below};

use crate::calendar::{days, years_before};
use crate::column::push_number;
use crate::country::{Country, append_phone};
use crate::error::GenerateError;
use crate::lists::{Lists, WeightedList};
pub(crate) use address::Addresses;
use household::{Households, Kind};

/// Where a person's values stand among the random numbers of the person.
mod position {
    pub(super) const SEX: u64 = 0;
    pub(super) const FIRST_NAME: u64 = 1;
    pub(super) const LAST_NAME: u64 = 2;
    pub(super) const BIRTH: u64 = 3;
    pub(super) const BIRTH_GAP: u64 = 4;
    pub(super) const OWN_SURNAME: u64 = 5;
    pub(super) const EMAIL: u64 = 6;
    pub(super) const EMAIL_NUMBER: u64 = 7;
    pub(super) const EMAIL_DOMAIN: u64 = 8;
    pub(super) const PHONE: u64 = 9;
    pub(super) const SHARED_PHONE: u64 = 10;
}

/// A person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Person {
    /// The random numbers of the person, for what else there is to draw.
    pub(crate) draws: Draws,
    /// The random numbers of where the person lives.
    pub(crate) home: Draws,
    pub(crate) female: bool,
    first: u32,
    /// The position of the surname among all of them.
    pub(crate) last: u32,
    /// The birth date, in days since 1970-01-01.
    pub(crate) birth: i32,
    lives_with_others: bool,
}

/// People of one locale.
#[derive(Debug)]
pub(crate) struct Persons {
    country: Country,
    given: [WeightedList; 2],
    family: WeightedList,
    plain_given: [WeightedList; 2],
    plain_family: WeightedList,
    email_domains: WeightedList,
    pub(crate) addresses: Addresses,
    households: Households,
    stream: Stream,
    shared_phone: Chance,
    own_surname: Chance,
    half: Chance,
    /// The birth dates of people of 18 and of 80.
    youngest: i32,
    oldest: i32,
}

/// Days of a year, for ages that need not be exact.
const YEAR: i32 = 365;

impl Persons {
    pub(crate) fn new(country: Country, seed: u64, as_of: Date, lists: &Lists) -> Result<Self, GenerateError> {
        let locale = country.locale();
        let load = |name: &str| lists.load(&format!("{locale}/{name}"));
        let (given, family) = ([load("given_male")?, load("given_female")?], load("family")?);
        Ok(Self {
            country,
            plain_given: [plain(&given[0]), plain(&given[1])],
            plain_family: plain(&family),
            given,
            family,
            email_domains: load("email_domains")?,
            addresses: Addresses::new(locale, lists)?,
            households: Households::new(seed, locale),
            stream: Stream::new(seed, &format!("person {locale}")),
            shared_phone: Chance::new(0.3),
            own_surname: Chance::new(0.2),
            half: Chance::new(0.5),
            youngest: days(years_before(as_of, 18)),
            oldest: days(years_before(as_of, 81)) + 1,
        })
    }

    /// The person with this number.
    pub(crate) fn person(&self, number: u64) -> Person {
        let seat = self.households.seat(number);
        let draws = self.stream.draws(number);
        let Some(kind) = seat.kind else { return self.head(draws, draws.part(1), None) };
        let head = self.head(self.stream.draws(seat.head), seat.home, Some(kind));
        if seat.number == 0 { head } else { self.member(draws, &head, kind, seat.number) }
    }

    /// Somebody who lives alone, or the first of a household.
    fn head(&self, draws: Draws, home: Draws, kind: Option<Kind>) -> Person {
        let female = kind != Some(Kind::FatherAndSon) && self.half.happens(draws.at(position::SEX));
        // Who has grown-up children is 45 at least.
        let youngest =
            if matches!(kind, Some(Kind::FatherAndSon | Kind::Family)) { self.youngest - 27 * YEAR } else { self.youngest };
        Person {
            draws,
            home,
            female,
            first: self.given[usize::from(female)].draw(draws.at(position::FIRST_NAME)),
            last: self.family.draw(draws.at(position::LAST_NAME)),
            birth: self.oldest + below(draws.at(position::BIRTH), (youngest - self.oldest + 1) as u64) as i32,
            lives_with_others: kind.is_some(),
        }
    }

    /// Another one of the household of `head`.
    fn member(&self, draws: Draws, head: &Person, kind: Kind, seat: u64) -> Person {
        let mut person = Person { draws, lives_with_others: true, ..*head };
        let gap = |least: i32, most: i32| least + below(draws.at(position::BIRTH_GAP), (most - least + 1) as u64) as i32;
        let any_sex = self.half.happens(draws.at(position::SEX));
        let second = seat == 1;
        person.female = match kind {
            Kind::FatherAndSon if second => false,
            Kind::Couple | Kind::Family if second => !head.female,
            _ => any_sex,
        };
        person.birth = match kind {
            Kind::Twins if second => head.birth,
            Kind::FatherAndSon => head.birth + gap(20 * YEAR, 27 * YEAR),
            Kind::Family if !second => head.birth + gap(20 * YEAR, 27 * YEAR),
            _ => head.birth + gap(-8 * YEAR, 8 * YEAR),
        };
        person.birth = self.within_ages(person.birth);
        if !(kind == Kind::FatherAndSon && second) {
            person.first = self.first_name_beside(draws, &person, head);
        }
        if matches!(kind, Kind::Couple | Kind::Family) && second && self.own_surname.happens(draws.at(position::OWN_SURNAME)) {
            person.last = self.family.draw(draws.at(position::LAST_NAME));
        }
        person
    }

    /// A birth date turned back into the range of ages where it leaves it, as many days as it went beyond.
    fn within_ages(&self, birth: i32) -> i32 {
        let turned = if birth > self.youngest { 2 * self.youngest - birth } else { birth };
        if turned < self.oldest { 2 * self.oldest - turned } else { turned }
    }

    /// A given name that is not the one of the head, as far as a few draws find one.
    fn first_name_beside(&self, draws: Draws, person: &Person, head: &Person) -> u32 {
        let list = &self.given[usize::from(person.female)];
        let drawn = |attempt: u64| list.draw(draws.at(position::FIRST_NAME + (attempt << 32)));
        let other = (0..16).map(drawn).find(|code| person.female != head.female || *code != head.first);
        other.unwrap_or(person.first)
    }

    /// All given names: those of men, then those of women.
    pub(crate) fn given_names(&self) -> impl Iterator<Item = &str> {
        self.given.iter().flat_map(WeightedList::iter)
    }

    /// The position of the given name of `person` among all of them.
    #[inline]
    pub(crate) fn first_name_code(&self, person: &Person) -> u32 {
        person.first + if person.female { self.given[0].len() as u32 } else { 0 }
    }

    /// All surnames.
    pub(crate) fn surnames(&self) -> impl Iterator<Item = &str> {
        self.family.iter()
    }

    pub(crate) fn first_name(&self, person: &Person) -> &str {
        self.given[usize::from(person.female)].get(person.first)
    }

    pub(crate) fn last_name(&self, person: &Person) -> &str {
        self.family.get(person.last)
    }

    /// Appends the e-mail address, which is made of the name.
    pub(crate) fn append_email(&self, person: &Person, out: &mut String) {
        let first = self.plain_given[usize::from(person.female)].get(person.first);
        let last = self.plain_family.get(person.last);
        let initial = first.get(..1).unwrap_or("x");
        let number = below(person.draws.at(position::EMAIL_NUMBER), 99) + 1;
        let year = (person.birth / YEAR + 70).rem_euclid(100);
        let form = below(person.draws.at(position::EMAIL), 20);
        let text = |parts: &[&str], out: &mut String| parts.iter().for_each(|part| out.push_str(part));
        match form {
            0..=5 => text(&[first, ".", last], out),
            6..=8 => text(&[first, last], out),
            9..=11 => text(&[initial, last], out),
            12 => text(&[first, "_", last], out),
            13 => text(&[last, ".", first], out),
            14..=16 => {
                text(&[first, last], out);
                push_number(out, year as u64, 1);
            }
            _ => {
                text(&[first, ".", last], out);
                push_number(out, number, 1);
            }
        }
        out.push('@');
        out.push_str(self.email_domains.pick(person.draws.at(position::EMAIL_DOMAIN)));
    }

    /// Appends the phone number, which people who live together may share.
    pub(crate) fn append_phone(&self, person: &Person, out: &mut String) {
        let shared = person.lives_with_others && self.shared_phone.happens(person.draws.at(position::SHARED_PHONE));
        let bits = if shared { person.home.at(64) } else { person.draws.at(position::PHONE) };
        append_phone(self.country.phone_pattern(), bits, out);
    }
}

/// The same list in small letters without accents, as names stand in e-mail addresses.
fn plain(list: &WeightedList) -> WeightedList {
    list.map(|value| value.chars().filter_map(plain_letter).collect())
}

/// A letter as it is written where there are no accents; none for what is no letter.
pub(crate) fn plain_letter(letter: char) -> Option<char> {
    const ACCENTS: [(&str, char); 14] = [
        ("àáâãäåą", 'a'),
        ("çćč", 'c'),
        ("ďđ", 'd'),
        ("èéêëęě", 'e'),
        ("ìíîï", 'i'),
        ("ł", 'l'),
        ("ñńň", 'n'),
        ("òóôõöø", 'o'),
        ("ř", 'r'),
        ("śšß", 's'),
        ("ť", 't'),
        ("ùúûüů", 'u'),
        ("ýÿ", 'y'),
        ("źżž", 'z'),
    ];
    if letter.is_ascii() {
        return letter.is_ascii_alphanumeric().then(|| letter.to_ascii_lowercase());
    }
    let small = letter.to_lowercase().next()?;
    if small.is_ascii_alphanumeric() {
        return Some(small);
    }
    ACCENTS.iter().find(|(accents, _)| accents.contains(small)).map(|(_, plain)| *plain)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn households_twins_and_fathers_and_sons_are_as_frequent_as_they_should_be() {
        let persons = Persons::new(Country::UnitedStates, 42, date(2026, 1, 1), &Lists::built_in()).unwrap();
        let total = 200_000_u64;
        let everyone: Vec<Person> = (0..total).map(|number| persons.person(number)).collect();
        let (mut together, mut twins, mut fathers) = (0, 0, 0);
        for (number, four) in (0..total).step_by(4).zip(everyone.chunks(4)) {
            together += four.iter().filter(|person| person.lives_with_others).count();
            assert!(four.iter().all(|person| (persons.oldest..=persons.youngest).contains(&person.birth)));
            let (one, other) = (&four[0], &four[1]);
            let same_name = (one.first, one.female) == (other.first, other.female);
            match persons.households.seat(number).kind {
                Some(Kind::Twins) => {
                    twins += 1;
                    assert!(one.birth == other.birth && one.last == other.last && one.home == other.home && !same_name);
                }
                Some(Kind::FatherAndSon) => {
                    fathers += 1;
                    assert!(one.birth < other.birth && one.last == other.last && one.home == other.home && same_name);
                }
                _ => assert!(one.home != other.home || !same_name),
            }
        }
        let within = |seen: usize, expected: f64, variance: f64, what: &str| {
            assert!((seen as f64 - expected).abs() <= 5.0 * variance.sqrt(), "{what}: {seen}, expected {expected}");
        };
        let fours = total as f64 / 4.0;
        // Of four people 1.4 live together on average: none, or two (half of the time), three or four. 2.24 is the variance.
        within(together, 1.4 * fours, 2.24 * fours, "in households");
        // A pair counts two of four people.
        for (seen, share, what) in [(twins, TWINS_SHARE, "twins"), (fathers, FATHER_AND_SON_SHARE, "father and son")] {
            let rate = share * 4.0 / 2.0;
            within(seen, rate * fours, rate * (1.0 - rate) * fours, what);
        }
    }

    const TWINS_SHARE: f64 = 0.01;
    const FATHER_AND_SON_SHARE: f64 = 0.005;

    #[test]
    fn addresses_of_a_household_are_one_and_their_parts_fit() {
        let persons = Persons::new(Country::UnitedStates, 42, date(2026, 1, 1), &Lists::built_in()).unwrap();
        for number in 0..2_000 {
            let person = persons.person(number);
            let (mut email, mut phone) = (String::new(), String::new());
            persons.append_email(&person, &mut email);
            persons.append_phone(&person, &mut phone);
            assert_eq!((email.matches('@').count(), phone.len()), (1, 12));
            let place = persons.addresses.place(person.home);
            let mut zip = String::new();
            persons.addresses.append_postcode(person.home, &mut zip);
            assert!(zip.len() == 5 && place.postcode_pattern[..3] == zip[..3] && place.state.len() == 2);
        }
    }
}
