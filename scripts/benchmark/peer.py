"""Runs the PyTorch side of a benchmark in a Python that has it."""
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
DEBIAN = "/usr/bin/python3"
# BLAS libraries that Debian's PyTorch may use; the fastest counts. That of pip brings its own.
BLAS = [f"/usr/lib/x86_64-linux-gnu/{name}" for name in ("openblas-openmp", "blis-openmp")]


def with_path(path):
    """The environment with a folder of Python packages before its own; "": without one."""
    before = [p for p in (path, os.environ.get("PYTHONPATH")) if p]
    return dict(os.environ, **({"PYTHONPATH": os.pathsep.join(before)} if before else {}))


def those_with(pythons, modules, path=""):
    """Those of the Pythons that can import the modules, of which some may be in a folder of their own. Says of the others why not."""
    able = []
    for python in pythons:
        try:
            done = subprocess.run([python, "-c", f"import {modules}"], env=with_path(path), capture_output=True, text=True)
            why = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1] if done.returncode else None
        except OSError as e:
            why = e
        if why:
            print(f"PyTorch of {python} skipped: {why}")
        else:
            able.append(python)
    return able


def needed(pythons, modules, path=""):
    """The same where somebody asked for these Pythons, so that one of them at least is needed."""
    able = those_with(pythons, modules, path)
    if not able:
        sys.exit(f"{sys.argv[0]}: no Python of --torch can import {modules}")
    return able


def rate(pythons, script, *args, threads, path=""):
    """The best rate that a script of this folder prints, over the Pythons and the BLAS libraries that are installed."""
    best = 0
    for python in pythons:
        for blas in [b for b in BLAS if shutil.which(python) == DEBIAN and os.path.isdir(b)] or [None]:
            env = dict(with_path(path), OMP_NUM_THREADS=str(threads), BLIS_NUM_THREADS=str(threads))
            if blas:
                env["LD_LIBRARY_PATH"] = blas
            command = [python, str(HERE / script), *map(str, args)]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=env)
            if done.returncode:
                sys.exit(f"{' '.join(command)}: status {done.returncode}")
            best = max(best, float(done.stdout))
    return best
