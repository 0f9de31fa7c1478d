//! Images in another size.

/// Scales grey images from `from` to `to` (height, width) by bilinear interpolation between pixel
/// centres, without smoothing first; `images` holds whole images one after another.
///
/// Pixel `i` of the result lies at `(i + 1/2) from / to - 1/2` of the source; beyond the border the
/// border pixel counts. PyTorch: `interpolate(mode="bilinear", align_corners=False)`.
pub(super) fn bilinear(images: &[f32], from: (usize, usize), to: (usize, usize)) -> Vec<f32> {
    let (rows, columns) = (taps(from.0, to.0), taps(from.1, to.1));
    let count = images.len() / (from.0 * from.1).max(1);
    let mut out = Vec::with_capacity(count * to.0 * to.1);
    let mut wide = vec![0.0; from.0 * to.1]; // one image, columns done
    for image in images.chunks_exact(from.0 * from.1) {
        for (row, target) in image.chunks_exact(from.1).zip(wide.chunks_exact_mut(to.1)) {
            for (pixel, tap) in target.iter_mut().zip(&columns) {
                *pixel = mix(row[tap.low], row[tap.high], tap.part);
            }
        }
        for tap in &rows {
            let row = |i: usize| &wide[i * to.1..(i + 1) * to.1];
            let pairs = row(tap.low).iter().zip(row(tap.high));
            out.extend(pairs.map(|(&a, &b)| mix(a, b, tap.part)));
        }
    }
    out
}

/// Between which two source pixels a pixel lies, and how far from the first.
struct Tap {
    low: usize,
    high: usize,
    part: f32,
}

fn taps(from: usize, to: usize) -> Vec<Tap> {
    let step = from as f64 / to as f64;
    let tap = |i: usize| {
        let at = ((i as f64 + 0.5) * step - 0.5).clamp(0.0, (from - 1) as f64);
        let low = at as usize;
        Tap {
            low,
            high: (low + 1).min(from - 1),
            part: (at - low as f64) as f32,
        }
    };
    (0..to).map(tap).collect()
}

fn mix(a: f32, b: f32, part: f32) -> f32 {
    a + (b - a) * part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_size_changes_nothing() {
        let image: Vec<f32> = (0..12).map(|i| i as f32).collect();
        assert_eq!(bilinear(&image, (3, 4), (3, 4)), image);
    }

    /// The values are `torch.nn.functional.interpolate`'s.
    #[test]
    fn values_lie_between_pixel_centres() {
        let up = bilinear(&[0.0, 1.0, 2.0, 3.0], (2, 2), (4, 4));
        assert_eq!(up[..4], [0.0, 0.25, 0.75, 1.0]);
        assert_eq!(up[4..8], [0.5, 0.75, 1.25, 1.5]);
        assert_eq!(bilinear(&[0.0, 1.0, 2.0, 3.0], (2, 2), (1, 1)), [1.5]);
    }

    #[test]
    fn images_do_not_mix() {
        let out = bilinear(&[1.0, 1.0, 1.0, 1.0, 5.0, 5.0, 5.0, 5.0], (2, 2), (3, 1));
        assert_eq!(out, [1.0, 1.0, 1.0, 5.0, 5.0, 5.0]);
    }
}
