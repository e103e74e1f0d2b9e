//! Which rule a pair is reported under when some rules explode arrays.
//!
//! An exploding rule does not keep later rules from finding a pair again. The pair is reported once, under the smallest of its
//! match keys as text, so `10` comes before `2`.

use super::Rules;
use super::batch::PairBatch;
use super::rule::RulePlan;
use crate::compare::{Node, Pairs, Scratch, TRUE};

impl Rules {
    /// Drops the pairs that another rule reports.
    pub(super) fn keep_smallest_match_key(&self, rule: &RulePlan, batch: &mut PairBatch, scratch: &mut Scratch) {
        if self.any_explodes {
            batch.retain(|_, left, right| !self.reported_elsewhere(rule, left, right, scratch));
        }
    }

    /// Whether another rule that also finds the pair has a smaller match key.
    fn reported_elsewhere(&self, rule: &RulePlan, left: u32, right: u32, scratch: &mut Scratch) -> bool {
        let mine = rule.number.to_string();
        let smaller = |other: &RulePlan| other.number.to_string() < mine;
        let number = rule.number as usize;
        let before = &self.plans[..number];
        if before.iter().any(|other| other.exploded.is_some() && smaller(other) && self.finds(other, left, right, scratch)) {
            return true;
        }
        if rule.exploded.is_none() {
            return false;
        }
        for other in &self.plans[number + 1..] {
            let found = (smaller(other) || other.exploded.is_none()) && self.finds(other, left, right, scratch);
            if found && smaller(other) {
                return true;
            }
            if found && other.exploded.is_none() {
                return false;
            }
        }
        false
    }

    /// Whether the rule's own condition holds for the pair.
    fn finds(&self, rule: &RulePlan, left: u32, right: u32, scratch: &mut Scratch) -> bool {
        let keys_meet = match (&rule.exploded, self.key_places[rule.number as usize]) {
            (Some(exploded), _) => exploded.first_common(left, right).is_some(),
            (None, Some(place)) => self.earlier.left(left)[place] == self.earlier.right(right)[place],
            (None, None) => true,
        };
        keys_meet && rule.residual.as_ref().is_none_or(|condition| self.is_true(condition, left, right, scratch))
    }

    fn is_true(&self, condition: &Node, left: u32, right: u32, scratch: &mut Scratch) -> bool {
        let mut truths = scratch.truths();
        scratch.start(self.shared.ladders.len(), 1);
        condition.truths(&self.shared, Pairs { left: &[left], right: &[right] }, &[0], scratch, &mut truths);
        let found = truths.first() == Some(&TRUE);
        scratch.give_truths(truths);
        found
    }
}
