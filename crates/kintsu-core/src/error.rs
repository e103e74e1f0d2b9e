//! What every error of kintsu can say about itself, whichever crate it comes from.

/// Who has to act on an error; it decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The user's input, files or options: exit code 2.
    Input,
    /// A defect or a failing machine: exit code 3.
    Internal,
    /// The user stopped the run: exit code 130.
    Interrupted,
}

impl Blame {
    /// The exit code of a process that ends with this error.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Input => 2,
            Self::Internal => 3,
            Self::Interrupted => 130,
        }
    }
}

/// What to do about a defect.
pub const DEFECT_HINT: &str = "this is a defect of the program: please report it with the command and the version";
/// What to do about a run that was stopped.
pub const CANCELLED_HINT: &str = "run the same command again; nothing was written";

/// An error that carries a stable code and, where the reader can do something, a hint.
///
/// Messages never hold values of records or secrets.
pub trait Explain: std::error::Error {
    /// The stable code, such as `KN-LINK-014`.
    fn code(&self) -> &'static str;

    /// What the reader can do about it, as one sentence.
    fn hint(&self) -> Option<String> {
        None
    }

    /// Who has to act.
    fn blame(&self) -> Blame {
        Blame::Input
    }

    /// The single errors inside a collected one; empty when there is only this one.
    fn parts(&self) -> Vec<&dyn Explain> {
        Vec::new()
    }
}

/// What to do about a file that cannot be written, where the reason tells.
pub fn hint_for_writing(reason: &std::io::Error) -> Option<&'static str> {
    match reason.kind() {
        std::io::ErrorKind::StorageFull => Some("free some space on the disk, or write to another one"),
        std::io::ErrorKind::QuotaExceeded | std::io::ErrorKind::FileTooLarge => {
            Some("raise the limit that the system puts on files, or write to another place")
        }
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            Some("allow writing there, or write to another place")
        }
        _ => None,
    }
}
