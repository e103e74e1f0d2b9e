#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kintsu_fuzz::token_entries::linkage_schema(data));
