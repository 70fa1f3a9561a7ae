#!/usr/bin/env python3
"""What an interactive shell shows when Tab is pressed after a line.

    complete.py bash|zsh FOLDER LINE

FOLDER holds the completion scripts (bash: any names; zsh: of its fpath). Prints what the terminal shows.
"""
import os
import pty
import re
import select
import sys
import tempfile
import time

shell, folder, line = sys.argv[1:]
folder = os.path.abspath(folder)
END = "the-end"
START = {
    "bash": "bind 'set show-all-if-ambiguous on'; bind 'set completion-query-items 0'; "
            "bind 'set page-completions off'; bind 'set bell-style none'; for f in {0}/*; do . \"$f\"; done",
    "zsh": "setopt no_beep no_prompt_sp; LISTMAX=0; fpath=({0} $fpath); autoload -U compinit; compinit -u -D; "
           "zstyle ':completion:*' list-prompt ''",
}
ARGV = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}


def read_until(terminal, mark, seconds=60):
    """What the terminal shows until it matches the pattern."""
    shown, end = "", time.time() + seconds
    while not re.search(mark, shown) and time.time() < end:
        if select.select([terminal], [], [], 1)[0]:
            try:
                shown += os.read(terminal, 65536).decode("utf-8", "replace")
            except OSError:  # the shell has ended
                break
    return shown


pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(PS1="> ", PROMPT="> ", TERM="dumb", COLUMNS="2000", INPUTRC="/dev/null", HISTFILE="/dev/null",
                      ZDOTDIR=tempfile.gettempdir())
    os.execvp(ARGV[shell][0], ARGV[shell])
os.write(terminal, (START[shell].format(f"'{folder}'") + f"; echo rea''dy\n").encode())
read_until(terminal, r"ready\r[^>]*> ")
os.write(terminal, line.encode() + b"\t")
# Ctrl-U empties the line, so that the next one says that the completion is done.
os.write(terminal, b"\x15" + f"echo the-''end\n".encode())
shown = read_until(terminal, END + r"\r")
os.write(terminal, b"exit\n")
os.waitpid(pid, 0)
print(re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r", "", shown))
