#!/usr/bin/env python3
"""Runs our workloads and a peer's in turn and prints the ratios of their times.

    benches/compare.py --ours 'target/release/workloads --threads 1' \
        --peer 'peer-candle --threads 1' w1.linreg_epoch=w1.linreg_epoch_indexed ...

Each argument is our workload and, after `=`, the peer's where its name differs. Every program prints
JSON lines with `workload` and `median` (units per second). Three rounds, ours and the peer's in turn;
the best round of each counts, so that a disturbed one does not.
"""
import argparse
import json
import shlex
import subprocess


def rate(command, workload):
    """Units per second, or None if the program does not know the workload."""
    out = subprocess.run(shlex.split(command) + [workload], capture_output=True, text=True, check=True).stdout
    lines = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    return max((line["median"] for line in lines if "median" in line), default=None)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--ours", required=True)
    p.add_argument("--peer", required=True)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("pairs", nargs="+")
    a = p.parse_args()
    print(f"{'workload':32} {'ours':>12} {'peer':>12} {'ratio':>7}")
    for pair in a.pairs:
        name, _, other = pair.partition("=")
        rounds = [(rate(a.ours, name), rate(a.peer, other or name)) for _ in range(a.rounds)]
        ours, peer = (max((r[i] for r in rounds if r[i]), default=None) for i in (0, 1))
        if not ours or not peer:
            print(f"{name:32} missing on {'our' if not ours else 'the peer'}s side")
            continue
        print(f"{name:32} {1e6 / ours:9.1f} us {1e6 / peer:9.1f} us {ours / peer:7.2f}")


main()
