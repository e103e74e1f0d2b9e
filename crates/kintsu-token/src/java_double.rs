//! How Java prints a 64-bit float.

/// The float as `Double.toString` prints it.
pub(crate) fn java_double(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "Infinity".to_owned() } else { "-Infinity".to_owned() };
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>() {
        Ok(-3..=6) => {
            let plain = format!("{number}");
            if plain.contains('.') { plain } else { format!("{plain}.0") }
        }
        _ if mantissa.contains('.') => format!("{mantissa}E{exponent}"),
        // Two digits at least, the second taken from the number itself: 4.9E-324.
        _ => format!("{number:.1e}").replace('e', "E"),
    }
}
