"""A witness beside a real gateway: one history is cosigned, a second one caught and kept as evidence.

The test stands in for whoever carries checkpoints to the witness; consistency proofs are computed
here from the exported tiles, by the recursion of RFC 6962.
"""

import base64
import hashlib
import http.client
import shutil
import ssl
import subprocess
import unittest

from support import WorldTest

from scenarios import DUTY, child
from walk import SCHOOL, SOCIAL, Walk
from world import AGENCIES, TEMPLATES, Process

NAME = "witness.example/sundby"


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(count):
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = split(len(leaves))
    return node(root(leaves[:half]), root(leaves[half:]))


def consistency(old, leaves, whole=True):
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    half = split(len(leaves))
    if old <= half:
        return consistency(old, leaves[:half], whole) + [root(leaves[half:])]
    return consistency(old - half, leaves[half:], False) + [root(leaves[:half])]


class WitnessTest(WorldTest):
    AGENCIES = {agency: AGENCIES[agency] for agency in (SCHOOL, SOCIAL)}
    POLICIES = [TEMPLATES / f"{name}.txtpb" for name in ("duty-report", "feedback")]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dir = cls.world.dir / "witness"
        cls.key = cls.world.run(cls.world.program("sluss-witness"), "init", "--name", NAME,
                                "--dir", cls.dir).strip()
        cls.context = ssl.create_default_context(cafile=cls.world.dir / "ca" / "ca.crt")
        tls = cls.world.dir / "gateway" / "tls"
        cls.context.load_cert_chain(f"{tls}.crt", f"{tls}.key")

    def start_witness(self):
        self.addCleanup(lambda: self.world.processes["witness"].stop())
        prefix = self.world.agency_dir(SOCIAL) / "tls"
        process = Process("witness", [
            self.world.program("sluss-witness"), "serve", "--dir", self.dir,
            "--log", self.world.verifier_key(), "--listen", "127.0.0.1:0",
            "--certificate", f"{prefix}.crt", "--key", f"{prefix}.key",
            "--authority", self.world.dir / "ca" / "ca.crt",
            "--revocation-list", self.world.dir / "ca" / "ca.crl"],
            self.world.dir / "logs" / "witness.log")
        self.world.processes["witness"] = process
        process.start()
        process.wait_ready()
        self.port = int(process.events[-1]["address"].split(":")[1])
        return process

    def post(self, body, path="/add-checkpoint", context=None, method="POST"):
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=10,
                                                 context=context or self.context)
        try:
            connection.request(method, path, body and body.encode())
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def export(self, name):
        tiles = self.world.dir / name
        self.world.run(self.world.program("slussctl"), "log", "export", "--database",
                       self.world.dir / "gateway" / "sluss.db", "--tiles", tiles)
        note = (tiles / "checkpoint").read_text()
        size = int(note.split("\n")[1])
        tile = (tiles / "tile" / "0" / f"000.p/{size}").read_bytes()
        leaves = [tile[at:at + 32] for at in range(0, len(tile), 32)]
        self.assertEqual(base64.b64encode(root(leaves)).decode(), note.split("\n")[2])
        return tiles, note, leaves

    def request(self, old, note, leaves):
        hashes = consistency(old, leaves) if old else []
        return f"old {old}\n" + "".join(
            base64.b64encode(one).decode() + "\n" for one in hashes) + "\n" + note

    def verify(self, tiles, *options):
        command = [self.world.program("sluss-verify"), tiles, "--key", self.world.verifier_key(),
                   *options]
        return subprocess.run([str(part) for part in command], capture_output=True, text=True)

    def test_one_history_is_cosigned_and_two_are_caught(self):
        walk = Walk(self.world)
        self.world.start_all()
        witness = self.start_witness()
        walk.send(SCHOOL, DUTY, child=child(9)).expect("PERMIT")
        tiles, note, first = self.export("first")

        # Nobody saw it yet; then the witness does, and a stranger can check that.
        self.assertIn("no cosignature", self.verify(tiles, "--witness", self.key).stderr)
        status, line = self.post(self.request(0, note, first))
        self.assertEqual(status, 200, line)
        (tiles / "checkpoint").write_text(note + line)
        seen = self.verify(tiles, "--witness", self.key)
        self.assertIn(f"`{NAME}` saw it at", seen.stdout, seen.stderr)
        self.assertEqual(self.verify(tiles).returncode, 0)

        # The database as it is now, for the fork below; the log goes on.
        self.world.stop_all_but("witness")
        shutil.copy(self.world.dir / "gateway" / "sluss.db", self.world.dir / "restored.db")
        self.world.start_all()
        walk.send(SCHOOL, DUTY, child=child(10)).expect("PERMIT")
        _, note, leaves = self.export("second")
        status, line = self.post(self.request(0, note, leaves))
        self.assertEqual((status, line), (409, f"{len(first)}\n"))
        self.assertEqual(self.post(self.request(len(first), note, leaves))[0], 200)

        # It remembers through kill -9, and answers a roll-back with what it has.
        witness.kill()
        witness = self.start_witness()
        self.assertEqual(self.post(self.request(len(first), note, leaves)),
                         (409, f"{len(leaves)}\n"))

        # A restored backup that goes on is another history.
        self.world.stop_all_but("witness")
        for file in (self.world.dir / "gateway").glob("sluss.db*"):
            file.unlink()
        shutil.copy(self.world.dir / "restored.db", self.world.dir / "gateway" / "sluss.db")
        self.world.start_all()
        other = first
        while len(other) < len(leaves):
            walk.send(SCHOOL, DUTY, child=child(11)).expect("PERMIT")
            _, forked, other = self.export(f"fork-{len(other)}")
        since = witness.mark()
        status, _ = self.post(self.request(len(leaves), forked, other))
        if len(other) == len(leaves):
            self.assertEqual(status, 409)
            self.assertIsNotNone(witness.wait_for(lambda e: e["event"] == "split-view", since))
            evidence = list((self.dir / "evidence").iterdir())
            self.assertEqual([one.read_text() for one in evidence], [forked])
        else:
            self.assertEqual(status, 422)

    def test_who_may_ask_and_how(self):
        self.start_witness()
        self.assertEqual(self.post("", path="/checkpoint")[0], 404)
        self.assertEqual(self.post(None, method="GET")[0], 405)
        self.assertEqual(self.post("x" * 70_000)[0], 413)
        self.assertEqual(self.post("old 0\n")[0], 400)

        nobody = ssl.create_default_context(cafile=self.world.dir / "ca" / "ca.crt")
        self.assertEqual(self.post("old 0\n", context=nobody)[0], 401)
        old = ssl.create_default_context(cafile=self.world.dir / "ca" / "ca.crt")
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        with self.assertRaises(ssl.SSLError):
            self.post("old 0\n", context=old)
        plain = http.client.HTTPConnection("localhost", self.port, timeout=10)
        with self.assertRaises((http.client.HTTPException, ConnectionError)):
            plain.request("POST", "/add-checkpoint", "old 0\n")
            plain.getresponse()
        plain.close()

        self.world.processes["witness"].stop()
        lost = subprocess.run(
            [str(part) for part in self.world.processes["witness"].command[:2]]
            + ["--dir", str(self.world.dir / "lost")]
            + [str(part) for part in self.world.processes["witness"].command[4:]],
            capture_output=True, text=True)
        self.assertEqual(lost.returncode, 1)
        self.assertIn("this witness must be retired", lost.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
