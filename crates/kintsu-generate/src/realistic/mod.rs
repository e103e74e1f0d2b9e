//! The preset `realistic`: the sources of the preset `mdm`, whose customers are people with households and addresses that fit,
//! and whose records have the errors that people and machines make.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Date32Array, Int32Array, RecordBatch};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kintsu_core::{Draws, Stream};

use crate::column::{CodeColumn, code_type, values};
use crate::copied::{Coverage, Held, made_columns};
use crate::corrupt::{CorruptColumn, Corruptor, Value};
use crate::country::Country;
use crate::error::GenerateError;
use crate::lists::WeightedList;
use crate::mdm::base::{Base, SEGMENTS};
use crate::mdm::customer_ids;
use crate::mdm::extras::System;
use crate::mdm::schema::{self, SHARED};
use crate::options::Options;
use crate::persons::Persons;
use crate::preset::{Changes, Delivery, Made, Preset, Source};

/// The columns that errors may be put into: the first of those that customers and records share.
const CORRUPTED: usize = 12;
const BIRTH_DATE: usize = 9;

/// Where the job of a customer stands among the random numbers of the person.
const COMPANY: u64 = 32;
const COMPANY_WORD: u64 = 33;
const LEGAL_FORM: u64 = 34;
const JOB: u64 = 35;

/// The preset.
pub struct Realistic {
    persons: Persons,
    families: WeightedList,
    company_words: WeightedList,
    legal_forms: WeightedList,
    jobs: WeightedList,
    /// What has nothing to do with who somebody is comes from the preset `mdm`.
    base: Base,
    corruptor: Corruptor,
    coverage: [Coverage; 3],
    records: [Stream; 3],
    customers: Stream,
    sources: Vec<Source>,
    keep_customer_id: bool,
}

impl std::fmt::Debug for Realistic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Realistic").field("sources", &self.sources).finish_non_exhaustive()
    }
}

impl Realistic {
    /// The preset as `options` say.
    ///
    /// # Errors
    /// What is wrong with the lists or with the corruption.
    pub fn new(options: &Options) -> Result<Self, GenerateError> {
        let (lists, seed) = (&options.lists, options.seed);
        let coverage = [0.8, 0.7, 0.6].map(|covered| Coverage::new(covered, options.copies.at_least()));
        let sources = System::ALL.into_iter().zip(&coverage).map(|(system, coverage)| {
            let schema = schema::source(options.keep_customer_id, system, shared_fields());
            Source::new(system.table(), system.name(), schema, coverage)
        });
        Ok(Self {
            sources: sources.collect(),
            persons: Persons::new(Country::UnitedStates, seed, options.as_of, lists)?,
            families: lists.load("en_US/family")?,
            company_words: lists.load("en_US/company_words")?,
            legal_forms: lists.load("en_US/legal_forms")?.map(|forms| forms.split('|').next().unwrap_or(forms).to_owned()),
            jobs: lists.load("en_US/jobs")?,
            base: Base::new(lists, options.as_of)?,
            corruptor: options.corruptor(&Self::corrupted_columns(), None)?,
            records: System::ALL.map(|system| Stream::new(seed, &format!("realistic {}", system.name()))),
            customers: Stream::new(seed, "realistic customer"),
            coverage,
            keep_customer_id: options.keep_customer_id,
        })
    }

    /// The columns that a corruption file may name.
    pub fn corrupted_columns() -> Vec<CorruptColumn> {
        let column =
            |(position, name): (usize, &&str)| CorruptColumn { name: (*name).to_owned(), is_date: position == BIRTH_DATE };
        SHARED[..CORRUPTED].iter().enumerate().map(column).collect()
    }

    /// Writes the clean values of a customer.
    fn fill(&self, number: u64, record: &mut [Value]) {
        let person = self.persons.person(number);
        let (first, last) = (self.persons.first_name(&person), self.persons.last_name(&person));
        let place = self.persons.addresses.place(person.home);
        let (draws, home) = (person.draws, person.home);
        for (position, text) in [(0, first), (1, last), (2, first), (6, &place.city), (7, &place.state)] {
            record[position].text.push_str(text);
        }
        for text in [" ", last] {
            record[2].text.push_str(text);
        }
        self.persons.append_email(&person, &mut record[3].text);
        self.persons.append_phone(&person, &mut record[4].text);
        self.persons.addresses.append_street(home, &mut record[5].text);
        self.persons.addresses.append_postcode(home, &mut record[8].text);
        record[BIRTH_DATE].days = person.birth;
        let company = [self.families.pick(draws.at(COMPANY)), self.company_words.pick(draws.at(COMPANY_WORD))];
        for text in [company[0], " ", company[1], " ", self.legal_forms.pick(draws.at(LEGAL_FORM))] {
            record[10].text.push_str(text);
        }
        record[11].text.push_str(self.jobs.pick(draws.at(JOB)));
    }

    /// The columns that customers and records share, and what was changed in them.
    fn shared(&self, entities: &[u64], held: Option<&Held>) -> Result<(Vec<ArrayRef>, Changes), GenerateError> {
        let (mut columns, changes) = made_columns(
            &Self::corrupted_columns(),
            &SHARED,
            entities,
            held,
            |number, record| self.fill(number, record),
            |_| &self.corruptor,
        )?;
        let draws: Vec<Draws> = entities.iter().map(|number| self.customers.draws(*number)).collect();
        let dates = |day: &dyn Fn(Draws) -> i32| -> ArrayRef {
            Arc::new(Date32Array::from_iter_values(draws.iter().map(|draws| day(*draws))))
        };
        columns.push(Arc::new(Int32Array::from_iter_values(draws.iter().map(|draws| Base::income(*draws)))));
        let segments = CodeColumn::of(draws.iter().map(|draws| Base::segment(*draws)).collect());
        columns.push(segments.finish(&values(SEGMENTS))?);
        columns.push(dates(&|draws| self.base.registration(draws)));
        columns.push(dates(&|draws| self.base.activity(draws)));
        let active = BooleanBuffer::collect_bool(draws.len(), |row| self.base.is_active(draws[row]));
        columns.push(Arc::new(BooleanArray::from(active)));
        Ok((columns, changes))
    }
}

impl Preset for Realistic {
    fn sources(&self) -> &[Source] {
        &self.sources
    }

    fn customer_schema(&self) -> SchemaRef {
        let mut fields = vec![Field::new("customer_id", DataType::Utf8, false)];
        fields.extend(shared_fields());
        Arc::new(Schema::new(fields))
    }

    fn customers(&self, numbers: Range<u64>) -> Result<RecordBatch, GenerateError> {
        let entities: Vec<u64> = numbers.collect();
        let mut columns = vec![customer_ids(entities.iter().copied(), entities.len())?];
        columns.extend(self.shared(&entities, None)?.0);
        Ok(RecordBatch::try_new(self.customer_schema(), columns)?)
    }

    fn records(&self, source: usize, customer: u64) -> u64 {
        let draws = self.records[source].draws(customer);
        self.coverage[source].records(draws.at(0), draws.at(1))
    }

    fn rows(&self, source: usize, delivery: &Delivery, slots: Range<u64>) -> Result<Made, GenerateError> {
        let system = System::ALL[source];
        let held = Held::new(&self.coverage[source], self.records[source], source, delivery, slots);
        let (mut columns, changes) = self.shared(&held.entities, Some(&held))?;
        columns.extend(system.make(&self.base, &held.own)?);
        let source_ids = Some(system.source_ids(&held.own)?);
        held.made(&self.sources[source], self.keep_customer_id, source_ids, columns, changes)
    }
}

fn shared_fields() -> impl Iterator<Item = Field> {
    SHARED.into_iter().map(|name| {
        let data_type = match name {
            "date_of_birth" | "registration_date" | "last_activity_date" => DataType::Date32,
            "annual_income" => DataType::Int32,
            "is_active" => DataType::Boolean,
            "customer_segment" => code_type(),
            _ => DataType::Utf8,
        };
        Field::new(name, data_type, true)
    })
}
