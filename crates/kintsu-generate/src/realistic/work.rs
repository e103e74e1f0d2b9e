//! Where people work and what they do there.

use kintsu_core::{Chance, Draws};

use super::{COMPANY, JOB_TITLE};
use crate::corrupt::{Change, Operation, Record};
use crate::error::GenerateError;
use crate::lists::{Lists, WeightedList};

/// Where the values stand among random numbers: those of a person, or of somebody's other job.
mod position {
    pub(super) const FAMILY: u64 = 32;
    pub(super) const WORD: u64 = 33;
    pub(super) const LEGAL_FORM: u64 = 34;
    pub(super) const JOB: u64 = 35;
    pub(super) const CHANGED: u64 = 36;
}

/// Companies and jobs.
#[derive(Debug)]
pub(super) struct Work {
    families: WeightedList,
    words: WeightedList,
    legal_forms: WeightedList,
    jobs: WeightedList,
    changed: Chance,
}

impl Work {
    /// Of which a record names another one at a rate of `changed`.
    pub(super) fn new(lists: &Lists, changed: f64) -> Result<Self, GenerateError> {
        Ok(Self {
            families: lists.load("en_US/family")?,
            words: lists.load("en_US/company_words")?,
            legal_forms: lists.load("en_US/legal_forms")?.map(|forms| forms.split('|').next().unwrap_or(forms).to_owned()),
            jobs: lists.load("en_US/jobs")?,
            changed: Chance::new(changed),
        })
    }

    /// The titles of jobs, by position.
    pub(super) fn titles(&self) -> impl Iterator<Item = &str> {
        self.jobs.iter()
    }

    /// Writes the company and the job that these random numbers draw; both are empty before.
    pub(super) fn fill(&self, draws: Draws, record: &mut Record) {
        let name = [self.families.pick(draws.at(position::FAMILY)), self.words.pick(draws.at(position::WORD))];
        let company = &mut record[COMPANY].text;
        for text in [name[0], " ", name[1], " ", self.legal_forms.pick(draws.at(position::LEGAL_FORM))] {
            company.push_str(text);
        }
        let job = self.jobs.draw(draws.at(position::JOB));
        record[JOB_TITLE].text.push_str(self.jobs.get(job));
        record[JOB_TITLE].listed = Some(job);
    }

    /// Puts another company and job into a record that is of another time.
    pub(super) fn change(&self, draws: Draws, record: &mut Record, changes: &mut Vec<Change>) {
        if !self.changed.happens(draws.at(position::CHANGED)) {
            return;
        }
        let before = [COMPANY, JOB_TITLE].map(|column| std::mem::take(&mut record[column].text));
        self.fill(draws, record);
        for (column, before) in [COMPANY, JOB_TITLE].into_iter().zip(before) {
            let after = Some(record[column].text.clone());
            changes.push(Change { column, operation: Operation::JobChange, before, after });
        }
    }
}
