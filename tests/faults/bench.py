"""What scripts/faults and scripts/kills disturb: the commands, their inputs, and what they may leave."""
import functools
import hashlib
import http.server
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = (ROOT / os.environ.get("BUILD", "build")).resolve()
SECONDS = 10  # after which a run hangs
# What a run that fails may leave beside a file's place.
UNFINISHED = re.compile(r"\.coco-part-|^d\.archive|^c/tmp")

# --- commands ---

LEFT_OUT = r"(coco-render: image \d+: [^\n]*\n)+"  # a placeholder stands in its place
TRAIN = "coco-train -q --force --hidden 8 --wordvec 4 --batch-size 4 -d {in}/d -o m.h5 --order shuffle --val-every 1"
AGAIN = TRAIN.replace(" --force", "") + " --epochs 2 --log l.jsonl"


class Case:
    """A command, and the command that makes the files which it replaces. `grows`: files that may show how far it came;
    `tells`: what it says where it is done without something; `refuses`: failures that its product tells, so that no line
    need do so."""

    def __init__(self, name, command, before="", grows=(), tells=None, refuses=None):
        self.name, self.command, self.before = name, command, before
        self.grows, self.tells, self.refuses = grows, tells, refuses


CASES = [
    Case("shapes", "coco-fetch-dataset shapes -q --force -o d --train 3 --val 2",
         "coco-fetch-dataset shapes -q -o d --train 2 --val 2 --seed 7"),
    Case("show", "coco-fetch-dataset show {in}/d"),
    Case("records", "coco-fetch-dataset show {in}/d --split val -n 3"),
    Case("start", "coco-fetch show {in}/d"),
    Case("archive", "coco-fetch-dataset -q --force {in}/d.zip -o d",
         "coco-fetch-dataset shapes -q -o d --train 2 --val 2 --seed 7"),
    Case("download", "coco-fetch-dataset -q --force {http}/d.zip -o d",
         "coco-fetch-dataset shapes -q -o d --train 2 --val 2 --seed 7"),
    Case("images", "coco-fetch images -q --ordered --retries 0 --cache c {in}/urls.txt",
         refuses=rb'"status":"failed"'),
    Case("train", TRAIN + " --epochs 2 --log l.jsonl",
         TRAIN + " --epochs 1 --seed 9 --log l.jsonl", ("l.jsonl", "m.h5")),
    Case("again", AGAIN, AGAIN, ("l.jsonl", "m.h5")),
    Case("resume", "coco-train -q --resume m.h5 --epochs 3",
         TRAIN + " --epochs 2 --log l.jsonl", ("l.jsonl", "m.h5"), tells=r"[^\n]*this run is not logged[^\n]*\n"),
    Case("greedy", "coco-sample -q -m {in}/m.h5 -d {in}/d"),
    Case("beam", "coco-sample -q -m {in}/m.h5 -d {in}/d --beam 3"),
    Case("eval", "coco-eval -q {in}/c.jsonl"),
    Case("table", "coco-eval -q {in}/c.jsonl {in}/g.jsonl --table --significance --stats --train {in}/d"),
    Case("sheet", "coco-render -q -d {in}/d -o s.png {in}/c.jsonl",
         "coco-render -q -d {in}/d -o s.png {in}/g.jsonl", tells=LEFT_OUT),
    Case("page", "coco-render -q -d {in}/d --html p.html {in}/c.jsonl",
         "coco-render -q -d {in}/d --html p.html {in}/g.jsonl", tells=LEFT_OUT),
    Case("plot", "coco-plot -q -o p.png {in}/l.jsonl", "coco-plot -q --log-y -o p.png {in}/l.jsonl"),
    Case("prepare", "coco-prepare -q --force -o p {in}/words.csv --features {in}/d/train2014_vgg16_fc7_pca.h5 "
         "--names {in}/d/train2014_images.txt --split val=2 --min-count 1 --pca 2",
         "coco-prepare -q -o p {in}/words.csv --min-count 1"),
]
# Ended at any moment; Exempi's own failures are those of tests/tag.bats.
TAG = Case("tag", "coco-tag -q --embed --images . {in}/tags.jsonl", "coco-fetch-dataset shapes -q -o d --train 2 --val 3 --seed 7")
FEATURES = Case("features", "coco-features -q --cnn {in}/network.onnx -o f.h5 {in}/d/images/val")


def environment(work):
    theirs = re.compile(r"(?i)COCO_|FAULT_|\w+_PROXY$")
    env = {k: v for k, v in os.environ.items() if not theirs.match(k)}
    return env | {"PATH": f"{BUILD}:{env['PATH']}", "LC_ALL": "C.UTF-8", "XDG_CACHE_HOME": f"{work}/cache",
                  "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive", "G_SLICE": "always-malloc"}


def serve(folder):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

        def log_date_time_string(self):
            return ""

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request, client_address):  # a client that is ended by a fault
            pass

    server = Server(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


class Bench:
    """The inputs, which no run changes, and how commands run on them."""

    def __init__(self, work):
        self.work, self.given, self.env = work, work / "in", environment(work)
        self.given.mkdir()
        self.http = serve(self.given)
        make = lambda command: subprocess.run(self.argv(command), cwd=self.given, env=self.env, check=True,
                                              stdout=subprocess.PIPE).stdout
        make("coco-fetch-dataset shapes -q -o d --train 6 --val 3")
        make(TRAIN + " --epochs 2 --log l.jsonl")
        (self.given / "c.jsonl").write_bytes(make("coco-sample -q -m m.h5 -d d").replace(b"<UNK>", b"a"))
        (self.given / "g.jsonl").write_bytes(make("coco-fetch-dataset show d --split val -n 3"))
        shutil.make_archive(self.given / "d", "zip", self.given / "d")
        names = (self.given / "d/train2014_images.txt").read_text().split()
        (self.given / "urls.txt").write_text("".join(f"{self.http}/d/{name}\n" for name in names[:3]))
        (self.given / "words.csv").write_text("".join(f"{name},a red dog\n{name},the dog sits {i}\n"
                                                      for i, name in enumerate(names)))
        (self.given / "tags.jsonl").write_text("".join(
            f'{{"image_id":{i},"file":"d/{name}","caption":"a dog sits"}}\n'
            for i, name in enumerate((self.given / "d/val2014_images.txt").read_text().split())))
        self.network()

    def network(self):
        """coco-features, where a network and the library that runs it are at hand."""
        net = pathlib.Path(os.environ.get("COCO_SHARED", ROOT.parent / "shared")) / "data/cnn/mobilenetv2.onnx"
        if net.exists() and (BUILD / "lib/libonnxruntime.so").exists():
            (self.given / "network.onnx").symlink_to(net)
            CASES.append(FEATURES)

    def argv(self, command):
        return command.replace("{in}", str(self.given)).replace("{http}", self.http).split()

    def start(self, command, place, **fault):
        """Starts it in the folder. Its standard output is the folder's file `stdout`, its words are beside the folder."""
        env = self.env | {"FAULT_" + k.upper(): str(v) for k, v in fault.items()}
        if fault:
            env["LD_PRELOAD"] = str(BUILD / "tests/fault.so")
        with open(place / "stdout", "wb") as out, open(f"{place}.err", "wb") as err:
            return subprocess.Popen(self.argv(command), cwd=place, env=env, stdin=subprocess.DEVNULL, stdout=out,
                                    stderr=err, start_new_session=True)

    def run(self, command, place, seconds=12 * SECONDS, **fault):
        """Runs in the folder. The status (None: it hangs) and the words."""
        child = self.start(command, place, **fault)
        try:
            status = child.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            status = None
        return status, pathlib.Path(f"{place}.err").read_text(errors="replace")


def look(place):
    """The files below a folder, by their content. A training log counts without its rates, and a line once: what was not
    saved is done again. A list of URLs counts without the folder's own name."""
    here = re.escape(bytes(place.parent)) + b"/[^/]+"
    found = {}
    for path in sorted(place.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            if path.suffix == ".txt":
                data = re.sub(here, b"", data)
            name = str(path.relative_to(place))
            if path.suffix == ".jsonl":
                lines = re.sub(rb'"captions_per_s":[^,}]*', b"", data).splitlines(keepends=True)
                found[name] = b"".join(dict.fromkeys(lines))
            else:
                found[name] = hashlib.sha256(data).hexdigest()
        else:
            found[str(path.relative_to(place))] = "folder"
    return found


class Command:
    """One of the cases, with the folders as they are before it, `old`, and after it, `new`."""

    def __init__(self, bench, case):
        self.bench, self.case = bench, case
        self.home = bench.work / case.name
        self.home.mkdir()
        self.old, self.new = self.home / "old", self.home / "new"
        self.old.mkdir()
        if case.before:
            status, words = bench.run(case.before, self.old)
            assert status == 0, words
        (self.old / "stdout").write_bytes(b"")
        shutil.copytree(self.old, self.new)
        status, words = bench.run(case.command, self.new)
        if status != 0 or words:
            raise SystemExit(f"{case.name}: an undisturbed run ends with {status}: {words}")
        self.before, self.after = look(self.old), look(self.new)

    def differing(self, now, allowed, strict=False, grown=True):
        """The names of files that are as in none of the allowed lists. Unless strict, what is beside its place does not
        count: the next run sweeps it."""
        names = set(now).union(*allowed)
        if not strict:
            names -= {name for name in self.case.grows if grown or name.endswith(".jsonl")}
        bad = []
        for name in sorted(names):
            if not strict and (UNFINISHED.search(name) or name == "stdout"):
                continue
            if not any(now.get(name) == a.get(name) for a in allowed):
                bad.append(name)
        return " ".join(bad[:3])

    def recovers(self, place, now):
        """Whether the same command, undisturbed, then makes the new files and leaves nothing else. Where a model was saved
        because its log could not be written, lines of the log are missing for good."""
        if now == {k: v for k, v in self.before.items() if k != "stdout"}:
            return True
        status, _ = self.bench.run(self.case.command, place)
        now = look(place) | {"stdout": self.after["stdout"]}
        now = {k: v for k, v in now.items() if not k.startswith("c/tmp/")}  # the cache sweeps them after a day
        for log in (name for name in self.case.grows if name.endswith(".jsonl")):
            if set(now.get(log, b"").splitlines()) <= set(self.after[log].splitlines()):
                now[log] = self.after[log]
        return status == 0 and not self.differing(now, [self.after], strict=True)
