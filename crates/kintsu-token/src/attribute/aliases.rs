//! The column names under which kinds of attributes are known.

use super::Attribute;
use crate::profile::Profile;

impl Attribute {
    /// The names of columns that hold this kind in a profile, its own name first.
    pub const fn aliases(self, profile: Profile) -> &'static [&'static str] {
        let newest = matches!(profile, Profile::OpenLinkToken22);
        match self {
            Self::RecordId => &["RecordId", "Id"],
            Self::FirstName => &["FirstName", "GivenName"],
            Self::LastName => &["LastName", "Surname"],
            Self::BirthDate if newest || matches!(profile, Profile::OpenToken1Java) => &["BirthDate", "DateOfBirth"],
            Self::BirthDate => &["BirthDate"],
            Self::Sex => &["Sex", "Gender"],
            Self::PostalCode => &["PostalCode", "ZipCode", "ZIP3", "ZIP4", "ZIP5"],
            Self::SocialSecurityNumber if newest => &["SocialSecurityNumber", "NationalIdentificationNumber", "SSN"],
            Self::SocialSecurityNumber => &["SocialSecurityNumber", "NationalIdentificationNumber"],
            Self::Age => &["Age"],
            Self::BirthYear => &["BirthYear", "YearOfBirth"],
            Self::String => &["String", "Text"],
            Self::Date => &["Date"],
            Self::Year => &["Year"],
            Self::Integer => &["Integer"],
            Self::Decimal => &["Decimal"],
            Self::USPostalCode => &["USPostalCode", "USZipCode"],
            Self::CanadianPostalCode => &["CanadianPostalCode", "CanadianZipCode"],
        }
    }

    /// The kind that a column of this name holds; letters match in either case, spaces around the name do not.
    pub fn of_header(header: &str, profile: Profile) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.aliases(profile).iter().any(|alias| alias.eq_ignore_ascii_case(header)))
    }

    /// The kind of this name, letters matching in either case; for rules, where aliases have no place.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_found_in_either_case_and_only_where_the_profile_knows_them() {
        assert_eq!(Attribute::of_header("SURNAME", Profile::OpenToken1Python), Some(Attribute::LastName));
        assert_eq!(Attribute::of_header(" surname", Profile::OpenToken1Python), None);
        assert_eq!(Attribute::of_header("dateofbirth", Profile::OpenToken1Python), None);
        assert_eq!(Attribute::of_header("dateofbirth", Profile::OpenToken1Java), Some(Attribute::BirthDate));
        assert_eq!(Attribute::of_header("ssn", Profile::OpenLinkToken2), None);
        assert_eq!(Attribute::of_header("ssn", Profile::OpenLinkToken22), Some(Attribute::SocialSecurityNumber));
    }

    #[test]
    fn no_alias_belongs_to_two_kinds() {
        for profile in Profile::ALL {
            for kind in Attribute::ALL {
                for alias in kind.aliases(profile) {
                    assert_eq!(Attribute::of_header(alias, profile), Some(kind));
                }
            }
        }
    }
}
