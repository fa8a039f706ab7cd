"""Bad native records: each is set aside with an error that names the field, and the rest goes on."""

import re
import sys
import unittest

from support import ROOT, WorldTest, spellings

sys.path.insert(0, str(ROOT / "deploy" / "walkthrough"))
from scenarios import CARE, DUTY, child  # noqa: E402
from walk import BUP, SCHOOL, Walk  # noqa: E402

LIMIT = 30 << 20

BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><FlowInstance>&c;</FlowInstance>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<FlowInstance><Header><FlowInstanceID>&x;</FlowInstanceID></Header></FlowInstance>"""


class BadInputTest(WorldTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world.start_all()
        cls.walk = Walk(cls.world)

    def rejected(self, agency, name, content):
        """Drops the bytes; returns the error and checks where everything lies afterwards."""
        process = self.world.processes[agency]
        since = process.mark()
        self.world.drop(agency, name, content)
        event = process.wait_for(lambda e: e["event"] in ("rejected", "submitted"), since, 60)
        self.assertIsNotNone(event, process.tail())
        self.assertEqual(event["event"], "rejected", event)
        aside = self.world.agency_dir(agency) / "drop" / "rejected"
        self.assertEqual((aside / name).read_bytes(), content, "the record must be kept as it was")
        told = (aside / f"{name}.error.txt").read_text()
        self.assertIn(event["error"].split(":")[-1].strip()[:20], told)
        return told

    def school(self, **changes):
        text = self.walk.fill(DUTY, child=child(12)).decode("latin-1")
        for old, new in changes.get("replace", []):
            self.assertIn(old, text)
            text = text.replace(old, new, 1)
        return text.encode("latin-1")

    def test_school_records(self):
        number = child(12)
        cases = [
            ("broken.xml", self.school()[:900], "XML|xml|element"),
            ("bomb.xml", BOMB, "DOCTYPE|doctype"),
            ("outside.xml", OUTSIDE, "DOCTYPE|doctype"),
            ("no-child.xml", self.school(replace=[(f"<![CDATA[{number}]]>", "")]),
             "barn|CitizenIdentifier"),
            ("bad-digit.xml", self.school(replace=[(number, number[:-1] + str((int(number[-1]) + 1) % 10))]),
             "CitizenIdentifier"),
            ("reservnummer.xml", self.school(replace=[(number, "20210325K069")]), "reservnummer"),
            ("no-flow.xml", self.school(replace=[("<FamilyID>901<", "<FamilyID>999<")]), "route"),
            ("too-large.xml", self.school() + b" " * (LIMIT + 1 - len(self.school())), "30|size|large"),
        ]
        for name, content, names in cases:
            with self.subTest(name):
                told = self.rejected(SCHOOL, name, content)
                self.assertRegex(told, names)
                for form in spellings(number):
                    self.assertNotIn(form, told.encode(), "the error repeats the number")
        self.walk.send(SCHOOL, DUTY, child=child(12)).expect("PERMIT")

    def test_name_in_an_unsealed_field(self):
        text = self.walk.fill("school/consultation.xml").decode("latin-1")
        named = re.sub(r"En elev", "Eleven 20130515-9814", text, count=1).encode("latin-1")
        told = self.rejected(SCHOOL, "named.xml", named)
        self.assertIn("ANONYMOUS", told.upper())
        self.assertNotIn("9814", told)

    def test_child_psychiatry_records(self):
        good = self.walk.fill(CARE, child=child(15)).decode()
        cases = [
            ("broken.json", good[:700], "JSON|json|line|byte"),
            ("priority.json", good.replace('"routine"', '"panic"'), "priority"),
            ("stat.json", good.replace('"routine"', '"stat"'), "phone|priority"),
            ("unknown.json", good.replace('"status": "completed"',
                                          '"status": "completed", "colour": "red"'), "colour"),
            ("twice.json", good.replace('"type": "message"', '"type": "message", "type": "message"'),
             "type|duplicate|twice"),
            ("deep.json", "[" * 5000 + "]" * 5000, "deep|nest|depth|Bundle"),
        ]
        for name, content, names in cases:
            with self.subTest(name):
                self.assertRegex(self.rejected(BUP, name, content.encode()), names)
        self.walk.send(BUP, CARE, child=child(15)).expect("PERMIT")

    def test_consent_files(self):
        cases = [
            ("broken.consent.json", b"{", "JSON|json|byte|line"),
            ("empty.consent.json", b"{}", "reference|form|`"),
            ("extra.withdraw.json", b'{"consent": "x", "officer": "Kim", "onBehalfOf": "guardian", '
                                    b'"colour": "red"}', "colour"),
        ]
        for name, content, names in cases:
            with self.subTest(name):
                self.assertRegex(self.rejected(SCHOOL, name, content), names)


if __name__ == "__main__":
    unittest.main(verbosity=2)
