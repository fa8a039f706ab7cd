"""A gateway and its witnesses as real processes: quorum, failures, second histories, ages."""

import base64
import datetime
import hashlib
import http.client
import http.server
import json
import pathlib
import shutil
import sqlite3
import ssl
import subprocess
import tempfile
import threading
import unittest

from support import BUILD, WorldTest

from scenarios import DUTY, child
from walk import SCHOOL, SOCIAL, Walk
from world import AGENCIES, TEMPLATES, Process, World, free_ports

NAMES = ("a", "b", "c")


class Carrier:
    """Stands before a real witness: hands on what it is asked, or misbehaves as `mode` says."""

    def __init__(self, world, prefix, port, behind):
        self.world, self.behind = world, behind
        self.mode = "carry"
        self.asked = threading.Semaphore(0)
        carrier = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                carrier.asked.release()
                if carrier.mode == "hang":
                    carrier.let_go.wait(30)
                    return
                status, content_type, answer = carrier.carry(body)
                if carrier.mode == "kill" and status == 200:
                    carrier.mode = "carry"
                    carrier.world.processes["gateway"].kill()
                    carrier.killed.set()
                    return
                if carrier.mode == "lie" and status == 200:
                    answer = answer[:-6] + (b"AAAA=\n" if answer[-6:] != b"AAAA=\n" else b"BBBB=\n")
                if carrier.mode == "other-key" and status == 200:
                    answer = carrier.other
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.let_go, self.killed = threading.Event(), threading.Event()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(f"{prefix}.crt", f"{prefix}.key")
        context.load_verify_locations(world.dir / "ca" / "ca.crt")
        context.verify_mode = ssl.CERT_REQUIRED  # the gateway shows its certificate
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.client = ssl.create_default_context(cafile=world.dir / "ca" / "ca.crt")
        self.client.load_cert_chain(f"{prefix}.crt", f"{prefix}.key")
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def carry(self, body):
        connection = http.client.HTTPSConnection("localhost", self.behind, timeout=10,
                                                 context=self.client)
        try:
            connection.request("POST", "/add-checkpoint", body)
            response = connection.getresponse()
            return response.status, response.headers["Content-Type"], response.read()
        finally:
            connection.close()

    def stop(self):
        self.let_go.set()
        self.server.shutdown()
        self.server.server_close()


def numbers(value):
    """protobuf's JSON writes 64-bit numbers as text."""
    if isinstance(value, dict):
        return {name: numbers(one) for name, one in value.items()}
    if isinstance(value, list):
        return [numbers(one) for one in value]
    return int(value) if isinstance(value, str) and value.isdigit() else value


class Watched:
    """Three witnesses of a world's gateway, their policy file, and what readers ask."""

    def watch(self, rules, front=None):
        """rules: of `witnesses { }`. front: the witness before which a Carrier stands."""
        self.keys, self.ports = {}, dict(zip(NAMES, free_ports(len(NAMES))))
        (self.front_port,) = free_ports(1)
        for name in NAMES:
            self.keys[name] = self.world.run(
                self.world.program("sluss-witness"), "init", "--name", f"witness.example/{name}",
                "--dir", self.world.dir / f"witness-{name}").strip()
        self.policy = self.world.dir / "witnesses.policy"
        self.policy.write_text(
            f"log {self.world.verifier_key()}\ngroup two 2 {'a b c'}\nquorum two\n".replace(
                "group", "".join(
                    f"witness {name} {self.keys[name]} "
                    f"https://localhost:{self.front_port if name == front else port}\n"
                    for name, port in self.ports.items()) + "group", 1))
        self.published = self.world.dir / "published"
        self.published.mkdir()
        self.world.configure_gateway(f"""
witnesses {{ policy: "{self.policy}" every_seconds: 1 {rules} }}
published_log {{ directory: "{self.published}" }}
metrics_file: "figures.prom"
""")

    def start_witness(self, name):
        prefix = self.world.agency_dir(SOCIAL) / "tls"
        process = Process(f"witness-{name}", [
            self.world.program("sluss-witness"), "serve", "--dir",
            self.world.dir / f"witness-{name}", "--log", self.world.verifier_key(),
            "--listen", f"127.0.0.1:{self.ports[name]}",
            "--certificate", f"{prefix}.crt", "--key", f"{prefix}.key",
            "--authority", self.world.dir / "ca" / "ca.crt",
            "--revocation-list", self.world.dir / "ca" / "ca.crl"],
            self.world.dir / "logs" / f"witness-{name}.log")
        self.world.processes[f"witness-{name}"] = process
        process.start()
        process.wait_ready()
        return process

    def verify(self, *options):
        command = [self.world.program("sluss-verify"), self.published,
                   "--key", self.world.verifier_key(), *options]
        return subprocess.run([str(part) for part in command], capture_output=True, text=True)

    def standing(self, code=0):
        asked = self.world.ask(SCHOOL, "witness", "status", "--json")
        self.assertEqual(asked.returncode, code, asked.stderr)
        return numbers(json.loads(asked.stdout))

    def until(self, wanted, what, tries=300):
        """Until `wanted` of the standing holds: whatever the exit code."""
        for _ in range(tries):
            asked = self.world.ask(SCHOOL, "witness", "status", "--json")
            if asked.stdout and wanted(numbers(json.loads(asked.stdout))):
                return numbers(json.loads(asked.stdout))
            self.world.processes["gateway"].wait_for(lambda event: False, timeout=0.05)
        self.fail(f"{what} did not come about: {asked.stdout}{asked.stderr}")

    def all_seen(self):
        return self.until(lambda s: s["size"] == s["witnessedSize"], "a quorum")

    def shown_size(self):
        return int((self.published / "checkpoint").read_text().split("\n")[1])

    def event(self, name, since=0):
        event = self.world.processes["gateway"].wait_for(lambda e: e["event"] == name, since)
        self.assertIsNotNone(event, f"no event {name}")
        return event

    def database(self):
        return self.world.dir / "gateway" / "sluss.db"


class WitnessedLogTest(Watched, WorldTest):
    AGENCIES = {agency: AGENCIES[agency] for agency in (SCHOOL, SOCIAL)}
    POLICIES = [TEMPLATES / f"{name}.txtpb" for name in ("duty-report", "feedback")]

    def setUp(self):
        self.setUpClass_again()
        self.walk = Walk(self.world)

    def setUpClass_again(self):
        """A world for each test: a log's history is what is tested."""
        type(self).tearDownClass()
        type(self).setUpClass()

    def restore(self, copy):
        for file in (self.world.dir / "gateway").glob("sluss.db*"):
            file.unlink()
        shutil.copy(copy, self.database())

    def stop_exchange(self):
        for name in (SCHOOL, SOCIAL, "gateway"):
            self.world.processes[name].stop()

    def test_a_quorum_sees_the_log_and_one_of_three_may_be_away(self):
        self.watch("")
        for name in NAMES:
            self.start_witness(name)
        self.world.start_all()
        self.walk.send(SCHOOL, DUTY, child=child(9)).expect("PERMIT")
        standing = self.all_seen()
        self.assertEqual(standing["witnessAge"], "LOG_AGE_IN_TIME")
        self.until(lambda s: self.shown_size() == s["size"], "the published file")
        seen = self.verify("--witness-policy", self.policy)
        self.assertIn("saw it from", seen.stdout, seen.stderr)
        self.assertEqual(self.verify("--witness", self.keys["a"]).returncode, 0)

        # One away, one killed in the middle: the others are a quorum.
        self.world.processes["witness-c"].kill()
        self.walk.send(SCHOOL, DUTY, child=child(10)).expect("PERMIT")
        self.all_seen()
        self.until(lambda s: any(w["fault"] for w in s["witness"]), "the fault")
        self.until(lambda s: self.shown_size() == s["size"], "the published file")
        self.assertEqual(self.verify("--witness-policy", self.policy).returncode, 0)
        self.assertIn("no cosignature", self.verify("--witness", self.keys["c"]).stderr)

        # Two away: readers still get the newest that a quorum has seen, and it still verifies.
        self.world.processes["witness-b"].stop()
        self.walk.send(SCHOOL, DUTY, child=child(11)).expect("PERMIT")
        self.until(lambda s: any(w["name"] == "b" and w["fault"] for w in s["witness"]),
                   "the second fault")
        before = self.standing()["witnessedSize"]
        self.until(lambda s: s["publishedSize"] > before, "a checkpoint without a quorum")
        self.until(lambda s: self.shown_size() == before, "the published file")
        self.assertEqual(self.verify("--witness-policy", self.policy).returncode, 0)
        newest = sorted((self.published / "checkpoints").rglob("*"))[-1]
        shutil.copy(newest, self.published / "checkpoint")
        refused = self.verify("--witness-policy", self.policy)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("which is no quorum: two (two: 2 of a, b, c)", refused.stderr)

        # They come back and catch up.
        self.start_witness("b")
        self.start_witness("c")
        self.all_seen()

    def test_the_policy_file_is_edited_and_checked(self):
        self.watch("")
        slussctl = self.world.program("slussctl")

        def ask(*command):
            done = subprocess.run([str(part) for part in (slussctl, "witness", *command)],
                                  capture_output=True, text=True)
            return done.returncode, done.stdout + done.stderr

        new = self.world.run(self.world.program("sluss-witness"), "init", "--name",
                             "witness.example/d", "--dir", self.world.dir / "witness-d").strip()
        add = ("add", "--policy", self.policy, "--name", "d", "--key", new,
               "--url", "https://localhost:1")
        before = self.policy.read_text()
        self.assertEqual(ask(*add, "--group", "three")[0], 2)
        self.assertEqual(ask(*add[:6], self.keys["a"], *add[7:])[0], 2)  # would count twice
        self.assertEqual(self.policy.read_text(), before)
        code, text = ask(*add, "--group", "two")
        self.assertEqual((code, text.split("\n")[0]), (0, "quorum   two (two: 2 of a, b, c, d)"))
        code, text = ask("list", "--policy", self.policy, "--json")
        self.assertEqual([one["name"] for one in json.loads(text)["witnesses"]], list("abcd"))
        self.assertEqual(json.loads(text)["logs"], [self.world.verifier_key()])
        self.assertEqual(ask(*add)[0], 2)  # the name stands twice
        self.assertEqual(ask("list", "--policy", self.world.dir / "none")[0], 2)
        self.assertEqual(self.world.ask(SCHOOL, "witness", "status").returncode, 1)  # no gateway

        # What can never be reached does not start.
        gateway = [str(self.world.program("sluss-gateway")),
                   str(self.world.dir / "gateway" / "gateway.txtpb")]
        for text, fault in (
                (before.replace("https://", "http://"), "must begin with https://"),
                (before.replace("group two 2", "group two 4"), "is not `any`, `all` or 1 to 3"),
                (before.replace(f"https://localhost:{self.ports['a']}", "").replace(
                    f"https://localhost:{self.ports['b']}", ""), "are no quorum"),
                (before.replace(self.world.verifier_key(), self.stranger()), "name other logs")):
            self.policy.write_text(text)
            refused = subprocess.run(gateway, capture_output=True, text=True)
            self.assertEqual(refused.returncode, 1)
            self.assertIn(fault, refused.stderr)

    def stranger(self):
        return self.world.run(self.world.program("slussctl"), "log", "new-key", "--origin",
                              "log.other.example/1", "--dir", self.world.dir / "other").strip()

    def test_a_witness_that_hangs_lies_or_is_slow_holds_nobody_up(self):
        self.watch("", front="a")
        for name in NAMES:
            self.start_witness(name)
        carrier = Carrier(self.world, self.world.agency_dir(SOCIAL) / "tls", self.front_port,
                          self.ports["a"])
        self.addCleanup(carrier.stop)
        carrier.other = base64.b64decode(b"4oCU") + b" witness.example/x AAAA\n"
        carrier.mode = "hang"
        self.world.start_all()
        self.assertTrue(carrier.asked.acquire(timeout=20))
        self.walk.send(SCHOOL, DUTY, child=child(9)).expect("PERMIT")
        self.until(lambda s: s["witnessedSize"] > 0, "a quorum without the one that hangs")
        for mode in ("lie", "other-key"):
            carrier.mode = mode
            carrier.let_go.set()
            self.walk.send(SCHOOL, DUTY, child=child(10)).expect("PERMIT")
            self.event("witness-lies")
            self.all_seen()
        self.assertEqual({w["size"] for w in self.standing()["witness"] if w["name"] == "a"}, {0})
        carrier.mode = "carry"
        self.until(lambda s: s["witness"][0]["size"] == s["size"], "the cosignature after all",
                   tries=1500)

    def test_kill_9_between_the_answer_and_the_store(self):
        self.watch("", front="a")
        self.start_witness("a")
        self.start_witness("b")
        carrier = Carrier(self.world, self.world.agency_dir(SOCIAL) / "tls", self.front_port,
                          self.ports["a"])
        self.addCleanup(carrier.stop)
        self.world.start_all()
        self.all_seen()
        for _ in range(3):
            carrier.killed.clear()
            carrier.mode = "kill"
            try:
                self.walk.send(SCHOOL, DUTY, child=child(12))
            except Exception:  # the answer may be lost with the gateway; the adapter sends again
                pass
            self.assertTrue(carrier.killed.wait(30))
            self.world.start("gateway")
            self.all_seen()
        self.until(lambda s: self.shown_size() == s["size"], "the published file")
        seen = self.verify("--witness-policy", self.policy)
        self.assertEqual(seen.returncode, 0, seen.stderr)
        self.assertEqual(self.world.processes["witness-a"].wait_for(
            lambda e: e["event"] == "split-view", timeout=0.1), None)

    def test_a_second_history_is_caught(self):
        """A restored backup, then a fork that has outgrown what the witnesses saw."""
        self.watch("")
        for name in NAMES:
            self.start_witness(name)
        self.world.start_all()
        self.walk.send(SCHOOL, DUTY, child=child(9)).expect("PERMIT")
        self.all_seen()
        self.stop_exchange()
        copy = self.world.dir / "restored.db"
        shutil.copy(self.database(), copy)
        self.world.start_all()
        for age in (10, 11, 12):
            self.walk.send(SCHOOL, DUTY, child=child(age)).expect("PERMIT")
        size = self.all_seen()["size"]

        # Rolled back: the witnesses have seen more than there is.
        self.stop_exchange()
        self.restore(copy)
        since = self.world.processes["gateway"].mark()
        self.world.start_all()
        event = self.event("witness-conflict", since)
        self.assertIn("a restored backup, or a second gateway", event["cause"])
        self.assertTrue(any("were published here" in w["fault"]
                            for w in self.standing()["witness"]))
        # Forked: it grows beyond what they saw, with other entries. The proof does not hold.
        while self.standing()["publishedSize"] <= size:
            self.walk.send(SCHOOL, DUTY, child=child(13))
            self.until(lambda s: s["publishedSize"] == s["size"], "the publication")
        self.until(lambda s: any("not the beginning of this log" in w["fault"]
                                 for w in s["witness"]), "the refusal", tries=2000)
        self.assertLessEqual(self.standing()["witnessedSize"], size)
        # And its readers see that nobody vouches for it: what is shown is what was seen before.
        self.assertLess(self.standing()["witnessedSize"],
                        self.standing()["publishedSize"])

    def test_a_rewritten_entry_is_caught(self):
        """Whoever has the database and the log's key makes a log that is whole in itself."""
        self.watch("")
        for name in NAMES:
            self.start_witness(name)
        self.world.start_all()
        self.walk.send(SCHOOL, DUTY, child=child(9)).expect("PERMIT")
        self.all_seen()
        self.stop_exchange()
        rewrite(self.world)
        since = self.world.processes["gateway"].mark()
        self.world.start_all()  # the gateway itself finds nothing wrong
        event = self.event("witness-conflict", since)
        self.assertIn("a rewritten entry", event["cause"])


def split(count):
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def root_of(leaves):
    if len(leaves) == 1:
        return leaves[0]
    half = split(len(leaves))
    return hashlib.sha256(b"\x01" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def rewrite(world):
    """Changes one letter of an entry and makes tree, checkpoint and signature anew."""
    database = sqlite3.connect(world.dir / "gateway" / "sluss.db")
    entries = [leaf for (leaf,) in database.execute("SELECT leaf FROM entry ORDER BY position")]
    assert len(entries) < 256
    at = next(i for i, leaf in enumerate(entries) if b"PROTECTION" in leaf)
    entries[at] = entries[at].replace(b"PROTECTION", b"PREVENTION")
    leaves = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in entries]
    (note,) = database.execute("SELECT checkpoint FROM head").fetchone()
    origin = note.decode().split("\n")[0]
    text = f"{origin}\n{len(entries)}\n{base64.b64encode(root_of(leaves)).decode()}\n"
    key_text = (world.dir / "gateway" / "keys" / "log.key").read_text()
    seed = next(bytes.fromhex(word) for line in key_text.splitlines()
                for word in line.replace('"', " ").replace(":", " ").replace("=", " ").split()
                if len(word) == 64 and all(c in "0123456789abcdef" for c in word))
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        # RFC 8410: a private key of Ed25519 in PKCS #8 is these 16 bytes and the seed.
        (scratch / "key.der").write_bytes(
            bytes.fromhex("302e020100300506032b657004220420") + seed)
        (scratch / "text").write_text(text)
        subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", scratch / "key.der",
                        "-keyform", "DER", "-in", scratch / "text", "-out", scratch / "signature"],
                       check=True)
        signature = (scratch / "signature").read_bytes()
    line = note.decode().rstrip("\n").split("\n")[-1]
    key_id = base64.b64decode(line.split(" ")[2])[:4]
    forged = text + "\n" + line.rsplit(" ", 1)[0] + " " + \
        base64.b64encode(key_id + signature).decode() + "\n"
    with database:
        database.execute("UPDATE entry SET leaf = ? WHERE position = ?", (entries[at], at))
        database.execute("UPDATE head SET tree = ?, checkpoint = ?",
                         (len(entries).to_bytes(8, "big") + b"".join(leaves), forged.encode()))
    database.close()


class WitnessAgeTest(Watched, unittest.TestCase):
    """Their clock is moved; nobody waits."""

    def figure(self, name, wanted):
        """Waits for a figure; they are written every 16 seconds."""
        path = self.world.dir / "gateway" / "figures.prom"
        for _ in range(400):
            lines = path.read_text().splitlines() if path.exists() else []
            found = [float(line.split()[1]) for line in lines if line.startswith(f"{name} ")]
            if found == [wanted]:
                return
            self.world.processes["gateway"].wait_for(lambda event: False, timeout=0.1)
        self.fail(f"{name} is {found}, not {wanted}")

    def test_warns_then_takes_duty_reports_only_then_all(self):
        temporary = tempfile.TemporaryDirectory(prefix="sluss-e2e-")
        self.addCleanup(temporary.cleanup)
        self.world = World(pathlib.Path(temporary.name) / "world", BUILD,
                           moved_clock=datetime.timedelta())
        self.world.create()
        self.addCleanup(self.world.stop_all)
        self.walk = Walk(self.world)
        self.watch("warn_after_minutes: 10 refuse_after_minutes: 60")
        for name in ("a", "b"):
            self.start_witness(name)
        self.world.start_all()
        self.all_seen()
        for name in ("a", "b"):
            self.world.processes[f"witness-{name}"].stop()
        answer = self.walk.send(SCHOOL, DUTY, child=child(9)).expect("PERMIT")
        self.until(lambda s: s["publishedSize"] != s["witnessedSize"], "an unseen checkpoint")

        self.world.move_clock(minutes=11)
        self.event("witnesses-late")
        self.assertEqual(self.standing(code=3)["witnessAge"], "LOG_AGE_LATE")
        status = self.world.ask(SCHOOL, "status")
        self.assertEqual(status.returncode, 0)
        self.assertIn("no quorum of witnesses has seen the log", status.stderr)

        self.world.move_clock(minutes=60)
        self.event("witnesses-refusing")
        self.assertEqual(self.standing(code=4)["witnessAge"], "LOG_AGE_REFUSING")
        self.figure("sluss_witness_age", 2)
        self.figure("sluss_witnesses_failing", 3)
        self.walk.send(SCHOOL, DUTY, child=child(10)).expect("PERMIT")  # never held back
        self.walk.received(SOCIAL, answer.message)                      # nor what was taken before
        process, since = self.walk.drop("child-psychiatry/bup-sundby",
                                        "child-psychiatry/care-need.json.template", child=child(11))
        held = self.world.processes["gateway"].wait_for(
            lambda e: e["event"] == "refused" and e["code"] == "UNAVAILABLE", timeout=30)
        self.assertIsNotNone(held, "the submission was not held back")
        self.assertIsNone(process.wait_for(lambda e: e["event"] == "submitted", since, 0.2))

        for name in ("a", "b"):
            self.start_witness(name)
        self.world.move_clock(minutes=6)  # beyond the longest wait between two attempts
        self.event("witnesses-in-time")
        self.assertIsNotNone(process.wait_for(lambda e: e["event"] == "submitted", since, 60),
                             "what was held back was not sent again")


if __name__ == "__main__":
    unittest.main(verbosity=2)
