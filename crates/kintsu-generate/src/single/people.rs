//! People of several countries, with where they live and the number that their country knows them by.

use jiff::civil::Date;
use kintsu_core::Stream;

use super::Entities;
use crate::calendar::from_days;
use crate::corrupt::{Corruptor, Record};
use crate::country::{ByCountry, Country};
use crate::error::GenerateError;
use crate::identifiers::{Bearer, append_national_id};
use crate::options::Options;
use crate::persons::Persons;

/// Where values stand.
mod column {
    pub(super) const FIRST_NAME: usize = 0;
    pub(super) const SURNAME: usize = 1;
    pub(super) const BIRTH_DATE: usize = 2;
    pub(super) const GENDER: usize = 3;
    pub(super) const EMAIL: usize = 4;
    pub(super) const PHONE: usize = 5;
    pub(super) const STREET_ADDRESS: usize = 6;
    pub(super) const CITY: usize = 7;
    pub(super) const STATE: usize = 8;
    pub(super) const POSTCODE: usize = 9;
    pub(super) const COUNTRY: usize = 10;
    pub(super) const NATIONAL_ID: usize = 11;
}

/// The part of a person's random numbers that the national id is made of.
const NATIONAL_ID: u64 = 2;

/// People of the countries in the list `locales`.
#[derive(Debug)]
pub struct People {
    lands: ByCountry<Land>,
    stream: Stream,
}

#[derive(Debug)]
struct Land {
    country: Country,
    persons: Persons,
    corruptor: Corruptor,
}

impl People {
    /// Where a person lives: with those that may share the household.
    #[inline]
    fn land(&self, number: u64) -> &Land {
        self.lands.pick(self.stream.draws(number / 4).at(0))
    }
}

impl Entities for People {
    const TABLE: &'static str = "people";
    const COLUMNS: &'static [&'static str] = &[
        "first_name",
        "surname",
        "dob",
        "gender",
        "email",
        "phone",
        "street_address",
        "city",
        "state",
        "postcode",
        "country",
        "national_id",
    ];
    const DATES: Option<usize> = Some(column::BIRTH_DATE);

    fn new(options: &Options) -> Result<Self, GenerateError> {
        let columns = Self::corrupted_columns();
        let land = |country: Country| {
            Ok(Land {
                country,
                persons: Persons::new(country, options.seed, options.as_of, &options.lists)?,
                corruptor: options.corruptor(&columns, Some(country))?,
            })
        };
        Ok(Self { lands: ByCountry::new(&options.lists, land)?, stream: Stream::new(options.seed, "countries of people") })
    }

    fn fill(&self, number: u64, record: &mut Record) {
        let Land { country, persons, .. } = self.land(number);
        let person = persons.person(number);
        let (first, last, home) = (persons.first_name(&person), persons.last_name(&person), person.home);
        let place = persons.addresses.place(home);
        for (position, text) in [
            (column::FIRST_NAME, first),
            (column::SURNAME, last),
            (column::GENDER, if person.female { "female" } else { "male" }),
            (column::CITY, &place.city),
            (column::STATE, &place.state),
            (column::COUNTRY, country.code()),
        ] {
            record[position].text.push_str(text);
        }
        record[column::STATE].missing = place.state.is_empty();
        record[column::BIRTH_DATE].days = person.birth;
        persons.append_email(&person, &mut record[column::EMAIL].text);
        persons.append_phone(&person, &mut record[column::PHONE].text);
        persons.addresses.append_street(home, &mut record[column::STREET_ADDRESS].text);
        persons.addresses.append_postcode(home, &mut record[column::POSTCODE].text);
        let birth = from_days(person.birth).unwrap_or(Date::ZERO);
        let bearer = Bearer { first_name: first, last_name: last, female: person.female, birth };
        append_national_id(*country, &bearer, person.draws.part(NATIONAL_ID), &mut record[column::NATIONAL_ID].text);
    }

    fn corruptor(&self, number: u64) -> &Corruptor {
        &self.land(number).corruptor
    }
}
