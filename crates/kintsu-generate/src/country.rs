//! The countries that people and companies are of, and what is particular to each.

use kintsu_core::below;

use crate::error::GenerateError;
use crate::lists::{LOCALES, Lists, WeightedList};

/// A country, by its locale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Country {
    UnitedStates,
    UnitedKingdom,
    Germany,
    France,
    Italy,
    Spain,
    Netherlands,
    Poland,
}

impl Country {
    /// Every country, in the order of [`LOCALES`].
    pub(crate) const ALL: [Self; LOCALES.len()] = [
        Self::UnitedStates,
        Self::UnitedKingdom,
        Self::Germany,
        Self::France,
        Self::Italy,
        Self::Spain,
        Self::Netherlands,
        Self::Poland,
    ];

    pub(crate) const fn locale(self) -> &'static str {
        LOCALES[self as usize]
    }

    /// The code of ISO 3166.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::UnitedStates => "US",
            Self::UnitedKingdom => "GB",
            Self::Germany => "DE",
            Self::France => "FR",
            Self::Italy => "IT",
            Self::Spain => "ES",
            Self::Netherlands => "NL",
            Self::Poland => "PL",
        }
    }

    /// What phone numbers look like: `#` is a digit, `N` one from 2 to 9.
    pub(crate) const fn phone_pattern(self) -> &'static str {
        match self {
            Self::UnitedStates => "N##-N##-####",
            Self::UnitedKingdom => "+44 7N## ######",
            Self::Germany => "+49 1N# ########",
            Self::France => "+33 N ## ## ## ##",
            Self::Italy => "+39 3N# #######",
            Self::Spain => "+34 6N# ### ###",
            Self::Netherlands => "+31 6 N#######",
            Self::Poland => "+48 N## ### ###",
        }
    }

    /// What the names of web sites end with.
    pub(crate) const fn domain(self) -> &'static str {
        match self {
            Self::UnitedStates => ".com",
            Self::UnitedKingdom => ".co.uk",
            Self::Germany => ".de",
            Self::France => ".fr",
            Self::Italy => ".it",
            Self::Spain => ".es",
            Self::Netherlands => ".nl",
            Self::Poland => ".pl",
        }
    }

    /// What stands after a surname where the children run the company too.
    pub(crate) const fn and_sons(self) -> &'static str {
        match self {
            Self::UnitedStates | Self::UnitedKingdom => " & Sons",
            Self::Germany => " & Söhne",
            Self::France => " & Fils",
            Self::Italy => " & Figli",
            Self::Spain => " e Hijos",
            Self::Netherlands => " & Zonen",
            Self::Poland => " i Synowie",
        }
    }
}

/// What there is for each country, drawn by how many people or companies are to be of it.
#[derive(Debug)]
pub(crate) struct ByCountry<Land> {
    list: WeightedList,
    /// The position of the land of each value of the list.
    positions: Vec<usize>,
    lands: Vec<Land>,
}

impl<Land> ByCountry<Land> {
    /// Makes what there is for each country of the list `locales`, once.
    pub(crate) fn new(lists: &Lists, make: impl Fn(Country) -> Result<Land, GenerateError>) -> Result<Self, GenerateError> {
        let list = lists.load("locales")?;
        let known = |value: &str| Country::ALL.into_iter().find(|country| country.locale() == value);
        let wrong = || lists.wrong_value("locales", |value| known(value).is_none(), "there are no lists of this locale");
        let countries = list.iter().map(known).collect::<Option<Vec<Country>>>().ok_or_else(wrong)?;
        let (mut made, mut lands, mut positions) = (Vec::new(), Vec::new(), Vec::new());
        for country in countries {
            let position = made.iter().position(|other| *other == country).unwrap_or(made.len());
            if position == made.len() {
                made.push(country);
                lands.push(make(country)?);
            }
            positions.push(position);
        }
        Ok(Self { list, positions, lands })
    }

    /// What there is for the country that 64 random bits draw.
    #[inline]
    pub(crate) fn pick(&self, bits: u64) -> &Land {
        &self.lands[self.positions[self.list.draw(bits) as usize]]
    }
}

/// Appends the phone number of a pattern that 64 random bits draw.
#[inline]
pub(crate) fn append_phone(pattern: &str, bits: u64, out: &mut String) {
    let mut rest = bits;
    for place in pattern.chars() {
        let least = match place {
            '#' => 0,
            'N' => 2,
            other => {
                out.push(other);
                continue;
            }
        };
        out.push(char::from(b'0' + (least + below(rest, 10 - least)) as u8));
        rest = rest.wrapping_mul(10 - least);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_drawn_by_the_list_of_locales() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("locales.tsv");
        let lists = Lists::in_folder(folder.path());
        let countries = |text: &str| {
            std::fs::write(&path, text).unwrap();
            ByCountry::new(&lists, Ok)
        };
        let two = countries("pl_PL\t1\nde_DE\t3\npl_PL\t0\n").unwrap();
        let drawn: Vec<Country> = (0..4).map(|number| *two.pick(number << 62)).collect();
        assert_eq!((two.lands.len(), drawn.iter().filter(|country| **country == Country::Germany).count()), (2, 3));
        assert!(countries("de_DE\nxx_XX\n").is_err_and(|error| error.to_string().contains("line 2")));
        assert!(
            Country::ALL
                .into_iter()
                .zip(LOCALES)
                .all(|(country, locale)| country.locale().ends_with(country.code()) && country.locale() == locale)
        );
    }

    #[test]
    fn phone_numbers_are_of_their_pattern() {
        for bits in [0, u64::MAX, 0x0123_4567_89ab_cdef] {
            let mut phone = String::new();
            append_phone(Country::France.phone_pattern(), bits, &mut phone);
            assert!(phone.len() == 17 && phone.starts_with("+33 ") && !phone.contains(['N', '#']), "{phone}");
            assert!(phone.as_bytes()[4] >= b'2');
        }
    }
}
