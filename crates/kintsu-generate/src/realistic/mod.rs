//! The preset `realistic`: the sources of the preset `mdm`, whose customers are people with households and addresses that fit,
//! and whose records have the errors that people and machines make.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Date32Array, Int32Array, RecordBatch};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kintsu_core::{Draws, Stream, below};

use crate::column::{CodeColumn, TextColumn, append_number, code_type, values};
use crate::copied::{Coverage, Held, made_columns, slots_per_group};
use crate::corrupt::{CorruptColumn, Corruptor, Value};
use crate::country::Country;
use crate::error::GenerateError;
use crate::lists::WeightedList;
use crate::mdm::base::{Base, SEGMENTS};
use crate::mdm::customer_ids;
use crate::mdm::extras::System;
use crate::mdm::schema::SHARED;
use crate::options::Options;
use crate::persons::Persons;
use crate::preset::{Delivery, Made, Preset, Source, truth_batch};

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
        let coverage = [0.8, 0.7, 0.6].map(|covered| Coverage::new(covered, options.copies));
        let sources = System::ALL.into_iter().zip(&coverage).map(|(system, coverage)| Source {
            table: table(system),
            system: system.name(),
            schema: source_schema(options.keep_customer_id, system),
            copies_max: coverage.copies_max(),
            slots_per_group: slots_per_group(coverage),
            records_mean: coverage.mean,
            records_variance: coverage.variance,
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
    fn shared(&self, entities: &[u64], own: Option<&[Draws]>) -> Result<(Vec<ArrayRef>, crate::preset::Changes), GenerateError> {
        let (mut columns, changes) = made_columns(
            &Self::corrupted_columns(),
            &SHARED,
            entities,
            own,
            |number, record| self.fill(number, record),
            |_, record, draws, changes| self.corruptor.apply(record, draws, changes),
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

    fn rows(&self, source: usize, delivery: &Delivery, slots: Range<u64>) -> Result<Made, GenerateError> {
        let system = System::ALL[source];
        let held = Held::new(&self.coverage[source], self.records[source], source, delivery, slots);
        let ids = customer_ids(held.entities.iter().copied(), held.len())?;
        let record_ids = held.record_ids()?;
        let systems = CodeColumn::of(vec![0; held.len()]).finish(&values([system.name()]))?;
        let (shared, changes) = self.shared(&held.entities, Some(&held.own))?;
        let mut columns = if self.keep_customer_id { vec![Arc::clone(&ids)] } else { Vec::new() };
        columns.extend([source_ids(system, &held.own)?, Arc::clone(&systems), Arc::clone(&record_ids)]);
        columns.extend(shared);
        columns.extend(system.make(&self.base, &held.own)?);
        Ok(Made {
            rows: RecordBatch::try_new(Arc::clone(&self.sources[source].schema), columns)?,
            truth: truth_batch(&record_ids, &systems, &ids)?,
            changes: changes.finish(&record_ids)?,
        })
    }
}

/// Not unique: there are 90,000 of them in a source.
fn source_ids(system: System, own: &[Draws]) -> Result<ArrayRef, GenerateError> {
    let mut column = TextColumn::with_capacity(own.len(), 9);
    for draws in own {
        column.writer().extend_from_slice(system.id_prefix());
        append_number(column.writer(), 10_000 + below(draws.at(2), 90_000), 5);
        column.end();
    }
    column.finish()
}

fn table(system: System) -> &'static str {
    match system {
        System::Crm => "raw_crm_customers",
        System::Erp => "raw_erp_customers",
        System::Ecommerce => "raw_ecommerce_customers",
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

fn source_schema(keep_customer_id: bool, system: System) -> SchemaRef {
    let mut fields = Vec::new();
    if keep_customer_id {
        fields.push(Field::new("customer_id", DataType::Utf8, false));
    }
    fields.push(Field::new("source_id", DataType::Utf8, true));
    fields.push(Field::new("source_system", code_type(), false));
    fields.push(Field::new("record_id", DataType::Utf8, false));
    fields.extend(shared_fields());
    fields.extend(system.columns().into_iter().map(|(name, data_type)| Field::new(name, data_type, true)));
    Arc::new(Schema::new(fields))
}
