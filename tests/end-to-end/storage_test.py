"""What the gateway does about a database that it cannot trust or cannot write."""

import os
import shutil
import subprocess
import sys
import unittest

from support import ROOT, WorldTest

sys.path.insert(0, str(ROOT / "deploy" / "walkthrough"))
from scenarios import DUTY, child  # noqa: E402
from walk import SCHOOL, SOCIAL, Walk  # noqa: E402


class StorageTest(WorldTest):
    AGENCIES = {
        SCHOOL: ("OPEN_EPLATFORM", "school-mapping.txtpb"),
        SOCIAL: ("FIKS_LIFECARE", "social-services-mapping.txtpb"),
    }

    def setUp(self):
        self.database = self.world.dir / "gateway" / "sluss.db"
        if not self.database.exists():
            self.world.start("keyholder")
            self.world.start("gateway")
            self.world.processes["gateway"].stop()

    def refusal(self, prefix=()):
        """Starts the gateway, which must not come up; returns its words."""
        result = subprocess.run(
            [*map(str, prefix), str(self.world.program("sluss-gateway")),
             str(self.world.dir / "gateway" / "gateway.txtpb")],
            capture_output=True, text=True, timeout=30)
        self.assertEqual(result.returncode, 1, result.stdout)
        self.assertNotIn('"ready"', result.stdout)
        return result.stderr

    def test_database_that_is_none_is_refused(self):
        kept = self.database.read_bytes()
        try:
            self.database.write_bytes(b"this is not a database" * 500)
            words = self.refusal()
            self.assertIn("sluss.db", words)
            self.assertRegex(words, "restore|backup|move")
        finally:
            self.database.write_bytes(kept)

    def test_corrupt_database_is_refused(self):
        kept = self.database.read_bytes()
        try:
            damaged = bytearray(kept)
            for page in range(4096, len(damaged), 4096):
                damaged[page:page + 200] = os.urandom(200)
            self.database.write_bytes(damaged)
            self.assertIn("sluss.db", self.refusal())
        finally:
            self.database.write_bytes(kept)

    def test_read_only_database_is_refused_with_the_cure(self):
        # root may write anything, so the gateway runs on a read-only mount of its own directory
        script = (f"mount --bind {self.database.parent} {self.database.parent} && "
                  f"mount -o remount,bind,ro {self.database.parent} && exec \"$@\"")
        words = self.refusal(["unshare", "--mount", "bash", "-c", script, "ro"])
        self.assertIn("sluss.db", words)
        self.assertRegex(words, "[Rr]ead-only|permission|write")

    def test_full_disk_stops_the_adapter_politely(self):
        """The state directory on a full disk: the native file stays and the fault is told."""
        home = self.world.agency_dir(SCHOOL)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs",
                           str(home / "state")], capture_output=True).returncode != 0:
            self.skipTest("mounting is not permitted here")
        try:
            self.world.start_all()
            process = self.world.processes[SCHOOL]
            filler = home / "state" / "filler"
            with open(filler, "wb") as file:
                try:
                    file.write(b"x" * (1 << 20))
                except OSError:
                    pass
            walk = Walk(self.world)
            walk.drop(SCHOOL, DUTY, name="kept.xml", child=child(12))
            event = process.wait_for(lambda e: e.get("code") == "RESOURCE_EXHAUSTED")
            self.assertIsNotNone(event, process.tail())
            self.assertTrue((home / "drop" / "kept.xml").exists())
            filler.unlink()
            event = process.wait_for(lambda e: e["event"] == "submitted", timeout=60)
            self.assertIsNotNone(event, "the record was not sent when space came back")
        finally:
            self.world.stop_all()
            subprocess.run(["umount", str(home / "state")], check=True)
            shutil.rmtree(home / "state")
            (home / "state").mkdir(mode=0o700)


if __name__ == "__main__":
    unittest.main(verbosity=2)
