"""Re-identification with real processes: who may ask, what is opened, who is told, what is kept."""

import json
import sys
import unittest

from support import ROOT, WorldTest, scan, spellings

sys.path.insert(0, str(ROOT / "deploy" / "walkthrough"))
from scenarios import CATEGORIES, PARTIES, SIGNAL  # noqa: E402
from walk import POLICE, SCHOOL, Walk, child  # noqa: E402

PATROL, INVESTIGATOR = ("Pim Patrull", "police-officer"), ("Ulla Utredare", "investigator")
BASIS = "OSL-10-15A"


class ReidentificationTest(WorldTest):
    def setUp(self):
        self.walk = Walk(self.world)
        self.world.start_all()
        self.number = child(15, 980 + sum(map(ord, self._testMethodName)) % 20)
        consent = self.walk.consent(SCHOOL, self.number, self._testMethodName, PARTIES, CATEGORIES)
        self.message = self.walk.send(
            SCHOOL, SIGNAL, child=self.number, CONSENT_ID=consent).expect("PERMIT").message
        self.walk.received(POLICE, self.message)

    def ask(self, officers=(PATROL, INVESTIGATOR), basis=BASIS, **options):
        return self.walk.reidentify(POLICE, self.message, basis, officers, **options)

    def out(self, agency, what):
        return self.world.agency_dir(agency) / "out" / f"{self.message}.{what}.json"

    def peels(self):
        events = self.world.processes["keyholder"].events
        return sum(e["event"] == "peel" and e["status"] == "OK" for e in events)

    def test_the_number_arrives_is_checked_and_stays_with_the_police(self):
        before = self.peels()
        event = self.ask()
        self.assertEqual((event["verdict"], event["outcome"]), ("PERMIT", "match"))
        identity = json.loads(self.out(POLICE, "identity").read_text())
        self.assertEqual(identity["number"], self.number)
        self.assertEqual(identity["legalBasis"], BASIS)
        self.assertEqual(self.peels(), before + 1, "the key holder counts and logs it")
        told = self.world.processes[SCHOOL].wait_for(
            lambda e: e["event"] == "reidentified" and e["message"] == self.message)
        self.assertIsNotNone(told, "the school was not told")
        news = json.loads(self.out(SCHOOL, "reidentified").read_text())
        self.assertEqual((news["agency"], news["legalBasis"], news["fault"]), (POLICE, BASIS, ""))
        self.assertIsNotNone(self.world.processes["gateway"].wait_for(
            lambda e: e["event"] == "reidentification-report" and e["outcome"] == "match"))
        self.world.verify_log()
        hits = scan([self.world.dir / "gateway", self.world.dir / "keyholder",
                     self.world.dir / "logs", self.world.agency_dir(POLICE) / "state"],
                    spellings(self.number))
        self.assertEqual(hits, [], "the number lies where it must not")

    def test_one_officer_no_weighing_or_the_messages_own_paragraph_is_denied(self):
        before = self.peels()
        for reason, options in (("officers", {"officers": [PATROL]}),
                                ("weighing", {"weighing": False}),
                                ("legal-basis", {"basis": "OSL-12-2"})):
            event = self.ask(**options)
            self.assertEqual((event["verdict"], event["reason"]), ("DENY", reason))
        self.assertEqual(self.peels(), before)
        self.assertFalse(self.out(POLICE, "identity").exists())
        self.assertEqual(self.ask()["outcome"], "match", "asked rightly, it is answered")

    def test_asked_twice_it_is_answered_from_the_first(self):
        before = self.peels()
        first, again = self.ask(), self.ask()
        self.assertFalse(first["repeated"])
        self.assertTrue(again["repeated"])
        self.assertEqual(again["logIndex"], first["logIndex"])
        self.assertEqual(self.peels(), before + 1)

    def test_an_officer_who_has_left_cannot_ask(self):
        self.world.enrol_officer(POLICE, "Ulf Utgången", ["investigator"], days=(-30, 0))
        event = self.ask([PATROL, ("Ulf Utgången", "investigator")])
        self.assertEqual(event["event"], "rejected")
        self.assertIn("`officer[1].name`: the officer's enrolment is not in force", event["error"])
        event = self.ask([PATROL, ("Nils Ny", "investigator")])
        self.assertIn("`officer[1].name`: is not enrolled", event["error"])

    def test_while_the_key_holder_is_away_the_question_waits(self):
        police = self.world.processes[POLICE]
        self.world.processes["keyholder"].kill()
        since = police.mark()
        self.world.drop(POLICE, "waits.reidentify.json",
                        self.walk.order(self.message, BASIS, [PATROL, INVESTIGATOR]))
        self.assertIsNotNone(police.wait_for(lambda e: e["event"] == "waiting", since))
        self.assertFalse(self.out(POLICE, "identity").exists())
        police.kill()
        self.world.start("keyholder")
        self.world.start(POLICE)
        event = police.wait_for(
            lambda e: e["event"] == "reidentification" and e["message"] == self.message, since,
            timeout=60)
        self.assertIsNotNone(event, "it was forgotten")
        self.assertEqual((event["outcome"], event["repeated"]), ("match", False))
        self.world.verify_log()


if __name__ == "__main__":
    unittest.main()
