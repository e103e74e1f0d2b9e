//! Every expression of the vectors.

use kintsu_token::{Expression, Profile};

use crate::vectors::rows;

#[test]
fn expressions_are_evaluated_as_the_reference_does() {
    let Some(rows) = rows("expressions.jsonl") else { return };
    let mut differing = Vec::new();
    let mut failures = 0;
    for row in &rows {
        let text = row["expression"].as_str().unwrap_or_default();
        let value = row["value"].as_str().unwrap_or_default();
        let profiles = [
            (Profile::OpenToken1Python, "python"),
            (Profile::OpenLinkToken2, "python"),
            (Profile::OpenLinkToken22, "python"),
            (Profile::OpenToken1Java, "java"),
        ];
        for (profile, key) in profiles {
            let expected = row[key]["result"].as_str();
            let found = Expression::new(text, profile).evaluate(value);
            failures += usize::from(expected.is_none());
            if found.as_deref().ok() != expected {
                differing.push(format!("{} {profile} {text:?} on {value:?}: expected {}, found {found:?}", row["id"], row[key]));
            }
        }
    }
    assert!(differing.is_empty(), "{}:\n{}", differing.len(), differing.join("\n"));
    assert!(failures > 100 && rows.len() == 975, "{failures} {}", rows.len());
}

#[test]
fn an_expression_that_fails_for_every_value_is_told_when_it_is_loaded() {
    let Some(rows) = rows("expressions.jsonl") else { return };
    for (profile, key) in [(Profile::OpenToken1Python, "python"), (Profile::OpenToken1Java, "java")] {
        for row in &rows {
            let text = row["expression"].as_str().unwrap_or_default();
            let works = rows.iter().any(|other| {
                let blank = other["value"].as_str().unwrap_or_default().trim().is_empty();
                other["expression"] == row["expression"] && !blank && other[key].get("result").is_some()
            });
            let expression = Expression::new(text, profile);
            if expression.problems().is_empty() {
                continue;
            }
            // Text that Python ignores is a mistake too, although the expression works.
            let ignored = expression.problems().iter().any(|problem| problem.what.contains("ignored"));
            assert!(!works || ignored, "{profile} {text:?} works, yet: {:?}", expression.problems());
        }
    }
}
