//! A feature of a schema: its format, its comparison, its strategy.

use std::collections::BTreeSet;

use super::node::{Node, Object};
use super::read::{ENCODINGS, Version, hash_kind};
use super::{Encoding, Feature, HashKind, Hashing, Missing, Strategy};
use crate::fuzzy::value::{Case, Comparison, DateFormat, Format, Numeric, TextCheck};

const INSERTIONS_MAX: u64 = 100_000;
const GRAM_MAX: u64 = 256;
const RESOLUTION_MAX: u64 = 10_000;
const PRECISION_MAX: u64 = 18;

/// Reads a feature; none where it has a mistake.
pub(super) fn feature(node: &Node<'_>, version: Version) -> Option<Feature> {
    let object = node.object()?;
    let identifier = object.required("identifier").and_then(|node| node.text().map(str::to_owned));
    object.optional("description").map(|node| node.text());
    let ignored = match object.optional("ignored") {
        Some(node) => node.flag()?,
        None => false,
    };
    if ignored && !object.has("format") && !object.has("hashing") {
        object.allow_only(&["identifier", "ignored", "description"]);
        return Some(Feature { identifier: identifier?, hashing: None });
    }
    if ignored && !matches!(version, Version::Three) {
        object.conflict("ignored", "stands beside a format and a hashing", "leave out either");
    }
    let format = object.required("format").and_then(|node| format(&node.object()?));
    let hashing = object.required("hashing").and_then(|node| hashing(&node.object()?, version));
    let (format, encoding) = format?;
    let hashing = match hashing? {
        Weighted::Hashed(hashing) if !ignored => Some(Hashing { format, encoding, ..hashing }),
        _ => None,
    };
    Some(Feature { identifier: identifier?, hashing })
}

fn format(object: &Object<'_>) -> Option<(Format, Encoding)> {
    let kind = object.required("type")?;
    object.optional("description").map(|node| node.text());
    match kind.word(&[("string", 0), ("integer", 1), ("date", 2), ("enum", 3)])? {
        0 => text_format(object),
        1 => {
            object.allow_only(&["type", "description", "minimum", "maximum"]);
            let bound = |key| object.optional(key).map_or(Some(None), |node| node.integer().map(Some));
            let (minimum, maximum) = (bound("minimum"), bound("maximum"));
            Some((Format::Integer { minimum: minimum?, maximum: maximum? }, Encoding::Utf8))
        }
        2 => {
            object.allow_only(&["type", "description", "format"]);
            let node = object.required("format")?;
            let format = DateFormat::new(node.text()?);
            let format = format.map_err(|problem| node.refuse(problem.what, problem.instead)).ok()?;
            Some((Format::Date(format), Encoding::Utf8))
        }
        _ => {
            object.allow_only(&["type", "description", "values"]);
            let values = object.required("values")?.list()?;
            let values: Vec<_> = values.iter().map(|node| node.text().map(str::to_owned)).collect();
            Some((Format::Enum(values.into_iter().collect::<Option<BTreeSet<_>>>()?), Encoding::Utf8))
        }
    }
}

fn text_format(object: &Object<'_>) -> Option<(Format, Encoding)> {
    let encoding = object.optional("encoding").map_or(Some(Encoding::Utf8), |node| node.word(&ENCODINGS));
    if let Some(node) = object.optional("pattern") {
        object.allow_only(&["type", "description", "encoding", "pattern"]);
        let pattern = node.text()?;
        let check = TextCheck::pattern(pattern);
        let check = check.map_err(|problem| node.refuse(problem.what, problem.instead)).ok();
        return Some((Format::Text(check?), encoding?));
    }
    object.allow_only(&["type", "description", "encoding", "case", "minLength", "maxLength"]);
    let cases = [("upper", Case::Upper), ("lower", Case::Lower), ("mixed", Case::Mixed)];
    let case = object.optional("case").map_or(Some(Case::Mixed), |node| node.word(&cases));
    let shortest = object.optional("minLength").map_or(Some(0), |node| node.whole(0, u32::MAX.into()));
    let longest = object.optional("maxLength").map_or(Some(usize::MAX), |node| node.whole(1, u32::MAX.into()));
    Some((Format::Text(TextCheck::Plain { case: case?, shortest: shortest?, longest: longest? }), encoding?))
}

/// A setting, or that its feature is ignored.
enum Weighted<T> {
    Hashed(T),
    Ignored,
}

impl<T> Weighted<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Weighted<U> {
        match self {
            Self::Hashed(setting) => Weighted::Hashed(change(setting)),
            Self::Ignored => Weighted::Ignored,
        }
    }
}

/// The hashing of a feature, its format and encoding still to be filled in.
fn hashing(object: &Object<'_>, version: Version) -> Option<Weighted<Hashing>> {
    let missing = object.optional("missingValue").map_or(Some(None), |node| missing(&node.object()?).map(Some));
    let hash = || object.optional("hash").map_or(Some(HashKind::Blake), |node| hash_kind(&node));
    let (comparison, strategy, hash) = match version {
        Version::One { insertions, hash } => {
            // clkhash overwrites the last three, which belong to later versions.
            object.allow_only(&["ngram", "positional", "weight", "missingValue", "hash", "strategy", "comparison"]);
            let strategy = weighted(object, insertions);
            (grams(object, "ngram"), strategy, Some(hash))
        }
        Version::Two => {
            object.allow_only(&["ngram", "positional", "strategy", "hash", "missingValue"]);
            let strategy = object.required("strategy").and_then(|node| strategy(&node.object()?, "k", "numBits"));
            (grams(object, "ngram"), Some(Weighted::Hashed(strategy?)), hash())
        }
        Version::Three => {
            object.allow_only(&["comparison", "strategy", "hash", "missingValue"]);
            let strategy =
                object.required("strategy").and_then(|node| strategy(&node.object()?, "bitsPerToken", "bitsPerFeature"));
            let comparison = object.required("comparison").and_then(|node| comparison(&node.object()?));
            (comparison, Some(Weighted::Hashed(strategy?)), hash())
        }
    };
    let (missing, comparison, strategy, hash) = (missing?, comparison?, strategy?, hash?);
    let format = Format::Enum(BTreeSet::new());
    let hashed = |strategy| Hashing { format, missing, comparison, encoding: Encoding::Utf8, strategy, hash };
    Some(strategy.map(hashed))
}

/// The strategy that version 1 gives a weight; one of zero ignores the feature.
fn weighted(object: &Object<'_>, insertions: usize) -> Option<Weighted<Strategy>> {
    let Some(node) = object.optional("weight") else { return Some(Weighted::Hashed(Strategy::BitsPerToken(insertions))) };
    let weight = node.number()?;
    if weight == 0.0 {
        return Some(Weighted::Ignored);
    }
    let count = (weight * insertions as f64).round_ties_even();
    if !(1.0..=INSERTIONS_MAX as f64).contains(&count) {
        let instead = format!("write 0 to ignore the feature, or a weight that makes 1 to {INSERTIONS_MAX} of `k`");
        node.refuse("is out of its range", instead);
        return None;
    }
    Some(Weighted::Hashed(Strategy::BitsPerToken(count as usize)))
}

fn strategy(object: &Object<'_>, per_token: &str, per_feature: &str) -> Option<Strategy> {
    object.allow_only(&[per_token, per_feature]);
    let count = |key| {
        let count = object.required(key)?.integer().filter(|count| (1..=i128::from(INSERTIONS_MAX)).contains(count));
        if count.is_none() {
            object.conflict(key, "is out of its range", format!("write a whole number from 1 to {INSERTIONS_MAX}"));
        }
        count.map(|count| count as usize)
    };
    match (object.has(per_token), object.has(per_feature)) {
        (true, false) => count(per_token).map(Strategy::BitsPerToken),
        (false, true) => count(per_feature).map(Strategy::BitsPerFeature),
        _ => {
            object.conflict(
                per_token,
                "and its alternative stand here both or neither",
                format!("write `{per_token}` or `{per_feature}`"),
            );
            None
        }
    }
}

fn grams(object: &Object<'_>, length_key: &str) -> Option<Comparison> {
    let length = object.required(length_key).and_then(|node| node.whole(1, GRAM_MAX));
    let positional = object.optional("positional").map_or(Some(false), |node| node.flag());
    Some(Comparison::Grams { length: length?, positional: positional? })
}

fn comparison(object: &Object<'_>) -> Option<Comparison> {
    match object.required("type")?.word(&[("ngram", 0), ("exact", 1), ("numeric", 2)])? {
        0 => grams(object, "n"),
        1 => Some(Comparison::Exact),
        _ => numeric(object),
    }
}

fn numeric(object: &Object<'_>) -> Option<Comparison> {
    let threshold = object.required("thresholdDistance").and_then(|node| Some((node.number()?, node)));
    let resolution = object.required("resolution").and_then(|node| node.whole(1, RESOLUTION_MAX));
    let precision = object.optional("fractional_precision").map_or(Some(0), |node| node.whole(0, PRECISION_MAX));
    let ((threshold, node), resolution, precision) = (threshold?, resolution?, precision?);
    let numeric = Numeric::new(threshold, resolution, precision as u32);
    if numeric.is_none() {
        node.refuse(
            "is out of its range, or vanishes at the precision given",
            "write a number that is at least 1 once multiplied by 10 to the power of `fractional_precision`",
        );
    }
    numeric.map(Comparison::Numeric)
}

fn missing(object: &Object<'_>) -> Option<Missing> {
    let sentinel = object.required("sentinel").and_then(|node| node.text());
    let replacement = object.optional("replaceWith").map(|node| node.text());
    let sentinel = sentinel?;
    let replacement = match replacement {
        Some(text) => text?,
        None => sentinel,
    };
    Some(Missing { sentinel: sentinel.to_owned(), replacement: replacement.to_owned() })
}
