//! How much memory this process holds, and the watch that ends a run which would hold too much.

use std::sync::atomic::{AtomicU64, Ordering};

/// The memory of this process that is resident now, in bytes; none where the system does not say.
pub fn resident_bytes() -> Option<u64> {
    status_bytes("VmRSS:")
}

/// The largest resident memory of this process so far, in bytes; none where the system does not say.
pub fn peak_resident_bytes() -> Option<u64> {
    status_bytes("VmHWM:")
}

fn status_bytes(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}

/// A run that needs more memory than it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryExceeded {
    /// What it held and was about to take when it was stopped, in bytes.
    pub needed_bytes: u64,
    /// The limit, in bytes.
    pub allowed_bytes: u64,
}

/// Looks at the resident memory once in a few checks: asking the system takes longer than a check may.
#[derive(Debug, Default)]
pub(crate) struct MemoryWatch {
    checks: AtomicU64,
    /// What was needed when the limit was passed; 0 before that.
    needed_bytes: AtomicU64,
    allowed_bytes: AtomicU64,
}

/// A check takes place about every 2048 pairs, so that a run looks at its memory after at most 16,384 pairs a thread.
const CHECKS_PER_LOOK: u64 = 8;

impl MemoryWatch {
    /// Whether the limit was passed.
    pub(crate) fn exceeded(&self) -> Option<MemoryExceeded> {
        match self.needed_bytes.load(Ordering::Relaxed) {
            0 => None,
            needed_bytes => Some(MemoryExceeded { needed_bytes, allowed_bytes: self.allowed_bytes.load(Ordering::Relaxed) }),
        }
    }

    /// Whether it is time to look.
    pub(crate) fn is_due(&self) -> bool {
        self.checks.fetch_add(1, Ordering::Relaxed).is_multiple_of(CHECKS_PER_LOOK)
    }

    /// Whether `bytes` more are within `allowed_bytes`. Where the system does not say what is resident, they are alone.
    pub(crate) fn has_room_for(&self, bytes: u64, allowed_bytes: u64) -> bool {
        let needed_bytes = resident_bytes().unwrap_or(0).saturating_add(bytes);
        if needed_bytes > allowed_bytes {
            self.allowed_bytes.store(allowed_bytes, Ordering::Relaxed);
            self.needed_bytes.fetch_max(needed_bytes, Ordering::Relaxed);
        }
        needed_bytes <= allowed_bytes
    }
}
