"""What drives a real `septum label` for the tests: a browser's part, by hand."""
import http.client
import json
import os
import random
import signal
import subprocess
import threading
import time
import urllib.parse
import zlib

SEPTUM = os.environ["SEPTUM"]

# A shell's background jobs ignore Ctrl-C, and so would the servers that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)


def run(*arguments, check=True):
    done = subprocess.run([SEPTUM, *arguments], capture_output=True, text=True)
    if check and done.returncode != 0:
        raise RuntimeError(f"{arguments}: {done.stderr}")
    return done


class Server:
    """A running septum label; its address, cookie, and requests to it."""

    def __init__(self, project, *options, **environment):
        self.process = subprocess.Popen(
            [SEPTUM, "label", project, *options], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env={**os.environ, **environment})
        self.address = self.process.stdout.readline().strip()
        if not self.address:
            raise RuntimeError(self.process.stderr.read())
        parts = urllib.parse.urlsplit(self.address)
        self.host, self.port = parts.hostname, parts.port
        self.token = parts.query.partition("=")[2]
        status, headers, _ = self.raw("GET", "/?token=" + self.token, cookie=None)
        assert status == 303, status
        self.cookie = headers["Set-Cookie"].partition(";")[0]

    def raw(self, method, path, body=None, headers=(), cookie="", host=None):
        """(status, headers, bytes) of one request on a connection of its own."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host=True)
            connection.putheader("Host", host or f"{self.host}:{self.port}")
            if cookie is not None:
                connection.putheader("Cookie", cookie or self.cookie)
            for name, value in dict(headers).items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders()
            if body is not None:
                connection.send(body)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def get(self, path):
        status, _, body = self.raw("GET", path)
        return status, json.loads(body)

    def post(self, path, body, who=None):
        headers = {"Content-Type": "application/json",
                   "Origin": f"http://{self.host}:{self.port}"}
        if who:
            headers["Septum-Who"] = urllib.parse.quote(who)
        status, _, answer = self.raw("POST", path, json.dumps(body).encode(), headers)
        return status, json.loads(answer)

    def state(self, who=None):
        return self.get("/api/state" + (f"?who={urllib.parse.quote(who)}" if who else ""))[1]

    def wait(self, condition, seconds=120, who=None):
        """The first state that fulfils the condition."""
        end = time.time() + seconds
        while time.time() < end:
            state = self.state(who)
            if condition(state):
                return state
            time.sleep(0.1)
        raise RuntimeError(f"waited in vain; the last state: {state}")

    def ask(self, who=None, seconds=120):
        end = time.time() + seconds
        while time.time() < end:
            status, answer = self.post("/api/ask", {}, who)
            if status != 200 or answer["sheet"]:
                return answer["sheet"]
            time.sleep(0.1)
        raise RuntimeError("no region")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


class Sheet:
    """What an expert paints on, and the script's own record of it."""

    def __init__(self, server, sheet, who=None):
        self.server, self.sheet, self.who = server, sheet, who
        self.id = sheet["id"]
        _, _, height, width = sheet["box"]
        self.pixels = bytearray([3]) * (height * width)
        self.last = 0
        self.replay()

    def replay(self):
        who = f"&who={urllib.parse.quote(self.who)}" if self.who else ""
        status, journal = self.server.get(
            f"/api/sheet/{self.id}/journal?after={self.last}{who}")
        assert status == 200, journal
        self.apply(journal.get("base", []))
        if "base" in journal:
            self.paintable = [at for at, value in enumerate(self.pixels) if value != 3]
        for change in journal["changes"]:
            assert change["number"] == self.last + 1
            self.apply(change["runs"])
            self.last += 1

    def apply(self, runs):
        for start, length, value in runs:
            self.pixels[start:start + length] = bytes([value]) * length

    def stroke(self, rng):
        """Some runs inside of what may be painted."""
        runs = []
        for _ in range(rng.randint(1, 5)):
            start = rng.choice(self.paintable)
            length = 1
            while (length < 20 and start + length < len(self.pixels)
                   and self.pixels[start + length] != 3):
                length += 1
            runs.append([start, length, rng.choice([0, 1, 1, 2])])
        return runs

    def send(self, runs, **more):
        return self.server.post(f"/api/sheet/{self.id}/change", {
            "number": self.last + 1, "kind": "paint", "tool": "brush", "runs": runs,
            "seconds": self.last * 0.5, **more}, self.who)

    def paint(self, runs):
        status, answer = self.send(runs)
        assert status == 200 and answer == {"saved": self.last + 1}, (status, answer)
        self.apply(runs)
        self.last += 1

    def confirm(self, seconds=10):
        return self.server.post(f"/api/sheet/{self.id}/confirm",
                                {"number": self.last, "seconds": seconds,
                                 "lease": self.sheet.get("lease", 0)}, self.who)

    def lay(self, labels, width):
        """Lay what was painted over labels of the whole image."""
        top, left, rows, columns = self.sheet["box"]
        for y in range(rows):
            for x in range(columns):
                value = self.pixels[y * columns + x]
                if value != 3:
                    labels[(top + y) * width + left + x] = value


def write_png(path, width, height, pixels):
    """An 8 bit grey PNG."""
    def chunk(kind, data):
        return (len(data).to_bytes(4, "big") + kind + data
                + zlib.crc32(kind + data).to_bytes(4, "big"))

    rows = b"".join(b"\0" + pixels[y * width:(y + 1) * width] for y in range(height))
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n"
                   + chunk(b"IHDR", width.to_bytes(4, "big") + height.to_bytes(4, "big")
                           + b"\x08\0\0\0\0") + chunk(b"IDAT", zlib.compress(rows))
                   + chunk(b"IEND", b""))


def read_png(data):
    """Width, height and bytes of an 8 bit grey PNG; filters none and sub."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed = 8, b""
    while at < len(data):
        length = int.from_bytes(data[at:at + 4], "big")
        kind, chunk = data[at + 4:at + 8], data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height = (int.from_bytes(chunk[i:i + 4], "big") for i in (0, 4))
            assert chunk[8:10] == b"\x08\x00"
        elif kind == b"IDAT":
            packed += chunk
        at += 12 + length
    raw, out = zlib.decompress(packed), bytearray()
    for y in range(height):
        kind = raw[y * (width + 1)]
        row = bytearray(raw[y * (width + 1) + 1:(y + 1) * (width + 1)])
        assert kind in (0, 1)
        for x in range(1, width if kind else 0):
            row[x] = (row[x] + row[x - 1]) & 255
        out += row
    return width, height, bytes(out)


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def check(self, name, fulfilled, told=""):
        self.count += 1
        print("ok" if fulfilled else "not ok", self.count, "-", name, flush=True)
        if not fulfilled:
            self.failed += 1
            print("#", told, flush=True)

    def finish(self):
        print(f"1..{self.count}")
        return 1 if self.failed else 0


def make_project(folder, count=3, size=96, name="p.septum"):
    """A small project with a model that knows next to nothing."""
    stack, model = os.path.join(folder, "stack"), os.path.join(folder, "m.onnx")
    if not os.path.exists(model):
        run("simulate", "spim", "-o", stack, "--count", str(count + 1), "--size",
            str(size), "--seed", "2", "--quiet")
        run("train", "--images", stack + "/images", "--labels", stack + "/labels", "-o",
            model, "--epochs", "1", "--quiet", "--threads", "1", "--net",
            "window16 conv3-4 pool2 conv3-6 FC-8 FC-1")
    project = os.path.join(folder, name)
    run("project", "create", project, "--from", model)
    images = [f"{stack}/images/{i:03d}.png" for i in range(count)]
    run("project", "add", project, "--images", *images, "--quiet")
    return project


__all__ = ["Server", "Sheet", "Tap", "make_project", "random", "read_png", "run",
           "threading", "time", "write_png"]
