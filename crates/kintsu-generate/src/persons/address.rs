//! Addresses whose street, city, state and postcode fit one another.

use kintsu_core::{Draws, below};

use crate::column::push_number;
use crate::error::GenerateError;
use crate::lists::{Lists, Place, Places, WeightedList};

/// Addresses of one locale.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    streets: WeightedList,
    pub(crate) places: Places,
    number_first: bool,
}

impl Addresses {
    pub(crate) fn new(locale: &str, lists: &Lists) -> Result<Self, GenerateError> {
        Ok(Self {
            streets: lists.load(&format!("{locale}/streets"))?,
            places: Places::load(lists, &format!("{locale}/places"))?,
            number_first: matches!(locale, "en_US" | "en_GB" | "fr_FR"),
        })
    }

    /// The city that the home of these random numbers is in.
    #[inline]
    pub(crate) fn place(&self, home: Draws) -> &Place {
        self.places.pick(home.at(0))
    }

    /// The same, by position.
    #[inline]
    pub(crate) fn place_code(&self, home: Draws) -> u32 {
        self.places.draw(home.at(0))
    }

    /// Appends its street and number.
    pub(crate) fn append_street(&self, home: Draws, out: &mut String) {
        let street = self.streets.pick(home.at(1));
        // Low numbers are commoner.
        let most = [40, 200, 2000, 9900][below(home.at(2), 4) as usize];
        let number = below(home.at(3), most) + 1;
        if self.number_first {
            push_number(out, number, 1);
            out.push(' ');
        }
        out.push_str(street);
        if !self.number_first {
            out.push(' ');
            push_number(out, number, 1);
        }
    }

    /// Appends its postcode.
    pub(crate) fn append_postcode(&self, home: Draws, out: &mut String) {
        self.place(home).append_postcode(home.part(1), out);
    }
}
