"""Becomes a command whose calls another program watches already: a listener for vhangup(), which nobody calls."""
import ctypes
import os
import struct
import sys

SET_MODE_FILTER, NEW_LISTENER, NO_NEW_PRIVS, SECCOMP = 1, 8, 38, 317
# load the number of the call; vhangup (153): notify; everything else: allow
CODE = [(0x20, 0, 0, 0), (0x15, 0, 1, 153), (0x06, 0, 0, 0x7FC00000), (0x06, 0, 0, 0x7FFF0000)]

libc = ctypes.CDLL(None, use_errno=True)
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *row) for row in CODE))
program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(CODE), ctypes.addressof(code)))
libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0)
listener = libc.syscall(SECCOMP, SET_MODE_FILTER, NEW_LISTENER, program)
if listener < 0:
    sys.exit(f"no listener: {os.strerror(ctypes.get_errno())}")
os.set_inheritable(listener, True)
os.execvp(sys.argv[1], sys.argv[1:])
