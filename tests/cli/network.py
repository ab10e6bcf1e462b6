"""A network namespace of our own, for the tests that fill one with sockets."""
import ctypes
import subprocess


def namespace():
    """Enters it. Returns: whether it could be made."""
    libc = ctypes.CDLL(None, use_errno=True)
    for flags in (0x40000000, 0x10000000 | 0x40000000):  # CLONE_NEWNET, with CLONE_NEWUSER
        if libc.unshare(flags) == 0:
            return subprocess.run(["ip", "link", "set", "lo", "up"], check=False).returncode == 0
    return False
