#!/usr/bin/env python3
"""look.py - the pictures of the README, of a staged machine with ten causes: look.py INUSE FOLDER (root)

The page in a real Chromium, light and dark; `inuse top` on a real terminal, whose screen Chromium draws.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "tui"))
import picture  # noqa: E402
import png  # noqa: E402
from browser import Browser  # noqa: E402

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 1280, 1130
SET_UP = 'hostname shop; mount -t tmpfs none /srv; export STAGE_FOLDER=/srv; exec "$@"'


def on_stage(inuse, *command):
    subprocess.run(["unshare", "--net", "--uts", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", SET_UP, "sh",
                    sys.executable, HERE / "stage.py", *command], check=True, env={**os.environ, "INUSE": inuse})


def keep(browser, path):
    browser.screenshot(path)
    path.write_bytes(png.shrink(path.read_bytes()))
    print(path, path.stat().st_size, "bytes")


def main():
    inuse, pictures = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        page, screen, drawn = (pathlib.Path(folder, name) for name in ("page.html", "screen.txt", "screen.html"))
        on_stage(inuse, inuse, "report", "--html", "-o", page)
        on_stage(inuse, sys.executable, HERE.parent / "tui" / "picture.py", screen)
        drawn.write_text(picture.as_html(screen.read_text()))
        browser = Browser()
        for name, dark in (("page.png", False), ("page-dark.png", True)):
            browser.open(page, WIDTH, HEIGHT, dark=dark)
            browser.wait("[...document.querySelectorAll('.band')].every(b => b.querySelector('.axis'))")
            keep(browser, pictures / name)
        browser.open(drawn, *picture.size(screen.read_text()))
        keep(browser, pictures / "top.png")
        browser.close()


if __name__ == "__main__":
    main()
