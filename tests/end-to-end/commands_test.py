"""Every command of an officer explains itself: an example, --json, an exit code for a wrong call."""

import re
import subprocess
import unittest

from support import BUILD

SLUSSCTL = next(path for path in (BUILD / "gateway" / "ctl").glob("slussctl") if path.is_file())
# What changes a file, and has nothing to say that a program would read.
WITHOUT_JSON = {"log new-key", "log lost-key", "witness add"}


def run(*arguments):
    return subprocess.run([str(SLUSSCTL), *arguments], capture_output=True, text=True, timeout=60)


def subcommands(*path):
    """The commands below a command, as its help lists them; none: it is one to be run."""
    text = run(*path, "--help").stdout
    listed = re.search(r"^Subcommands:\n(.*)", text, re.S | re.M)
    return re.findall(r"^  ([a-z][a-z0-9-]*)", listed.group(1), re.M) if listed else []


def commands(*path):
    below = subcommands(*path)
    if not below:
        yield path
    for name in below:
        yield from commands(*path, name)


class CommandsTest(unittest.TestCase):
    def test_every_command_of_an_officer_explains_itself(self):
        seen = [path for group in ("log", "report", "review", "witness")
                for path in commands(group)]
        self.assertGreater(len(seen), 20)
        for path in seen:
            name = " ".join(path)
            with self.subTest(name):
                help_text = run(*path, "--help")
                self.assertEqual(help_text.returncode, 0)
                self.assertIn(f"slussctl {name}", help_text.stdout, "an example of a call")
                if name not in WITHOUT_JSON:
                    self.assertIn("--json", help_text.stdout)
                wrong = run(*path, "--no-such-option")
                self.assertEqual(wrong.returncode, 2, wrong.stderr)
                self.assertRegex(wrong.stderr + wrong.stdout, "required|--no-such-option")

    def test_a_call_without_its_command_is_a_wrong_call(self):
        for arguments in ((), ("log",), ("no-such-command",)):
            self.assertEqual(run(*arguments).returncode, 2, arguments)


if __name__ == "__main__":
    unittest.main()
