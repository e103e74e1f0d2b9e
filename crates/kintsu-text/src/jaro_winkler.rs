//! Jaro-Winkler similarity: Jaro's, raised for strings that begin alike.
//!
//! Winkler (1990), "String comparator metrics and enhanced decision rules in the Fellegi-Sunter model of record linkage": with
//! `p` the length of the common prefix, at most 4, `j + 0.1 p (1 - j)`; only where Jaro's `j` is above 0.7. Databases round
//! this in two ways, see [`WinklerForm`]. Cost as [`crate::jaro()`].

use crate::units::{CodeUnit, on_units};
use crate::{Semantics, WinklerForm, jaro};

/// Only a Jaro similarity above this is raised.
const BOOST_ABOVE: f64 = 0.7;

/// The longest prefix that counts.
pub(crate) const PREFIX_MAX: usize = 4;

/// The Jaro-Winkler similarity of two strings, from 0 to 1.
///
/// ```
/// use kintsu_text::{Semantics, jaro_winkler};
/// assert_eq!(jaro_winkler("martha", "marhta", Semantics::CHARACTERS), 0.9611111111111111);
/// ```
pub fn jaro_winkler(left: &str, right: &str, semantics: Semantics) -> f64 {
    on_units!(left, right, semantics.unit, similarity, semantics)
}

/// The similarity of two slices of units.
pub(crate) fn similarity<T: CodeUnit>(left: &[T], right: &[T], semantics: Semantics) -> f64 {
    let jaro = jaro::similarity(left, right, semantics.empty);
    let prefix = left.iter().zip(right).take(PREFIX_MAX).take_while(|(a, b)| a == b).count();
    raise(jaro, prefix, semantics.winkler)
}

/// Adds the bonus for a common prefix of `prefix` units (0 to 4).
#[inline(always)]
pub(crate) fn raise(jaro: f64, prefix: usize, form: WinklerForm) -> f64 {
    if jaro <= BOOST_ABOVE {
        return jaro;
    }
    let scale = 0.1 * prefix as f64;
    match form {
        WinklerForm::Plain => jaro + scale * (1.0 - jaro),
        WinklerForm::Fused => scale.mul_add(1.0 - jaro, jaro),
    }
}
