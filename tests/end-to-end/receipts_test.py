"""Receipts at both ends of real processes: an agency shows what was logged, and finds what was not."""

import json
import shutil
import subprocess
import unittest

from support import WorldTest

from scenarios import DUTY, child
from walk import SCHOOL, SOCIAL, Walk
from world import AGENCIES, TEMPLATES


class ReceiptsTest(WorldTest):
    AGENCIES = {agency: AGENCIES[agency] for agency in (SCHOOL, SOCIAL)}
    POLICIES = [TEMPLATES / f"{name}.txtpb" for name in ("duty-report", "feedback")]

    def setUp(self):
        self.world.create()
        self.walk = Walk(self.world)

    def tearDown(self):
        self.world.stop_all()

    def database(self):
        return self.world.dir / "gateway" / "sluss.db"

    def receipts(self, agency, pattern="*"):
        return sorted((self.world.agency_dir(agency) / "state" / "receipts").glob(pattern))

    def export(self, name):
        target = self.world.dir / name
        self.world.run(self.world.program("slussctl"), "log", "export", "--database",
                       self.database(), "--tiles", target)
        return target

    def verify(self, *arguments):
        command = [self.world.program("sluss-verify"), *arguments, "--key",
                   self.world.verifier_key()]
        return subprocess.run(list(map(str, command)), capture_output=True, text=True)

    def send(self, first, count):
        return [self.walk.send(SCHOOL, DUTY, child=child(first + number)).expect("PERMIT").message
                for number in range(count)]

    def settled(self):
        """Everything is delivered, and nobody writes any more."""
        for agency in (SCHOOL, SOCIAL):
            self.world.processes[agency].stop()

    def test_both_ends_can_show_what_was_logged(self):
        self.world.start_all()
        messages = self.send(3, 3)
        for message in messages:
            self.walk.received(SOCIAL, message)
        self.settled()
        log = self.export("log")
        both = self.world.dir / "both"
        for agency in (SCHOOL, SOCIAL):
            shutil.copytree(self.receipts(agency)[0].parent, both / agency)
            alone = self.verify(log, "--receipts", both / agency)
            self.assertEqual(alone.returncode, 0, alone.stderr)
        shown = self.verify(log, "--receipts", both, "--message", messages[1], "--json")
        self.assertEqual(shown.returncode, 0, shown.stderr + shown.stdout)
        told = json.loads(shown.stdout)
        self.assertEqual(told["receipts"]["agencies"],
                         {SCHOOL: {"sent": 3, "received": 0}, SOCIAL: {"sent": 0, "received": 3}})
        # The pseudonym of a duty report may follow it.
        self.assertEqual([step["kind"] for step in told["message"] if step["kind"] != "PSEUDONYM"],
                         ["DECISION", "DELIVERY", "ACKNOWLEDGEMENT"])

        # Without the log, and one receipt alone, as it lies beside the native record.
        self.assertEqual(self.verify("--receipts", both).returncode, 0)
        beside = next((self.world.agency_dir(SCHOOL) / "out").glob(
            f"{messages[0]}.decision.tlog-proof"))
        self.assertEqual(self.verify("--receipt", beside).returncode, 0)
        self.assertEqual(self.verify(log, "--receipt", beside).returncode, 0)

        # Of what was never sent, the log tells nothing, and says so.
        nothing = self.verify(log, "--message", "00" * 16)
        self.assertIn("it tells nothing of the message " + "00" * 16, nothing.stdout)

        # A receipt that is missing at either end is a gap, named by its entry.
        for agency, kind, words in ((SCHOOL, "decision", "sent to `social-services/sundby`"),
                                    (SOCIAL, "delivery", "`social-services/sundby` acknowledged")):
            lost = next((both / agency).glob(f"*-{kind}-{messages[1]}.tlog-proof"))
            kept = lost.read_bytes()
            lost.unlink()
            gap = self.verify(log, "--receipts", both / agency)
            self.assertEqual(gap.returncode, 1)
            self.assertRegex(gap.stderr, rf"entry \d+: the log tells .*{words}")
            lost.write_bytes(kept)

        # Bad input is named, and is no verdict on the log.
        for arguments, words in ((("--receipts", self.world.dir / "none"), "cannot be read"),
                                 (("--message", "12"), "32 hexadecimal digits"),
                                 (("--receipts", both, "--receipts-since", "today"),
                                  "YYYY-MM-DD")):
            wrong = self.verify(log, *arguments)
            self.assertEqual(wrong.returncode, 2, wrong.stderr)
            self.assertIn(words, wrong.stderr)

    def test_a_log_that_was_set_back_is_noticed_at_both_ends(self):
        self.world.start_all()
        self.send(3, 2)
        self.world.processes["gateway"].stop()
        backup = self.world.dir / "backup.db"
        shutil.copy(self.database(), backup)
        self.world.start("gateway")
        lost = self.send(7, 2)
        for message in lost:
            self.walk.received(SOCIAL, message)
        self.world.processes["gateway"].stop()
        for path in self.database().parent.glob("sluss.db*"):
            path.unlink()
        shutil.copy(backup, self.database())
        self.world.start("gateway")

        # The report goes all the same; the adapter that sends it says what it saw.
        adapter = self.world.processes[SCHOOL]
        since = adapter.mark()
        self.send(11, 1)
        self.assertIsNotNone(adapter.wait_for(
            lambda event: event.get("event") == "log-contradicts-itself", since))
        self.settled()
        log = self.export("after")
        bad = self.verify(log, "--receipts", self.receipts(SCHOOL)[0].parent)
        self.assertEqual(bad.returncode, 1, bad.stdout)
        self.assertRegex(bad.stderr, "contradict|another|two different logs|fewer than|cannot be entry")
        # A receipt of what the log has forgotten still proves that it was logged once.
        kept = self.receipts(SCHOOL, f"*-decision-{lost[0]}.tlog-proof")
        self.assertEqual(len(kept), 1)
        self.assertEqual(self.verify("--receipt", kept[0]).returncode, 0)
        self.assertEqual(self.verify(log, "--receipt", kept[0]).returncode, 1)
        self.assertIn("it tells nothing of the message",
                      self.verify(log, "--message", lost[0]).stdout)


if __name__ == "__main__":
    unittest.main()
