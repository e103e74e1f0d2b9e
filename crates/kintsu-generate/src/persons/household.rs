//! Who lives with whom.

use kintsu_core::{Chance, Draws, Stream, below};

/// What the first two of a household are to one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Two who live together, and perhaps others of about their age.
    Couple,
    /// Two who live together, and their grown-up children.
    Family,
    /// Twins.
    Twins,
    /// A father and his son, who has the same name.
    FatherAndSon,
}

/// Where somebody stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat {
    /// Which one of the household, counted from 0.
    pub(super) number: u64,
    /// The number of the first person of the household.
    pub(super) head: u64,
    /// The random numbers of the home.
    pub(super) home: Draws,
    /// The household; none for who lives alone.
    pub(super) kind: Option<Kind>,
}

/// Four numbers in a row are a household of two (half of them), three or four, or live alone.
#[derive(Debug)]
pub(super) struct Households {
    stream: Stream,
    lives_together: Chance,
    twins: Chance,
    twins_or_father: Chance,
}

/// The share of people who live in a household, are a twin, and are a father or a son of one name.
const IN_HOUSEHOLD: f64 = 0.35;
const TWINS: f64 = 0.01;
const FATHER_AND_SON: f64 = 0.005;
/// The expected size of a household.
const SIZE_MEAN: f64 = 2.75;

impl Households {
    pub(super) fn new(seed: u64, locale: &str) -> Self {
        let households = IN_HOUSEHOLD * 4.0 / SIZE_MEAN;
        // Of four people two are of the pair, in a share of the households.
        let pairs = |share: f64| share * 2.0 / households;
        Self {
            stream: Stream::new(seed, &format!("household {locale}")),
            lives_together: Chance::new(households),
            twins: Chance::new(pairs(TWINS)),
            twins_or_father: Chance::new(pairs(TWINS + FATHER_AND_SON)),
        }
    }

    #[inline]
    pub(super) fn seat(&self, number: u64) -> Seat {
        let (head, seat) = (number / 4 * 4, number % 4);
        let draws = self.stream.draws(head);
        let size = [2, 2, 3, 4][below(draws.at(1), 4) as usize];
        let together = self.lives_together.happens(draws.at(0)) && seat < size;
        let pair = draws.at(2);
        let kind = if self.twins.happens(pair) {
            Kind::Twins
        } else if self.twins_or_father.happens(pair) {
            Kind::FatherAndSon
        } else if size > 2 {
            Kind::Family
        } else {
            Kind::Couple
        };
        Seat { number: seat, head, home: draws.part(1), kind: together.then_some(kind) }
    }
}
