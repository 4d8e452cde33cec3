//! The middle of several measurements, and how far they lie apart.

use std::fmt;

/// Minimum, median and maximum.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    min: f64,
    pub(crate) median: f64,
    max: f64,
}

impl Spread {
    /// `None` without measurements.
    pub(crate) fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let median = *values.get(values.len() / 2)?;
        Some(Self { min: *values.first()?, median, max: *values.last()? })
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(2);
        write!(f, "{:.digits$} / {:.digits$} / {:.digits$}", self.min, self.median, self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn the_median_is_in_the_middle() {
        let spread = Spread::of(vec![3.0, 1.0, 2.0]).unwrap();
        assert_eq!(format!("{spread:.1}"), "1.0 / 2.0 / 3.0");
        assert!(Spread::of(Vec::new()).is_none());
    }
}
