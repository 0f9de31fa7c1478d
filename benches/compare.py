#!/usr/bin/env python3
"""Runs our workloads and those of other programs in turn and prints the ratios of their times.

    benches/compare.py --ours 'target/release/workloads --threads 1' \\
        --peer 'candle=peer-candle --threads 1' --peer 'torch=python torch_bench.py --threads 1' \\
        w1.linreg_epoch=w1.linreg_epoch_indexed w3.mlp 'w8.*'

Each argument is our workload (or a pattern with `*`) and, after `=`, the peers' where its name differs.
Every program prints JSON lines with `workload` and `median` (units per second); a peer that does not know a
workload is left out of its row. In each round all programs run once. A row's ratio is the median over the
rounds of the time of that round's fastest peer divided by ours; the times shown are medians, too.
"""
import argparse
import json
import shlex
import subprocess
from statistics import median


def rates(command, workloads):
    """Units per second of each workload that the program knows."""
    out = subprocess.run(shlex.split(command) + workloads, stdout=subprocess.PIPE, text=True).stdout
    lines = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    return {line["workload"]: line["median"] for line in lines if line.get("median")}


def show(seconds):
    unit, factor = next((u, f) for u, f in [("s", 1), ("ms", 1e3), ("us", 1e6), ("ns", 1e9)] if seconds * f >= 1)
    return f"{seconds * factor:.3g} {unit}"


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--ours", required=True)
    p.add_argument("--peer", action="append", default=[], help="NAME=COMMAND")
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("workloads", nargs="+")
    a = p.parse_args()
    theirs = dict(w.split("=", 1) for w in a.workloads if "=" in w)
    peers = dict(peer.split("=", 1) for peer in a.peer)
    ours, found = [], {name: [] for name in peers}
    for _ in range(a.rounds):
        ours.append(rates(a.ours, [w.split("=")[0] for w in a.workloads]))
        for name, command in peers.items():
            found[name].append(rates(command, [w.split("=")[-1] for w in a.workloads]))
    print(f"{'workload':26} {'ours':>9}  {'ratio':>5}  times of the peers")
    for w in ours[0]:
        other = theirs.get(w, w)
        known = {name: [r[other] for r in rounds] for name, rounds in found.items() if all(other in r for r in rounds)}
        mine = [r[w] for r in ours]
        ratio = median(m / max(r) for m, *r in zip(mine, *known.values())) if known else float("nan")
        times = ", ".join(f"{name} {show(1 / median(r))}" for name, r in known.items())
        print(f"{w:26} {show(1 / median(mine)):>9}  {ratio:5.2f}  {times}")


main()
