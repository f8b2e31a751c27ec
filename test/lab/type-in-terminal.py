"""type-in-terminal.py <JSON of [[what to wait for, what to type], ...]> <program> <argument>...

Runs the program with a terminal of 100 columns and 35 lines, and types as a person would who reads the screen. What was shown goes to
standard output; the status is the program's.
"""
import fcntl
import json
import os
import pty
import re
import select
import struct
import sys
import termios
import time

PATIENCE = 100
# Between two keys: an escape that another key follows at once is the beginning of a function key.
PAUSE = 0.4
CONTROL = re.compile(rb'\x1b(\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>])')

script, program = json.loads(sys.argv[1]), sys.argv[2:]
process, terminal = pty.fork()
if process == 0:
    os.environ['TERM'] = 'xterm'
    os.execvp(program[0], program)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 35, 100, 0, 0))


def read(seconds):
    """What is shown within so many seconds; None when the program has ended."""
    until, shown = time.monotonic() + seconds, b''
    while time.monotonic() < until:
        if not select.select([terminal], [], [], 0.05)[0]:
            continue
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            piece = b''
        if piece == b'':
            return shown or None
        shown += piece
        os.write(1, piece)
    return shown


seen = b''
for awaited, keys in script:
    until = time.monotonic() + PATIENCE
    while awaited.encode() not in CONTROL.sub(b'', seen):
        piece = read(0.2)
        if piece is None or time.monotonic() > until:
            os.close(terminal)
            sys.exit(f'never saw {awaited!r}')
        seen += piece
    # What the keys bring about is shown while they are typed.
    seen = b''
    for key in keys:
        os.write(terminal, key.encode())
        seen += read(PAUSE) or b''
while read(1) is not None:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
