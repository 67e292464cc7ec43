"""How long the server takes to answer while it learns on all cores.

    SEPTUM=build/septum python3 bench/person/answers.py DATA MODEL

DATA has images/ and labels/, PNG of the same names.  A project of three images takes
the truth of one, so that there is something to learn; once the worker learns, requests
like those of a page that is painted on are made one after the other, a new connection
each, as long as it goes on learning.
"""
import os
import statistics
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../tests/server"))
from client import Server, Sheet, random, run  # noqa: E402

LEARN = "40"  # seconds of a round
MOST = 400    # of each kind of request


def is_learning(state):
    return state["learning"]["what"].startswith("learning")


def main(data, model):
    times = {}

    def timed(name, ask):
        start = time.perf_counter()
        answer = ask()
        times.setdefault(name, []).append(1000 * (time.perf_counter() - start))
        return answer

    with tempfile.TemporaryDirectory(prefix="septum-answers.") as folder:
        images, labels = ([os.path.join(data, kind, name) for name in
                           sorted(os.listdir(os.path.join(data, kind)))
                           if name.endswith(".png")] for kind in ("images", "labels"))
        project = os.path.join(folder, "p.septum")
        run("project", "create", project, "--from", model)
        run("project", "add", project, "--images", *images[:3], "--quiet")
        run("project", "import", project, "--labels", labels[0])
        server = Server(project, "--learn", LEARN)
        sheet, rng = Sheet(server, server.ask(seconds=1200)), random.Random(1)
        server.wait(is_learning, 1200)
        while (is_learning(timed("state", server.state))
               and len(times["state"]) < MOST):
            timed("stroke", lambda: sheet.paint(sheet.stroke(rng)))
            timed("journal", lambda: server.get(
                f"/api/sheet/{sheet.id}/journal?after={sheet.last}"))
            timed("image", lambda: server.raw("GET", "/api/image/1.png"))
        server.stop()
    for name, took in times.items():
        took.sort()
        print(f"{name}: {len(took)} answers, median {statistics.median(took):.1f} ms, "
              f"95 of 100 within {took[int(0.95 * len(took))]:.1f} ms, "
              f"worst {took[-1]:.1f} ms")


if __name__ == "__main__":
    main(*sys.argv[1:])
