"""A file system in user space over /dev/fuse, without a library: what lies in another folder, or nothing at all.

mirror() shows the files of a folder, without writing them; hang() answers for its root only, and then never again.
"""
import ctypes
import os
import select
import stat
import struct
import threading

LOOKUP, FORGET, GETATTR, UNLINK, READ, STATFS, INIT, ACCESS, INTERRUPT, BATCH_FORGET = (
    1, 2, 3, 10, 15, 17, 26, 34, 36, 42)
ENOENT, ENOSYS = 2, 38
NO_ANSWER = (FORGET, INTERRUPT, BATCH_FORGET)


class Mount:
    """A mount at a folder, and the thread that answers for it."""

    def __init__(self, at, real=None, kind="scene"):
        self.at, self.real = at, real
        self.nodes, self.paths = {1: real}, {real: 1}
        self.unanswered = 0
        self.fd = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        self.end, self.ended = os.pipe2(os.O_CLOEXEC)
        libc = ctypes.CDLL(None, use_errno=True)
        options = f"fd={self.fd},rootmode=40000,user_id=0,group_id=0,allow_other".encode()
        if libc.mount(os.fsencode(real or kind), os.fsencode(at), b"fuse." + kind.encode(), 0, options):
            raise OSError(ctypes.get_errno(), "mount")
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def close(self):
        """Who waits for an answer gets an error: the connection is gone."""
        os.write(self.ended, b".")
        self.thread.join(5)
        os.close(self.fd)
        ctypes.CDLL(None).umount2(os.fsencode(self.at), 2)  # MNT_DETACH

    def serve(self):
        while True:
            ready, _, _ = select.select([self.fd, self.end], [], [])
            if self.end in ready:
                return
            try:
                message = os.read(self.fd, 1 << 18)
            except OSError:
                continue
            _, code, unique, node = struct.unpack("<IIQQ", message[:24])
            answer = None if code in NO_ANSWER else self.answer(code, node, message[40:])
            if answer is None:
                self.unanswered += code not in NO_ANSWER
                continue
            error, data = answer
            try:
                os.write(self.fd, struct.pack("<IiQ", 16 + len(data), -error, unique) + data)
            except OSError:
                pass  # nobody waits for it any more

    def answer(self, code, node, data):
        """(errno, bytes), or None: there is none."""
        if code == INIT:
            return 0, struct.pack("<IIIIHHIIHH8I", 7, 31, 65536, 0, 12, 10, 65536, 1, 0, 0, *([0] * 8))
        if code == ACCESS:
            return ENOSYS, b""
        if self.real is None:
            return self.root(code, node)
        try:
            return self.mirror(code, self.nodes[node], data)
        except OSError as error:
            return error.errno, b""

    def root(self, code, node):
        if code != GETATTR or node != 1:
            return None
        values = (1, 0, 0, 0, 0, 0, 0, 0, 0, 0o40755, 2, 0, 0, 0, 4096, 0)
        return 0, struct.pack("<QII", 3600, 0, 0) + struct.pack("<6Q10I", *values)

    def mirror(self, code, path, data):
        if code == LOOKUP:
            path = os.path.join(path, os.fsdecode(data.split(b"\0")[0]))
            attributes = self.attributes(os.lstat(path))
            node = self.paths.setdefault(path, len(self.paths) + 1)
            self.nodes[node] = path
            return 0, struct.pack("<QQQQII", node, 0, 0, 0, 0, 0) + attributes
        if code == GETATTR:
            return 0, struct.pack("<QII", 0, 0, 0) + self.attributes(os.lstat(path))
        if code == UNLINK:
            os.unlink(os.path.join(path, os.fsdecode(data.split(b"\0")[0])))
            return 0, b""
        if code == READ:
            _, offset, size = struct.unpack("<QQI", data[:20])
            with open(path, "rb") as file:
                return 0, os.pread(file.fileno(), size, offset)
        if code == STATFS:
            return 0, struct.pack("<5Q10I", 1000, 1000, 1000, 1000, 1000, 4096, 255, 4096, *([0] * 7))
        return ENOSYS, b""

    @staticmethod
    def attributes(s):
        assert stat.S_IFMT(s.st_mode)
        return struct.pack("<6Q10I", s.st_ino, s.st_size, 0, 0, 0, 0, 0, 0, 0, s.st_mode, s.st_nlink, s.st_uid,
                           s.st_gid, 0, 4096, 0)


def mirror(at, real):
    return Mount(at, real, "mirror")


def hang(at):
    return Mount(at, None, "hang")
