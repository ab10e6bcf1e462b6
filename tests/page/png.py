"""A screenshot as a PNG of at most 256 colours: a third of what the browser writes, and the eye sees no difference."""
import collections
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunks(data):
    at = len(SIGNATURE)
    while at < len(data):
        length, = struct.unpack(">I", data[at:at + 4])
        yield data[at + 4:at + 8], data[at + 8:at + 8 + length]
        at += length + 12


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def lines(data):
    """Width, and the pixels of each line as bytes of red, green and blue."""
    parts = list(chunks(data))
    width, height, depth, kind = struct.unpack(">IIBB", parts[0][1][:10])
    each = {2: 3, 6: 4}[kind]
    assert depth == 8, depth
    raw = zlib.decompress(b"".join(content for name, content in parts if name == b"IDAT"))
    before, found, size = bytearray(width * each), [], width * each + 1
    for y in range(height):
        how, line = raw[y * size], bytearray(raw[y * size + 1:(y + 1) * size])
        for x in range(len(line) if how else 0):
            left, corner = (line[x - each], before[x - each]) if x >= each else (0, 0)
            guess = {1: left, 2: before[x], 3: (left + before[x]) // 2}.get(how)
            line[x] = (line[x] + (paeth(left, before[x], corner) if guess is None else guess)) & 255
        before = line
        found.append([bytes(line[x:x + 3]) for x in range(0, len(line), each)])
    return width, found


def nearest(color, palette):
    return min(range(len(palette)), key=lambda i: sum((a - b) ** 2 for a, b in zip(color, palette[i])))


def shrink(data):
    width, pixels = lines(data)
    count = collections.Counter(color for line in pixels for color in line)
    palette = [color for color, _ in count.most_common(256)]
    number = {color: i for i, color in enumerate(palette)}
    for color in count:
        number.setdefault(color, nearest(color, palette))
    packed = zlib.compress(b"".join(b"\0" + bytes(number[color] for color in line) for line in pixels), 9)
    return (SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", width, len(pixels), 8, 3, 0, 0, 0)) +
            chunk(b"PLTE", b"".join(palette)) + chunk(b"IDAT", packed) + chunk(b"IEND", b""))
