"""The published log of a real gateway: what a stranger with curl and sluss-verify gets and checks."""

import http.client
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import unittest

from support import ROOT, WorldTest

from scenarios import DUTY, child
from walk import SCHOOL, SOCIAL, Walk
from world import AGENCIES, TEMPLATES, free_ports

LONGEST = 3


def numbered(number):
    groups = [f"{number % 1000:03}"]
    while number >= 1000:
        number //= 1000
        groups.insert(0, f"x{number % 1000:03}")
    return "/".join(groups)


def tree_files(size):
    """The paths of tlog-tiles for a tree of `size`."""
    paths, level, rows = [], 0, size
    while rows:
        for index in range((rows + 255) // 256):
            width = min(256, rows - 256 * index)
            partial = f".p/{width}" if width < 256 else ""
            paths.append(f"tile/{level}/{numbered(index)}{partial}")
            if level == 0:
                paths.append(f"tile/entries/{numbered(index)}{partial}")
        level, rows = level + 1, rows >> 8
    return paths


def size_of(note):
    return int(note.split("\n")[1])


class PublishedLogTest(WorldTest):
    AGENCIES = {agency: AGENCIES[agency] for agency in (SCHOOL, SOCIAL)}
    POLICIES = [TEMPLATES / f"{name}.txtpb" for name in ("duty-report", "feedback")]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.port,) = free_ports(1)
        cls.mirror = cls.world.dir / "published"
        cls.mirror.mkdir()
        cls.first_key = cls.world.verifier_key()
        cls.walk = Walk(cls.world)

    def tearDown(self):
        self.world.stop_all()

    def configure(self, more="", keys=""):
        self.world.configure_gateway(f"""
published_log {{
  listen: "127.0.0.1:{self.port}"
  tls {{ certificate: "tls.crt" private_key: "tls.key"
        authority: "{self.world.dir}/ca/ca.crt" revocation_list: "{self.world.dir}/ca/ca.crl" }}
  directory: "{self.mirror}"
  longest_seconds: {LONGEST}
  {more}
}}
{keys}
""")

    # ---- a stranger ----------------------------------------------------------------------------

    def curl(self, *arguments):
        return subprocess.run(
            ["curl", "--silent", "--show-error", "--fail", "--cacert", self.world.dir / "ca/ca.crt",
             *map(str, arguments)], capture_output=True, text=True)

    def url(self, path):
        return f"https://localhost:{self.port}/{path}"

    def context(self, who=None):
        context = ssl.create_default_context(cafile=self.world.dir / "ca" / "ca.crt")
        if who is not None:
            context.load_cert_chain(f"{who}.crt", f"{who}.key")
        return context

    def ask(self, path, method="GET", body=None, context=None):
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=20,
                                                 context=context or self.context())
        try:
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def fetch(self, name):
        """The whole prefix by curl, below a directory of its own; returns it and the sizes kept."""
        target = self.world.dir / name
        shutil.rmtree(target, ignore_errors=True)
        note = self.ask("/checkpoint")[2].decode()
        paths = tree_files(size_of(note)) + ["verifier-key"]
        sizes = []
        while True:
            path = f"checkpoints/{numbered(len(sizes))}"
            status, _, kept = self.ask(f"/{path}")
            if status == 404:
                break
            self.assertEqual(status, 200)
            sizes.append(size_of(kept.decode()))
            paths.append(path)
        listing = self.world.dir / f"{name}.curl"
        listing.write_text("".join(
            f'url = "{self.url(path)}"\noutput = "{target / path}"\n' for path in paths))
        done = self.curl("--create-dirs", "--tlsv1.3", "--config", listing)
        self.assertEqual(done.returncode, 0, done.stderr)
        (target / "checkpoint").write_text(note)
        return target, sizes

    def verify(self, directory, key=None):
        command = [self.world.program("sluss-verify"), directory, "--key", key or self.first_key]
        return subprocess.run(list(map(str, command)), capture_output=True, text=True)

    def published(self, size):
        """Waits until a checkpoint of at least `size` is served."""
        for _ in range(200):
            status, _, note = self.ask("/checkpoint")
            if status == 200 and size_of(note.decode()) >= size:
                return size_of(note.decode())
            self.wait_a_moment()
        self.fail(f"no checkpoint of {size} entries was published")

    def wait_a_moment(self):
        """Until the gateway has looked again, which it does four times a second."""
        self.world.processes["gateway"].wait_for(lambda event: False, timeout=0.1)

    def entries(self):
        with_head = self.world.dir / "head"
        shutil.rmtree(with_head, ignore_errors=True)
        out = self.world.run(self.world.program("slussctl"), "log", "export", "--database",
                             self.world.dir / "gateway" / "sluss.db", "--tiles", with_head)
        return int(out.split()[0])

    # ---- tests ---------------------------------------------------------------------------------

    def quiet(self):
        """Nobody sends or fetches any more, and all that is signed is published."""
        for name in (SCHOOL, SOCIAL):
            self.world.processes[name].stop()
        return self.published(self.entries())

    def test_a_stranger_reads_and_verifies_everything(self):
        self.configure()
        self.world.start_all()
        for number in range(4):
            self.walk.send(SCHOOL, DUTY, child=child(5 + number)).expect("PERMIT")

        # As the guide has it, in two steps: the second fetches only what is new.
        by_hand = self.world.dir / "by-hand"
        for age in (11, 12):
            self.published(self.entries())
            fetched = self.world.run(ROOT / "deploy" / "fetch-log", self.url(""), by_hand,
                                     "--cacert", self.world.dir / "ca" / "ca.crt")
            self.assertRegex(fetched, r"^[0-9]+ entries, [0-9]+ checkpoints")
            verified = self.verify(by_hand)
            self.assertEqual(verified.returncode, 0, verified.stderr)
            self.walk.send(SCHOOL, DUTY, child=child(age)).expect("PERMIT")

        size = self.quiet()
        target, sizes = self.fetch("fetched")
        verified = self.verify(target)
        self.assertEqual(verified.returncode, 0, verified.stderr)
        self.assertEqual(sizes, sorted(set(sizes)))
        self.assertGreater(len(sizes), 2)
        self.assertEqual(sizes[-1], size)

        # The same in the directory that is kept up to date, and written on request.
        for _ in range(100):
            if size_of((self.mirror / "checkpoint").read_text()) == size:
                break
            self.wait_a_moment()
        once = self.world.dir / "once"
        self.world.run(self.world.program("slussctl"), "log", "publish", "--database",
                       self.world.dir / "gateway" / "sluss.db", "--dir", once,
                       "--key", self.first_key)
        for path in target.rglob("*"):
            if path.is_file():
                for other in (self.mirror, once):
                    self.assertEqual((other / path.relative_to(target)).read_bytes(),
                                     path.read_bytes(), path)
        verified = self.verify(self.mirror)
        self.assertEqual(verified.returncode, 0, verified.stderr)

    def test_what_is_answered_and_what_is_not(self):
        self.configure()
        self.world.start_all()
        size = self.published(1)
        status, headers, _ = self.ask("/checkpoint")
        self.assertEqual(headers["Cache-Control"], "public, max-age=1")
        self.assertEqual(headers["Content-Type"], "text/plain; charset=utf-8")
        status, headers, tile = self.ask(f"/tile/0/000.p/{size % 256}")
        self.assertEqual((status, len(tile)), (200, 32 * (size % 256)))
        self.assertEqual(headers["Cache-Control"], "public, max-age=31536000, immutable")
        self.assertEqual(headers["Content-Type"], "application/octet-stream")
        self.assertEqual(self.ask("/checkpoint", "HEAD")[2], b"")
        for path in ("/", "/tile", "/tile/0/000", "/tile/0/999", "/tile/0/../../sluss.db",
                     "/%2e%2e/%2e%2e/etc/passwd", "/checkpoint/", "//checkpoint", "/metrics",
                     "/tile/0/000.p/0", "/" + "x" * 4000):
            status, headers, _ = self.ask(path)
            self.assertEqual((path, status), (path, 404))
            self.assertEqual(headers["Cache-Control"], "no-store")
        for method in ("POST", "PUT", "DELETE"):
            self.assertIn(self.ask("/checkpoint", method)[0], (405, 413))
        self.assertEqual(self.ask("/checkpoint", "POST", b"x" * 10_000)[0], 413)
        old = self.context()
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        with self.assertRaises(ssl.SSLError):
            self.ask("/checkpoint", context=old)
        plain = http.client.HTTPConnection("localhost", self.port, timeout=10)
        with self.assertRaises((http.client.HTTPException, ConnectionError)):
            plain.request("GET", "/checkpoint")
            plain.getresponse()
        plain.close()

    def test_slow_and_greedy_clients_are_cut_and_others_are_served(self):
        self.configure("max_connections: 24 max_connections_per_source: 8")
        self.world.start_all()
        self.published(1)
        slow = []
        for number in range(8):
            one = socket.create_connection(("127.0.0.1", self.port), timeout=5 * LONGEST)
            if number % 2:
                one = self.context().wrap_socket(one, server_hostname="localhost")
                one.sendall(b"GET /checkpoint HTTP/1.1\r\nX-Slow: ")
            slow.append(one)
        # A ninth of the same source is turned away.
        with self.assertRaises((OSError, http.client.HTTPException)):
            self.ask("/checkpoint")
        # Those who keep a connection busy with a byte now and then lose it all the same.
        for one in slow:
            with self.assertRaises((ConnectionError, ssl.SSLError, EOFError)):
                while True:
                    one.settimeout(0.3)
                    try:
                        if not one.recv(1):
                            raise EOFError
                    except TimeoutError:
                        one.sendall(b"y")
            one.close()
        self.published(1)
        self.walk.send(SCHOOL, DUTY, child=child(8)).expect("PERMIT")

    def test_readers_may_be_asked_for_a_certificate(self):
        self.configure("client_certificates: true")
        reader = self.world.official("officer", "reader")
        self.world.start_all()
        self.assertEqual(self.ask("/checkpoint")[0], 401)
        with_one = self.context(reader)
        for _ in range(50):
            status = self.ask("/checkpoint", context=with_one)[0]
            if status == 200:
                break
            self.wait_a_moment()
        self.assertEqual(status, 200)
        self.world.revoke(f"{reader}.crt")
        self.assertEqual(self.ask("/checkpoint", context=with_one)[0], 401)

    def test_no_checkpoint_is_lost_by_kill_9(self):
        self.configure()
        self.world.start_all()
        seen = {}
        for number in range(3):
            self.walk.send(SCHOOL, DUTY, child=child(9 + number)).expect("PERMIT")
            note = self.ask("/checkpoint")[2].decode()
            seen[size_of(note)] = note
            self.world.processes["gateway"].kill()
            self.world.start("gateway")
        self.quiet()
        target, sizes = self.fetch("after-kill")
        self.assertEqual(self.verify(target).returncode, 0)
        for size, note in seen.items():
            at = sizes.index(size)
            self.assertEqual((target / "checkpoints" / numbered(at)).read_text(), note)
        verified = self.verify(self.mirror)
        self.assertEqual(verified.returncode, 0, verified.stderr)

    def test_zz_the_key_is_changed_over(self):
        """Last, since the world's key directory names the new key afterwards."""
        successor = self.world.dir / "gateway" / "log-next"
        new_key = self.world.run(self.world.program("slussctl"), "log", "new-key",
                                 "--origin", "log.sluss.example/gw1", "--dir", successor).strip()
        self.configure()
        self.world.start_all()
        self.walk.send(SCHOOL, DUTY, child=child(4)).expect("PERMIT")
        before = self.published(self.entries())
        self.world.stop_all()

        # Not at once: nobody was told of it.
        text = self.world.key_directory.read_text()
        changed = text.replace(self.first_key, new_key)
        self.world.key_directory.write_text(changed)
        self.configure(keys='log_keys { keys_dir: "log-next" }')
        refused = subprocess.run(
            [str(self.world.program("sluss-gateway")),
             str(self.world.dir / "gateway" / "gateway.txtpb")], capture_output=True, text=True)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("log_keys.successor_dir", refused.stderr)

        # Both sign; the agencies still go by the old one, then by the new one.
        for directory, number in ((text, 12), (changed, 13)):
            self.world.key_directory.write_text(directory)
            self.configure(keys='log_keys { successor_dir: "log-next" }')
            self.world.start_all()
            self.walk.send(SCHOOL, DUTY, child=child(number)).expect("PERMIT")
            size = self.published(self.entries())
            target, _ = self.fetch("overlap")
            for key in (self.first_key, new_key):
                verified = self.verify(target, key)
                self.assertEqual(verified.returncode, 0, verified.stderr)
            self.assertEqual((target / "checkpoint").read_text().count("\u2014 "), 2)
            self.assertGreater(size, before)
            self.world.stop_all()

        # The new one alone: the old one still leads there, and to nothing else.
        self.configure(keys='log_keys { keys_dir: "log-next" }')
        self.world.start_all()
        self.walk.send(SCHOOL, DUTY, child=child(14)).expect("PERMIT")
        self.published(self.entries())
        target, _ = self.fetch("afterwards")
        verified = self.verify(target)
        self.assertEqual(verified.returncode, 0, verified.stderr)
        self.assertIn("as the log itself says", verified.stdout)
        self.assertEqual(self.verify(target, new_key).returncode, 0)
        stranger = self.world.run(self.world.program("slussctl"), "log", "new-key", "--origin",
                                  "log.sluss.example/gw1", "--dir",
                                  self.world.dir / "stranger").strip()
        self.assertEqual(self.verify(target, stranger).returncode, 1)
        shown = self.world.run(self.world.program("slussctl"), "log", "show", "--limit", "200",
                               "--database", self.world.dir / "gateway" / "sluss.db")
        self.assertEqual(len(re.findall("KEY_CHANGE  log-key-added ", shown)), 1)
        self.assertEqual(len(re.findall("KEY_CHANGE  log-key-retired ", shown)), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
