#!/usr/bin/env bash
# What one `#[elementwise]` function costs: milliseconds of user time for `cargo check` and for a release
# build, from a crate of 40 functions against an empty one. Fails above the limits.
#
#   benches/elementwise_cost.sh [limit of check in ms, 60] [limit of build in ms, 200]
set -euo pipefail
shopt -s inherit_errexit # a build that fails in `$(..)` ends the script
check_limit=${1:-60}
build_limit=${2:-200}
functions=40
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
target=${CARGO_TARGET_DIR:-$work/target}
trap 'rm -rf "$work"' EXIT

mkdir "$work/src"
cat > "$work/Cargo.toml" <<END
[package]
name = "elementwise-cost"
version = "0.1.0"
edition = "2024"

[workspace]

[dependencies]
d2l = { path = "$root" }
END
cp "$root/Cargo.lock" "$root/rust-toolchain.toml" "$work/" 2>/dev/null || true

# Four kinds in turn: rational, with a function, with two and a choice, of two tensors.
function_number() {
    case $(($1 % 4)) in
    0) body="x / (1.0 + x.abs()) * $1.5" ;;
    1) body="0.5 * x * (1.0 + tanh(0.7978845608 * (x + 0.044715 * x.powi(3)))) + $1.0" ;;
    2) body="if x > $1.0 { x } else { x * sigmoid(beta * x) }" ;;
    3) body="sigmoid(x - beta) * tanh(x) + exp(-x * x) * $1.0" ;;
    esac
    echo "#[elementwise] pub fn f$1(x: f32, #[scalar] beta: f32) -> f32 { let beta = beta + 1.0; let y = $body; y + beta }"
}

# User milliseconds of compiling this crate alone, the least of three.
milliseconds() {
    local best=999999 used
    for _ in 1 2 3; do
        touch "$work/src/main.rs"
        used=$({ TIMEFORMAT=%U; time cargo "$@" -q --offline --manifest-path "$work/Cargo.toml" --target-dir "$target" >&2; } 2>&1 | tail -1)
        best=$(echo "$used $best" | awk '{ u = $1 * 1000; print (u < $2) ? u : $2 }')
    done
    echo "$best"
}

both() {
    cargo check -q --offline --manifest-path "$work/Cargo.toml" --target-dir "$target"
    cargo build --release -q --offline --manifest-path "$work/Cargo.toml" --target-dir "$target"
    echo "$(milliseconds check) $(milliseconds build --release)"
}

printf 'use d2l::prelude::*;\nfn main() { println!("{}", Tensor::from(1.0)); }\n' > "$work/src/main.rs"
empty=$(both)
{
    echo 'use d2l::prelude::*;'
    for i in $(seq $functions); do function_number "$i"; done
    echo 'fn main() { let x = Tensor::from(1.0);'
    for i in $(seq $functions); do echo "println!(\"{}\", f$i(&x, 1.0));"; done
    echo '}'
} > "$work/src/main.rs"
full=$(both)

echo "$full $empty $functions $check_limit $build_limit" | awk '{
    check = ($1 - $3) / $5; build = ($2 - $4) / $5
    printf "one function: %.0f ms to check (limit %.0f), %.0f ms in a release build (limit %.0f)\n", check, $6, build, $7
    exit check > $6 || build > $7
}'
