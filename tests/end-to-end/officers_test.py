"""Officers with real processes: enrolled, struck off, expired, between sealing and delivery."""

import datetime
import sys
import unittest

from support import ROOT, WorldTest, scan

sys.path.insert(0, str(ROOT / "deploy" / "walkthrough"))
from walk import BUP, SCHOOL, SOCIAL, Walk, child  # noqa: E402

CARE = "child-psychiatry/care-need.json.template"
DUTY = "school/duty-report.xml"


class OfficersTest(WorldTest):
    def setUp(self):
        self.walk = Walk(self.world)
        self.world.start_all()

    def strike_off(self, agency, name):
        self.change(agency, "remove", name)

    def change(self, agency, command, name, *options):
        """Runs slussctl officers and waits until the gateway has the new register."""
        process = self.world.processes[agency]
        since = process.mark()
        self.world.officers_command(agency, command, name, *options)
        self.assertIsNotNone(
            process.wait_for(lambda e: e["event"] == "officers-enrolled", since),
            "the gateway was not told")

    def test_a_record_by_someone_who_is_not_enrolled_comes_back_whole(self):
        content = self.walk.fill(DUTY, child=child(13, 980)).replace(b"<![CDATA[Hage]]>",
                                                                     b"<![CDATA[Hagen]]>")
        error = self.walk.refused(SCHOOL, "not-enrolled.xml", content)
        self.assertIn("`officer[0].name`: is not enrolled as an officer", error)
        rejected = self.world.agency_dir(SCHOOL) / "drop" / "rejected"
        self.assertEqual((rejected / "not-enrolled.xml").read_bytes(), content)
        self.assertIn("officers enrol", (rejected / "not-enrolled.xml.error.txt").read_text())
        # Enrolled, the same record is sent.
        self.change(SCHOOL, "enrol", "Love Hagen", "--roles", "teacher",
                    "--from", self.world.today(), "--to", self.world.today(30))
        self.walk.submit(SCHOOL, "enrolled.xml", content).expect("PERMIT")

    def test_struck_off_between_submission_and_delivery(self):
        self.change(BUP, "enrol", "Ines Vikarie", "--roles", "psychologist",
                    "--from", self.world.today(), "--to", self.world.today(30))
        self.walk.close_stream(SOCIAL)
        content = self.walk.fill(CARE, child=child(15, 981)).replace(b'"Modell"', b'"Vikarie"')
        answer = self.walk.submit(BUP, "care.json", content).expect("PERMIT")
        self.strike_off(BUP, "Ines Vikarie")
        self.world.start(SOCIAL)
        event = self.walk.outcome(BUP, answer.message, "DENIED_AT_DELIVERY")
        self.assertEqual(event["reason"], "officer-not-in-force")
        self.walk.never_received(SOCIAL, answer.message)

    def test_a_duty_report_is_delivered_although_its_officer_has_left(self):
        self.change(SCHOOL, "enrol", "Love Vikarie", "--roles", "teacher",
                    "--from", self.world.today(), "--to", self.world.today(30))
        self.walk.close_stream(SOCIAL)
        content = self.walk.fill(DUTY, child=child(13, 982)).replace(b"<![CDATA[Hage]]>",
                                                                     b"<![CDATA[Vikarie]]>")
        answer = self.walk.submit(SCHOOL, "duty.xml", content).expect("PERMIT")
        self.strike_off(SCHOOL, "Love Vikarie")
        self.world.start(SOCIAL)
        self.walk.received(SOCIAL, answer.message)

    def test_a_restart_of_both_sides_keeps_who_is_enrolled(self):
        self.world.stop_all()
        self.world.start_all()
        self.walk.send(SCHOOL, DUTY, child=child(13, 983)).expect("PERMIT")
        self.world.verify_log()

    def test_no_name_of_an_officer_is_outside_the_agency(self):
        self.walk.send(SCHOOL, DUTY, child=child(13, 984)).expect("PERMIT")
        needles = [name.encode() for name in ("Love Hage", "Rut Ekback", "Ines Modell")]
        hits = scan([self.world.dir / "gateway", self.world.dir / "keyholder",
                     self.world.dir / "logs"], needles)
        self.assertEqual(hits, [])
        register = self.world.agency_dir(SCHOOL) / "officers" / "officers.txtpb"
        self.assertIn(b"Love Hage", register.read_bytes())


class EnrolmentEndsTest(WorldTest):
    """The days go by while a message waits for its recipient."""

    MOVED_CLOCK = datetime.timedelta(0)

    def test_an_enrolment_that_ends_between_submission_and_delivery(self):
        walk = Walk(self.world)
        self.world.start_all()
        process = self.world.processes[BUP]
        since = process.mark()
        self.world.enrol_officer(BUP, "Ines Vikarie", ["psychologist"], days=(-1, 1))
        self.assertIsNotNone(process.wait_for(lambda e: e["event"] == "officers-enrolled", since))
        walk.close_stream(SOCIAL)
        content = walk.fill(CARE, child=child(15, 985)).replace(b'"Modell"', b'"Vikarie"')
        answer = walk.submit(BUP, "care.json", content).expect("PERMIT")
        self.world.move_clock(hours=30)
        self.world.start(SOCIAL)
        event = walk.outcome(BUP, answer.message, "DENIED_AT_DELIVERY")
        self.assertEqual(event["reason"], "officer-not-in-force")
        # Nor does anything new go out under that name.
        content = walk.fill(CARE, child=child(15, 986)).replace(b'"Modell"', b'"Vikarie"')
        self.assertIn("enrolment is not in force today", walk.refused(BUP, "later.json", content))


if __name__ == "__main__":
    unittest.main()
