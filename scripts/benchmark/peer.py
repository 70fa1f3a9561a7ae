"""Runs the PyTorch side of a benchmark in a Python that has it."""
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
DEBIAN = "/usr/bin/python3"
# BLAS libraries that Debian's PyTorch may use; the fastest counts. That of pip brings its own.
BLAS = [f"/usr/lib/x86_64-linux-gnu/{name}" for name in ("openblas-openmp", "blis-openmp")]


def those_with(pythons, modules, path=""):
    """Those of the Pythons that can import the modules, of which some may be in a folder of their own. Says of the others why not."""
    able = []
    for python in pythons:
        done = subprocess.run([python, "-c", f"import {modules}"], env=dict(os.environ, PYTHONPATH=path), capture_output=True,
                              text=True)
        if done.returncode:
            print(f"PyTorch of {python} skipped: {done.stderr.strip().splitlines()[-1]}")
        else:
            able.append(python)
    return able


def rate(pythons, script, *args, threads=2, path=""):
    """The best rate that a script of this folder prints, over the Pythons and the BLAS libraries that are installed."""
    best = 0
    for python in pythons:
        for blas in [b for b in BLAS if python == DEBIAN and os.path.isdir(b)] or [""]:
            env = dict(os.environ, LD_LIBRARY_PATH=blas, OMP_NUM_THREADS=str(threads), BLIS_NUM_THREADS=str(threads),
                       PYTHONPATH=path)
            command = [python, str(HERE / script), *map(str, args)]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=env)
            if done.returncode:
                sys.exit(f"{' '.join(command)}: status {done.returncode}")
            best = max(best, float(done.stdout))
    return best
