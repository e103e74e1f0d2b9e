//! Work cut into tasks of similar numbers of pairs. Cuts depend on sizes alone, never on the number of threads.

use super::groups::Groups;

/// A run of left rows, with all their partners, of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Task {
    pub(super) rule: u32,
    /// The group it begins in.
    pub(super) group: u32,
    /// The place of the first left row in that group.
    pub(super) offset: u32,
    /// How many pairs it has before anything is dropped.
    pub(super) pairs: u64,
}

/// The pairs that one task should have when there are `total`.
fn pairs_per_task(total: u64) -> u64 {
    (total / 512).clamp(1 << 14, 1 << 20)
}

/// Cuts the pairs of all rules, in the order of the rules.
pub(super) fn cut(rules: &[&Groups], total: u64) -> Vec<Task> {
    let wanted = pairs_per_task(total);
    let mut tasks = Vec::new();
    for (rule, groups) in rules.iter().enumerate() {
        let mut current = Task { rule: rule as u32, group: 0, offset: 0, pairs: 0 };
        for group in 0..groups.len() {
            let pairs = groups.pairs(group);
            if current.pairs + pairs <= wanted {
                current.pairs += pairs;
            } else {
                cut_group(groups, group, wanted, &mut current, &mut tasks);
            }
            if current.pairs >= wanted {
                tasks.push(std::mem::replace(
                    &mut current,
                    Task { rule: rule as u32, group: group as u32 + 1, offset: 0, pairs: 0 },
                ));
            }
        }
        if current.pairs > 0 {
            tasks.push(current);
        }
    }
    tasks
}

/// Spreads a group that is too large for what is left of `current`.
fn cut_group(groups: &Groups, group: usize, wanted: u64, current: &mut Task, tasks: &mut Vec<Task>) {
    for offset in 0..groups.left(group).len() {
        if current.pairs >= wanted {
            tasks.push(*current);
            *current = Task { rule: current.rule, group: group as u32, offset: offset as u32, pairs: 0 };
        }
        current.pairs += groups.partners(group, offset).len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::PairKind;

    #[test]
    fn tasks_cover_every_pair_and_split_large_groups() {
        let groups = Groups::one((0..1000).collect(), PairKind::Within);
        let tasks = cut(&[&groups], groups.pairs(0));
        assert_eq!(tasks.iter().map(|task| task.pairs).sum::<u64>(), 499_500);
        assert!(tasks.len() > 20);
        assert!(tasks.iter().all(|task| task.pairs <= (1 << 14) + 1000));
        assert!(tasks.windows(2).all(|two| two[0].offset < two[1].offset));
    }
}
