"""Drive a real septum label: who is let in, strokes, kills, two experts, a full disk."""
import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import urllib.parse

from client import (Server, Sheet, Tap, make_project, random, read_png, run, threading,
                    time, write_png)

tap = Tap()
UNKNOWN = 2


def check_doors(folder):
    project = make_project(folder, name="doors.septum")
    server = Server(project, "--no-learning", "--threads", "1", "--who", "ann")
    tap.check("the address is the loopback's", server.host == "127.0.0.1")
    own = {"Content-Type": "application/json",
           "Origin": f"http://127.0.0.1:{server.port}"}

    def refuses(name, code, *arguments, **more):
        status, headers, body = server.raw(*arguments, **more)
        told = json.loads(body) if body else {}
        tap.check(name, status == code and isinstance(told.get("error"), str)
                  and "Set-Cookie" not in headers, f"{status} {body!r}")

    refuses("without the cookie nothing is shown", 403, "GET", "/", cookie=None)
    refuses("nor the state told", 403, "GET", "/api/state", cookie=None)
    refuses("a wrong token opens nothing", 403, "GET", "/?token=" + "0" * 64,
            cookie=None)
    refuses("nor does another cookie", 403, "GET", "/",
            cookie=f"septum-{server.port}={'0' * 64}")
    refuses("a foreign name of this machine is refused", 403, "GET", "/api/state",
            host="evil.example")
    refuses("also with the token", 403, "GET", "/?token=" + server.token, cookie=None,
            host=f"evil.example:{server.port}")
    refuses("another origin may not post", 403, "POST", "/api/ask", body=b"{}",
            headers={**own, "Origin": "http://evil.example"})
    refuses("nor may none", 403, "POST", "/api/ask", body=b"{}",
            headers={"Content-Type": "application/json"})
    refuses("a form may not post", 403, "POST", "/api/ask", body=b"{}",
            headers={**own, "Content-Type": "text/plain"})
    refuses("nothing else than GET and POST is done", 405, "PUT", "/api/ask", body=b"{}",
            headers=own)
    refuses("what is asked by POST is not given for GET", 405, "GET", "/api/ask")
    refuses("there is no path to a file", 404, "GET", "/../../etc/passwd")
    refuses("nor an encoded one", 404, "GET", "/%2e%2e/%2e%2e/etc/passwd")
    refuses("an image that is not there is not found", 404, "GET", "/api/image/99.png")
    refuses("a number that is too long is no number", 404, "GET",
            "/api/image/99999999999999999999.png")
    refuses("a body that is no JSON is refused", 400, "POST", "/api/free", body=b"{oops",
            headers=own)
    refuses("a name with a line break is refused", 400, "POST", "/api/ask", body=b"{}",
            headers={**own, "Septum-Who": "a%0Ab"})
    refuses("too much is refused before it is sent", 413, "POST", "/api/free",
            headers={**own, "Content-Length": str(1 << 40)})
    status, headers, body = server.raw("GET", "/")
    policy = headers["Content-Security-Policy"]
    tap.check("the page is shown, and may load from here alone",
              status == 200 and b"<!doctype html>" in body.lower()
              and policy.startswith("default-src 'none'")
              and "unsafe" not in policy and headers["X-Frame-Options"] == "DENY"
              and headers["Referrer-Policy"] == "no-referrer"
              and headers["X-Content-Type-Options"] == "nosniff", headers)
    with socket.create_connection((server.host, server.port)) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost:")
        tap.check("one who dawdles holds up nobody", server.state()["who"] == "ann")
    server.wait(lambda state: all(image["predicted"] for image in state["images"]))
    for kind in ("image", "probability", "labels"):
        status, headers, body = server.raw("GET", f"/api/{kind}/1.png?model=1")
        tap.check(f"{kind} is a picture of the image's size",
                  status == 200 and headers["Content-Type"] == "image/png"
                  and read_png(body)[:2] == (96, 96), status)
    status, abundance = server.get("/api/abundance/1")
    tap.check("abundance has a number for each window",
              status == 200 and abundance["side"] == 16
              and len(abundance["abundance"]) == abundance["rows"] * abundance["columns"]
              == 36 == len(abundance["uncertainty"]), abundance)
    refuses("another model's probabilities are not given for this one's", 404, "GET",
            "/api/probability/1.png?model=77")
    tap.check("Ctrl-C is the normal end", server.stop() == 0)


def check_limits(folder):
    """What one client may take up: a body, connections, and time."""
    project = make_project(folder, name="limits.septum")
    server = Server(project, "--no-learning", "--threads", "1", "--who", "ann")
    own = (f"Host: 127.0.0.1:{server.port}\r\nCookie: {server.cookie}\r\n"
           f"Origin: http://127.0.0.1:{server.port}\r\n"
           "Content-Type: application/json\r\n")

    def connect():
        return socket.create_connection((server.host, server.port), timeout=60)

    idle, begun = connect(), time.time()
    with connect() as large:
        large.sendall(f"POST /api/free HTTP/1.1\r\n{own}"
                      "Transfer-Encoding: chunked\r\n\r\n".encode())
        for _ in range(33):
            large.sendall(b"100000\r\n" + b" " * (1 << 20) + b"\r\n")
        large.sendall(b"0\r\n\r\n")
        answer = large.recv(100)
    tap.check("a body that does not say its length has the same limit",
              b" 413 " in answer, answer)
    many = [connect() for _ in range(60)]
    closed = 0
    for connection in many:
        connection.settimeout(0.1)
        try:
            closed += connection.recv(1) == b""
        except ConnectionResetError:
            closed += 1
        except TimeoutError:
            pass
    tap.check("one address has 48 connections at most", closed >= 60 - 48, closed)
    for connection in many:
        connection.close()
    for _ in range(100):
        try:
            who = server.state()["who"]
            break
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
    tap.check("and is served again when they are gone", who == "ann")

    def check_idle():
        try:
            ended = idle.recv(1) == b""
        except ConnectionResetError:
            ended = True
        tap.check("one who says nothing is put out after a while", ended,
                  time.time() - begun)
        idle.close()
        server.stop()

    return check_idle  # when the other parts are through: it takes half a minute


def check_refusals(folder):
    project = make_project(folder, name="refusals.septum")
    done = run("label", project, "--listen", "0.0.0.0", check=False)
    tap.check("others are not let in without TLS", done.returncode == 1
              and "0.0.0.0: others could read along" in done.stderr, done.stderr)
    done = run("label", project, "--cert", "x.pem", check=False)
    tap.check("a certificate wants its key", done.returncode == 1
              and "go together" in done.stderr, done.stderr)
    done = run("label", os.path.join(folder, "none.septum"), check=False)
    tap.check("a project that is not there is told", done.returncode == 1
              and "there is no such project" in done.stderr, done.stderr)
    taken = socket.create_server(("127.0.0.1", 0))
    port = str(taken.getsockname()[1])
    done = run("label", project, "--port", port, check=False)
    tap.check("a port that is taken is told", done.returncode == 1
              and f"127.0.0.1, port {port}: " in done.stderr, done.stderr)
    taken.close()
    moved = os.path.join(folder, "stack/images/000.png")
    os.rename(moved, moved + ".away")
    done = run("label", project, check=False)
    tap.check("an image that is not there is told", done.returncode == 1
              and "000.png: is not there any more" in done.stderr, done.stderr)
    os.rename(moved + ".away", moved)


def check_tls(folder):
    certificate, key = (os.path.join(folder, name) for name in ("cert.pem", "key.pem"))
    made = shutil.which("openssl") and subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-keyout", key, "-out", certificate], capture_output=True)
    if not made or made.returncode != 0:
        tap.count += 1
        print(f"ok {tap.count} - TLS # SKIP no openssl to make a certificate with")
        return
    project = make_project(folder, name="tls.septum")
    done = run("label", project, "--cert", key, "--key", certificate, check=False)
    tap.check("a certificate that is none is told", done.returncode == 1
              and "is no certificate" in done.stderr, done.stderr)
    process = subprocess.Popen(
        [os.environ["SEPTUM"], "label", project, "--listen", "127.0.0.2", "--cert",
         certificate, "--key", key, "--no-learning"], stdout=subprocess.PIPE, text=True)
    address = process.stdout.readline().strip()
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    parts = urllib.parse.urlsplit(address)
    connection = http.client.HTTPSConnection(parts.hostname, parts.port, context=context)
    connection.request("GET", parts.path + "?" + parts.query)
    answer = connection.getresponse()
    tap.check("with a certificate all goes by TLS", parts.scheme == "https"
              and answer.status == 303 and "Secure" in answer.headers["Set-Cookie"],
              answer.headers)
    connection.close()
    process.send_signal(signal.SIGINT)
    tap.check("and ends well", process.wait(60) == 0)


def known(server, image):
    """What is known of an image, as labels."""
    status, _, body = server.raw("GET", f"/api/labels/{image}.png")
    assert status == 200
    width, _, pixels = read_png(body)
    return width, bytearray({0: 0, 255: 1, 127: 2}[pixel] for pixel in pixels)


def check_strokes(folder):
    project = make_project(folder, name="strokes.septum")
    server = Server(project, "--no-learning", "--threads", "1", "--who", "ann")
    rng = random.Random(1)
    sheet = Sheet(server, server.ask())
    first = sheet.sheet
    windows, side = first["windows"], first["side"]
    tap.check("a region is asked for", first["kind"] == "region" and side == 16
              and 1 <= len(windows) <= 6 and len(first["why"]) > 20
              and len(sheet.paintable) == len(windows) * 256, first)
    server.wait(lambda state: any(
        image["id"] == first["image"] and image["predicted"] == first["model"]
        for image in state["images"]))
    _, _, probability = read_png(server.raw(
        "GET", f"/api/probability/{first['image']}.png?model={first['model']}")[2])
    top, left, rows, columns = first["box"]
    tap.check("the base is the proposal at the threshold", all(
        sheet.pixels[at] == (probability[(top + at // columns) * 96 + left + at % columns]
                             / 255 >= first["threshold"]) for at in sheet.paintable))
    for _ in range(20):
        sheet.paint(sheet.stroke(rng))
    again = Sheet(server, server.ask())
    tap.check("who reloads finds the work as it was", again.id == sheet.id
              and again.last == 20 and again.pixels == sheet.pixels)
    runs = sheet.stroke(rng)
    sheet.paint(runs)
    sheet.last -= 1
    status, answer = sheet.send(runs)
    sheet.last += 1
    tap.check("a stroke whose answer was lost may be sent again",
              (status, answer) == (200, {"saved": 21}), answer)
    status, answer = again.send(again.stroke(rng))
    tap.check("a tab that is behind is told so",
              status == 409 and answer["last"] == 21, answer)
    again.replay()
    tap.check("and catches up by what it has missed", again.pixels == sheet.pixels)
    before = bytes(sheet.pixels)
    sheet.paint([[sheet.paintable[0], 1, 1 - min(sheet.pixels[sheet.paintable[0]], 1)]])
    status, answer = sheet.send([[sheet.paintable[0], 1, before[sheet.paintable[0]]]],
                                kind="undo", of=22)
    sheet.pixels = bytearray(before)
    sheet.last += 1
    again.replay()
    tap.check("an undo is a change of its own", status == 200 and again.last == 23
              and again.pixels == before, answer)
    for name, change in {
            "a pixel beyond the box": {"runs": [[len(sheet.pixels), 1, 1]]},
            "a run of nothing": {"runs": [[0, 0, 1]]},
            "a label that is none": {"runs": [[0, 1, 3]]},
            "a number that is not whole": {"number": 1.5},
            "an undo of nothing": {"kind": "undo"},
            "a kind that is none": {"kind": "erase"},
            "time that is negative": {"seconds": -1},
            "runs that are none": {"runs": [[1, 2]]},
            "a huge number": {"runs": [[1e300, 1, 1]]}}.items():
        status, answer = sheet.send([], **change) if "runs" not in change else \
            sheet.send(change["runs"])
        tap.check(name + " is refused", status == 400, (status, answer))
    status, answer = server.post(f"/api/sheet/{sheet.id}/change", {
        "number": sheet.last + 1, "kind": "paint", "runs": []}, "bob")
    tap.check("nobody paints on another's sheet", status == 410, answer)
    status, answer = server.post(f"/api/sheet/{sheet.id}/confirm", {"number": 3})
    tap.check("what was not seen cannot be confirmed",
              status == 409 and answer["last"] == 23, answer)
    status, answer = sheet.confirm()
    width, labels = known(server, first["image"])
    wanted = bytearray([UNKNOWN]) * len(labels)
    sheet.lay(wanted, width)
    tap.check("confirmed is exactly what was painted",
              status == 200 and answer["answer"] == 1 and labels == wanted, answer)
    tap.check("and the next region is there", answer["next"]
              and answer["next"]["id"] != sheet.id, answer)
    tap.check("a confirm whose answer was lost may be sent again, and counts once",
              sheet.confirm() == (200, answer))
    status, told = server.post(f"/api/sheet/{sheet.id}/confirm", {
        "number": sheet.last, "lease": first["lease"]}, "bob")
    tap.check("but not by another", status == 410, told)
    tap.check("confirmed work is closed", sheet.send([])[0] == 410)
    state = server.wait(lambda state: state["rounds"] == 1)
    tap.check("the state counts the round, its seconds and its pixels",
              state["expert_seconds"] == 10 and len(state["curve"]) == 1
              and state["labelled_pixels"] == sum(p != UNKNOWN for p in labels)
              and 0 <= state["curve"][0]["agreement"] <= 1, state)
    check_skips(server, answer["next"])
    check_free(server, rng)
    sheet = Sheet(server, server.ask())
    sheet.paint(sheet.stroke(rng))
    run("next", project, "--who", "ann", "--windows", "1", "--least-windows", "1")
    status, answer = sheet.confirm()
    tap.check("what was given back for another region cannot be confirmed",
              status == 410, answer)
    tap.check("it ends well", server.stop() == 0)


def check_skips(server, sheet):
    asked = {json.dumps([sheet["image"], window]) for window in sheet["windows"]}
    skipped = [sheet["id"]]
    for _ in range(3):
        skip = [f"/api/sheet/{sheet['id']}/skip", {"seconds": 1, "lease": sheet["lease"]}]
        status, answer = server.post(*skip)
        sheet = answer["next"] or server.ask()
        tap.check("a skip whose answer was lost may be sent again", server.post(*skip)
                  == (200, {"next": sheet}))
        windows = {json.dumps([sheet["image"], window]) for window in sheet["windows"]}
        tap.check("what was skipped is not asked again",
                  status == 200 and sheet["id"] not in skipped
                  and not windows & asked, answer)
        skipped.append(sheet["id"])
        asked |= windows


def check_free(server, rng):
    status, answer = server.post("/api/free", {"image": 2})
    free = Sheet(server, answer["sheet"])
    width, before = known(server, 2)
    tap.check("any image can be labelled freely, from what is known",
              status == 200 and free.sheet["kind"] == "free"
              and free.sheet["box"] == [0, 0, 96, 96] and free.pixels == before, answer)
    tap.check("it is then what is worked on", server.state()["sheet"]["id"] == free.id)
    status, answer = server.post(f"/api/sheet/{free.id}/skip", {})
    tap.check("a free sheet cannot be skipped", status == 400, answer)
    for _ in range(5):
        free.paint(free.stroke(rng))
    tap.check("opening it again gives the same",
              server.post("/api/free", {"image": 2})[1]["sheet"]["last"] == 5)
    status, answer = free.confirm()
    _, labels = known(server, 2)
    tap.check("confirming it records it", status == 200 and labels == free.pixels, answer)
    sheet = server.post("/api/free", {"image": 3})[1]["sheet"]
    status, answer = server.post(f"/api/sheet/{sheet['id']}/close", {})
    tap.check("one without changes can be put away", status == 200
              and server.post(f"/api/sheet/{sheet['id']}/close", {})[0] == 410, answer)
    status, answer = server.post("/api/free", {"image": 77})
    tap.check("an image that is not there cannot be labelled", status == 404, answer)


def check_kills(folder, kills):
    """Kill the server in the midst of strokes: what was saved is there, in order."""
    project = make_project(folder, name="kills.septum")
    rng = random.Random(7)
    lost = broken = saved = confirmed = 0
    wanted = {}
    for _ in range(kills):
        server = Server(project, "--no-learning", "--threads", "1", "--who", "ann")
        sheet = Sheet(server, server.ask())
        timer = threading.Timer(rng.uniform(0.02, 0.4), server.kill)
        timer.start()
        sending = None
        try:
            while True:
                sending = sheet.stroke(rng)
                sheet.paint(sending)
                saved += 1
                # There are no more than 18 regions to confirm.
                if confirmed < 12 and rng.random() < 0.005:
                    sending = None
                    sheet.confirm()
                    break
        except (OSError, ConnectionError, ValueError,
                http.client.HTTPException):
            pass
        timer.join()
        server = Server(project, "--no-learning", "--threads", "1", "--who", "ann")
        state = server.state()
        if state["sheet"] is None or state["sheet"]["id"] != sheet.id:
            confirmed += 1
            width, labels = known(server, sheet.sheet["image"])
            expected = wanted.setdefault(sheet.sheet["image"],
                                         bytearray([UNKNOWN]) * len(labels))
            sheet.lay(expected, width)
            broken += labels != expected
        else:
            after = Sheet(server, state["sheet"])
            if after.last == sheet.last + 1 and sending is not None:
                sheet.apply(sending)  # on the disk, but nobody was told any more
                sheet.last += 1
            lost += after.last != sheet.last
            broken += after.pixels != sheet.pixels
        server.kill()
    tap.check(f"{kills} kills lose none of {saved} strokes and {confirmed} labels",
              lost == 0 and broken == 0 and saved > kills, f"{lost} {broken} {saved}")


def check_others(folder):
    """What other commands do to the project of a running page takes nothing from it."""
    project = make_project(folder, name="others.septum")
    rng = random.Random(11)
    server = Server(project, "--no-learning", "--threads", "1", "--who", "ann")
    sheet = Sheet(server, server.ask())
    server.wait(lambda state: all(image["predicted"] for image in state["images"]))
    run("project", "status", project)
    tap.check("the log of the page stays while another command closes the project",
              os.path.exists(project + "-wal"))
    for _ in range(5):
        sheet.paint(sheet.stroke(rng))
    run("project", "export", project, "-o", os.path.join(folder, "others-out"))
    sheet.confirm()
    run("project", "status", project)
    server.kill()
    server = Server(project, "--no-learning", "--threads", "1", "--who", "ann")
    width, labels = known(server, sheet.sheet["image"])
    expected = bytearray([UNKNOWN]) * len(labels)
    sheet.lay(expected, width)
    tap.check("and a kill then loses nothing that was confirmed", labels == expected)
    server.kill()


def check_two_experts(folder):
    project = make_project(folder, name="two.septum")
    server = Server(project, "--no-learning", "--threads", "1")
    rng = random.Random(3)
    sheets, failures = [], []

    def work(who):
        try:
            sheet = Sheet(server, server.ask(who), who)
            for _ in range(3):
                for _ in range(10):
                    sheet.paint(sheet.stroke(rng))
                sheets.append((who, sheet))
                status, answer = sheet.confirm()
                assert status == 200, answer
                sheet = Sheet(server, answer["next"] or server.ask(who), who)
        except Exception as failure:  # what it was is told by the check
            failures.append(f"{who}: {failure!r}")

    threads = [threading.Thread(target=work, args=(who,))
               for who in ("ann", "Jürgen ✓")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    windows = [json.dumps([sheet.sheet["image"], window])
               for _, sheet in sheets for window in sheet.sheet["windows"]]
    tap.check("two experts are never asked the same",
              not failures and len(sheets) == 6 and len(windows) == len(set(windows)),
              failures)
    wanted = {}
    for _, sheet in sheets:
        labels = wanted.setdefault(sheet.sheet["image"], bytearray([UNKNOWN]) * 9216)
        sheet.lay(labels, 96)
    tap.check("and both of their labels are there, to the pixel", all(
        known(server, image)[1] == labels for image, labels in wanted.items()))
    server.stop()


def check_asking_in_vain(folder):
    """A page that waits asks at every news: if asking were news, it would never end."""
    server = Server(make_project(folder, count=1, name="few.septum"), "--no-learning",
                    "--threads", "1")
    experts = 0
    while not server.state()["done"]:
        if server.post("/api/ask", {}, f"expert {experts}")[1]["sheet"]:
            experts += 1
        time.sleep(0.1)
    before = server.wait(lambda state: state["done"] and not state["learning"]["running"])
    sheets = [server.post("/api/ask", {}, "late")[1]["sheet"] for _ in range(100)]
    news = server.state()["version"] - before["version"]
    tap.check("who asks in vain makes no news", experts > 0 and not any(sheets)
              and news < 50, f"{experts} experts, {news} news")
    server.stop()


def check_full_disk(folder):
    disk = os.path.join(folder, "disk")
    os.mkdir(disk)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", disk],
                             capture_output=True)
    if mounted.returncode != 0:
        tap.count += 1
        print(f"ok {tap.count} - a full disk # SKIP no small disk can be mounted here")
        return
    try:
        project = make_project(folder, name="disk/full.septum")
        server = Server(project, "--no-learning", "--threads", "1")
        rng = random.Random(5)
        sheet = Sheet(server, server.ask())
        sheet.paint(sheet.stroke(rng))
        ballast = os.path.join(disk, "ballast")
        with open(ballast, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
        refused = None
        for _ in range(200):
            runs = sheet.stroke(rng)
            status, answer = sheet.send(runs)
            if status != 200:
                refused = (status, answer)
                break
            sheet.apply(runs)
            sheet.last += 1
        tap.check("a full disk is told", refused is not None and refused[0] == 507
                  and "the disk is full" in refused[1]["error"], refused)
        os.remove(ballast)
        sheet.paint(sheet.stroke(rng))
        again = Sheet(server, server.ask())
        tap.check("and with room again the work goes on",
                  again.last == sheet.last and again.pixels == sheet.pixels)
        server.stop()
    finally:
        subprocess.run(["umount", disk], check=False)


def check_learning(folder):
    project = make_project(folder, name="learning.septum")
    last = os.path.join(folder, "stack/images/003.png")
    truth = os.path.join(folder, "stack/labels/003.png")
    run("project", "add", project, "--images", last, "--labels", truth, "--validation",
        "--quiet")
    server = Server(project, "--learn", "1", "--threads", "1")
    rng = random.Random(9)
    sheet = Sheet(server, server.ask())
    for _ in range(3):
        sheet.paint(sheet.stroke(rng))
    sheet.confirm()
    state = server.wait(lambda state: state["curve"]
                        and state["curve"][-1]["loss"] is not None)
    tap.check("what is confirmed is learnt, and the curve says so",
              state["curve"][-1]["train_seconds"] >= 1 and state["error"] == "", state)
    waits = []
    for _ in range(30):
        started = time.time()
        server.state()
        waits.append(time.time() - started)
    tap.check("meanwhile the server answers", sorted(waits)[15] < 1, waits)
    kept = state["model"]["id"]
    tap.check("the model is the first or one that learnt",
              kept == 1 or state["model"]["rounds"] == 1, state["model"])
    tap.check("it ends while it learns", server.stop() == 0)
    told = json.loads(run("project", "status", project, "--json").stdout)
    tap.check("a model that is kept has its score",
              told["rounds"] == 1 and (kept == 1 or told["f_score"] is not None), told)


def check_small_images(folder):
    """One image that the net cannot look at does not keep the others from being asked."""
    project = make_project(folder, name="small.septum")
    small = os.path.join(folder, "small.png")
    write_png(small, 12, 40, bytes(i * 37 % 251 for i in range(480)))
    if run("project", "add", project, "--images", small, "--quiet",
           check=False).returncode != 0:
        # It is refused where the project has a model: the model comes afterwards.
        project = os.path.join(folder, "small-first.septum")
        images = os.path.join(folder, "stack/images")
        run("project", "create", project)
        run("project", "add", project, "--images", small, os.path.join(images, "000.png"),
            "--quiet")
        run("next", project, "-m", os.path.join(folder, "m.onnx"), "--quiet", "--who",
            "nobody")
    told = run("next", project, "--threads", "1", "--who", "bob")
    wanted = "is smaller than the window of 16 x 16 pixels and is left out"
    tap.check("septum next leaves out an image that is too small, and says so",
              wanted in told.stderr, told.stderr)
    server = Server(project, "--no-learning", "--threads", "1", "--who", "ann")
    sheet = server.ask()
    state = server.state()
    tap.check("and so does the page", sheet is not None and wanted in state["error"],
              state["error"])
    server.get(f"/api/state?image={state['images'][-1]['id']}")
    state = server.wait(lambda state: not state["learning"]["running"])
    tap.check("what can be predicted is", wanted in state["error"], state)
    tap.check("it ends", server.stop() == 0)


def check_replaced_images(folder):
    """A file that was replaced or moved while the page is open."""
    project = make_project(folder, name="replaced.septum")
    images = os.path.join(folder, "stack/images")
    server = Server(project, "--no-learning", "--threads", "1")
    image = server.state()["images"][0]
    address = f"/api/image/{image['id']}.png"
    path = os.path.join(images, "000.png")
    moved = os.path.join(folder, "moved.png")

    def look():
        code, _, body = server.raw("GET", address)
        return code, body

    code, before = look()
    tap.check("an image is shown", code == 200, code)
    with open(path, "rb") as file:
        kept = file.read()
    shutil.copy(os.path.join(images, "001.png"), path)
    code, told = look()
    tap.check("another in its place is not", code >= 500 and b"holds other bytes" in told,
              told[:200])
    os.rename(path, moved)
    code, told = look()
    tap.check("nor one that is gone", code == 503 and b"is not there any more" in told,
              told[:200])
    with open(moved, "wb") as file:
        file.write(kept)
    run("project", "relink", project, "--images", moved)
    tap.check("one that was moved and found again is", look() == (200, before))
    tap.check("the server ends", server.stop() == 0)
    os.rename(moved, path)


def check_new_models(folder):
    """Models that come from another process while the page is open."""
    project = make_project(folder, name="models.septum")
    other = os.path.join(folder, "other.onnx")
    stack = os.path.join(folder, "stack")
    run("train", "--images", stack + "/images", "--labels", stack + "/labels", "-o", other,
        "--epochs", "1", "--quiet", "--threads", "1", "--net",
        "window24 conv3-4 pool2 conv3-6 FC-8 FC-1")
    empty = os.path.join(folder, "empty.septum")
    run("project", "create", empty)
    run("project", "add", empty, "--images", stack + "/images/000.png", "--quiet")
    server = Server(empty, "--no-learning", "--threads", "1")
    server.wait(lambda state: "has no model yet" in state["error"])
    run("next", empty, "-m", os.path.join(folder, "m.onnx"), "--quiet", "--who", "bob")
    tap.check("a project that gets its model while the page is open asks from then on",
              server.ask() is not None
              and server.wait(lambda state: state["error"] == "") is not None)
    tap.check("and ends", server.stop() == 0)

    server = Server(project, "--learn", "1", "--threads", "1")
    Sheet(server, server.ask())
    with sqlite3.connect(project, timeout=30) as file:
        file.execute("INSERT INTO model (round, added, sha256, note, onnx) SELECT round, "
                     "added, zeroblob(32), 'cut', substr(onnx, 1, 2000) FROM model LIMIT 1")
    file.close()
    told = server.wait(lambda state: state["error"])
    time.sleep(1)
    sheet = Sheet(server, server.ask("ann"), "ann")
    tap.check("a new model that cannot be read is told of, and the old one stays",
              told["model"]["id"] == 1 and sheet.sheet["model"] == 1, told)
    run("next", project, "-m", other, "--quiet", "--who", "bob")
    told = server.wait(lambda state: "another window" in state["error"])
    sheet = Sheet(server, server.ask("eve"), "eve")
    tap.check("so is one with another window", told["model"]["id"] == 1
              and sheet.sheet["model"] == 1 and sheet.sheet["side"] == 16, told)
    run("next", project, "-m", os.path.join(folder, "m.onnx"), "--quiet", "--who", "bob")
    told = server.wait(lambda state: state["model"]["id"] > 1 and state["error"] == "")
    tap.check("one that fits is taken", told["side"] == 16, told)
    tap.check("and it ends still", server.stop() == 0)


def check_failures(folder):
    """What was confirmed is learnt though the worker failed before it was."""
    project = make_project(folder, name="failures.septum")
    server = Server(project, "--learn", "4", "--threads", "1")
    rng = random.Random(9)
    sheet = Sheet(server, server.ask())
    for _ in range(3):
        sheet.paint(sheet.stroke(rng))
    sheet.confirm()
    server.wait(lambda state: state["learning"]["what"].startswith("learning"))
    file = sqlite3.connect(project, timeout=30, isolation_level=None)
    file.execute("BEGIN IMMEDIATE")
    try:
        server.wait(lambda state: state["error"])
    finally:
        file.execute("ROLLBACK")
        file.close()
    state = server.wait(lambda state: state["curve"]
                        and state["curve"][-1]["loss"] is not None)
    tap.check("an answer is learnt after a failure", state["curve"][-1]["loss"] > 0, state)
    tap.check("and the server ends", server.stop() == 0)


def main():
    with tempfile.TemporaryDirectory(prefix="septum-server.") as folder:
        parts = {"doors": check_doors, "limits": check_limits,
                 "refusals": check_refusals,
                 "tls": check_tls,
                 "strokes": check_strokes, "others": check_others,
                 "two": check_two_experts,
                 "vain": check_asking_in_vain,
                 "disk": check_full_disk, "learning": check_learning,
                 "small": check_small_images,
                 "replaced": check_replaced_images, "models": check_new_models,
                 "failures": check_failures,
                 "kills": lambda folder: check_kills(folder, int(
                     os.environ.get("KILLS", "12")))}
        ends = [parts[name](folder) for name in sys.argv[1:] or parts]
        for end in filter(None, ends):
            end()
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
