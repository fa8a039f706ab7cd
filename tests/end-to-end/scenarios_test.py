"""Every scenario of the quickstart, and then a search of all that the run left behind."""

import sys
import unittest

from support import ROOT, WorldTest, scan, spellings

sys.path.insert(0, str(ROOT / "deploy" / "walkthrough"))
from scenarios import SCENARIOS, child  # noqa: E402
from walk import Walk  # noqa: E402

# Words of the samples' content and names: none may stand in clear outside the agencies.
CONTENT = ["Provsson", "Exempelgren", "utan frukost", "viktnedg", "Love Hage", "Kim Testsson"]


class ScenariosTest(WorldTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for agency in cls.world.agencies:
            cls.world.write_register(agency, [(child(13), "case-13"), (child(15, 990), "case-15")])
        cls.world.start_all()
        cls.walk = Walk(cls.world)

    def test_all_in_order(self):
        for letter, title, scenario in SCENARIOS:
            with self.subTest(f"({letter}) {title}"):
                scenario(self.walk)
        self.assertIn("verif", self.world.verify_log())
        self.look_for_leaks()

    def look_for_leaks(self):
        """No number in any spelling, no name and no content outside the agencies' directories."""
        self.assertGreater(len(self.walk.children), 10)
        numbers = set().union(*(spellings(number) for number in self.walk.children))
        words = {form for word in CONTENT for form in (word.encode(), word.encode("utf-16-le"))}
        outside = [self.world.dir / name for name in ("gateway", "keyholder", "logs", "tiles")]
        self.assertEqual(scan(outside, numbers | words), [])
        # The same search does find them where they belong.
        inside = [self.world.dir / "agencies"]
        found = {needle for _, needle in scan(inside, {n.encode() for n in self.walk.children})}
        self.assertGreater(len(found), 5)


if __name__ == "__main__":
    unittest.main(verbosity=2)
