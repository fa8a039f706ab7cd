"""kill -9 again and again while notifications flow: none is lost, none comes twice, the log is whole."""

import json
import random
import sys
import unittest

from support import ROOT, WorldTest

sys.path.insert(0, str(ROOT / "deploy" / "walkthrough"))
from scenarios import DUTY, child  # noqa: E402
from walk import SCHOOL, SOCIAL, Walk  # noqa: E402

ROUNDS = 6
A_ROUND = 4


class CrashTest(WorldTest):
    AGENCIES = {
        SCHOOL: ("OPEN_EPLATFORM", "school-mapping.txtpb"),
        SOCIAL: ("FIKS_LIFECARE", "social-services-mapping.txtpb"),
    }

    def test_every_message_arrives_once(self):
        self.world.start_all()
        walk = Walk(self.world)
        moments = random.Random(4711)  # the same moments in every run
        victims = ["gateway", SCHOOL, SOCIAL, "keyholder"]
        school = self.world.processes[SCHOOL]
        since = school.mark()
        for number in range(ROUNDS):
            for index in range(A_ROUND):
                walk.drop(SCHOOL, DUTY, child=child(9, 980 + (number * A_ROUND + index) % 20))
            victim = victims[number % len(victims)]
            school.wait_for(lambda e: False, timeout=moments.uniform(0.0, 0.4))
            self.world.processes[victim].kill()
            self.world.start(victim)
        sent = self.submitted(since, ROUNDS * A_ROUND)
        for message in sent:
            walk.received(SOCIAL, message, timeout=60)
            walk.outcome(SCHOOL, message, "ACKNOWLEDGED", timeout=60)
        for message in sent:
            natives = [path for path in self.world.out_files(SOCIAL)
                       if path.name.startswith(message) and "actualisation" in path.name]
            self.assertEqual(len(natives), 1, f"{message} was written {len(natives)} times")
        self.assertIn("verif", self.world.verify_log())
        self.receipts_stand_in_the_log(sent)

    def submitted(self, since, count):
        """The ids of `count` different messages that were answered."""
        school = self.world.processes[SCHOOL]
        seen = set()
        while len(seen) < count:
            event = school.wait_for(
                lambda e: e["event"] == "submitted" and e["message"] not in seen, since, timeout=60)
            self.assertIsNotNone(event, f"{len(seen)} of {count} were sent\n{school.tail()}")
            seen.add(event["message"])
        return seen

    def receipts_stand_in_the_log(self, sent):
        """Each answer names its entry, and that entry is the decision about this very message."""
        lines = self.world.run(self.world.program("slussctl"), "log", "show", "--json", "--limit",
                               "100000", "--database", self.world.dir / "gateway" / "sluss.db")
        entries = {entry["index"]: entry for entry in map(json.loads, lines.splitlines())}
        for message in sent:
            path = self.world.agency_dir(SCHOOL) / "out" / f"{message}.answer.json"
            index = json.loads(path.read_text())["logIndex"]
            self.assertIn(message, json.dumps(entries[index]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
