//! Companies of several countries: names as they are common, legal forms, numbers of registers, and groups of companies that
//! share a name.

use kintsu_core::{Chance, Draws, Stream, below};

use super::Entities;
use crate::corrupt::{Corruptor, Record};
use crate::country::{ByCountry, Country, append_phone};
use crate::error::GenerateError;
use crate::identifiers::append_registration_id;
use crate::lists::WeightedList;
use crate::options::Options;
use crate::persons::{Addresses, plain_letter};

/// Where values stand.
mod column {
    pub(super) const NAME: usize = 0;
    pub(super) const LEGAL_FORM: usize = 1;
    pub(super) const REGISTRATION_ID: usize = 2;
    pub(super) const STREET_ADDRESS: usize = 3;
    pub(super) const CITY: usize = 4;
    pub(super) const POSTCODE: usize = 5;
    pub(super) const COUNTRY: usize = 6;
    pub(super) const PHONE: usize = 7;
    pub(super) const WEBSITE: usize = 8;
}

/// Where values stand among the random numbers of a company, or of the first of a group.
mod position {
    pub(super) const COUNTRY: u64 = 0;
    pub(super) const GROUP: u64 = 1;
    pub(super) const GROUP_SIZE: u64 = 2;
    pub(super) const KIND_OF_NAME: u64 = 3;
    pub(super) const FAMILY: u64 = 4;
    pub(super) const OTHER_FAMILY: u64 = 5;
    pub(super) const WORD: u64 = 6;
    pub(super) const OTHER_WORD: u64 = 7;
    pub(super) const LETTERS: u64 = 8;
    pub(super) const LEGAL_FORM: u64 = 9;
    pub(super) const PHONE: u64 = 10;
    pub(super) const SHARED_PHONE: u64 = 11;
    pub(super) const WEBSITE: u64 = 12;
    pub(super) const WEBSITE_NUMBER: u64 = 13;
}

/// Parts of the random numbers of a company.
const HOME: u64 = 1;
const REGISTRATION: u64 = 2;

/// The share of companies that are of a group, and the expected number of companies of one.
const IN_GROUP: f64 = 0.2;
const GROUP_SIZE_MEAN: f64 = 3.0;

/// Companies of the countries in the list `locales`.
#[derive(Debug)]
pub struct Companies {
    lands: ByCountry<Land>,
    stream: Stream,
    group: Chance,
    shared_phone: Chance,
}

#[derive(Debug)]
struct Land {
    country: Country,
    families: WeightedList,
    words: WeightedList,
    legal_forms: WeightedList,
    addresses: Addresses,
    corruptor: Corruptor,
}

/// A company.
struct Company<'a> {
    land: &'a Land,
    /// Its random numbers, and those that it shares with its group: its own where it has none.
    draws: Draws,
    shared: Draws,
    /// Whether it is of a group and not the first of it.
    is_branch: bool,
}

impl Companies {
    /// Four numbers in a row may hold a group: the first two, three or all of them.
    fn company(&self, number: u64) -> Company<'_> {
        let (head, seat) = (self.stream.draws(number / 4 * 4), number % 4);
        let draws = self.stream.draws(number);
        let size = 2 + below(head.at(position::GROUP_SIZE), 3);
        let grouped = self.group.happens(head.at(position::GROUP)) && seat < size;
        Company { land: self.land(number), draws, shared: if grouped { head } else { draws }, is_branch: grouped && seat > 0 }
    }

    #[inline]
    fn land(&self, number: u64) -> &Land {
        self.lands.pick(self.stream.draws(number / 4 * 4).at(position::COUNTRY))
    }
}

impl Company<'_> {
    fn home(&self) -> Draws {
        self.draws.part(HOME)
    }

    /// Appends what the company is called, without its legal form.
    fn append_stem(&self, out: &mut String) {
        let (land, draws) = (self.land, self.shared);
        let family = land.families.pick(draws.at(position::FAMILY));
        let word = land.words.pick(draws.at(position::WORD));
        let mut text = |parts: &[&str]| parts.iter().for_each(|part| out.push_str(part));
        match below(draws.at(position::KIND_OF_NAME), 20) {
            0..=6 => text(&[family, " ", word]),
            7..=9 => text(&[family, " & ", land.families.pick(draws.at(position::OTHER_FAMILY)), " ", word]),
            10..=11 => text(&[family, " & ", land.families.pick(draws.at(position::OTHER_FAMILY))]),
            12..=13 => text(&[family, land.country.and_sons()]),
            14..=15 => text(&[&land.addresses.place(draws.part(HOME)).city, " ", word]),
            16..=17 => text(&[family, " ", word, " & ", land.words.pick(draws.at(position::OTHER_WORD))]),
            _ => {
                let mut rest = draws.at(position::LETTERS);
                for _ in 0..3 {
                    out.push(char::from(b'A' + below(rest, 26) as u8));
                    rest = rest.wrapping_mul(26);
                }
                out.push(' ');
                out.push_str(word);
            }
        }
    }

    /// Appends the name of the web site of a company that is called `name`; the branches of a group may have one of their own.
    fn append_website(&self, name: &str, out: &mut String) {
        let bits = self.draws.at(position::WEBSITE);
        out.push_str(if bits & 1 == 1 { "www." } else { "" });
        out.extend(name.chars().filter_map(plain_letter));
        match below(bits, 4) {
            0 => out.extend(self.land.addresses.place(self.home()).city.chars().filter_map(plain_letter)),
            1 => out.push_str(&(1 + below(self.draws.at(position::WEBSITE_NUMBER), 99)).to_string()),
            _ => {}
        }
        out.push_str(self.land.country.domain());
    }
}

impl Entities for Companies {
    const TABLE: &'static str = "companies";
    const COLUMNS: &'static [&'static str] =
        &["name", "legal_form", "registration_id", "street_address", "city", "postcode", "country", "phone", "website"];
    const DATES: Option<usize> = None;

    fn new(options: &Options) -> Result<Self, GenerateError> {
        let columns = Self::corrupted_columns();
        let lists = &options.lists;
        let land = |country: Country| {
            let load = |name: &str| lists.load(&format!("{}/{name}", country.locale()));
            Ok(Land {
                country,
                families: load("family")?,
                words: load("company_words")?,
                legal_forms: load("legal_forms")?.map(|form| form.split('|').next().unwrap_or(form).trim().to_owned()),
                addresses: Addresses::new(country.locale(), lists)?,
                corruptor: options.corruptor(&columns, Some(country))?,
            })
        };
        Ok(Self {
            lands: ByCountry::new(lists, land)?,
            stream: Stream::new(options.seed, "company"),
            group: Chance::new(IN_GROUP * 4.0 / GROUP_SIZE_MEAN),
            shared_phone: Chance::new(0.3),
        })
    }

    fn fill(&self, number: u64, record: &mut Record) {
        let company = self.company(number);
        let (land, draws, home) = (company.land, company.draws, company.home());
        let city = &land.addresses.place(home).city;
        let form = land.legal_forms.pick(draws.at(position::LEGAL_FORM));
        let mut name = std::mem::take(&mut record[column::NAME].text);
        company.append_stem(&mut name);
        company.append_website(&name, &mut record[column::WEBSITE].text);
        let city_of_branch = if company.is_branch { [" ", city] } else { ["", ""] };
        for part in city_of_branch.into_iter().chain([" ", form]) {
            name.push_str(part);
        }
        record[column::NAME].text = name;
        for (position, text) in [(column::LEGAL_FORM, form), (column::CITY, city), (column::COUNTRY, land.country.code())] {
            record[position].text.push_str(text);
        }
        append_registration_id(land.country, draws.part(REGISTRATION), &mut record[column::REGISTRATION_ID].text);
        land.addresses.append_street(home, &mut record[column::STREET_ADDRESS].text);
        land.addresses.append_postcode(home, &mut record[column::POSTCODE].text);
        let shares_phone = self.shared_phone.happens(draws.at(position::SHARED_PHONE));
        let phone = if shares_phone { company.shared } else { draws }.at(position::PHONE);
        append_phone(land.country.phone_pattern(), phone, &mut record[column::PHONE].text);
    }

    fn corruptor(&self, number: u64) -> &Corruptor {
        &self.land(number).corruptor
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::corrupt::Value;
    use crate::options::PresetName;

    #[test]
    fn groups_are_as_frequent_as_they_should_be_and_share_the_name_only() {
        let options = Options { preset: PresetName::Companies, ..Options::new(std::path::PathBuf::new()).unwrap() };
        let companies = Companies::new(&options).unwrap();
        let total = 40_000_u64;
        let mut grouped = 0.0;
        for number in 0..total {
            let company = companies.company(number);
            let head = companies.company(number / 4 * 4);
            let in_group = company.is_branch || (number % 4 == 0 && companies.company(number + 1).is_branch);
            grouped += f64::from(u8::from(in_group));
            let (mut stem, mut first) = (String::new(), String::new());
            company.append_stem(&mut stem);
            head.append_stem(&mut first);
            assert!(!company.is_branch || (stem == first && company.home() != head.home()));
        }
        // Companies of a group come together, which makes the variance that of groups of that size.
        let expected = total as f64 * IN_GROUP;
        assert!((grouped - expected).abs() <= 5.0 * (4.0 * expected).sqrt(), "{grouped}, expected {expected}");
    }

    #[test]
    fn the_name_ends_with_the_legal_form_and_the_website_is_made_of_the_name() {
        let companies = Companies::new(&Options::new(std::path::PathBuf::new()).unwrap()).unwrap();
        for number in 0..3_000 {
            let mut record = vec![Value::default(); Companies::COLUMNS.len()];
            companies.fill(number, &mut record);
            let text = |column: usize| record[column].text.as_str();
            assert!(text(column::NAME).ends_with(&format!(" {}", text(column::LEGAL_FORM))));
            let first: String =
                text(column::NAME).split(' ').next().unwrap_or_default().chars().filter_map(plain_letter).collect();
            assert!(text(column::WEBSITE).contains(&first), "{record:?}");
            assert!(record.iter().all(|value| !value.text.is_empty() && !value.missing), "{record:?}");
        }
    }
}
