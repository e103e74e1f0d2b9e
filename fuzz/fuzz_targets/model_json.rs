#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kintsu_fuzz::entries::model_json(data));
