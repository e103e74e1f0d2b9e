//! The entries of the fuzz targets, driven without a fuzzer: by random bytes, and by valid texts that were cut, joined and
//! overwritten.

use proptest::prelude::*;

use crate::entries;

const SQL: [&str; 12] = [
    "\"first_name_l\" IS NULL OR \"first_name_r\" IS NULL",
    "jaro_winkler_similarity(\"surname_l\", \"surname_r\") >= 0.92",
    "damerau_levenshtein(\"name_l\", \"name_r\") <= 1 AND NOT length(\"name_l\") > 3",
    "l.first_name = r.first_name AND substr(l.dob, 1, 4) = substr(r.dob, 1, 4)",
    "abs(date_diff('day', \"dob_l\"::date, \"dob_r\"::date)) <= 30",
    "ABS(EPOCH(try_strptime(\"dob_l\", '%Y-%m-%d')) - EPOCH(try_strptime(\"dob_r\", '%Y-%m-%d'))) <= 2629800.0",
    "array_length(list_intersect(\"tags_l\", \"tags_r\")) >= 1",
    "CASE WHEN regexp_extract(postcode, '^[A-Z]{1,2}') = '' THEN NULL ELSE left(postcode, -2) END",
    "coalesce(upper(trim(name)), 'none') || cast(age AS varchar)",
    "acos(sin(radians(lat_l)) * sin(radians(lat_r)) + cos(radians(long_r - long_l))) * 6371 <= 10",
    "name_l LIKE '%a_b%' AND name_r IN ('x', 'y', NULL) AND amount_l BETWEEN -1e3 AND 7.25",
    "lpad(name, 20, 'xy') = repeat('ab', 10) OR date_trunc('month', dob) < DATE '2000-02-30' + INTERVAL 1 MONTH",
];
const MODEL: [&str; 2] = [
    r#"{"link_type": "dedupe_only", "probability_two_random_records_match": 0.1, "sql_dialect": "duckdb",
    "blocking_rules_to_generate_predictions": ["l.city = r.city", {"blocking_rule": "l.tag = r.tag", "sql_dialect": "duckdb",
    "salting_partitions": 2, "arrays_to_explode": ["tag"]}], "comparisons": [{"output_column_name": "name",
    "comparison_levels": [{"sql_condition": "\"name_l\" IS NULL OR \"name_r\" IS NULL", "is_null_level": true},
    {"sql_condition": "\"name_l\" = \"name_r\"", "m_probability": 0.8, "u_probability": 1e-9, "tf_adjustment_column": "name",
    "tf_adjustment_weight": 0.5}, {"sql_condition": "ELSE", "m_probability": 0.2, "u_probability": 0.8}]}]}"#,
    r#"{"link_type": "link_only", "comparisons": [], "match_weight_column_prefix": "mw_", "max_iterations": 25,
    "em_convergence": 0.0001, "additional_columns_to_retain": ["a b"], "linker_uid": "x", "retain_matching_columns": false}"#,
];
const JOB: [&str; 3] = [
    "inputs = [\"people.csv\"]\nunique_id = \"id\"\nsettings = \"settings.json\"\noutput = \"run\"\nthreads = 2\n",
    "inputs = [{ path = \"a.parquet\", name = \"a\" }, \"b.csv\"]\nlink_type = \"link_only\"\npredict_threshold = 0.01\n\
     [[training]]\nmethod = \"estimate_u_using_random_sampling\"\nmax_pairs = 1e6\n[[steps]]\nstep = \"predict\"\n",
    r#"{"inputs": ["people.csv"], "comparisons": [{"name": "ExactMatch", "column": "city"}], "blocking_rules": ["l.a = r.a"]}"#,
];
const CSV: [&str; 4] = [
    "id,name,city\n1,\"Ann, B\",York\n2,,\"\"\n3,\"say \"\"x\"\"\",Leeds\n",
    "id;name\r\n1;a\r\n2;b\r\n",
    "\u{feff}id,a\n007,1\n-0,2\n9223372036854775808,3\n",
    "id\tname\n1\tx\n\"2\"\t\"y\nz\"",
];
const JSON_LINES: [&str; 3] = [
    "{\"id\": 1, \"name\": \"Ann\", \"tags\": [\"a\", null]}\n{\"id\": 2, \"name\": null, \"more\": 1e3}\n",
    "{\"id\": \"1\", \"deep\": {\"a\": [1, 2.5, true]}}\n\n{\"id\": \"\\ud83d\\ude00\"}\n",
    "{\"a\": 9223372036854775807}\n{\"a\": -1.5}\n{\"a\": \"text\"}\n",
];

/// One change to a text.
#[derive(Debug, Clone)]
enum Change {
    /// A range is taken out.
    Cut(u16, u8),
    /// A range is repeated so many times.
    Repeat(u16, u8, u8),
    /// A byte is overwritten.
    Overwrite(u16, u8),
    /// Bytes are put in.
    Insert(u16, Vec<u8>),
    /// A piece of another text is put in.
    Graft(u16, u8, u16, u8),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<u16>(), 0..24_u8).prop_map(|(at, length)| Change::Cut(at, length)),
        (any::<u16>(), 1..16_u8, 0..12_u8).prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
        (any::<u16>(), any::<u8>()).prop_map(|(at, byte)| Change::Overwrite(at, byte)),
        (any::<u16>(), "[-+*/(){}\\[\\],;:=<>'\"%.\\\\ 0-9eE\\n\u{0}é\u{1F600}]{1,6}")
            .prop_map(|(at, text)| Change::Insert(at, text.into_bytes())),
        (any::<u16>(), any::<u8>(), any::<u16>(), 1..60_u8)
            .prop_map(|(at, seed, from, length)| Change::Graft(at, seed, from, length)),
    ]
}

fn changed(seeds: &[&str], seed: usize, changes: &[Change]) -> Vec<u8> {
    let mut text = seeds[seed % seeds.len()].as_bytes().to_vec();
    for change in changes {
        let place = |at: u16| at as usize % (text.len() + 1);
        let range = |at: u16, length: u8| place(at)..(place(at) + length as usize).min(text.len());
        match change {
            Change::Cut(at, length) => drop(text.drain(range(*at, *length))),
            Change::Repeat(at, length, times) => {
                let piece = text[range(*at, *length)].repeat(*times as usize);
                let at = place(*at);
                drop(text.splice(at..at, piece));
            }
            Change::Overwrite(at, byte) => {
                let at = place(*at);
                if let Some(old) = text.get_mut(at) {
                    *old = *byte;
                }
            }
            Change::Insert(at, bytes) => {
                let at = place(*at);
                drop(text.splice(at..at, bytes.iter().copied()));
            }
            Change::Graft(at, seed, from, length) => {
                let other = seeds[*seed as usize % seeds.len()].as_bytes();
                let from = *from as usize % other.len();
                let piece = &other[from..(from + *length as usize).min(other.len())];
                let at = place(*at);
                drop(text.splice(at..at, piece.iter().copied()));
            }
        }
    }
    text
}

/// Drives `entry` with its seeds as they are, with changed seeds, and with random bytes and texts.
macro_rules! driven {
    ($($name:ident: $seeds:expr;)*) => {$(
        mod $name {
            use super::*;

            #[test]
            fn seeds() {
                for seed in $seeds {
                    entries::$name(seed.as_bytes());
                }
            }

            proptest! {
                #[test]
                fn changed_seeds(seed in any::<usize>(), changes in prop::collection::vec(change(), 1..8)) {
                    entries::$name(&changed(&$seeds, seed, &changes));
                }

                #[test]
                fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
                    entries::$name(&bytes);
                }

                #[test]
                fn random_text(text in "\\PC{0,80}") {
                    entries::$name(text.as_bytes());
                }
            }
        }
    )*};
}

driven! {
    sql_condition: SQL;
    model_json: MODEL;
    job_file: JOB;
    csv_file: CSV;
    json_lines: JSON_LINES;
}
