//! Today's date, as `2026-05-01`. A few lines of arithmetic need no calendar library.

use std::time::{SystemTime, UNIX_EPOCH};

/// Today in UTC.
pub(super) fn today() -> String {
    // A clock that shows a time before 1970 was never set. The epoch is good enough then.
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    civil(since.as_secs() / 86_400)
}

/// The date this many days after 1970-01-01 (Howard Hinnant's `civil_from_days`). Its years begin
/// in March, so the leap day is the last day of a year.
fn civil(days: u64) -> String {
    let days = days + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn dates_match_the_calendar() {
        assert_eq!(super::civil(0), "1970-01-01");
        assert_eq!(super::civil(11_016), "2000-02-29");
        assert_eq!(super::civil(11_017), "2000-03-01");
        assert_eq!(super::civil(19_722), "2023-12-31");
        assert_eq!(super::civil(20_574), "2026-05-01");
    }
}
