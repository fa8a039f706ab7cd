"""Keys change over party by party while messages flow; the stolen-key drill; a share lost."""

import json
import shutil
import subprocess
import sys
import time
import unittest

from support import ROOT, WorldTest

sys.path.insert(0, str(ROOT / "deploy" / "walkthrough"))
from scenarios import CATEGORIES, DUTY, PARTIES, SIGNAL  # noqa: E402
from walk import BUP, POLICE, SCHOOL, SOCIAL, Walk, child  # noqa: E402
from world import Keys  # noqa: E402


class KeyLifeTest(WorldTest):
    """A world for each test: keys are not changed back."""

    @classmethod
    def setUpClass(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        pass

    def setUp(self):
        WorldTest.setUpClass.__func__(type(self))
        self.walk = Walk(self.world)
        self.first = self.world.keys["gateway"][0]
        self.number = child(15, 985)
        self.world.write_register(POLICE, [(self.number, "POL-17")])
        self.world.start_all()
        self.assertTrue(self.world.processes[POLICE].wait_for(lambda e: e["event"] == "enrolled"))
        self.consent = self.walk.consent(SCHOOL, self.number, "sspf-keys", PARTIES, CATEGORIES)
        self.sent = []

    def tearDown(self):
        WorldTest.tearDownClass.__func__(type(self))

    def signal(self):
        answer = self.walk.send(SCHOOL, SIGNAL, child=self.number, CONSENT_ID=self.consent)
        self.sent.append(answer.expect("PERMIT").message)
        return self.sent[-1]

    def assert_all_arrived_once(self):
        """With the pseudonym of before: the register finds the child's case."""
        for message in self.sent:
            _, files = self.walk.received(POLICE, message, timeout=60)
            self.assertTrue(any(b"POL-17" in path.read_bytes() for path in files),
                            f"{message}: the register did not find the child")
            self.walk.outcome(SCHOOL, message, "ACKNOWLEDGED")
        process = self.world.processes[POLICE]
        with process.changed:
            received = [e["message"] for e in process.events if e["event"] == "received"]
        self.assertEqual(sorted(received), sorted(set(received)), "one was written twice")

    def directory_of(self, party):
        return next(e for e in reversed(self.world.processes[party].events)
                    if e["event"] == "keys")["directory"]

    def test_a_refresh_rolled_out_party_by_party_loses_nothing(self):
        world = self.world
        self.walk.close_stream(POLICE)
        self.signal()  # queued under the old directory until the police are back
        second = world.rotate(2, self.first)
        world.use_keys("keyholder", second, self.first)
        self.signal()
        world.use_keys("gateway", second, self.first)
        self.signal()
        world.start(POLICE)
        for agency in (POLICE, SOCIAL, SCHOOL, BUP):  # each learns the next one
            world.use_keys(agency, self.first, second)
            self.signal()
        self.walk.close_stream(POLICE)
        self.signal()
        for agency in (SCHOOL, BUP, SOCIAL):  # each changes over, the sender before the recipient
            world.use_keys(agency, second, self.first)
            self.signal()
        world.start(POLICE)  # opens what was made under the next one by what it has learnt
        self.signal()
        world.use_keys(POLICE, second, self.first)
        self.signal()
        self.assert_all_arrived_once()
        for party in ("keyholder", "gateway", SCHOOL, POLICE):
            self.assertEqual(self.directory_of(party), second.name)

        # What was sealed in escrow under the old one is opened by its keys, which are beside now.
        asked = self.walk.reidentify(POLICE, self.sent[0], "OSL-10-15A",
                                     [("Pim Patrull", "police-officer"),
                                      ("Ulla Utredare", "investigator")])
        self.assertEqual((asked.get("verdict"), asked.get("outcome")), ("PERMIT", "match"))

        # A last one waits under the old directory; then its time is over.
        world.use_keys(SCHOOL, self.first, second)
        self.walk.close_stream(POLICE)
        late = self.walk.send(SCHOOL, SIGNAL, child=self.number, CONSENT_ID=self.consent)
        late.expect("PERMIT")
        for party in ("keyholder", "gateway", SOCIAL, BUP):
            world.use_keys(party, second)
        ended = self.walk.outcome(SCHOOL, late.message, "DENIED_AT_DELIVERY")
        self.assertEqual(ended["reason"], "keys-not-honoured")
        error = self.walk.refused(SCHOOL, "late.xml", self.walk.fill(
            SIGNAL, child=self.number, CONSENT_ID=self.consent))
        self.assertIn(f"`directory` is {self.first.name}, whose keys are not honoured here", error)
        world.use_keys(SCHOOL, second)
        world.keys[POLICE] = (second, None)
        world.use_keys(POLICE, second)
        world.start(POLICE)
        self.signal()  # the consent's deposit is of before: it stands
        self.assert_all_arrived_once()
        self.walk.never_received(POLICE, late.message)
        world.verify_log()

    def test_the_stolen_key_drill(self):
        """The school's keys and certificate are stolen. It is put out at once, nobody else loses
        anything, and it comes back with new keys; the thief does not."""
        world = self.world
        report = "social-services/concern-for-police.json.template"
        self.walk.close_stream(POLICE)
        others = self.walk.send(SOCIAL, report, child=child(20, 986)).message
        stolen = self.signal()
        self.sent.clear()
        without = world.put_out(2, self.first, SCHOOL)
        world.use_keys("gateway", without, self.first)
        world.use_keys("keyholder", without, self.first)
        # The thief has what the school had: keys, certificate, state.
        thief = world.processes[SCHOOL]
        since = thief.mark()
        world.drop(SCHOOL, "thief.xml", self.walk.fill(DUTY, child=child(13)))
        waits = thief.wait_for(
            lambda e: e["event"] in ("rejected", "waiting", "officers-waiting", "send-failed") and
            "school/ekbacken" in e.get("error", ""), since)
        self.assertIsNotNone(waits, "the thief was not refused")
        with thief.changed:
            self.assertFalse([e for e in thief.events[since:] if e["event"] == "submitted"])
        deadline = time.monotonic() + 20
        while self.status(stolen)["state"] == "QUEUED":
            self.assertLess(time.monotonic(), deadline, "it waits for ever")
            time.sleep(0.05)
        self.assertEqual(self.status(stolen)["state"], "DENIED_AT_DELIVERY")
        # Everybody else goes on under the directory of before, and what was queued arrives.
        world.start(POLICE)
        self.walk.received(POLICE, others)
        self.walk.never_received(POLICE, stolen)

        for agency in (SOCIAL, POLICE, BUP):
            world.use_keys(agency, self.first, without)
        for agency in (SOCIAL, POLICE, BUP):
            world.use_keys(agency, without, self.first)
        self.walk.received(POLICE, self.walk.send(SOCIAL, report, child=child(20, 987)).message)

        # Back with new keys and a new certificate; its share is the one of before.
        thief.kill()
        home = world.agency_dir(SCHOOL)
        shutil.copytree(home, world.dir / "thief")
        world.revoke(home / "tls.crt")
        world.issue(f"sluss://agency/{SCHOOL}", home / "tls")
        back = world.renew(3, self.first, SCHOOL)
        for party in ("gateway", "keyholder"):
            world.use_keys(party, back, without)
        for agency in (SOCIAL, POLICE, BUP):
            world.use_keys(agency, without, back)
        for agency in (SOCIAL, POLICE, BUP):
            world.use_keys(agency, back, without)
        world.use_keys(SCHOOL, back)
        since = thief.mark()
        world.start(SCHOOL)
        left = thief.wait_for(lambda e: e["event"] == "rejected", since)  # of the old outbox
        self.assertIn(f"`directory` is {self.first.name}", left["error"])
        self.signal()
        self.assert_all_arrived_once()

        # With the old keys under a certificate that nobody has revoked: refused by the keys alone.
        world.processes[SCHOOL].stop()
        world.use_keys(SCHOOL, self.first)
        world.start(SCHOOL)
        since = thief.mark()
        world.drop(SCHOOL, "thief-again.xml", self.walk.fill(DUTY, child=child(13)))
        refused = thief.wait_for(lambda e: "`signature`" in e.get("error", "") or
                                 "`directory`" in e.get("error", ""), since)
        self.assertIsNotNone(refused, "the old keys were taken")
        with thief.changed:
            self.assertFalse([e for e in thief.events[since:] if e["event"] == "submitted"])
        world.verify_log()

    def status(self, message):
        result = self.world.ask(SOCIAL, "status", "--message", message)
        if result.returncode != 0:  # it concerns the school and the police only
            result = self.world.ask(POLICE, "status", "--message", message)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def test_a_lost_share_comes_back_from_the_officers_backup(self):
        world = self.world
        slussctl = world.program("slussctl")
        home = world.home("keyholder")
        for officer in ("anna", "bo"):
            world.run(slussctl, "keys", "officer", "--out", world.dir / officer,
                      "--public", world.dir / f"{officer}.txtpb")
        world.run(slussctl, "keys", "backup", "--dir", home / "keys", "--file", "holder.key",
                  "--officers", f"{world.dir / 'anna.txtpb'},{world.dir / 'bo.txtpb'}",
                  "--out", world.dir / "holder.backup")
        world.processes["keyholder"].stop()
        shutil.rmtree(home / "keys")
        without = subprocess.run(
            [str(world.program("sluss-keyholder")), "--check-config",
             str(home / "keyholder.txtpb")], capture_output=True, text=True)
        self.assertEqual(without.returncode, 1)
        self.assertIn("`keys_dir`", without.stderr)
        waiting = self.signal()
        world.run(slussctl, "keys", "restore", "--officer", world.dir / "anna",
                  "--backup", world.dir / "holder.backup", "--out", world.dir / "half")
        alone = subprocess.run(
            [str(slussctl), "keys", "restore", "--officer", str(world.dir / "anna"),
             "--backup", str(world.dir / "half"), "--out", str(home / "keys")],
            capture_output=True, text=True)
        self.assertNotEqual(alone.returncode, 0, "one officer alone opened it")
        world.run(slussctl, "keys", "restore", "--officer", world.dir / "bo",
                  "--backup", world.dir / "half", "--out", home / "keys")
        world.start("keyholder")
        self.walk.received(POLICE, waiting, timeout=60)
        self.assert_all_arrived_once()

    def test_keys_that_do_not_belong_together_do_not_start(self):
        world = self.world
        second = world.rotate(2, self.first)
        adapter = world.program("sluss-adapter")
        world.processes[SCHOOL].stop()
        for current, beside, words in (
                (second, second, "is the current directory once more"),
                (Keys("keys", second.directory, []), None, "does not hold the public half"),
                (second, Keys("keys-2", self.first.directory, []), "`beside`"),
                (second, Keys("keys", "none", []), "`beside.key_directory`")):
            world.use_keys(SCHOOL, current, beside)
            checked = subprocess.run(
                [str(adapter), "--check-config", str(world.agency_dir(SCHOOL) / "adapter.txtpb")],
                capture_output=True, text=True)
            self.assertEqual(checked.returncode, 1)
            self.assertIn(words, checked.stderr)


if __name__ == "__main__":
    unittest.main()
