//! Amounts of memory: reading them from text, and writing them for people.

/// Reads an amount such as `4GiB`, `800MB` or `1073741824`; none when it is not one.
///
/// ```
/// assert_eq!(kintsu_job::parse_bytes("1.5 KiB"), Some(1536));
/// assert_eq!(kintsu_job::parse_bytes("2GB"), Some(2_000_000_000));
/// assert_eq!(kintsu_job::parse_bytes("much"), None);
/// ```
pub fn parse_bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let split = text.find(|letter: char| !(letter.is_ascii_digit() || letter == '.')).unwrap_or(text.len());
    let number: f64 = text.get(..split)?.parse().ok()?;
    let unit = match text.get(split..)?.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kib" => 1024.0,
        "m" | "mib" => 1024.0 * 1024.0,
        "g" | "gib" => 1024.0 * 1024.0 * 1024.0,
        "t" | "tib" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        "tb" => 1e12,
        _ => return None,
    };
    let bytes = number * unit;
    (bytes >= 1.0 && bytes < u64::MAX as f64).then_some(bytes as u64)
}

/// Writes an amount with a binary unit and three digits.
///
/// ```
/// assert_eq!(kintsu_job::show_bytes(1536), "1.50 KiB");
/// ```
pub fn show_bytes(bytes: u64) -> String {
    let mut amount = bytes as f64;
    let mut units = ["B", "KiB", "MiB", "GiB", "TiB"].into_iter();
    let mut unit = units.next().unwrap_or_default();
    while amount >= 1024.0 {
        let Some(next) = units.next() else { break };
        amount /= 1024.0;
        unit = next;
    }
    match amount {
        _ if unit == "B" => format!("{bytes} B"),
        amount if amount < 10.0 => format!("{amount:.2} {unit}"),
        amount if amount < 100.0 => format!("{amount:.1} {unit}"),
        amount => format!("{amount:.0} {unit}"),
    }
}
