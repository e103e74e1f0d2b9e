//! What would be lost if a run directory were replaced: files that no run wrote, and inputs that stand in it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::card::RunCard;
use crate::spec::{JobSpec, Problem};

/// Beside the data files, which its card names, a run directory holds these.
const OWN: [&str; 3] = ["run.json", "model.json", "model.kintsu.json"];
/// What file managers leave in folders.
const DROPPINGS: [&str; 3] = [".DS_Store", "Thumbs.db", "desktop.ini"];
/// So many foreign files are named.
const NAMED: usize = 3;

/// Why the run directory of `job` may not be replaced; nothing where that is not asked for or there is none.
pub(super) fn losses(job: &JobSpec) -> Vec<Problem> {
    let Some(target) = job.output.as_deref().filter(|target| job.overwrite && target.join("run.json").is_file()) else {
        return Vec::new();
    };
    let mut problems = inputs_within(job, target);
    problems.extend(foreign_files(target));
    problems
}

fn inputs_within(job: &JobSpec, target: &Path) -> Vec<Problem> {
    let Ok(folder) = target.canonicalize() else { return Vec::new() };
    let within = |path: &Path| path.canonicalize().is_ok_and(|path| path.starts_with(&folder));
    let inputs = job.inputs.iter().map(|input| input.parts().0);
    inputs
        .filter(|path| within(path))
        .map(|path| {
            let message = format!("the input {} stands in {}, which would be replaced", path.display(), target.display());
            Problem::new("KN-JOB-090", message).hint("write to another place, or move the input out of it")
        })
        .collect()
}

fn foreign_files(target: &Path) -> Option<Problem> {
    let card = fs::read_to_string(target.join("run.json")).ok();
    let card: Option<RunCard> = card.and_then(|text| serde_json::from_str(&text).ok());
    let known: BTreeSet<PathBuf> =
        OWN.iter().map(PathBuf::from).chain(card.iter().flat_map(|card| card.files.keys()).map(PathBuf::from)).collect();
    let mut foreign = Vec::new();
    walk(target, Path::new(""), &mut |file| {
        if !known.contains(file) && !DROPPINGS.iter().any(|name| file.ends_with(name)) {
            foreign.push(file.display().to_string());
        }
    });
    foreign.sort();
    let named = foreign.iter().take(NAMED).map(|file| format!("`{file}`")).collect::<Vec<_>>().join(", ");
    let others = foreign.len().saturating_sub(NAMED);
    let rest = if others > 0 { format!(" and {others} more") } else { String::new() };
    let message = format!("{} holds what its run did not write and would be replaced: {named}{rest}", target.display());
    (!foreign.is_empty()).then(|| Problem::new("KN-JOB-091", message).hint("move it elsewhere, or write to another place"))
}

/// Calls `see` with every file below `root`/`folder`, as it is called from `root`. Links are not followed.
fn walk(root: &Path, folder: &Path, see: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(root.join(folder)).into_iter().flatten().flatten() {
        let path = folder.join(entry.file_name());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            walk(root, &path, see);
        } else {
            see(&path);
        }
    }
}
