//! The statistics of a row.

/// The middle sample, or the mean of the two middle samples. Sorts `samples`.
pub fn median(samples: &mut [f64]) -> f64 {
    assert!(!samples.is_empty(), "the median needs a sample");
    samples.sort_unstable_by(f64::total_cmp);
    let middle = samples.len() / 2;
    if samples.len() % 2 == 1 {
        samples[middle]
    } else {
        f64::midpoint(samples[middle - 1], samples[middle])
    }
}

/// The smallest sample that at least `share` of the samples do not exceed
/// (nearest rank). Sorts `samples`.
pub fn percentile(samples: &mut [f64], share: f64) -> f64 {
    assert!(!samples.is_empty(), "a percentile needs a sample");
    assert!(
        (0.0..=1.0).contains(&share),
        "the share {share} is not between 0 and 1"
    );
    samples.sort_unstable_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the number of samples"
    )]
    let rank = (share * samples.len() as f64).ceil() as usize;
    samples[rank.max(1) - 1]
}

/// The distribution of a contender's samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    pub samples: usize,
    pub least: f64,
    /// The lower quartile.
    pub lower: f64,
    pub median: f64,
    /// The upper quartile.
    pub upper: f64,
    pub most: f64,
}

impl Spread {
    /// Sorts `samples`.
    pub fn of(samples: &mut [f64]) -> Self {
        Self {
            samples: samples.len(),
            least: percentile(samples, 0.0),
            lower: percentile(samples, 0.25),
            median: median(samples),
            upper: percentile(samples, 0.75),
            most: percentile(samples, 1.0),
        }
    }

    /// Whether there are enough samples for quartiles.
    pub fn is_known(&self) -> bool {
        self.samples >= 3
    }
}

/// The ratio of `ours` to the smallest of `peers`, if there is a peer.
pub fn ratio(ours: f64, peers: impl Iterator<Item = f64>) -> Option<f64> {
    peers.min_by(f64::total_cmp).map(|best| ours / best)
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "figures that a float holds exactly")]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_sample() {
        assert_eq!(median(&mut [9.0, 1.0, 5.0]), 5.0);
        assert_eq!(median(&mut [7.0]), 7.0);
    }

    #[test]
    fn the_median_of_an_even_number_of_samples_is_between_the_two_middle_ones() {
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 100.0]), 3.0);
    }

    #[test]
    fn one_outlier_does_not_move_the_median() {
        assert_eq!(median(&mut [10.0, 10.0, 1e9, 10.0, 10.0]), 10.0);
    }

    #[test]
    #[should_panic(expected = "the median needs a sample")]
    fn the_median_of_no_samples_panics() {
        median(&mut []);
    }

    #[test]
    fn a_percentile_is_one_of_the_samples() {
        let mut samples: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(percentile(&mut samples, 0.5), 50.0);
        assert_eq!(percentile(&mut samples, 0.99), 99.0);
        assert_eq!(percentile(&mut samples, 1.0), 100.0);
        assert_eq!(percentile(&mut samples, 0.0), 1.0);
        assert_eq!(percentile(&mut [3.0], 0.99), 3.0);
    }

    #[test]
    fn the_spread_has_the_extremes_and_the_quartiles() {
        let spread = Spread::of(&mut [7.0, 1.0, 6.0, 2.0, 5.0, 3.0, 100.0]);
        assert_eq!((spread.least, spread.most), (1.0, 100.0));
        assert_eq!((spread.lower, spread.median, spread.upper), (2.0, 5.0, 7.0));
        assert!(spread.is_known());
        assert!(!Spread::of(&mut [1.0, 2.0]).is_known());
    }

    #[test]
    fn the_ratio_compares_with_the_best_peer() {
        assert_eq!(ratio(50.0, [200.0, 100.0, 400.0].into_iter()), Some(0.5));
    }

    #[test]
    fn without_a_peer_there_is_no_ratio() {
        assert_eq!(ratio(50.0, std::iter::empty()), None);
    }
}
