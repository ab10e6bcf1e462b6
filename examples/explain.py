#!/usr/bin/env python3
"""explain.py [PORT] - a server in Python that says why it cannot start, through ctypes"""
import ctypes as c
import os
import socket
import struct
import sys

inuse = c.CDLL(os.environ.get("LIBINUSE", "libinuse.so.0"))
inuse.inuse_explain_bind.argtypes = [c.c_int, c.c_char_p, c.c_size_t, c.c_int, c.c_void_p, c.POINTER(c.c_void_p)]
inuse.inuse_answers_get.argtypes = [c.c_void_p, c.c_size_t]
inuse.inuse_answers_get.restype = c.c_void_p
inuse.inuse_answer_text.argtypes = [c.c_void_p]
inuse.inuse_answer_text.restype = c.c_char_p
inuse.inuse_answers_free.argtypes = [c.c_void_p]


def explain(server, port, error):
    address = struct.pack("=H", socket.AF_INET) + struct.pack("!H4s8x", port, socket.inet_aton("127.0.0.1"))
    answers = c.c_void_p()
    if inuse.inuse_explain_bind(server.fileno(), address, len(address), error, None, c.byref(answers)) < 1:
        return os.strerror(error)
    text = inuse.inuse_answer_text(inuse.inuse_answers_get(answers, 0)).decode()
    inuse.inuse_answers_free(answers)
    return text


with socket.socket() as listener:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    try:
        listener.bind(("127.0.0.1", number))
    except OSError as failed:
        sys.exit(explain(listener, number, failed.errno))
