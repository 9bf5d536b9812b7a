//! What the library says, in words that help.

use std::path::Path;

use rusqlite::{Error, ErrorCode, ffi};

use crate::store::StoreError;

/// What a failure means for the store in this file.
pub(in crate::store) fn explain(path: &Path, error: Error) -> StoreError {
    let path = path.display().to_string();
    let reason = words(&error);
    let Some(failure) = error.sqlite_error() else {
        return match error {
            // A value of another type, or one that cannot be read: nobody writes such rows.
            Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnType(..) => StoreError::Damaged { path, reason },
            _ => StoreError::Other { path, reason },
        };
    };
    match failure.code {
        ErrorCode::DiskFull => StoreError::Full { path },
        ErrorCode::DatabaseCorrupt => StoreError::Damaged { path, reason },
        ErrorCode::NotADatabase => {
            StoreError::Damaged { path, reason: "it is not a database".to_owned() }
        }
        ErrorCode::CannotOpen => {
            StoreError::Other { path, reason: "it cannot be opened".to_owned() }
        }
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => StoreError::ReadOnly { path, reason },
        ErrorCode::SystemIoFailure => match failure.extended_code {
            ffi::SQLITE_IOERR_CORRUPTFS | ffi::SQLITE_IOERR_DATA => {
                StoreError::Damaged { path, reason }
            }
            // The index of the log is a file that is made larger before it is used.
            ffi::SQLITE_IOERR_SHMSIZE => StoreError::Full { path },
            _ => StoreError::Disk { path, reason },
        },
        // A program that looks at the store with a tool of its own may have it locked for a while.
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            StoreError::Other { path, reason: format!("another program has it locked ({reason})") }
        }
        // A table that is not there was there when the schema was made.
        ErrorCode::Unknown if reason.starts_with("no such ") => {
            StoreError::Damaged { path, reason }
        }
        _ => StoreError::Other { path, reason },
    }
}

/// The library's words without its numbers.
fn words(error: &Error) -> String {
    match error {
        Error::SqliteFailure(failure, None) => ffi::code_to_str(failure.extended_code).to_owned(),
        Error::SqliteFailure(_, Some(message)) => message.clone(),
        Error::FromSqlConversionFailure(_, _, reason) => reason.to_string(),
        other => other.to_string(),
    }
}
