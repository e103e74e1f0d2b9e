//! Three-valued truth, packed so that conjunction is the minimum and disjunction the maximum.

use crate::sql::Value;

/// False, null or true as 0, 1 or 2.
pub(crate) type Truth = u8;

pub(crate) const FALSE: Truth = 0;
pub(crate) const NULL: Truth = 1;
pub(crate) const TRUE: Truth = 2;

/// The truth of a boolean value; numbers are true unless zero, as in a condition.
pub(crate) fn truth_of(value: &Value) -> Result<Truth, String> {
    match value {
        Value::Null => Ok(NULL),
        Value::Boolean(truth) => Ok(from_bool(*truth)),
        Value::Integer(number) => Ok(from_bool(*number != 0)),
        Value::Double(number) => Ok(from_bool(*number != 0.0)),
        Value::Float(number) => Ok(from_bool(*number != 0.0)),
        _ => Err("it is no condition".to_owned()),
    }
}

/// True or false.
pub(crate) const fn from_bool(truth: bool) -> Truth {
    if truth { TRUE } else { FALSE }
}

/// True, false or null.
pub(crate) const fn not(truth: Truth) -> Truth {
    TRUE - truth
}
