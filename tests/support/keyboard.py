"""Runs a command at a terminal of its own and types Ctrl-C once a file has some lines.

    keyboard.py FILE LINES COMMAND...

Prints what the terminal shows. The exit status is the command's, or 128 + n if signal n ended it; 99: it did not end.
"""
import os
import pty
import select
import signal
import sys
import time

path, lines, command = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execvp(command[0], command)


def count():
    try:
        with open(path, "rb") as f:
            return f.read().count(b"\n")
    except FileNotFoundError:
        return 0


typed, end = False, time.monotonic() + 120
while time.monotonic() < end:
    if not typed and count() >= lines:
        os.write(terminal, b"\x03")
        typed = True
    if not select.select([terminal], [], [], 0.02)[0]:
        continue
    try:
        shown = os.read(terminal, 1 << 16)
    except OSError:  # nobody has the other end any more
        break
    sys.stdout.buffer.write(shown)
else:
    os.killpg(pid, signal.SIGKILL)  # of a shell's loop, the command too
    sys.exit(99)
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.exit(status if status >= 0 else 128 - status)
