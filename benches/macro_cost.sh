#!/usr/bin/env bash
# What the macros cost: user seconds to check a crate of 200 models with four `#[add_to_class]` each,
# beyond the check of an empty crate with the same dependency: a fresh check, and one in which nothing
# has changed since the last (then only the macros run again). Fails if the fresh one is above the limit.
#
#   benches/macro_cost.sh [limit in seconds, 1.5]
set -euo pipefail
limit=${1:-1.5}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
target=${CARGO_TARGET_DIR:-$work/target}
trap 'rm -rf "$work"' EXIT

mkdir "$work/src"
cat > "$work/Cargo.toml" <<END
[package]
name = "macro-cost"
version = "0.1.0"
edition = "2024"

[workspace]

[dependencies]
d2l = { path = "$root" }
END
cp "$root/Cargo.lock" "$root/rust-toolchain.toml" "$work/" 2>/dev/null || true

model() {
    cat <<END
#[derive(Module)]
pub struct Net$1 {
    #[hparam]
    lr: f32,
    body: Sequential,
    head: LazyLinear,
}
#[add_to_class(Net$1)]
pub fn new(lr: f32) -> Self {
    save_hyperparameters!(body: sequential![LazyLinear::new(8), ReLU], head: LazyLinear::new(1))
}
#[add_to_class(Net$1)]
pub fn forward(&self, x: &Tensor) -> Tensor {
    self.head.forward(&self.body.forward(x))
}
#[add_to_class(Net$1)]
pub fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    y_hat.mse_loss(y)
}
#[add_to_class(Net$1)]
pub fn configure_optimizers(&self) -> SGD {
    SGD::new(self.parameters(), self.lr)
}
END
}

# User seconds of a check of this crate alone, the least of three; with `CARGO_INCREMENTAL` as given.
seconds() {
    local best=999 used
    export CARGO_INCREMENTAL=$1
    check || return # what is left from the last time
    for _ in 1 2 3; do
        touch "$work/src/lib.rs"
        used=$({ TIMEFORMAT=%U; time check >&2; } 2>&1 | tail -1)
        best=$(echo "$used $best" | awk '{ print ($1 < $2) ? $1 : $2 }')
    done
    echo "$best"
}

check() {
    cargo check -q --offline --manifest-path "$work/Cargo.toml" --target-dir "$target"
}

echo 'pub use d2l::prelude::*;' > "$work/src/lib.rs"
empty=$(seconds 0)
{
    echo '#![allow(dead_code, missing_docs)]'
    echo 'use d2l::prelude::*;'
    for i in $(seq 200); do model "$i"; done
} > "$work/src/lib.rs"
again=$(seconds 1)
fresh=$(seconds 0)

echo "$fresh $again $empty $limit" | awk '{
    cost = $1 - $3
    printf "200 models: %.2f s of user time, %.2f s without a change; limit %.2f s\n", cost, $2 - $3, $4
    exit cost > $4
}'
