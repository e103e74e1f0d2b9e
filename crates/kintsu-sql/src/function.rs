//! The functions that expressions may call.

/// A function of the closed list, by what it computes, whatever a dialect calls it.
///
/// Unless the description says otherwise, a null argument gives null. Positions count characters from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Function {
    /// Edits between two texts.
    Levenshtein,
    /// Edits and transpositions between two texts, unrestricted.
    DamerauLevenshtein,
    /// Jaro similarity; a third argument is a cut-off below which the answer is 0.
    Jaro,
    /// Jaro-Winkler similarity; a third argument is a cut-off below which the answer is 0.
    JaroWinkler,
    /// Jaccard similarity of the units two texts consist of.
    Jaccard,
    /// Positions in which two texts of equal length differ.
    Hamming,
    /// The Soundex code of a text.
    Soundex,
    /// Lower case, one character for each.
    Lower,
    /// Upper case, one character for each.
    Upper,
    /// The first letter of each word in upper case, the others in lower case.
    InitialCapitals,
    /// `(text, start[, length])`; a negative start counts from the end.
    Substring,
    /// `(text, start, length)` as the SQL standard has it: what lies before the first character still uses up length.
    SubstringStandard,
    /// `(text, count)`: the first characters; a negative count leaves so many out at the end.
    Left,
    /// `(text, count)`: the last characters; a negative count leaves so many out at the start.
    Right,
    /// Characters of a text or items of a list.
    Length,
    /// Bytes of a text.
    ByteLength,
    /// `(text[, characters])`: without these characters, by default spaces, at both ends.
    Trim,
    /// Like [`Function::Trim`] at the start.
    TrimLeft,
    /// Like [`Function::Trim`] at the end.
    TrimRight,
    /// `(text, from, to)`: every occurrence replaced.
    Replace,
    /// `(text, from, to)`: characters replaced one by one.
    Translate,
    /// The characters of a text, or the items of a list, in reverse order.
    Reverse,
    /// `(text, length, padding)`: filled up at the start, or cut.
    PadLeft,
    /// `(text, length, padding)`: filled up at the end, or cut.
    PadRight,
    /// `(text, times)`.
    Repeat,
    /// Texts put together, nulls left out.
    Concat,
    /// `(separator, text, ...)`: nulls left out.
    ConcatWithSeparator,
    /// The operator `||`: texts or lists put together, null when one is null.
    ConcatOrNull,
    /// `(text, separator, position)`: one part, empty where there is none; negative positions count from the end.
    SplitPart,
    /// `(text, separator)`: all parts as a list.
    Split,
    /// `(text, searched)`: the position of the first occurrence, 0 where there is none.
    Position,
    /// `(text, searched)`, or `(list, item)`.
    Contains,
    /// `(text, beginning)`.
    StartsWith,
    /// `(text, ending)`.
    EndsWith,
    /// `(text[, nothing])`: the code point of the first character; of an empty text the second argument, or 0.
    CodePoint,
    /// The character of a code point.
    Character,
    /// Accents taken from Latin letters.
    StripAccents,
    /// `(text, pattern[, escape])` with `%` and `_`.
    Like,
    /// [`Function::Like`] without regard to case.
    LikeIgnoringCase,
    /// `(text, pattern)` with `*`, `?` and `[...]`.
    Glob,
    /// `(text, pattern[, options])`: whether the pattern occurs.
    RegexpMatches,
    /// `(text, pattern[, options])`: whether the pattern covers the whole text.
    RegexpFullMatch,
    /// `(text, pattern[, group[, options]])`: the first match, empty where there is none.
    RegexpExtract,
    /// `(text, pattern)`: the first group of the first match, or the match; null where there is none.
    RegexpSubstring,
    /// `(text, pattern[, group])`: all matches as a list.
    RegexpExtractAll,
    /// `(text, pattern, replacement[, options])`: the first match replaced, with option `g` every one.
    RegexpReplace,
    /// `(text, pattern)`: the parts between the matches.
    RegexpSplit,
    /// `(value, nothing)`: null when both are equal.
    NullIf,
    /// `(integer, least, greatest)`: the integer, null outside the range of a narrow type.
    InRange,
    /// The first argument that is not null.
    Coalesce,
    /// The greatest argument, nulls left out.
    Greatest,
    /// The least argument, nulls left out.
    Least,
    /// `(value, candidate, ...)`: three-valued `IN`.
    In,
    /// Absolute value.
    Abs,
    /// `(number[, digits])`, halves away from zero.
    Round,
    /// The next integer down.
    Floor,
    /// The next integer up.
    Ceiling,
    /// Without the fraction.
    Truncate,
    /// -1, 0 or 1.
    Sign,
    /// Square root.
    SquareRoot,
    /// Cube root.
    CubeRoot,
    /// `(base, exponent)`.
    Power,
    /// e to the power of.
    Exp,
    /// Natural logarithm.
    Ln,
    /// Logarithm to base 2.
    Log2,
    /// Logarithm to base 10.
    Log10,
    /// `(base, number)`.
    Log,
    /// Sine of radians.
    Sin,
    /// Cosine of radians.
    Cos,
    /// Tangent of radians.
    Tan,
    /// Arc sine.
    Asin,
    /// Arc cosine.
    Acos,
    /// Arc tangent.
    Atan,
    /// `(y, x)`.
    Atan2,
    /// Degrees to radians.
    Radians,
    /// Radians to degrees.
    Degrees,
    /// The number pi.
    Pi,
    /// Whether a number is no number.
    IsNan,
    /// Whether a number is infinite.
    IsInfinite,
    /// Whether a number is neither infinite nor no number.
    IsFinite,
    /// `(text, format or formats)`: a timestamp, an error where the text does not fit.
    ParseTimestamp,
    /// `(text, format or formats)`: a timestamp, null where the text does not fit.
    TryParseTimestamp,
    /// `(date or timestamp, format)`: text.
    FormatTimestamp,
    /// Seconds since 1970-01-01, with fractions.
    Epoch,
    /// Milliseconds since 1970-01-01.
    EpochMilliseconds,
    /// Seconds since 1970-01-01 to timestamp.
    FromEpoch,
    /// `(part, date)`: one field of a date or timestamp.
    DatePart,
    /// `(part, from, to)`: how many boundaries of the part lie between.
    DateDifference,
    /// `(part, from, to)`: how many whole parts lie between.
    DateSubtract,
    /// `(part, date)`: the start of the part.
    DateTruncate,
    /// `(year, month, day)`.
    MakeDate,
    /// The last day of the month.
    LastDay,
    /// The name of the weekday in English.
    DayName,
    /// The name of the month in English.
    MonthName,
    /// Days since noon of 1 January 4713 BC.
    JulianDay,
    /// `(months)`: an interval.
    IntervalOfMonths,
    /// `(days)`: an interval.
    IntervalOfDays,
    /// `(seconds)`: an interval.
    IntervalOfSeconds,
    /// Items of a list.
    ListLength,
    /// `(list, position)`: from 1, negative from the end; null where there is none. Of a text, one character.
    ListExtract,
    /// `(list, first, last)`.
    ListSlice,
    /// `(list, item)`.
    ListContains,
    /// `(list, item)`: from 1, null where there is none.
    ListPosition,
    /// The distinct items that two lists share, nulls left out.
    ListIntersect,
    /// The distinct items of the first list that the second lacks, nulls left out.
    ListExcept,
    /// The distinct items of both lists.
    ListUnion,
    /// Whether two lists share an item.
    ListHasAny,
    /// `(list, part)`: whether the list has every item of the part.
    ListHasAll,
    /// The least item, nulls left out.
    ListMin,
    /// The greatest item, nulls left out.
    ListMax,
    /// The sum, nulls left out.
    ListSum,
    /// The mean, nulls left out.
    ListAverage,
    /// The number of items that are not null.
    ListCount,
    /// The number of distinct items, nulls left out.
    ListUnique,
    /// A list of lists to one list.
    ListFlatten,
    /// `(list, lambda)`.
    ListTransform,
    /// `(list, lambda)`: the items for which the lambda is true.
    ListFilter,
    /// `(list, lambda[, start])`.
    ListReduce,
    /// `(list, lambda)`: whether the lambda is true for one item.
    ListAny,
    /// `(list, lambda)`: whether the lambda is true for every item.
    ListAll,
    /// `(list, list, lambda)`: the lambda of the items side by side; nulls stand in for what the shorter list lacks.
    ListZipWith,
    /// Ascending, nulls last.
    ListSort,
    /// Descending, nulls last.
    ListSortDescending,
    /// Each item once, nulls left out.
    ListDistinct,
    /// Lists put together, nulls left out.
    ListConcat,
    /// `(list, item)`.
    ListAppend,
    /// `(item, list)`.
    ListPrepend,
    /// `(list, separator)`: a text, nulls left out.
    ListJoin,
    /// Cosine of the angle between two lists of numbers.
    CosineSimilarity,
    /// The scalar product of two lists of numbers.
    InnerProduct,
    /// The Euclidean distance of two lists of numbers.
    EuclideanDistance,
}

impl Function {
    /// Whether the function compares two texts and counts in the units of [`crate::Parity`].
    pub const fn is_string_measure(self) -> bool {
        matches!(
            self,
            Self::Levenshtein | Self::DamerauLevenshtein | Self::Jaro | Self::JaroWinkler | Self::Jaccard | Self::Hamming
        )
    }
}
