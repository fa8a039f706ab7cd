"""Several gateways on one PostgreSQL database: one log, one queue, one policy in force.

Each is a whole gateway under a count of its own; whichever is up takes and hands out. What is
tampered with behind their backs, each of them finds by itself.
"""

import json
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import unittest
import zipfile

from postgres_server import PostgresServer
from support import BUILD, ROOT

from scenarios import DUTY, child
from walk import SCHOOL, SOCIAL, Walk
from world import AGENCIES, TEMPLATES, World

CONSULTATION = "school/consultation.xml"
A, B = "gateway", "gateway-b"


class ReplicasTest(unittest.TestCase):
    AGENCIES = {agency: AGENCIES[agency] for agency in (SCHOOL, SOCIAL)}
    POLICIES = [TEMPLATES / f"{name}.txtpb" for name in ("duty-report", "feedback")]
    DATABASE = 0

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="sluss-e2e-")
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.postgres = PostgresServer(cls.temporary.name)
        if cls.postgres.directory is None:
            raise unittest.SkipTest("there is no PostgreSQL: run `deploy/install-packages test`")
        cls.addClassCleanup(cls.postgres.script, "stop")

    def setUp(self):
        ReplicasTest.DATABASE += 1
        self.name = f"sluss{self.DATABASE}"
        self.postgres.sql(f"CREATE DATABASE {self.name}")
        self.world = World(pathlib.Path(self.temporary.name) / self.name, BUILD, self.AGENCIES,
                           self.POLICIES)
        self.world.create()
        self.world.share_database(self.postgres.uri(self.name), "a", "b")
        self.walk = Walk(self.world)
        self.ages = iter(range(3, 18))

    def tearDown(self):
        self.world.stop_all()

    def sql(self, *statements):
        return self.postgres.sql(*statements, database=self.name)

    def send(self):
        return self.walk.send(SCHOOL, DUTY, child=child(next(self.ages))).expect("PERMIT").message

    def policy(self, who, *command):
        """Through gateway A."""
        done = self.world.ask(who, "policy", *command, gateway=A)
        self.assertEqual(done.returncode, 0, f"{command}: {done.stderr}{done.stdout}")
        return done.stdout

    def entries(self):
        """The log as JSON lines, from the shared database."""
        lines = self.world.run(self.world.program("slussctl"), "log", "entries", "--database",
                               self.world.database_argument())
        return [json.loads(line) for line in lines.splitlines()]

    def only(self, *agencies_by_gateway):
        """Each agency speaks to one gateway only: pairs (agency, gateway)."""
        for agency, gateway in agencies_by_gateway:
            config = self.world.agency_dir(agency) / "adapter.txtpb"
            lines = config.read_text().splitlines()
            port = self.world.gateways[gateway][0]
            config.write_text("\n".join(
                f'gateway_address: "127.0.0.1:{port}"' if line.startswith("gateway_address") else line
                for line in lines) + "\n")

    def stopped(self, gateway, since):
        event = self.world.processes[gateway].wait_for(
            lambda e: e["event"] == "log-stopped", since)
        self.assertIsNotNone(event, f"{gateway} noticed nothing")
        return event["cause"]

    # ---- what is one ---------------------------------------------------------------------------

    def test_one_log_and_one_queue(self):
        self.only((SCHOOL, A), (SOCIAL, B))
        self.world.start_all()
        messages = [self.send() for _ in range(3)]
        for message in messages:
            self.walk.received(SOCIAL, message)
        self.world.stop_all()
        self.assertIn("verified", self.world.verify_log())
        by = {}
        for entry in self.entries():
            by.setdefault(entry["gateway"], []).append(entry["kind"])
        self.assertEqual(set(by), {"gateway/gw1/a", "gateway/gw1/b"})
        self.assertEqual(by["gateway/gw1/a"].count("DECISION"), 3)
        self.assertEqual(by["gateway/gw1/b"].count("DELIVERY"), 3)
        self.assertEqual(by["gateway/gw1/b"].count("ACKNOWLEDGEMENT"), 3)

    def test_a_policy_activated_at_one_is_in_force_at_the_other(self):
        self.only((SCHOOL, B), (SOCIAL, B))
        self.world.start_all()
        self.assertEqual(self.walk.send(SCHOOL, CONSULTATION).verdict, "DENY")
        author, approver = (self.world.official("author", "anna"),
                            self.world.official("approver", "bo"))
        draft = self.world.dir / "draft"
        draft.mkdir()
        for template in ("duty-report", "feedback", "consultation"):
            shutil.copy(TEMPLATES / f"{template}.txtpb", draft)
            shutil.copy(TEMPLATES / f"{template}.cases.txtpb", draft)
        proposed = self.policy(author, "propose", "--policies", draft, "--catalogue",
                               ROOT / "policy" / "catalogue", "--note", "test")
        digest = re.search(r"^digest to approve +([0-9a-f]{64})$", proposed, re.M).group(1)
        self.policy(approver, "approve", "1", "--digest", digest)
        self.policy(author, "activate", "1")
        self.walk.send(SCHOOL, CONSULTATION).expect("PERMIT")

    def test_what_one_erased_the_other_does_not_open(self):
        self.world.start_all()
        self.walk.received(SOCIAL, self.send())
        officer = self.world.official("officer", "olle")
        index = next(e["index"] for e in self.entries() if e["kind"] == "DECISION")
        done = self.world.ask(officer, "log", "erase", "--entry", str(index), "--reason", "test",
                              gateway=A)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.sql(f"SELECT count(*) FROM opening WHERE position = {index}"), "0")
        bundle = self.world.dir / "bundle.zip"
        done = self.world.ask(officer, "log", "bundle", "--from", self.world.today(-1), "--out",
                              bundle, gateway=B)
        self.assertEqual(done.returncode, 0, done.stderr)
        with zipfile.ZipFile(bundle) as taken:
            told = {line["entry"]: line for line in
                    map(json.loads, taken.read("openings.ndjson").decode().splitlines())}
        self.assertEqual(told[index], {"entry": index, "event": told[index]["event"],
                                       "erased": True})
        self.assertIn("fields", told[index - 1], "the others of its group are opened")

    # ---- what fails ----------------------------------------------------------------------------

    def test_agencies_go_over_when_a_gateway_dies(self):
        self.world.start_all()
        self.walk.received(SOCIAL, self.send())
        self.world.processes[A].kill()
        self.walk.received(SOCIAL, self.send())
        self.world.start(A)
        self.world.processes[B].kill()
        self.walk.received(SOCIAL, self.send())
        self.world.start(B)
        self.world.stop_all()
        self.assertIn("verified", self.world.verify_log())

    def test_the_database_dies_in_mid_flow(self):
        self.world.start_all()
        answered = [self.send() for _ in range(2)]
        self.postgres.kill()
        for number in range(3):  # handed in while there is no database
            self.walk.drop(SCHOOL, DUTY, child=child(next(self.ages)))
        self.postgres.script("again")
        answered.append(self.send())
        for message in answered:
            self.walk.received(SOCIAL, message)
        since = 0
        for _ in range(6):
            event = self.world.processes[SOCIAL].wait_for(
                lambda e: e["event"] == "received", since)
            self.assertIsNotNone(event, "one that was handed in did not arrive")
            since = self.world.processes[SOCIAL].events.index(event) + 1
        self.world.stop_all()
        self.assertIn("verified", self.world.verify_log())

    def test_the_same_gateway_twice(self):
        self.world.start("keyholder")
        self.world.start(A)
        config = self.world.dir / B / "gateway.txtpb"
        config.write_text(config.read_text().replace('instance: "b"', 'instance: "a"'))
        with self.assertRaises(RuntimeError) as refused:
            self.world.start(B)
        self.assertIn("gateway/gw1/a", str(refused.exception))

    def test_settings_that_do_not_fit(self):
        config = self.world.dir / A / "gateway.txtpb"
        text = config.read_text()
        check = [str(self.world.program("sluss-gateway")), "--check-config", str(config)]
        for old, new, told in (
                ('instance: "a"', 'instance: "A B"', "`instance`"),
                (f'database: "{self.world.database}"', 'database: "sluss.db"', "PostgreSQL"),
                ('search { index: "search.index" }', "", "`search.index`")):
            config.write_text(text.replace(old, new))
            done = subprocess.run(check, capture_output=True, text=True)
            self.assertEqual(done.returncode, 1, new)
            self.assertIn(told, done.stderr)
        config.write_text(text)
        self.assertEqual(subprocess.run(check, capture_output=True).returncode, 0)

    # ---- who notices ---------------------------------------------------------------------------

    def test_a_log_that_went_back_stops_both(self):
        self.only((SCHOOL, A), (SOCIAL, B))  # so that both have seen the newest entries
        self.world.start_all()
        self.walk.received(SOCIAL, self.send())
        self.sql("CREATE TABLE backup AS SELECT * FROM head")
        self.walk.received(SOCIAL, self.send())
        since = {gateway: self.world.processes[gateway].mark() for gateway in (A, B)}
        self.sql("DELETE FROM head", "INSERT INTO head SELECT * FROM backup")
        for gateway in (A, B):
            self.assertIn("went back to an earlier state", self.stopped(gateway, since[gateway]))

    def test_an_entry_changed_ahead_of_a_replica_stops_it(self):
        self.only((SCHOOL, A), (SOCIAL, A))
        self.world.start_all()
        self.walk.received(SOCIAL, self.send())
        replica = self.world.processes[B]
        since = replica.mark()
        replica.child.send_signal(signal.SIGSTOP)
        try:
            self.walk.received(SOCIAL, self.send())
            self.sql("UPDATE entry SET leaf = overlay(leaf placing '\\x00'::bytea from "
                     "length(leaf)) WHERE position = (SELECT size - 1 FROM head)")
        finally:
            replica.child.send_signal(signal.SIGCONT)
        self.assertIn("changed by somebody else", self.stopped(B, since))

    def test_another_history_is_found_when_a_gateway_starts(self):
        self.world.start_all()
        self.walk.received(SOCIAL, self.send())
        self.world.stop_all()
        self.sql("UPDATE entry SET leaf = overlay(leaf placing '\\x00'::bytea from length(leaf)) "
                 "WHERE position = 2")
        self.world.start("keyholder")
        for gateway in (A, B):
            with self.assertRaises(RuntimeError) as refused:
                self.world.start(gateway)
            self.assertIn("entry 2 is not the one that its tree holds", str(refused.exception))


if __name__ == "__main__":
    unittest.main()
