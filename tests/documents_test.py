"""Holds the guide to the tests: each cell of the tamper matrix has one, and it exists."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[1]


def section(text, title):
    return re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## )", text, re.S | re.M).group(1)


class TamperMatrixTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        text = section((ROOT / "deploy" / "OPERATIONS.md").read_text(), "Tamper matrix")
        cls.rows = [[cell.strip() for cell in line.strip("|").split("|")]
                    for line in text.splitlines() if line.startswith("| ")][1:]
        cls.notes = dict(re.findall(r"^(\d+) (`.*)$", text, re.M))
        cls.sources = {path.name: path.read_text(encoding="utf-8")
                       for path in (ROOT / "tests").rglob("*_test.*")
                       if path.suffix in (".cc", ".py")}

    def test_each_cell_names_its_test(self):
        self.assertGreater(len(self.rows), 20)
        used = set()
        for what, *cells in self.rows:
            self.assertEqual(len(cells), 6, what)
            self.assertTrue(any(cell != "-" for cell in cells), what)
            for cell in cells:
                if cell == "-" or "as a stranger" in cell:
                    continue
                numbers = re.search(r"\(([\d, ]+)\)$", cell)
                self.assertIsNotNone(numbers, f"{what}: `{cell}` names no test")
                used |= set(numbers.group(1).replace(" ", "").split(","))
        self.assertEqual(used, set(self.notes), "numbers in cells and below the table")

    def test_each_named_test_exists(self):
        for number, note in self.notes.items():
            for part in note.rstrip(".").split(";"):
                program, *tests = re.findall(r"`([^`]+)`", part)
                name = program if program.endswith(".py") else f"{program}.cc"
                self.assertTrue(name in self.sources, f"note {number}: there is no {name}")
                for test in tests:
                    self.assertTrue(re.search(rf"\b{test}\b", self.sources[name]),
                                    f"note {number}: {name} has no {test}")


if __name__ == "__main__":
    unittest.main()
