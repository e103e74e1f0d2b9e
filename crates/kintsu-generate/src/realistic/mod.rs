//! The preset `realistic`: the sources of the preset `mdm`, whose customers are people with households and addresses that fit,
//! and whose records have the errors that people and machines make.
//!
//! What says who somebody is comes from the customer and is corrupted. What a source finds out by itself (income, segment, when the
//! customer registered and was last seen, whether the account is active) is each record's own: equal values there would tell which
//! records belong together better than any name.

mod work;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Date32Array, Int32Array, RecordBatch};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use kintsu_core::{Draws, Stream, below};

use crate::column::{CodeColumn, code_type, values};
use crate::copied::{Coverage, Held, made_coded_columns};
use crate::corrupt::{Change, CorruptColumn, Corruptor, Record, Value};
use crate::country::Country;
use crate::distinct::ListedTexts;
use crate::error::GenerateError;
use crate::lists::Place;
use crate::mdm::base::{Base, SEGMENTS};
use crate::mdm::customer_ids;
use crate::mdm::extras::System;
use crate::mdm::schema::{self, SHARED};
use crate::options::Options;
use crate::persons::Persons;
use crate::preset::{Changes, Delivery, Made, Preset, Source};
use work::Work;

/// The columns that errors may be put into: the first of those that customers and records share.
const CORRUPTED: usize = 12;

// Positions among them.
const FIRST_NAME: usize = 0;
const LAST_NAME: usize = 1;
const FULL_NAME: usize = 2;
const EMAIL: usize = 3;
const PHONE: usize = 4;
const ADDRESS: usize = 5;
const CITY: usize = 6;
const STATE: usize = 7;
const ZIP_CODE: usize = 8;
const BIRTH_DATE: usize = 9;
const COMPANY: usize = 10;
const JOB_TITLE: usize = 11;

/// The part of a record's random numbers that the source's own knowledge is drawn from.
const OWN: u64 = 2;
/// The part that another job is drawn from.
const OTHER_JOB: u64 = 4;

/// The preset.
pub struct Realistic {
    persons: Persons,
    work: Work,
    /// For each column that errors may be put into the texts that it is made of, where they are few.
    listed: Vec<Option<ListedTexts>>,
    /// The position of the state of each place among the texts of states.
    state_of_place: Vec<u32>,
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
        let events = options.corruption.clone().unwrap_or_default().events;
        let persons = Persons::new(Country::UnitedStates, seed, options.as_of, lists)?;
        let work = Work::new(lists, events.job_change)?;
        let (states, state_of_place) = states(&persons);
        Ok(Self {
            sources: sources.collect(),
            listed: Self::listed(&persons, &work, &states),
            persons,
            work,
            state_of_place,
            base: Base::new(lists, options.as_of)?,
            corruptor: options.corruptor(&Self::corrupted_columns(), None)?,
            records: System::ALL.map(|system| Stream::new(seed, &format!("realistic {}", system.name()))),
            customers: Stream::new(seed, "realistic customer"),
            coverage,
            keep_customer_id: options.keep_customer_id,
        })
    }

    fn listed(persons: &Persons, work: &Work, states: &[&str]) -> Vec<Option<ListedTexts>> {
        let of = |column: usize| match column {
            FIRST_NAME => Some(ListedTexts::new(persons.given_names())),
            LAST_NAME => Some(ListedTexts::new(persons.surnames())),
            CITY => Some(ListedTexts::new(persons.addresses.places.iter().map(|place| place.city.as_str()))),
            STATE => Some(ListedTexts::new(states.iter().copied())),
            JOB_TITLE => Some(ListedTexts::new(work.titles())),
            _ => None,
        };
        (0..CORRUPTED).map(of).collect()
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
        let home = person.home;
        let (first, last) = (self.persons.first_name(&person), self.persons.last_name(&person));
        let place_code = self.persons.addresses.place_code(home);
        let place = self.persons.addresses.places.get(place_code);
        let listed = [
            (FIRST_NAME, first, self.persons.first_name_code(&person)),
            (LAST_NAME, last, person.last),
            (CITY, &place.city, place_code),
            (STATE, &place.state, self.state_of_place[place_code as usize]),
        ];
        for (column, text, position) in listed {
            record[column].text.push_str(text);
            record[column].listed = Some(position);
        }
        for text in [first, " ", last] {
            record[FULL_NAME].text.push_str(text);
        }
        self.persons.append_email(&person, &mut record[EMAIL].text);
        self.persons.append_phone(&person, &mut record[PHONE].text);
        self.persons.addresses.append_street(home, &mut record[ADDRESS].text);
        place.append_postcode(home.part(1), &mut record[ZIP_CODE].text);
        record[BIRTH_DATE].days = person.birth;
        self.work.fill(person.draws, record);
    }

    /// The columns that customers and records share, and what was changed in them.
    fn shared(&self, entities: &[u64], held: Option<&Held>) -> Result<(Vec<ArrayRef>, Changes), GenerateError> {
        let change = |row: usize, record: &mut Record, changes: &mut Vec<Change>| {
            if let Some(held) = held {
                self.work.change(held.own[row].part(OTHER_JOB), record, changes);
                held.change(row, &self.corruptor, record, changes);
            }
        };
        let (mut columns, changes) = made_coded_columns(
            (&Self::corrupted_columns(), &self.listed, &SHARED),
            entities,
            held.is_some(),
            |number, record| self.fill(number, record),
            change,
        )?;
        columns.extend(self.found_out(entities, held.map(|held| held.own.as_slice()))?);
        Ok((columns, changes))
    }

    /// What has nothing to do with who somebody is: of the customer, and in records what each source has found out by itself.
    fn found_out(&self, entities: &[u64], own: Option<&[Draws]>) -> Result<Vec<ArrayRef>, GenerateError> {
        let clean = entities.iter().map(|number| self.customers.draws(*number));
        let draws: Vec<Draws> = match own {
            Some(own) => own.iter().map(|draws| draws.part(OWN)).collect(),
            None => clean.clone().collect(),
        };
        let dates = |days: Vec<i32>| -> ArrayRef { Arc::new(Date32Array::from(days)) };
        let registered: Vec<i32> = draws.iter().map(|draws| self.base.registration(*draws)).collect();
        let seen =
            draws.iter().zip(&registered).map(|(draws, registered)| self.base.activity_since(*draws, *registered)).collect();
        let incomes = clean.zip(&draws).map(|(customer, draws)| match own {
            Some(_) => about(Base::income(customer), *draws),
            None => Base::income(customer),
        });
        let segments = CodeColumn::of(draws.iter().map(|draws| Base::segment(*draws)).collect());
        let active = BooleanBuffer::collect_bool(draws.len(), |row| self.base.is_active(draws[row]));
        Ok(vec![
            Arc::new(Int32Array::from_iter_values(incomes)),
            segments.finish(&values(SEGMENTS))?,
            dates(registered),
            dates(seen),
            Arc::new(BooleanArray::from(active)),
        ])
    }
}

/// An income as somebody else knows it: up to a tenth off, in whole hundreds.
fn about(income: i32, draws: Draws) -> i32 {
    let percent = 90 + below(draws.at(0), 21) as i32;
    (income * percent / 100 + 50) / 100 * 100
}

/// The states, and for each place the position of its state among them.
fn states(persons: &Persons) -> (Vec<&str>, Vec<u32>) {
    let places = &persons.addresses.places;
    let states: Vec<&str> = places.iter().map(|place| place.state.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
    let position = |place: &Place| states.partition_point(|state| *state < place.state.as_str()) as u32;
    let positions = places.iter().map(position).collect();
    (states, positions)
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
            "first_name" | "last_name" | "city" | "state" | "job_title" | "customer_segment" => code_type(),
            _ => DataType::Utf8,
        };
        Field::new(name, data_type, true)
    })
}
