//! w8: single convolutions and pools; input, weight and bias in this order.
use crate::{protocol::Workload, w8::both};
use d2l::prelude::*;

fn conv(x: &[Tensor], padding: usize) -> Tensor {
    x[0].conv2d(&x[1], Some(&x[2]), &Conv::new().padding(padding))
}

pub fn all() -> Vec<Workload> {
    let rows = [
        both(
            "w8.conv3x3_64_56",
            &[&[16, 64, 56, 56], &[64, 64, 3, 3], &[64]],
            |x| conv(x, 1),
        ),
        both(
            "w8.conv1x1_64_56",
            &[&[16, 64, 56, 56], &[64, 64, 1, 1], &[64]],
            |x| conv(x, 0),
        ),
        both(
            "w8.conv5x5_lenet1",
            &[&[128, 1, 28, 28], &[6, 1, 5, 5], &[6]],
            |x| conv(x, 2),
        ),
        both(
            "w8.conv5x5_lenet2",
            &[&[128, 6, 14, 14], &[16, 6, 5, 5], &[16]],
            |x| conv(x, 0),
        ),
        both("w8.maxpool2_64_56", &[&[16, 64, 56, 56]], |x| {
            x[0].max_pool2d(&Pool::new(2))
        }),
    ];
    rows.into_iter().flatten().collect()
}
