"""The life of a consent with real processes: who answers for what, versions, parts, an officer, paper."""

import json
import sys
import unittest

from support import ROOT, WorldTest, fiks_record

sys.path.insert(0, str(ROOT / "deploy" / "walkthrough"))
from scenarios import CATEGORIES, PARTIES, SIGNAL  # noqa: E402
from walk import POLICE, SCHOOL, SOCIAL, Mismatch, Walk, child  # noqa: E402


class ConsentsTest(WorldTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world.start_all()
        cls.walk = Walk(cls.world)
        cls.officer = cls.world.official("officer", "kim")

    def signal(self, number, consent):
        return self.walk.send(SCHOOL, SIGNAL, child=number, CONSENT_ID=consent)

    def show(self, consent, who=None):
        result = self.world.ask(who or self.officer, "consent", "show", "--consent", consent, "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def rejected(self, name, parties=PARTIES, **changes):
        """Registers a consent with something wrong; what the agency is told."""
        school = self.world.processes[SCHOOL]
        since = school.mark()
        with self.assertRaises(Mismatch):
            self.walk.consent(SCHOOL, child(16, 984), name, parties, CATEGORIES, **changes)
        return school.wait_for(lambda e: e["event"] == "rejected", since)["error"]

    def test_bad_records_are_refused_with_their_field(self):
        nobody = [dict(PARTIES[0], functions=["king"]), PARTIES[1]]
        told = {"voluntary": True, "revocable": False, "consequence": True}
        for name, changes, error in (
                ("longer-than-a-year", {"days": (-1, 380)}, "valid_to_us"),
                ("from-a-year-ago", {"days": (-380, -370)}, "valid_from_us"),
                ("from-a-year-from-now", {"days": (360, 380)}, "valid_to_us"),
                ("ends-before-it-starts", {"days": (10, 5)}, "validTo"),
                ("unknown-function", {"parties": nobody}, "party.function"),
                ("yes-and-no", {"refusedCategories": ["NARRATIVE"]}, "refused_category"),
                ("not-informed", {"information": told}, "information.revocable"),
                ("no-gdpr-basis", {"gdpr": {"article6": "6.1.f"}}, "gdpr.article_6"),
                ("unknown-role", {"officerRole": "king"}, "received_role")):
            with self.subTest(name):
                self.assertIn(error, self.rejected(name, **changes))

    def test_only_the_functions_that_are_named_may_tell(self):
        number = child(16, 985)
        parties = [dict(PARTIES[0], functions=["counsellor"]), PARTIES[1]]
        consent = self.walk.consent(SCHOOL, number, "functions", parties, CATEGORIES)
        # The record is attested by the principal, who is no counsellor.
        self.signal(number, consent).expect("DENY", code="consent-party-not-named")

    def test_a_version_replaces_and_the_history_is_shown(self):
        number = child(16, 986)
        first = self.walk.consent(SCHOOL, number, "v-1", PARTIES, CATEGORIES)
        narrow = [category for category in CATEGORIES if category != "ATTENDANCE"]
        second = self.walk.consent(SCHOOL, number, "v-2", PARTIES, narrow, replaces="v-1",
                                   refusedCategories=["ATTENDANCE"])
        for consent in (first, second):
            self.signal(number, consent).expect("PARTIAL", withheld=["ATTENDANCE"])
        history = self.show(first, POLICE)
        self.assertEqual([version["version"] for version in history["version"]], [1, 2])
        self.assertEqual(history["version"][0]["step"][1]["kind"], "CONSENT_SUPERSEDED")
        # Somebody whom no version names learns nothing.
        stranger = self.world.ask(SOCIAL, "consent", "show", "--consent", first)
        self.assertNotEqual(stranger.returncode, 0)
        self.assertIn("names no consent that names this agency", stranger.stderr)

    def test_an_officer_takes_a_part_back_for_a_guardian_and_prints_the_receipt(self):
        number = child(16, 987)
        consent = self.walk.consent(SCHOOL, number, "by-officer", PARTIES, CATEGORIES)
        page = self.world.dir / "receipt.html"
        done = self.world.ask(self.officer, "consent", "withdraw", "--consent", consent,
                              "--category", "ATTENDANCE", "--on-behalf-of", "guardian",
                              "--html", page)
        self.assertEqual(done.returncode, 0, done.stderr)
        for text in (done.stdout, page.read_text()):
            for words in ("Kvitto på återkallelse", "Receipt of a withdrawal", "ATTENDANCE",
                          "vårdnadshavare", consent):
                self.assertIn(words, text)
        self.signal(number, consent).expect("PARTIAL", withheld=["ATTENDANCE"])
        again = self.world.ask(self.officer, "consent", "receipt", "--consent", consent)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("ATTENDANCE", again.stdout)
        version, = self.show(consent)["version"]
        self.assertEqual(version["withdrawn_category"], ["ATTENDANCE"])
        # Another role is no officer; an officer's name stands nowhere in the log.
        author = self.world.official("author", "kim")
        refused = self.world.ask(author, "consent", "withdraw", "--consent", consent)
        self.assertNotEqual(refused.returncode, 0)
        log = self.world.run(self.world.program("slussctl"), "log", "show", "--json", "--limit",
                             "100000", "--database", self.world.dir / "gateway" / "sluss.db")
        self.assertNotIn("officer/kim", log)

    def copy(self, recipient, number, consent):
        """Social services hand on a copy of a consent that they received."""
        return self.walk.submit(SOCIAL, f"copy-{recipient.replace('/', '-')}-{consent[:8]}.json",
                                fiks_record(recipient, "CONSENT_COPY", "OSL-12-2",
                                            "Socialsekreterare", number, consent=consent,
                                            officer="Sara Säker"))

    def test_each_party_gets_a_copy_and_binds_the_child_itself(self):
        number = child(16, 990)
        social = {"agency": SOCIAL, "functions": ["case-worker"]}
        parties = [social, *PARTIES]
        theirs = self.walk.consent(SOCIAL, number, "copied", parties, ["CONTACT", *CATEGORIES])
        for party in (SCHOOL, POLICE):
            answer = self.copy(party, number, theirs).expect("PERMIT", "12 kap. 2 §")
            self.walk.received(party, answer.message)
        # The deposit is social services'; the school answers for one of its own.
        with self.assertRaises(Mismatch) as refused:
            self.signal(number, theirs)
        self.assertIn("a consent that was registered elsewhere", str(refused.exception))
        own = self.walk.consent(SCHOOL, number, "copied-own", parties, CATEGORIES)
        answer = self.signal(number, own).expect("PERMIT")
        self.walk.received(POLICE, answer.message)
        # Withdrawn at one agency by whoever is a party: what the others cite is their own.
        self.walk.withdraw(POLICE, theirs)
        self.signal(number, own).expect("PERMIT")

    def test_nobody_whom_the_consent_does_not_name_gets_a_copy(self):
        number = child(16, 991)
        parties = [{"agency": SOCIAL, "functions": ["case-worker"]}, PARTIES[0]]
        consent = self.walk.consent(SOCIAL, number, "not-theirs", parties, ["CONTACT", *CATEGORIES])
        self.copy(POLICE, number, consent).expect("DENY", code="consent-party-not-named")

    def test_only_an_officer_decides(self):
        number = child(16, 988)
        first = self.walk.consent(SCHOOL, number, "d-1", PARTIES, CATEGORIES)
        narrow = [category for category in CATEGORIES if category != "ATTENDANCE"]
        second = self.walk.consent(SCHOOL, number, "d-2", PARTIES, narrow,
                                   refusedCategories=["ATTENDANCE"])
        self.assertEqual(len(self.show(first)["version"][0]["contradicted_by"]), 1)
        for who in (SCHOOL, self.world.official("approver", "kim")):
            refused = self.world.ask(who, "consent", "decide", "--stands", first, "--falls", second,
                                     "--reason", "x")
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("decided by an officer", refused.stderr)
        self.signal(number, first).expect("PARTIAL", withheld=["ATTENDANCE"])
        done = self.world.ask(self.officer, "consent", "decide", "--stands", first, "--falls",
                              second, "--reason", "registered in error")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.signal(number, first).expect("PERMIT", passed=["ATTENDANCE"])

    def test_a_refusal_holds_whatever_the_other_guardian_said(self):
        number = child(16, 989)
        first = self.walk.consent(SCHOOL, number, "r-1", PARTIES, CATEGORIES)
        self.signal(number, first).expect("PERMIT")
        grants = [{"who": "guardian", "name": f"Guardian {i}", "granted": i == 1,
                   "channel": "paper", "evidenceDigest": f"{i:064x}"} for i in (1, 2)]
        second = self.walk.consent(SCHOOL, number, "r-2", PARTIES, CATEGORIES, grants=grants)
        self.signal(number, first).expect("DENY", code="consent-refused")
        refused = self.world.ask(self.officer, "consent", "decide", "--stands", first, "--falls",
                                 second, "--reason", "x")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("holds a refusal", refused.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
