"""A gateway whose log is stamped by a real RFC 3161 authority, and a stranger who checks the stamps."""

import http.server
import json
import pathlib
import shutil
import ssl
import subprocess
import tempfile
import threading
import unittest
import urllib.request

from support import ROOT, WorldTest

from scenarios import DUTY, child
from walk import SCHOOL, SOCIAL, Walk
from world import AGENCIES, TEMPLATES, free_ports

AUTHORITY = ROOT / "tests" / "testing" / "timestamp-authority"


class Authority:
    """`openssl ts` behind plain HTTP, as most authorities are."""

    def __init__(self, directory, port):
        self.directory = pathlib.Path(directory)
        for name in ("right", "other"):
            subprocess.run([AUTHORITY, "init", self.directory / name], check=True)
        self.mode, self.kept, self.lock = "right", None, threading.Lock()
        authority = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                query = self.rfile.read(int(self.headers["Content-Length"]))
                with authority.lock:
                    status, answer = authority.answer(query)
                self.send_response(status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, query):
        if self.mode == "away":
            return 503, b""
        if self.mode == "earlier":
            return 200, self.kept
        directory = self.directory / self.mode
        (directory / "query").write_bytes(query)
        subprocess.run([AUTHORITY, "reply", directory, directory / "query", directory / "response"],
                       check=True)
        self.kept = (directory / "response").read_bytes()
        return 200, self.kept

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class TimestampsTest(WorldTest):
    AGENCIES = {agency: AGENCIES[agency] for agency in (SCHOOL, SOCIAL)}
    POLICIES = [TEMPLATES / f"{name}.txtpb" for name in ("duty-report", "feedback")]

    def standing(self):
        asked = self.world.ask(SCHOOL, "log", "status", "--json")
        self.assertIn(asked.returncode, (0, 3), asked.stderr)
        return json.loads(asked.stdout)

    def until(self, wanted, what):
        for _ in range(600):
            standing = self.standing()
            if wanted(standing):
                return standing
            self.world.processes["gateway"].wait_for(lambda event: False, timeout=0.05)
        self.fail(f"{what} did not come about: {standing}")

    def verify(self, directory, authority):
        return subprocess.run(
            [str(part) for part in (
                self.world.program("sluss-verify"), directory, "--key", self.world.verifier_key(),
                "--timestamp-authority", authority)], capture_output=True, text=True)

    def openssl(self, stamp, authority):
        return subprocess.run(
            ["openssl", "ts", "-verify", "-data", stamp / "checkpoint",
             "-in", stamp / "response.tsr", "-CAfile", authority], capture_output=True, text=True)

    def test_stamps_are_made_kept_shown_and_checked(self):
        tsa_port, log_port = free_ports(2)
        authority = Authority(self.world.dir / "tsa", tsa_port)
        self.addCleanup(authority.stop)
        right = authority.directory / "right" / "ca.crt"
        other = authority.directory / "other" / "ca.crt"
        published = self.world.dir / "published"
        published.mkdir()
        self.world.configure_gateway(f"""
timestamps {{ url: "http://127.0.0.1:{tsa_port}/tsr" authority: "{right}" every_minutes: 1 }}
published_log {{ directory: "{published}" listen: "127.0.0.1:{log_port}"
                tls {{ certificate: "tls.crt" private_key: "tls.key" }} }}
""")
        walk = Walk(self.world)

        # Away, an answer of somebody else, an answer to something else: told, refused, asked again.
        authority.mode = "away"
        self.world.start_all()
        gateway = self.world.processes["gateway"]
        walk.send(SCHOOL, DUTY, child=child(9)).expect("PERMIT")
        self.until(lambda s: "it answers 503" in s["timestampFault"], "the fault")
        self.assertIsNotNone(gateway.wait_for(lambda e: e["event"] == "timestamps-stopped"))
        authority.mode = "other"
        self.until(lambda s: "not the authority's over these bytes" in s["timestampFault"],
                   "the refusal of another authority")
        self.assertEqual(self.standing()["timestamps"], "0")
        authority.mode = "right"
        self.until(lambda s: s["timestamps"] == "1", "a timestamp")
        self.assertEqual(self.standing()["timestampFault"], "")
        self.assertIsNotNone(gateway.wait_for(lambda e: e["event"] == "timestamps-resumed"))

        # A stranger with openssl, over the files and over HTTPS.
        stamp = published / "timestamps" / "000"
        for _ in range(100):
            if (stamp / "response.tsr").exists():
                break
            gateway.wait_for(lambda event: False, timeout=0.05)
        self.assertEqual(self.openssl(stamp, right).returncode, 0, self.openssl(stamp, right).stderr)
        self.assertNotEqual(self.openssl(stamp, other).returncode, 0)
        context = ssl.create_default_context(cafile=self.world.dir / "ca" / "ca.crt")
        for name in ("checkpoint", "response.tsr"):
            url = f"https://localhost:{log_port}/timestamps/000/{name}"
            with urllib.request.urlopen(url, context=context) as answer:
                self.assertEqual(answer.read(), (stamp / name).read_bytes())
                self.assertIn("immutable", answer.headers["Cache-Control"])

        # The log goes on; the stamp is of its beginning. So says the verifier, of an export too.
        walk.send(SCHOOL, DUTY, child=child(10)).expect("PERMIT")
        export = self.world.dir / "export"
        self.world.run(self.world.program("slussctl"), "log", "export", "--database",
                       self.world.dir / "gateway" / "sluss.db", "--tiles", export)
        good = self.verify(export, right)
        self.assertIn("an authority stamped its first", good.stdout, good.stderr)
        self.assertEqual(self.verify(export, other).returncode, 1)

        # Forged, of another checkpoint, of another log, or gone.
        kept = export / "timestamps" / "000"
        for name, change, error in (
                ("response.tsr", lambda b: b[:-9] + bytes([b[-9] ^ 1]) + b[-8:],
                 "timestamps/000/response.tsr: "),
                ("checkpoint", lambda b: b.replace(b"\n", b"\n1", 1), "timestamps/000/response.tsr: "),
                ("response.tsr", lambda b: b"", "timestamps/000/response.tsr: ")):
            original = (kept / name).read_bytes()
            (kept / name).write_bytes(change(original))
            bad = self.verify(export, right)
            self.assertEqual(bad.returncode, 1)
            self.assertIn(error, bad.stderr)
            (kept / name).write_bytes(original)
        self.assertEqual(self.verify(export, right).returncode, 0)

        # A stamp that is right, over a checkpoint of another history of this log.
        with tempfile.TemporaryDirectory() as scratch:
            scratch = pathlib.Path(scratch)
            note = (kept / "checkpoint").read_text().split("\n")
            note[2] = "A" * 43 + "="
            (scratch / "data").write_text("\n".join(note))
            subprocess.run(["openssl", "ts", "-query", "-data", scratch / "data", "-sha256", "-cert",
                            "-out", scratch / "query"], check=True, capture_output=True)
            subprocess.run([AUTHORITY, "reply", authority.directory / "right", scratch / "query",
                            scratch / "response"], check=True)
            shutil.copy(scratch / "data", kept / "checkpoint")
            shutil.copy(scratch / "response", kept / "response.tsr")
        bad = self.verify(export, right)
        self.assertEqual(bad.returncode, 1)
        self.assertIn("two different logs were signed", bad.stderr)
        shutil.rmtree(export / "timestamps")
        self.assertIn("timestamps/000/checkpoint is missing", self.verify(export, right).stderr)

        # It survives kill -9, and is not made again.
        gateway.kill()
        self.world.start("gateway")
        self.assertEqual(self.standing()["timestamps"], "1")


if __name__ == "__main__":
    unittest.main(verbosity=2)
