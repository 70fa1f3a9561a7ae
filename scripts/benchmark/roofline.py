"""The roofline of training (Williams, Waterman and Patterson 2009), drawn by coco-plot: what the processor can do at most for a
number of FLOP per byte, and what the cells reach."""
import json
import subprocess
import tempfile


def bytes_moved(parameters, positions, H, GH, V):
    """What an iteration moves at least between memory and the processor if nothing of it stays in a cache: of each parameter, its
    weight read for the forward and the backward products and its gradient written (12 bytes), and Adam's pass over weight,
    gradient and moments (16 read, 12 written); of each position, states, gates, scores and the gradients of these, written and read."""
    return 40 * parameters + 8 * positions * (3 * H + 2 * GH + V)


def events(kind, points):
    """A log for coco-plot, which draws the points of iterations as a line, and those of validations as marks."""
    return "".join(json.dumps({"event": kind, "iteration": max(1, round(x)), "GFLOP/s": y}) + "\n" for x, y in sorted(points))


def draw(plot, path, peak, bandwidth, runs):
    """peak in GFLOP/s, bandwidth in GB/s; runs: by name, the points (FLOP per byte, GFLOP/s)."""
    most = 2 * max(x for points in runs.values() for x, _ in points)
    roof = [(x, min(peak, bandwidth * x)) for x in range(1, int(most) + 1)]
    curves = {f"{peak:.0f} GFLOP/s, {bandwidth:.0f} GB/s": events("iteration", roof)}
    curves.update((name, events("validation", points)) for name, points in runs.items())
    with tempfile.TemporaryDirectory(prefix="coco-roofline-") as scratch:
        command = [plot, "--y", "GFLOP/s", "--x", "FLOP per byte", "--log-x", "--log-y", "--title", "Training, two threads", "-o", path, "-q"]
        for i, (name, log) in enumerate(curves.items()):
            file = f"{scratch}/{i}.jsonl"
            with open(file, "w") as f:
                f.write(log)
            command += ["--label", name, file]
        subprocess.run([str(c) for c in command], check=True)
