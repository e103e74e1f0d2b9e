//! Lambda, the probability that two random records match, from deterministic rules.
//!
//! Rules that almost only matches meet find D pairs; if they find the share `recall` of all matches and there are T pairs in all,
//! lambda = D / recall / T.

use super::TrainError;

/// D / recall / T.
///
/// # Errors
/// [`TrainError`] when recall is not in (0, 1], there are no possible pairs, or more pairs were found than recall allows.
///
/// ```
/// let lambda = kintsu_link::train::lambda_from_deterministic_rules(70, 0.7, 1000).unwrap();
/// assert!((lambda - 0.1).abs() < 1e-15);
/// ```
pub fn lambda_from_deterministic_rules(found: u64, recall: f64, possible: u64) -> Result<f64, TrainError> {
    if !(recall > 0.0 && recall <= 1.0) {
        return Err(TrainError::Recall { recall });
    }
    if possible == 0 {
        return Err(TrainError::NoPossiblePairs { records: 0 });
    }
    if found as f64 > possible as f64 * recall {
        return Err(TrainError::TooManyDeterministicPairs { found, recall, possible });
    }
    Ok(found as f64 / recall / possible as f64)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::lambda_from_deterministic_rules;
    use kintsu_core::Explain;

    #[test]
    fn refuses_what_cannot_be() {
        assert_eq!(lambda_from_deterministic_rules(71, 0.7, 100).unwrap_err().code(), "KN-LINK-404");
        assert_eq!(lambda_from_deterministic_rules(70, 0.7, 100).unwrap(), 1.0);
        assert_eq!(lambda_from_deterministic_rules(1, 0.0, 100).unwrap_err().code(), "KN-LINK-405");
        assert_eq!(lambda_from_deterministic_rules(1, f64::NAN, 100).unwrap_err().code(), "KN-LINK-405");
        assert_eq!(lambda_from_deterministic_rules(0, 1.0, 0).unwrap_err().code(), "KN-LINK-406");
    }
}
