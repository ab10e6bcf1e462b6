"""The picture of `inuse top`: what a real terminal shows of a staged machine, and that screen as HTML for a browser.

picture.py FILE, on such a machine (tests/page/stage.py runs it there), writes the screen with its escapes.
"""
import html
import os
import pathlib
import re
import subprocess
import sys

WIDTH, HEIGHT = 128, 43
COLORS = ["#484f58", "#ff7b72", "#7ee787", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#d4d4d4"]  # black, red, green …
TEXT, DIM, BACK = "#d4d4d4", "#8b949e", "#0d1117"
LETTER, LINE = 8.43, 18  # pixels; DejaVu Sans Mono at 14
STYLE = f"""
html {{ background: {BACK} }} body {{ margin: 14px 18px; width: {WIDTH * LETTER:.0f}px }}
pre {{ margin: 0; color: {TEXT}; font: 14px/{LINE}px "DejaVu Sans Mono", monospace }}
pre div {{ height: {LINE}px; white-space: pre; overflow: hidden }} span {{ display: inline-block; height: {LINE}px; vertical-align: top }}
"""
FAILS = "import socket, sys\nfor _ in range(int(sys.argv[3])):\n try: socket.socket().bind((sys.argv[1], int(sys.argv[2])))\n except OSError: pass\n"


class Ink:
    """What the escapes so far make of a letter."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.bold = self.dim = self.reverse = False
        self.front = self.back = None

    def take(self, codes):
        for code in codes:
            if code == 0:
                self.reset()
            elif code in (1, 2, 7):
                setattr(self, {1: "bold", 2: "dim", 7: "reverse"}[code], True)
            elif code == 22:
                self.bold = self.dim = False
            elif code == 27:
                self.reverse = False
            elif 30 <= code <= 39:
                self.front = COLORS[code - 30] if code < 38 else None
            elif 40 <= code <= 49:
                self.back = COLORS[code - 40] if code < 48 else None

    def css(self):
        front, back = self.front or TEXT, self.back
        if self.dim and not self.front:
            front = DIM
        if self.reverse:
            front, back = back or BACK, front
        parts = [f"color:{front}"] + ([f"background:{back}"] if back else []) + (["font-weight:bold"] if self.bold else [])
        return ";".join(parts)


def as_html(screen):
    """A screen of `tmux capture-pane -e` as a page; a span keeps its columns whatever its letters measure."""
    lines, ink = [], Ink()
    for line in screen.split("\n"):
        spans = []
        for piece in re.split(r"(\x1b\[[0-9;]*m)", re.sub(r"\x1b[()].|[\x0e\x0f]", "", line)):
            if piece.startswith("\x1b["):
                ink.take([int(code or 0) for code in piece[2:-1].split(";")])
            elif piece:
                spans.append(f'<span style="{ink.css()};width:{len(piece) * LETTER:.2f}px">{html.escape(piece)}</span>')
        lines.append(f"<div>{''.join(spans)}</div>")
    return f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style><pre>{"".join(lines)}</pre>'


def size(screen):
    """Of a window that shows all of it."""
    return round(WIDTH * LETTER) + 36, len(screen.split("\n")) * LINE + 28


def main():
    sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "page"))
    from stage import Stage
    from tmux import INUSE, Terminal  # on the staged machine only
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    watch = subprocess.Popen([INUSE, "watch", "--json"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    print("#", watch.stderr.readline().strip())
    stage = Stage(os.environ["STAGE_FOLDER"])
    goes = stage.program("webpack", "serve", "tcp=127.0.0.1:8088", where="bundle")
    with Terminal(WIDTH, HEIGHT) as t:
        t.top()
        screen = t.wait("PORT", " 8088 tcp").split("\n")
        subprocess.run([sys.executable, "-c", FAILS, "0.0.0.0", "8000", "3"], check=True)
        t.click(4, next(y for y, line in enumerate(screen) if " 8000 tcp" in line), times=2)
        t.wait("8000/tcp", "What helps:", "% of a core")
        stage.program("hugo", "server", "tcp=127.0.0.1:1313", where="site")
        t.wait("+  1313 tcp")
        goes.kill()
        t.wait("-  8088 tcp", "+  1313 tcp")
        pathlib.Path(sys.argv[1]).write_text(t.screen(True))
    watch.kill()
    stage.end()


if __name__ == "__main__":
    main()
