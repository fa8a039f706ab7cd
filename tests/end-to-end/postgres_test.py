"""A gateway on a PostgreSQL server: kill -9 of either while notifications flow. None is lost, none
comes twice, the log is whole, and no file of the server holds whom they are about."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

from postgres_server import PostgresServer
from support import ROOT, WorldTest, scan, spellings

sys.path.insert(0, str(ROOT / "deploy" / "walkthrough"))
from scenarios import DUTY, child  # noqa: E402
from walk import SCHOOL, SOCIAL, Walk  # noqa: E402

ROLE = "sluss_gateway"  # owns its schema and nothing else


class PostgresTest(WorldTest):
    AGENCIES = {
        SCHOOL: ("OPEN_EPLATFORM", "school-mapping.txtpb"),
        SOCIAL: ("FIKS_LIFECARE", "social-services-mapping.txtpb"),
    }

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="sluss-e2e-pg-")
        cls.server = PostgresServer(cls.folder.name)
        if cls.server.directory is None:
            raise unittest.SkipTest("there is no PostgreSQL: run `deploy/install-packages test`")
        cls.server.sql(f"CREATE ROLE {ROLE} LOGIN")
        cls.server.sql(f"CREATE SCHEMA sluss AUTHORIZATION {ROLE}")
        cls.server.sql(f"ALTER ROLE {ROLE} SET search_path = sluss")
        super().setUpClass()
        cls.world.database = cls.server.uri(role=ROLE)
        cls.world.configure_gateway("")

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.server.script("stop")
        cls.folder.cleanup()

    def test_every_message_arrives_once(self):
        self.world.start_all()
        walk = Walk(self.world)
        school = self.world.processes[SCHOOL]
        since = school.mark()
        needles = set()
        for index, fault in enumerate([None, "gateway", "server", "server", "gateway"]):
            for _ in range(3):
                about = child(9, 980 + index)
                needles |= spellings(about)
                walk.drop(SCHOOL, DUTY, child=about)
            school.wait_for(lambda e: False, timeout=0.2)
            if fault == "gateway":
                self.world.processes["gateway"].kill()
                self.world.start("gateway")
            elif fault == "server":
                self.server.restart()
        sent = set()
        while len(sent) < 15:
            event = school.wait_for(
                lambda e: e["event"] == "submitted" and e["message"] not in sent, since, timeout=90)
            self.assertIsNotNone(event, f"{len(sent)} of 15 were sent\n{school.tail()}")
            sent.add(event["message"])
        for message in sent:
            walk.received(SOCIAL, message, timeout=90)
            walk.outcome(SCHOOL, message, "ACKNOWLEDGED", timeout=90)
            natives = [path for path in self.world.out_files(SOCIAL)
                       if path.name.startswith(message) and "actualisation" in path.name]
            self.assertEqual(len(natives), 1, f"{message} was written {len(natives)} times")
        self.assertIn("verif", self.world.verify_log())
        shown = self.world.run(self.world.program("slussctl"), "log", "show", "--limit", "100000",
                               "--database", self.world.database)
        for message in sent:
            self.assertIn(message, shown)
        self.server.sql("CHECKPOINT")
        self.assertEqual(scan([self.server.directory], needles), [])
        self.a_second_gateway_of_the_name_is_refused()

    def a_second_gateway_of_the_name_is_refused(self):
        result = subprocess.run(
            [self.world.program("sluss-gateway"), self.world.dir / "gateway" / "gateway.txtpb"],
            capture_output=True, text=True, timeout=30)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertIn("a gateway named `gateway/gw1` works with it already", result.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
