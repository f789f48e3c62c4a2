"""Headless Chromium over its debugging pipe: no driver, no port; for tests and screenshots."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import itertools
import json
import os
import select
import shutil
import signal
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

__all__ = ["Chromium", "ChromiumError", "Page", "find_chromium"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--hide-scrollbars",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--force-color-profile=srgb",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-pipe",
)
_KEYS = {
    "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40,
    "Escape": 27, "Enter": 13, "Tab": 9,
}  # fmt: skip


class ChromiumError(RuntimeError):
    """Chromium did not start, answer in time, or accept a command."""


def find_chromium() -> str | None:
    """Return the path of a Chromium (``CHROMIUM`` in the environment wins), None without one."""
    given = os.environ.get("CHROMIUM")
    return shutil.which(given) if given else next(filter(None, map(shutil.which, _NAMES)), None)


class Chromium:
    """A headless Chromium with a profile of its own, ended by ``close`` or the end of ``with``."""

    def __init__(self, *extra: str, timeout: float = 30.0) -> None:
        """Start the browser with ``extra`` switches; ``timeout`` seconds bound every answer."""
        binary = find_chromium()
        if binary is None:
            raise ChromiumError("no Chromium on the PATH")
        self.timeout = timeout
        self._profile = tempfile.mkdtemp(prefix="heicdepth-chromium-")
        self._ids = itertools.count(1)
        self._buffer = b""
        self._pages: dict[str, Page] = {}
        self._replies: dict[int, dict[str, Any]] = {}
        self._pid, self._write, self._read = _spawn(
            [binary, *_FLAGS, f"--user-data-dir={self._profile}", *extra, "about:blank"]
        )
        try:
            self.version = str(self.command("Browser.getVersion")["product"])
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Chromium:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def command(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """Send one DevTools command and return its result; raise ChromiumError on its error."""
        number = next(self._ids)
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        try:
            _write_all(self._write, json.dumps(message).encode() + b"\0")
        except BrokenPipeError as error:
            raise ChromiumError(f"{method}: Chromium has ended") from error
        deadline = time.monotonic() + self.timeout
        while number not in self._replies:
            self._receive(method, deadline)
        reply = self._replies.pop(number)
        if "error" in reply:
            raise ChromiumError(f"{method}: {reply['error'].get('message')}")
        result: dict[str, Any] = reply["result"]
        return result

    def page(
        self, target: Path | str, *, width: int = 960, height: int = 640, scale: float = 1.0,
        calm: bool = True, dark: bool = True,
    ) -> Page:  # fmt: skip
        """Open a file or an address in a tab of ``width`` x ``height`` CSS pixels; wait for load.

        ``calm`` tells the page that reduced motion is preferred, ``dark`` that a dark scheme is.
        """
        page = Page(self)
        self._pages[page.session] = page
        page.start(width, height, scale, calm=calm, dark=dark)
        page.open(target.resolve().as_uri() if isinstance(target, Path) else target)
        return page

    def wait_event(self, page: Page, method: str) -> None:
        """Wait until ``page`` has seen the event ``method``."""
        deadline = time.monotonic() + self.timeout
        while all(event["method"] != method for event in page.events):
            self._receive(method, deadline)

    def close(self) -> None:
        """End the browser and remove its profile."""
        if self._pid:
            with contextlib.suppress(ChromiumError, KeyError):
                self.timeout = min(self.timeout, 5.0)
                self.command("Browser.close")
            for descriptor in (self._write, self._read):
                os.close(descriptor)
            _reap(self._pid)
            self._pid = 0
        shutil.rmtree(self._profile, ignore_errors=True)

    def _receive(self, waiting_for: str, deadline: float) -> None:
        ready, _, _ = select.select([self._read], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise ChromiumError(f"{waiting_for}: no answer within {self.timeout:g} s")
        data = os.read(self._read, 1 << 20)
        if not data:
            raise ChromiumError(f"{waiting_for}: Chromium has ended")
        *messages, self._buffer = (self._buffer + data).split(b"\0")
        for raw in messages:
            message = json.loads(raw)
            if "id" in message:
                self._replies[message["id"]] = message
            elif (page := self._pages.get(message.get("sessionId", ""))) is not None:
                page.events.append(message)


class Page:
    """One tab: its network requests, its complaints, its picture."""

    def __init__(self, browser: Chromium) -> None:
        self._browser = browser
        self.events: list[dict[str, Any]] = []
        self._target = browser.command("Target.createTarget", url="about:blank")["targetId"]
        attached = browser.command("Target.attachToTarget", targetId=self._target, flatten=True)
        self.session: str = attached["sessionId"]

    def command(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a DevTools command to this tab."""
        return self._browser.command(method, self.session, **params)

    def start(self, width: int, height: int, scale: float, *, calm: bool, dark: bool) -> None:
        """Listen to the tab and give it its size and preferences."""
        for domain in ("Page", "Network", "Runtime", "Log", "Security"):
            self.command(f"{domain}.enable")
        self.resize(width, height, scale)
        self.prefer(calm=calm, dark=dark)

    def prefer(self, *, calm: bool, dark: bool) -> None:
        """Set what the page learns of the reader's preferences for motion and colours."""
        features = [
            {"name": "prefers-reduced-motion", "value": "reduce" if calm else "no-preference"},
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
        ]
        self.command("Emulation.setEmulatedMedia", features=features)

    def resize(self, width: int, height: int, scale: float = 1.0) -> None:
        """Make the view ``width`` x ``height`` CSS pixels at ``scale`` device pixels each."""
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=scale, mobile=False,
        )  # fmt: skip

    def open(self, address: str) -> None:
        """Go to an address and wait for its load event."""
        self.events.clear()
        self.command("Page.navigate", url=address)
        self._browser.wait_event(self, "Page.loadEventFired")

    def evaluate(self, expression: str) -> Any:
        """Return the (awaited) JSON value of a JavaScript expression."""
        reply = self.command(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in reply:
            raise ChromiumError(str(reply["exceptionDetails"])[:500])
        return reply["result"].get("value")

    def wait(self, condition: str) -> None:
        """Wait until a JavaScript expression is true, looking again at every frame."""
        self.evaluate(
            f"new Promise((done, fail) => {{ const end = Date.now() + "
            f"{self._browser.timeout * 900:.0f}; const look = () => ({condition}) ? done(true) : "
            f"Date.now() > end ? fail(new Error('timeout')) : requestAnimationFrame(look); "
            f"look(); }})"
        )

    def settle(self) -> None:
        """Wait until a frame requested before this call is drawn."""
        self.evaluate(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => "
            "setTimeout(() => done(true)))))"
        )

    def screenshot(self) -> bytes:
        """Return the view as PNG bytes at device pixels."""
        self.settle()
        return base64.b64decode(self.command("Page.captureScreenshot", format="png")["data"])

    def mouse(
        self, kind: str, x: float, y: float, *, button: str = "left", clicks: int = 0,
        modifiers: int = 0, wheel: float = 0.0,
    ) -> None:  # fmt: skip
        """Send ``mousePressed``, ``mouseMoved``, ``mouseReleased`` or ``mouseWheel``."""
        held = {"left": 1, "right": 2, "middle": 4, "none": 0}[button]
        self.command(
            "Input.dispatchMouseEvent",
            type=kind, x=x, y=y, button=button, buttons=0 if kind == "mouseReleased" else held,
            clickCount=clicks, modifiers=modifiers, deltaX=0, deltaY=wheel,
        )  # fmt: skip

    def drag(
        self, start: tuple[float, float], end: tuple[float, float], *, button: str = "left",
        modifiers: int = 0,
    ) -> None:  # fmt: skip
        """Press at ``start``, move in four steps, release at ``end`` (CSS pixels)."""
        self.mouse("mousePressed", *start, button=button, clicks=1, modifiers=modifiers)
        for part in (0.25, 0.5, 0.75, 1.0):
            x = start[0] + (end[0] - start[0]) * part
            y = start[1] + (end[1] - start[1]) * part
            self.mouse("mouseMoved", x, y, button=button, modifiers=modifiers)
        self.mouse("mouseReleased", *end, button=button, clicks=1, modifiers=modifiers)

    def double_click(self, x: float, y: float) -> None:
        """Click twice at one place."""
        for clicks in (1, 2):
            self.mouse("mousePressed", x, y, clicks=clicks)
            self.mouse("mouseReleased", x, y, clicks=clicks)

    def touch(self, kind: str, *points: tuple[float, float]) -> None:
        """Send ``touchStart``, ``touchMove`` or ``touchEnd`` with the fingers that are down."""
        fingers = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        self.command("Input.dispatchTouchEvent", type=kind, touchPoints=fingers)

    def key(self, name: str, *, shift: bool = False) -> None:
        """Press and release a key: a character or a name such as ``ArrowLeft``."""
        text = name if len(name) == 1 else ""
        code = _KEYS.get(name, ord(name.upper()) if text else 0)
        common = {"key": name, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        self.command("Input.dispatchKeyEvent", type="keyDown", text=text, **common)
        self.command("Input.dispatchKeyEvent", type="keyUp", **common)

    @property
    def requests(self) -> list[str]:
        """Every address that the page requested, in order."""
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event["method"] == "Network.requestWillBeSent"
        ]

    @property
    def complaints(self) -> list[str]:
        """Exceptions, console errors and warnings, and log entries such as CSP violations."""
        found = []
        for event in self.events:
            params = event["params"]
            if event["method"] == "Runtime.exceptionThrown":
                found.append(str(params["exceptionDetails"]))
            elif event["method"] == "Runtime.consoleAPICalled":
                if params["type"] in ("error", "warning", "assert"):
                    found.append(str(params["args"]))
            elif event["method"] == "Log.entryAdded" and params["entry"]["level"] != "verbose":
                found.append(params["entry"]["text"])
        return found

    def close(self) -> None:
        """Close the tab."""
        self._browser.command("Target.closeTarget", targetId=self._target)


def _spawn(arguments: list[str]) -> tuple[int, int, int]:
    """Start a process that reads commands at descriptor 3 and answers at 4."""
    to_child, our_write = os.pipe()
    our_read, from_child = os.pipe()
    # High numbers first: pipe() itself may have handed out 3 and 4.
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 20) for end in (to_child, from_child)]
    os.close(to_child)
    os.close(from_child)
    quiet = os.open(os.devnull, os.O_RDWR)
    actions = [
        (os.POSIX_SPAWN_DUP2, high[0], 3),
        (os.POSIX_SPAWN_DUP2, high[1], 4),
        *((os.POSIX_SPAWN_DUP2, quiet, number) for number in (0, 1, 2)),
    ]
    try:
        pid = os.posix_spawn(arguments[0], arguments, os.environ, file_actions=actions, setpgroup=0)
    finally:
        for descriptor in (*high, quiet):
            os.close(descriptor)
    return pid, our_write, our_read


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _reap(pid: int) -> None:
    """Wait up to five seconds for the browser to end, then end its process group."""
    deadline = time.monotonic() + 5.0
    while time.monotonic() < deadline:
        if os.waitpid(pid, os.WNOHANG)[0]:
            return
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
