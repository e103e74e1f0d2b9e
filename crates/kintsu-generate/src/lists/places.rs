//! Cities with their states and postcodes, so that the parts of an address fit one another.

use kintsu_core::{Draws, below};

use super::{Lists, WeightedList};
use crate::error::GenerateError;

/// A city.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its name.
    pub city: String,
    /// The state or region; empty where the list names none.
    pub state: String,
    /// What its postcodes look like: `#` is a digit, `?` a letter.
    pub postcode_pattern: String,
}

/// Cities, drawn by how many people live there.
#[derive(Debug, Clone)]
pub struct Places {
    list: WeightedList,
    places: Vec<Place>,
}

impl Places {
    /// The places of the list called `name`, whose values are `City|State|Postcode`.
    ///
    /// # Errors
    /// Those of [`Lists::load`], and [`GenerateError::List`] with the line of a value that has not three parts.
    pub fn load(lists: &Lists, name: &str) -> Result<Self, GenerateError> {
        let list = lists.load(name)?;
        let places = list.iter().map(parse).collect::<Option<Vec<Place>>>();
        let Some(places) = places else {
            return Err(lists.wrong_value(name, |value| parse(value).is_none(), "a place is written City|State|Postcode"));
        };
        Ok(Self { list, places })
    }

    /// The place that 64 random bits draw.
    #[inline]
    pub fn pick(&self, bits: u64) -> &Place {
        &self.places[self.draw(bits) as usize]
    }

    /// The position of the place that 64 random bits draw.
    #[inline]
    pub fn draw(&self, bits: u64) -> u32 {
        self.list.draw(bits)
    }

    /// The place at this position, which [`Places::draw`] gave.
    #[inline]
    pub fn get(&self, code: u32) -> &Place {
        &self.places[code as usize]
    }

    /// Every place, by position.
    pub fn iter(&self) -> impl Iterator<Item = &Place> {
        self.places.iter()
    }
}

fn parse(value: &str) -> Option<Place> {
    let mut parts = value.split('|').map(str::trim);
    let (city, state, postcode) = (parts.next()?, parts.next()?, parts.next()?);
    let whole = parts.next().is_none() && !city.is_empty() && !postcode.is_empty();
    whole.then(|| Place { city: city.to_owned(), state: state.to_owned(), postcode_pattern: postcode.to_owned() })
}

impl Place {
    /// Appends a postcode of the city.
    pub fn append_postcode(&self, draws: Draws, text: &mut String) {
        for (position, pattern) in self.postcode_pattern.bytes().enumerate() {
            let bits = draws.at(position as u64);
            text.push(match pattern {
                b'#' => char::from(b'0' + below(bits, 10) as u8),
                // Letters that no digit is taken for.
                b'?' => char::from(b"ABDEFGHJLNPQRSTUWXYZ"[below(bits, 20) as usize]),
                other => char::from(other),
            });
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use kintsu_core::Stream;

    use super::*;
    use crate::LOCALES;

    #[test]
    fn places_of_every_locale_can_be_read() {
        for locale in LOCALES {
            let places = Places::load(&Lists::built_in(), &format!("{locale}/places")).unwrap();
            let place = places.pick(7);
            let mut postcode = String::new();
            place.append_postcode(Stream::new(1, "t").draws(1), &mut postcode);
            assert_eq!(postcode.len(), place.postcode_pattern.len(), "{locale}");
            assert!(!postcode.contains(['#', '?']), "{locale}");
        }
    }

    #[test]
    fn a_place_without_its_parts_is_told_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("towns.tsv"), "# mine\nBern|BE|30##\t5\n\nBasel\t3\n").unwrap();
        let error = Places::load(&Lists::in_folder(folder.path()), "towns").unwrap_err().to_string();
        assert!(error.contains("line 4"), "{error}");
    }
}
