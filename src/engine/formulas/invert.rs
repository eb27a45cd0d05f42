//! Distributions by their Laplace–Stieltjes transforms: sums are products, mixtures are weighted sums.

use std::ops::{Add, Div, Mul, Sub};

/// A complex number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Complex {
    /// Real part.
    pub re: f64,
    /// Imaginary part.
    pub im: f64,
}

impl Complex {
    /// Zero.
    pub const ZERO: Complex = Complex { re: 0.0, im: 0.0 };
    /// One.
    pub const ONE: Complex = Complex { re: 1.0, im: 0.0 };

    /// A real number.
    pub fn real(re: f64) -> Self {
        Complex { re, im: 0.0 }
    }

    /// 1/z.
    pub fn inverse(self) -> Self {
        let square = self.re * self.re + self.im * self.im;
        Complex { re: self.re / square, im: -self.im / square }
    }

    /// e^z.
    pub fn e_to_it(self) -> Self {
        let (sine, cosine) = libm::sincos(self.im);
        Complex { re: cosine, im: sine } * libm::exp(self.re)
    }

    /// z^p on the principal branch.
    pub fn to_the(self, p: f64) -> Self {
        if p == 0.0 {
            return Complex::ONE;
        }
        let modulus = 0.5 * libm::log(self.re * self.re + self.im * self.im);
        (Complex { re: modulus, im: libm::atan2(self.im, self.re) } * p).e_to_it()
    }
}

impl Add for Complex {
    type Output = Complex;
    fn add(self, other: Complex) -> Complex {
        Complex { re: self.re + other.re, im: self.im + other.im }
    }
}

impl Sub for Complex {
    type Output = Complex;
    fn sub(self, other: Complex) -> Complex {
        Complex { re: self.re - other.re, im: self.im - other.im }
    }
}

impl Mul for Complex {
    type Output = Complex;
    fn mul(self, other: Complex) -> Complex {
        Complex { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }
}

impl Mul<f64> for Complex {
    type Output = Complex;
    fn mul(self, factor: f64) -> Complex {
        Complex { re: self.re * factor, im: self.im * factor }
    }
}

impl Div for Complex {
    type Output = Complex;
    fn div(self, other: Complex) -> Complex {
        let square = other.re * other.re + other.im * other.im;
        let conjugate = Complex { re: other.re, im: -other.im };
        self * conjugate * (1.0 / square)
    }
}

/// Discretization: the error of a survival function is about e^(−A).
const A: f64 = 20.0;
/// Terms of the series before acceleration.
const TERMS: usize = 22;
/// Partial sums that Euler's summation averages, with binomial weights over 2¹².
const EULER: [f64; 13] = [1.0, 12.0, 66.0, 220.0, 495.0, 792.0, 924.0, 792.0, 495.0, 220.0, 66.0, 12.0, 1.0];

/// Share that exceeds `time`, by the transform of the distribution (Abate and Whitt 1995, Euler).
pub fn survival(transform: impl Fn(Complex) -> Complex, time: f64) -> f64 {
    if time <= 0.0 {
        return 1.0;
    }
    let at = |k: usize| {
        let s = Complex { re: A, im: 2.0 * std::f64::consts::PI * k as f64 } * (0.5 / time);
        ((Complex::ONE - transform(s)) / s).re
    };
    let mut sum = 0.5 * at(0);
    let mut average = 0.0;
    for k in 1..TERMS + EULER.len() {
        sum += if k % 2 == 0 { at(k) } else { -at(k) };
        if k >= TERMS {
            average += EULER[k - TERMS] / 4096.0 * sum;
        }
    }
    (libm::exp(0.5 * A) / time * average).clamp(0.0, 1.0)
}

/// The time that a share `p` does not exceed, by a decreasing survival function; `guess` is near it.
///
/// The logarithm of a survival function is nearly straight: a bracket around the guess, then regula falsi on it, with
/// the weight of an end that stays twice halved (Illinois).
pub fn quantile(survival: impl Fn(f64) -> f64, guess: f64, p: f64) -> f64 {
    let wanted = libm::log(1.0 - p);
    let miss = |time: f64| libm::log(survival(time).max(1e-15)) - wanted;
    let (mut low, mut high) = (guess.max(1e-12), guess.max(1e-12));
    let (mut at_low, mut at_high) = (miss(low), 0.0);
    let mut step = 1.1;
    if at_low > 0.0 {
        high = low * step;
        at_high = miss(high);
        while at_high > 0.0 && step < 1e6 {
            (low, at_low) = (high, at_high);
            step *= step;
            high *= step;
            at_high = miss(high);
        }
    } else {
        while at_low < 0.0 && step < 1e6 {
            (high, at_high) = (low, at_low);
            low /= step;
            step *= step;
            at_low = miss(low);
        }
    }
    let mut last = 0.0;
    for _ in 0..60 {
        if at_low <= 0.0 || at_high >= 0.0 {
            break;
        }
        let middle = (low * at_high - high * at_low) / (at_high - at_low);
        let here = miss(middle);
        if here.abs() < 1e-9 || high - low <= 1e-10 * high {
            return middle;
        }
        let weight = if here.signum() == last { 0.5 } else { 1.0 };
        if here > 0.0 {
            (low, at_low, at_high) = (middle, here, at_high * weight);
        } else {
            (high, at_high, at_low) = (middle, here, at_low * weight);
        }
        last = here.signum();
    }
    if at_low <= 0.0 { low } else { high }
}
