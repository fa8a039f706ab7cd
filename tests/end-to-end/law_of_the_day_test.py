"""Scenario (n) with whole processes: the same report the day before a new act and the day it begins."""

import datetime
import unittest
import zoneinfo

from support import WorldTest

from scenarios import DUTY, child
from walk import SCHOOL, SOCIAL, Walk
from world import AGENCIES, TEMPLATES

LAST_DAY = datetime.datetime(2025, 6, 30, 23, 30, tzinfo=zoneinfo.ZoneInfo("Europe/Stockholm"))


class LawOfTheDayTest(WorldTest):
    AGENCIES = {agency: AGENCIES[agency] for agency in (SCHOOL, SOCIAL)}
    POLICIES = [TEMPLATES / "duty-report.txtpb"]
    MOVED_CLOCK = LAST_DAY - datetime.datetime.now(datetime.timezone.utc)

    def test_a_duty_report_is_decided_by_the_act_in_force(self):
        self.world.start_all()
        walk = Walk(self.world)
        before = walk.send(SCHOOL, DUTY, child=child(9)).expect("PERMIT", "14 kap. 1 §")
        self.assertEqual(before.paragraphs, ["SOL-2001-14-1"])
        self.world.move_clock(hours=1)  # past midnight in Sweden; the day before in UTC
        after = walk.send(SCHOOL, DUTY, child=child(10)).expect("PERMIT", "19 kap. 1 §")
        self.assertEqual(after.paragraphs, ["SOL-2025-19-1"])
        self.assertIn("verif", self.world.verify_log())


if __name__ == "__main__":
    unittest.main(verbosity=2)
