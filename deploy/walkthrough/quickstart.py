"""Runs the main job on one machine; called by deploy/quickstart."""

import argparse
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from scenarios import SCENARIOS, child  # noqa: E402
from walk import Mismatch, Walk  # noqa: E402
from world import ROOT, World  # noqa: E402


def prepare(directory, build):
    print(f"making a throwaway authority, keys and registers of test identities in {directory}")
    world = World(directory, build)
    world.create()
    for agency in world.agencies:
        world.write_register(agency, [(child(age, serial), f"case-{age}-{serial}")
                                      for age in range(8, 21) for serial in (980, 990)])
    started = time.monotonic()
    world.start_all()
    print(f"four agencies, a gateway and a key holder are up ({time.monotonic() - started:.1f} s)\n")
    return world


def run_scenarios(world):
    walk = Walk(world)
    failed = 0
    for letter, title, scenario in SCENARIOS:
        started = time.monotonic()
        try:
            lines = scenario(walk)
            mark = "ok"
        except Mismatch as mismatch:
            lines = [f"EXPECTED OTHERWISE: {mismatch}"]
            mark = "FAILED"
            failed += 1
        print(f"({letter}) {title}  [{mark}, {time.monotonic() - started:.1f} s]")
        for line in lines:
            print(f"      {line}")
        sys.stdout.flush()
    return failed


def main():
    parser = argparse.ArgumentParser(prog="deploy/quickstart")
    parser.add_argument("--once", action="store_true", help="run the scenarios and stop")
    parser.add_argument("--dir", default=ROOT / "var" / "quickstart", type=pathlib.Path)
    parser.add_argument("--build", default=ROOT / "build" / "release", type=pathlib.Path,
                        help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    world = prepare(arguments.dir.absolute(), arguments.build.absolute())
    try:
        failed = run_scenarios(world)
        print(f"\nthe log: {world.verify_log()}")
        print(f"{len(SCENARIOS) - failed} scenarios ended as they must, {failed} did not")
        if arguments.once:
            return 1 if failed else 0
        print("\neverything stays up. Drop native records into")
        for agency in world.agencies:
            print(f"  {world.agency_dir(agency)}/drop   results: out/, faults: rejected/")
        print("Ctrl-C stops it.")
        try:
            signal.pause()
        except KeyboardInterrupt:
            print()
        return 1 if failed else 0
    finally:
        world.stop_all()


if __name__ == "__main__":
    sys.exit(main())
