//! The same functions in f64. Whole numbers are turned into floats and back by adding constants:
//! AVX2 has no instruction for it. Coefficients: those of fdlibm (Sun Microsystems, 1993) for the
//! logarithm, sine and cosine, of Cephes for the tangent; interpolation at Chebyshev points for the rest.
use std::f64::consts::{FRAC_2_PI, FRAC_PI_4, LOG2_E, SQRT_2};

/// Adding this to |x| < 2^51 leaves the nearest integer in the low bits of the sum.
const MAGIC: f64 = 6_755_399_441_055_744.0;
/// 2^52: from here on every number is whole.
const WHOLE: f64 = 4_503_599_627_370_496.0;
/// ln 2 in two parts; the product of the first with a small integer is exact.
const LN2_HI: f64 = 0.693_147_180_369_123_8;
const LN2_LO: f64 = 1.908_214_929_270_587_7e-10;
/// π/2 in three parts of which the first two have 27 bits.
const HALF_PI: [f64; 3] = [
    1.570_796_325_802_803,
    9.920_935_739_593_517e-10,
    5.721_188_726_109_832e-18,
];

#[inline(always)]
fn fma<const FMA: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// The nearest integer to `x`, as a float and as an integer.
#[inline(always)]
fn round(x: f64) -> (f64, i64) {
    let t = x + MAGIC;
    (
        t - MAGIC,
        (t.to_bits() as i64).wrapping_sub(MAGIC.to_bits() as i64),
    )
}

/// Whether `x` is a whole number, and an odd one.
#[inline(always)]
pub(super) fn is_whole(x: f64) -> (bool, bool) {
    let a = x.abs();
    // The last bit of a number from here to twice as much is 1.
    let large = a >= WHOLE;
    let t = if large { a } else { a + WHOLE };
    let whole = large || t - WHOLE == a;
    (whole, whole && a < 2.0 * WHOLE && t.to_bits() & 1 == 1)
}

/// 2^k for a normal result.
#[inline(always)]
fn exp2i(k: i64) -> f64 {
    f64::from_bits((k.wrapping_add(1023) as u64) << 52)
}

/// `k / 2` rounded down, for |k| < 4096.
#[inline(always)]
fn half(k: i64) -> i64 {
    (((k.wrapping_add(4096) as u64) >> 1) as i64).wrapping_sub(2048)
}

/// `x` between `lo` and `hi`; NaN stays.
#[inline(always)]
fn clamp(x: f64, lo: f64, hi: f64) -> f64 {
    let x = if x < lo { lo } else { x };
    if x > hi { hi } else { x }
}

/// `(e^r - 1, k)` with x = r + k ln 2 and |r| ≤ ln 2 / 2.
#[inline(always)]
fn reduced<const FMA: bool>(x: f64) -> (f64, i64) {
    let (n, k) = round(x * LOG2_E);
    let r = fma::<FMA>(n, -LN2_LO, fma::<FMA>(n, -LN2_HI, x));
    let p = poly!(
        FMA,
        r,
        [
            2.091_468_696_808_687_7e-9,
            2.510_521_700_472_074_5e-8,
            2.755_727_364_311_03e-7,
            2.755_725_540_020_642_4e-6,
            2.480_158_732_554_774e-5,
            1.984_126_987_482_062_5e-4,
            1.388_888_888_888_374_8e-3,
            8.333_333_333_326_135e-3,
            4.166_666_666_666_667e-2,
            1.666_666_666_666_667e-1,
            0.5,
        ],
    );
    (fma::<FMA>(p, r * r, r), k)
}

/// (1 + p) 2^k, by two factors, since 2^k alone may overflow or be subnormal.
#[inline(always)]
fn scaled(p: f64, k: i64) -> f64 {
    (p + 1.0) * exp2i(half(k)) * exp2i(k.wrapping_sub(half(k)))
}

#[inline(always)]
pub(super) fn exp<const FMA: bool>(x: f64) -> f64 {
    let (p, k) = reduced::<FMA>(clamp(x, -746.0, 710.0));
    scaled(p, k)
}

#[inline(always)]
pub(super) fn expm1<const FMA: bool>(x: f64) -> f64 {
    let (p, k) = reduced::<FMA>(clamp(x, -40.0, 710.0));
    let half = exp2i(k.wrapping_sub(1));
    let y = fma::<FMA>(p, half, half - 0.5) * 2.0;
    // Also keeps the sign of zero.
    if x.abs() < 1e-16 { x } else { y }
}

/// `(e, m)` with x = m 2^e and m in [1/√2, √2).
#[inline(always)]
fn split(x: f64) -> (f64, f64) {
    const LEAST: u64 = (SQRT_2 / 2.0).to_bits();
    /// What is added to the exponent to be positive.
    const SHIFT: u64 = 2048;
    let tiny = x < f64::MIN_POSITIVE;
    let scaled = if tiny {
        x * 18_014_398_509_481_984.0
    } else {
        x
    };
    let bits = scaled.to_bits().wrapping_sub(LEAST);
    let biased = bits.wrapping_add(SHIFT << 52) >> 52;
    // The sum of exponent and shift modulo 4096 needs no sign; the low bits of 2^52 hold it.
    let e = f64::from_bits(WHOLE.to_bits() | biased) - (WHOLE + SHIFT as f64);
    let e = if tiny { e - 54.0 } else { e };
    (
        e,
        f64::from_bits((bits & ((1 << 52) - 1)).wrapping_add(LEAST)),
    )
}

#[inline(always)]
pub(super) fn ln<const FMA: bool>(x: f64) -> f64 {
    let (e, m) = split(x);
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let r = z * poly!(
        FMA,
        z,
        [
            0.147_981_986_051_165_86,
            0.153_138_376_992_093_73,
            0.181_835_721_616_180_5,
            0.222_221_984_321_497_84,
            0.285_714_287_436_623_9,
            0.399_999_999_994_094_2,
            0.666_666_666_666_673_5,
        ],
    );
    let square = 0.5 * f * f;
    let low = fma::<FMA>(s, square + r, e * LN2_LO);
    let y = fma::<FMA>(e, LN2_HI, f - (square - low));
    let y = if x == f64::INFINITY { x } else { y };
    let y = if x == 0.0 { f64::NEG_INFINITY } else { y };
    if x >= 0.0 { y } else { f64::NAN }
}

#[inline(always)]
pub(super) fn log1p<const FMA: bool>(x: f64) -> f64 {
    let u = 1.0 + x;
    // What the sum lost, put back to first order.
    let lost = if x.abs() > 1.0 {
        1.0 - (u - x)
    } else {
        x - (u - 1.0)
    };
    let lost = if u > 0.0 && u < f64::INFINITY {
        lost / u
    } else {
        0.0
    };
    let y = ln::<FMA>(u) + lost;
    if x.abs() < 1e-16 { x } else { y }
}

#[inline(always)]
pub(super) fn tanh<const FMA: bool>(x: f64) -> f64 {
    let z = x * x;
    let p = poly!(
        FMA,
        z,
        [
            -0.964_399_179_425_052_2,
            -99.287_723_100_191_86,
            -1_614.687_684_417_084_5,
        ],
    );
    let q = poly!(
        FMA,
        z,
        [
            1.0,
            112.811_678_491_632_93,
            2_235.488_390_601_004_5,
            4_844.063_053_251_255,
        ],
    );
    let small = fma::<FMA>(x, z * p / q, x);
    let large = 1.0 - 2.0 / (exp::<FMA>(2.0 * x.abs()) + 1.0);
    if x.abs() < 0.625 {
        small
    } else {
        large.copysign(x)
    }
}

#[inline(always)]
pub(super) fn sigmoid<const FMA: bool>(x: f64) -> f64 {
    let e = exp::<FMA>(-x.abs());
    (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
}

/// A polynomial below 1; above it `1 - e^(-x²) W`, where `W = e^(x²) erfc(x)` is a polynomial in
/// `14.4 / (x + 3) - 2.6`.
#[inline(always)]
pub(super) fn erf<const FMA: bool>(x: f64) -> f64 {
    let rest = poly!(
        FMA,
        x * x,
        [
            -7.795_898_827_002_142e-10,
            1.372_006_454_677_768_6e-8,
            -1.620_848_380_187_170_6e-7,
            1.644_742_470_331_736_2e-6,
            -1.492_473_690_741_966e-5,
            1.205_529_490_483_97e-4,
            -8.548_325_975_389_692e-4,
            5.223_977_607_116_423e-3,
            -2.686_617_064_323_777e-2,
            1.128_379_167_094_500_6e-1,
            -3.761_263_890_318_354e-1,
            0.128_379_167_095_512_57,
        ],
    );
    let small = fma::<FMA>(x, rest, x);
    let a = clamp(x.abs(), 1.0, 6.0);
    let tail = poly!(
        FMA,
        14.4 / (a + 3.0) - 2.6,
        [
            8.915_437_127_980_025e-15,
            -1.668_874_241_933_841e-13,
            -4.239_697_689_489_278e-14,
            6.711_618_014_421_457e-12,
            -5.963_650_569_479_178e-12,
            -2.580_898_107_193_067_6e-10,
            2.637_263_861_967_703e-10,
            1.134_025_494_210_984_2e-8,
            4.526_754_922_146_699e-9,
            -5.541_277_409_656_82e-7,
            -2.425_557_490_937_032_4e-6,
            1.956_358_330_761_94e-5,
            3.316_029_605_800_224_4e-4,
            2.479_314_697_072_51e-3,
            1.271_314_769_569_188_3e-2,
            4.969_844_540_339_479e-2,
            1.543_611_742_943_691_8e-1,
            2.079_832_913_334_288_6e-1,
        ],
    );
    let large = 1.0 - exp::<FMA>(-a * a) * tail;
    if x.abs() < 1.0 {
        small
    } else {
        large.copysign(x)
    }
}

/// (θ, quadrant) with x = θ + quadrant π/2 and |θ| ≤ π/4.
#[inline(always)]
pub(super) fn reduced_angle<const FMA: bool>(x: f64) -> (f64, i64) {
    let (n, q) = round(x * FRAC_2_PI);
    let [a, b, c] = HALF_PI;
    let r = fma::<FMA>(n, -c, fma::<FMA>(n, -b, fma::<FMA>(n, -a, x)));
    // Far out nothing is left of the angle; it stays one.
    (clamp(r, -1.01 * FRAC_PI_4, 1.01 * FRAC_PI_4), q)
}

/// (sin θ, cos θ, quadrant).
#[inline(always)]
fn quarter<const FMA: bool>(x: f64) -> (f64, f64, i64) {
    let (t, q) = reduced_angle::<FMA>(x);
    let z = t * t;
    let s = poly!(
        FMA,
        z,
        [
            1.589_690_995_211_55e-10,
            -2.505_076_025_340_686_3e-8,
            2.755_731_370_707_006_8e-6,
            -1.984_126_982_985_795e-4,
            8.333_333_333_322_49e-3,
            -1.666_666_666_666_663_2e-1,
        ],
    );
    let c = poly!(
        FMA,
        z,
        [
            -1.135_964_755_778_819_5e-11,
            2.087_572_321_298_175e-9,
            -2.755_731_435_139_066_3e-7,
            2.480_158_728_947_673e-5,
            -1.388_888_888_887_411e-3,
            4.166_666_666_666_66e-2,
        ],
    );
    (
        fma::<FMA>(s * z, t, t),
        fma::<FMA>(c, z * z, fma::<FMA>(-0.5, z, 1.0)),
        q,
    )
}

#[inline(always)]
pub(super) fn sin<const FMA: bool>(x: f64) -> f64 {
    let (s, c, q) = quarter::<FMA>(x);
    let y = if q & 1 == 0 { s } else { c };
    if q & 2 == 0 { y } else { -y }
}

#[inline(always)]
pub(super) fn cos<const FMA: bool>(x: f64) -> f64 {
    let (s, c, q) = quarter::<FMA>(x);
    let y = if q & 1 == 0 { c } else { s };
    if q.wrapping_add(1) & 2 == 0 { y } else { -y }
}

/// `a + b` and what its rounding lost, for |a| ≥ |b| or a = 0.
#[inline(always)]
fn sum(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    (s, b - (s - a))
}

/// `a b` and what its rounding lost.
#[inline(always)]
fn product<const FMA: bool>(a: f64, b: f64) -> (f64, f64) {
    let p = a * b;
    if FMA {
        return (p, a.mul_add(b, -p));
    }
    // Halves, whose products are exact.
    let high = |x: f64| f64::from_bits(x.to_bits() & !0x7FF_FFFF);
    let (ah, bh) = (high(a), high(b));
    let (al, bl) = (a - ah, b - bh);
    (p, ((ah * bh - p) + ah * bl + al * bh) + al * bl)
}

/// ln x for finite x > 0, as a number and what that lacks: 2 artanh s with s = (m - 1) / (m + 1), the
/// first two terms of its series in twice the precision.
#[inline(always)]
fn ln_twice<const FMA: bool>(x: f64) -> (f64, f64) {
    let (e, m) = split(x);
    let f = m - 1.0;
    let (d, d_low) = sum(2.0, f);
    let s = f / d;
    let (p, p_low) = product::<FMA>(s, d);
    let s_low = (f - p - p_low - s * d_low) / d;
    let (z, z_low) = product::<FMA>(s, s);
    let z_low = fma::<FMA>(2.0 * s, s_low, z_low);
    let rest = z * poly!(
        FMA,
        z,
        [
            1.0 / 25.0,
            1.0 / 23.0,
            1.0 / 21.0,
            1.0 / 19.0,
            1.0 / 17.0,
            1.0 / 15.0,
            1.0 / 13.0,
            1.0 / 11.0,
            1.0 / 9.0,
            1.0 / 7.0,
            1.0 / 5.0,
        ],
    );
    // A third has no end in binary.
    let (u, u_low) = sum(1.0 / 3.0, rest);
    let u_low = u_low + 1.850_371_707_708_594e-17;
    let (v, v_low) = product::<FMA>(z, u);
    let v_low = fma::<FMA>(z, u_low, fma::<FMA>(z_low, u, v_low));
    let (t, t_low) = (2.0 * s, 2.0 * s_low);
    let (w, w_low) = product::<FMA>(t, v);
    let w_low = fma::<FMA>(t, v_low, fma::<FMA>(t_low, v, w_low));
    let (y, y_low) = sum(t, w);
    let low = fma::<FMA>(e, LN2_LO, y_low + (w_low + t_low));
    let (y, y_low) = sum(e * LN2_HI, y);
    sum(y, y_low + low)
}

/// e^(y ln x) with the logarithm in twice the precision, then the cases of IEEE 754.
#[inline(always)]
pub(super) fn powf<const FMA: bool>(x: f64, y: f64) -> f64 {
    /// A greater power of anything but 1 is 0 or infinite, too.
    const MOST: f64 = 7.4e19;
    let (base, power) = (x.abs(), clamp(y, -MOST, MOST));
    let (l, l_low) = ln_twice::<FMA>(base);
    let (t, t_low) = product::<FMA>(power, l);
    let t_low = fma::<FMA>(power, l_low, t_low);
    let (p, k) = reduced::<FMA>(clamp(t, -746.0, 710.0));
    // Far out the factor is 0 or infinite whatever is lacking.
    let t_low = if t.abs() < 800.0 { t_low } else { 0.0 };
    let p = p + fma::<FMA>(p, t_low, t_low);
    let size = scaled(p, k);
    let least = if y > 0.0 { 0.0 } else { f64::INFINITY };
    let size = if base == 0.0 { least } else { size };
    let most = if y > 0.0 { f64::INFINITY } else { 0.0 };
    let size = if base == f64::INFINITY { most } else { size };
    let (whole, odd) = is_whole(y);
    let value = if odd { size.copysign(x) } else { size };
    let lost = x.is_nan() || y.is_nan() || (x < 0.0 && base < f64::INFINITY && !whole);
    let value = if lost { f64::NAN } else { value };
    if y == 0.0 || x == 1.0 { 1.0 } else { value }
}
