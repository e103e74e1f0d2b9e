//! The hash functions of CLKs: HMAC over SHA-1 and MD5, and keyed BLAKE2b.
//!
//! SHA-1 and MD5 are broken where collisions matter. Here they only spread tokens over a filter under a secret key, and clkhash
//! fixes which they are; nothing else in this crate uses them. Keys are taken in once, so that a token costs one compression
//! (BLAKE2b) or two (each HMAC).

mod blake2b;
mod hmac;
mod md5;
mod sha1;

pub(crate) use blake2b::KeyedBlake2b;
pub(crate) use hmac::Hmac;
pub(crate) use md5::Md5;
pub(crate) use sha1::Sha1;
