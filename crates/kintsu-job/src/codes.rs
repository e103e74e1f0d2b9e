//! What the codes of problems and warnings mean, and what to do where a message has no better advice.
//!
//! Errors that are variants of an enum carry their meaning with them and do not stand here. The reference lists both, and fails to
//! be written when a code of the sources has no meaning.

/// A code with what it means and what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeNote {
    /// The code, such as `KN-JOB-013`.
    pub code: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What to do about it.
    pub hint: &'static str,
}

/// The note of `code`; none for codes of error enums.
pub fn code_note(code: &str) -> Option<CodeNote> {
    NOTES.iter().find(|note| note.0 == code).map(|&(code, meaning, hint)| CodeNote { code, meaning, hint })
}

/// Code, meaning, hint; in the order of the codes.
const NOTES: &[(&str, &str, &str)] = &[
    ("KN-CLI-001", "the threads cannot be started", "give a smaller number to --threads"),
    ("KN-CLI-002", "an `--input` is not of the form NAME=PATH", "write --input NAME=PATH"),
    ("KN-CLI-003", "an `--input` names an input that the job has not", "name one of the inputs of the job"),
    ("KN-CLI-004", "an option has a value that it cannot have", "see `kintsu COMMAND --help` for what it takes"),
    ("KN-CLI-005", "the result cannot be written to standard output", "check where standard output goes"),
    ("KN-CLI-006", "the arguments do not fit the command", "see `kintsu --help`, or `kintsu COMMAND --help`"),
    ("KN-CLI-007", "two options exclude each other", "give one of them"),
    (
        "KN-CLI-008",
        "`kintsu link` has settings or a model that deduplicate",
        "use kintsu dedupe, or a job file with `link_type = \"link_only\"`",
    ),
    ("KN-JOB-002", "a job file is no TOML or JSON", "mend the line; strings stand in quotes, lists in square brackets"),
    ("KN-JOB-003", "a job has a key that is not known", "the keys stand in docs/reference/kintsu.schema.json"),
    ("KN-JOB-004", "a job has a value that its key cannot have", "the values stand in docs/reference/kintsu.schema.json"),
    ("KN-JOB-005", "a job lacks a key or a value that must be there", "add it"),
    ("KN-JOB-010", "no input is named", "name one under `inputs`, or give files on the command line"),
    ("KN-JOB-011", "there are neither settings nor a model", "give --settings FILE or --model FILE"),
    ("KN-JOB-012", "settings, model and comparisons exclude each other", "give one of them"),
    ("KN-JOB-013", "a file that the job names does not exist", "check the path; paths in a job file are relative to it"),
    ("KN-JOB-014", "edges that clustering needs would be missing", "lower the predict threshold, or raise the cluster threshold"),
    ("KN-JOB-015", "two thresholds of a step exclude each other", "give one of them"),
    ("KN-JOB-016", "an amount of memory cannot be read", "write a number with a unit, such as `4GiB` or `800MB`"),
    ("KN-JOB-017", "best links and one-to-one need several tables", "link several tables, or leave it out"),
    ("KN-JOB-018", "two inputs have one name", "give each table a name of its own"),
    ("KN-JOB-019", "a blocking rule has neither or both of columns and SQL", "write `columns` or `blocking_rule`"),
    ("KN-JOB-020", "a name cannot be that of a file", "use letters, digits, `_` and `-`"),
    ("KN-JOB-021", "two steps write one file", "give one of them another `name`"),
    ("KN-JOB-022", "no run directory is named", "name one with -o DIR"),
    ("KN-JOB-023", "a column is not in the input", "check the name against the columns of the input"),
    (
        "KN-JOB-024",
        "the input holds no records",
        "check that the files hold rows below their header, and are those that you mean",
    ),
    ("KN-JOB-025", "a column that is to be ignored or holds the truth is compared", "take it out of the comparisons and rules"),
    ("KN-JOB-026", "standard input is to be read more than once", "write the records into a file and name that"),
    ("KN-JOB-027", "a folder stands where a file should be", "name a file"),
    ("KN-JOB-030", "a file of pairs names records that are not in the input", "check the ids and the names of the tables"),
    ("KN-JOB-031", "a file of pairs lacks the columns of ids", "call them after the id column, with `_l` and `_r`"),
    ("KN-JOB-032", "a `clerical_match_score` is no number", "write numbers from 0 to 1"),
    ("KN-JOB-033", "a file of entities has no column beside the ids", "add one that says to which entity a record belongs"),
    ("KN-JOB-034", "a term-frequency table lacks its columns", "it has the columns COLUMN and tf_COLUMN"),
    ("KN-JOB-035", "a table without duplicates is named that is not there", "name one of the tables"),
    ("KN-JOB-036", "a file of pairs pairs a record with itself", "take such pairs out: they say nothing about matching"),
    ("KN-JOB-037", "a file of pairs has pairs of one table where tables are linked", "take them out, or link and deduplicate"),
    ("KN-JOB-040", "a directory is no run directory", "name a directory that kintsu dedupe, link or run has written"),
    ("KN-JOB-041", "the card of a run cannot be read", "it is damaged or of another version of kintsu: run the job again"),
    ("KN-JOB-042", "both ids are of one record", "give two different records, or one to explain its entity"),
    ("KN-JOB-043", "a run directory holds no clusters", "add a cluster step to the job"),
    (
        "KN-JOB-044",
        "a run has no record of that id",
        "ids are those of the input; where there are several tables write TABLE-__-ID",
    ),
    (
        "KN-JOB-045",
        "settings or a model stand where a job is wanted",
        "use kintsu dedupe or link with --settings or --model, or name the file under `settings` or `model` in a job file",
    ),
    ("KN-JOB-046", "a file of a run directory is not there", "run the job again, into another place or with --overwrite"),
    ("KN-JOB-047", "the truth says nothing about the records", "check the ids of the truth against those of the input"),
    ("KN-JOB-048", "a term-frequency table has shares that cannot be", "write how often a value stands as a share of all values"),
    (
        "KN-JOB-049",
        "the column `cluster_id` of a run is what the run found, and not that of its input",
        "name the column of the input, or the file, that holds the truth",
    ),
    (
        "KN-JOB-050",
        "a truth or a term-frequency table says different things of one record or value",
        "list each record and each value once",
    ),
    ("KN-JOB-060", "the name of a file of tokens tells no format", "end it in .csv or .parquet"),
    ("KN-JOB-061", "a file is both input and output", "name another output"),
    ("KN-JOB-062", "tokens are to be made of no input, or of several", "name one file, or `-` for standard input"),
    (
        "KN-JOB-063",
        "the input lacks a column that a rule needs",
        "name the column with --columns NAME=FIELD, or leave out --strict-columns",
    ),
    ("KN-JOB-064", "every rule lacks a column", "name columns with --columns NAME=FIELD, or give --allow-missing"),
    ("KN-JOB-065", "a column is named for a field that no rule has", "name one of the fields of the rules"),
    ("KN-JOB-066", "a key opens no token of a file", "check the key and the partner, and that the tokens are encrypted"),
    ("KN-JOB-067", "a file of tokens lacks its columns", "name a file that `kintsu tokenize` or OpenToken has written"),
    ("KN-JOB-068", "there is no encryption key", "name a file with --encryption-key-file, or set KINTSU_ENCRYPTION_KEY"),
    ("KN-JOB-069", "a flag that the reference's command line needs is not given", "give it"),
    (
        "KN-JOB-070",
        "a job that makes tokens is to be planned",
        "run it with `kintsu run`, and see what it would make with --dry-run",
    ),
    (
        "KN-JOB-071",
        "an option on tokens of rules is given where fuzzy tokens are asked for",
        "leave the option out, or leave out the linkage schema",
    ),
    ("KN-JOB-072", "there is no hashing secret", "name a file with --hashing-secret-file, or set KINTSU_HASHING_SECRET"),
    ("KN-JOB-073", "the input has no column of ids", "name it with --record-id COLUMN"),
    ("KN-JOB-074", "several columns have the name of one that is needed", "give each a name of its own"),
    ("KN-JOB-075", "a job that makes data is planned or linked", "run it with `kintsu run`"),
    ("KN-JOB-076", "a file of CLKs lacks its columns", "name a file that `kintsu tokenize --fuzzy` has written"),
    (
        "KN-JOB-077",
        "a CLK of a file is no base64, or of another length than those before it",
        "check that the file is whole and that all its CLKs come of one schema",
    ),
    ("KN-JOB-078", "fuzzy tokens are made of files alone", "write the records to a file first"),
    ("KN-LINK-300", "several things are wrong with a model", "mend all of them"),
    (
        "KN-TOKEN-201",
        "a file of rules is no TOML or YAML",
        "mend the line; YAML is indented by spaces, TOML has its texts in quotes",
    ),
    ("KN-TOKEN-202", "a file of rules has not the keys and values that rules have", "see the example of a file of rules"),
    ("KN-TOKEN-203", "a field is of a kind that is not known", "write the name of a kind, such as LastName"),
    ("KN-TOKEN-204", "a rule names a field that is not known", "map it under `column_mappings`, or write the name of a kind"),
    ("KN-TOKEN-205", "there are no rules", "write at least one rule with its components"),
    ("KN-TOKEN-206", "a rule has a blank id", "name it, such as T6"),
    ("KN-TOKEN-207", "two rules have one id", "name one of them otherwise"),
    ("KN-TOKEN-208", "a rule has no components", "give it at least one field with an expression"),
    ("KN-TOKEN-209", "one field is of two kinds", "use one kind for the field, or two names"),
    ("KN-TOKEN-210", "an expression cannot be evaluated", "write what the message says at the place that it names"),
    ("KN-PY-001", "a text is no amount of memory", "write it like 4GiB or 500MB"),
    ("KN-PY-002", "the system starts no threads", "ask for fewer threads"),
    ("KN-PY-003", "another Python package is needed and is not there", "install what the message names"),
    ("KN-PY-004", "an argument is not what its type says", "give what the type of the argument says"),
    ("KN-PY-005", "there is no such dialect of SQL", "write duckdb, spark, sqlite or postgres"),
    ("KN-PY-006", "a word is none of those that an argument may be", "write one of those that the message lists"),
    ("KN-PY-007", "a column is not named by a text", "give the name of the column, or SQL over columns"),
    ("KN-PY-008", "something is no comparison level", "give a level of the library or a dictionary as settings have it"),
    ("KN-PY-009", "a comparison level lacks its condition", "write `sql_condition`"),
    ("KN-PY-010", "no levels are put together", "give at least one"),
    ("KN-PY-011", "a place has only one coordinate", "give `lat_col` and `long_col`, or neither"),
    ("KN-PY-012", "there is nothing to block on", "name at least one column"),
    ("KN-PY-013", "a blocking rule lacks its condition", "write `blocking_rule`, in SQL"),
    ("KN-PY-014", "rules of several dialects are put together", "write them in one dialect"),
    ("KN-PY-015", "something is no blocking rule", "make it by block_on, or write SQL"),
    ("KN-PY-016", "settings have a key that nobody knows", "write one of the keys that the message lists"),
    ("KN-PY-017", "settings lack `link_type`", "write dedupe_only, link_only or link_and_dedupe"),
    ("KN-PY-018", "something is no comparison", "give one of the comparison library or a dictionary as settings have it"),
    ("KN-PY-019", "a file cannot be read", "check the path, and who may read it"),
    ("KN-PY-020", "a file holds no settings", "give a file of settings or of a model, in JSON"),
    ("KN-PY-021", "data are of a type that cannot be read", "give a path, or a table of pandas, Polars, Arrow or DuckDB"),
    ("KN-PY-022", "an output is missing or not possible", "name an output for files; tables in memory come back as tables"),
    ("KN-PY-023", "a secret is no text and no bytes", "give the secret as text or bytes, or name its file"),
    ("KN-PY-024", "rules are neither a file nor a definition", "make them with kintsu.CustomTokenDefinition"),
    ("KN-W-GEN-001", "the customers are many for the records asked for", "leave the number of customers out"),
    ("KN-W-GEN-002", "an option needs the cloud", "what it would do there is not done: the data are written here"),
    ("KN-W-JOB-001", "columns of the input were renamed in the output", "rename them in the input to choose names of your own"),
    ("KN-W-JOB-002", "a blocking rule finds no pairs to train on", "list the training steps in a job file"),
    (
        "KN-W-JOB-003",
        "one block makes most pairs of a rule",
        "make values that stand for \"unknown\" null, or add a column to the rule",
    ),
    ("KN-W-JOB-004", "a rule makes very many pairs", "add a column to the rule, or leave it out"),
    ("KN-W-JOB-005", "a file of pairs repeats pairs", "each is counted as often as it stands: list each pair once"),
    ("KN-W-JOB-006", "rows of the truth are of no record", "check their ids and tables; what is measured leaves them out"),
    ("KN-W-LINK-041", "a comparison was never trained", "add a training rule that leaves its columns out"),
    ("KN-W-LINK-042", "a level was never seen in training", "see whether the level is needed, or train on more pairs"),
    ("KN-W-LINK-043", "the weights of a comparison's levels do not fall", "see whether the levels are in the right order"),
    ("KN-W-LINK-044", "a parameter is above 1", "mend the model: probabilities are at most 1"),
    ("KN-W-LINK-045", "expectation maximisation hit the limit of iterations", "raise max_iterations, or train on another rule"),
    ("KN-W-LINK-046", "one blocking rule finds nearly all pairs", "see whether the other rules are needed, or tighten it"),
    ("KN-W-LINK-047", "lambda is at 0 or 1, or next to it", "check the rules and the recall that it was estimated from"),
    (
        "KN-W-LINK-101",
        "a condition could not be computed for some pairs",
        "guard it against such values, for example with a null level",
    ),
    ("KN-W-LINK-102", "a blocking rule has no equality, so every pair is tested", "add an equality between the two records"),
    ("KN-W-LINK-103", "a column expression could not be computed for some records", "mend the values, or guard the expression"),
    ("KN-W-TABLE-001", "a file lacks columns, which are filled with nulls", "add the columns, or leave it at that"),
    ("KN-W-TABLE-002", "two inputs have one name, and one is renamed", "give each input a name of its own"),
    (
        "KN-W-TABLE-003",
        "a column that nothing looks at has types that do not go together, and is carried as text",
        "give it one type",
    ),
    ("KN-W-TOKEN-001", "the input lacks a column, so tokens are blank", "name the column with --columns NAME=FIELD"),
    (
        "KN-W-TOKEN-002",
        "a byte order mark or white space in the header is passed over",
        "the reference would not find these columns",
    ),
    ("KN-W-TOKEN-003", "two columns hold one kind of attribute", "say which is meant with --columns NAME=FIELD"),
    ("KN-W-TOKEN-004", "a secret is easily guessed", "make a strong one with `kintsu tokens new-secret`"),
    ("KN-W-TOKEN-005", "tokens are written as personal data in clear", "hash them, unless nobody else is to see them"),
    ("KN-W-TOKEN-006", "some tokens cannot be decrypted with the key", "check the key and the partner"),
    (
        "KN-W-TOKEN-007",
        "secrets stand on the command line",
        "use kintsu tokenize, which reads secrets from files, the environment or standard input",
    ),
    (
        "KN-W-TOKEN-008",
        "some tokens of a file are not encrypted with its key",
        "check the key and the partner; they are compared as they are",
    ),
    ("KN-W-TOKEN-009", "tokens seem encrypted and there is no key", "give the key with --encryption-key-file, or decrypt them"),
    ("KN-W-TOKEN-010", "a rule that is compared stands in one file alone", "make the tokens of both files by the same rules"),
    ("KN-W-TOKEN-011", "rows of tokens name no record", "check how the file was made; such rows belong to no record"),
    ("KN-W-TOKEN-012", "an empty file is taken for one without tokens", "check that it is the file that you mean"),
    ("KN-W-TOKEN-013", "many records bear one token, which makes many pairs", "leave such tokens out with --max-token-frequency"),
    ("KN-W-TOKEN-014", "a linkage schema does not mean what its author may expect", "read what the message says of the key"),
    ("KN-W-TOKEN-015", "every record has an invalid value and no CLK", "see whether the formats of the schema fit the columns"),
    ("KN-W-TOKEN-016", "records of a file have one id and different CLKs", "give each record an id of its own"),
    (
        "KN-W-TOKEN-017",
        "records with a CLK have no token to block by",
        "block by rules that more records have tokens of, and make tokens and CLKs of the same records",
    ),
    ("KN-W-TOKEN-020", "others can read or change the file of a secret", "let its owner alone read it: chmod 600 FILE"),
];

#[cfg(test)]
mod tests {
    use super::NOTES;

    #[test]
    fn codes_stand_once_and_in_order() {
        assert!(NOTES.windows(2).all(|pair| pair[0].0 < pair[1].0), "codes are not in order, or one stands twice");
        assert!(NOTES.iter().all(|(_, meaning, hint)| !meaning.is_empty() && !hint.is_empty()));
    }
}
