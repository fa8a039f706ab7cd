"""A whole exchange on loopback: throwaway authority, keys, registers, processes.

World lays everything out below one directory, so that a test can scan it, break it or throw it away:
  ca/ keyholder/ gateway/ agencies/NAME/{drop,out,state,keys} key-directory.txtpb logs/
"""

import datetime
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time
import zoneinfo

ROOT = pathlib.Path(__file__).resolve().parents[2]

# agency -> (native format, mapping file)
AGENCIES = {
    "school/ekbacken": ("OPEN_EPLATFORM", "school-mapping.txtpb"),
    "social-services/sundby": ("FIKS_LIFECARE", "social-services-mapping.txtpb"),
    "police/region-mitt": ("SDK_MESSAGE", "police-mapping.txtpb"),
    "child-psychiatry/bup-sundby": ("FHIR_R4", "child-psychiatry-mapping.txtpb"),
}

# agency -> officer, as the samples name them -> roles
OFFICERS = {
    "school/ekbacken": {"Love Hage": ["teacher", "counsellor"], "Rut Ekback": ["principal"]},
    "social-services/sundby": {"Sara Säker": ["case-worker"], "Gun Grupp": ["group-leader"]},
    "police/region-mitt": {"Pim Patrull": ["police-officer"],
                           "Ulla Utredare": ["investigator"]},
    "child-psychiatry/bup-sundby": {"Ines Modell": ["psychologist"],
                                    "Omar Mönster": ["physician"]},
}

# The data protection officer's pseudonym domain: keys like an agency's, and no agency.
ACCESS_DOMAIN = "data-protection/sundby"

# The policies that the scenarios run under; local ones are added with `policies=`.
TEMPLATES = ROOT / "policy" / "templates"


class Process:
    """One of our programs; its JSON event lines are kept in memory and in a log file."""

    def __init__(self, name, command, log_path, environment=None):
        self.name = name
        self.command = [str(part) for part in command]
        self.log_path = log_path
        self.environment = {**os.environ, **(environment or {})}
        self.events = []
        self.changed = threading.Condition()
        self.child = None

    def start(self):
        self.log = open(self.log_path, "ab")
        self.ended = False
        self.child = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, stderr=self.log, stdin=subprocess.DEVNULL,
            env=self.environment)
        self.reader = threading.Thread(target=self._read, args=(self.child,), daemon=True)
        self.reader.start()

    def _read(self, child):
        for line in child.stdout:
            self.log.write(line)
            self.log.flush()
            try:
                event = json.loads(line)
            except ValueError:
                continue
            with self.changed:
                self.events.append(event)
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def mark(self):
        """Events from now on: pass the answer to wait_for as `since`."""
        with self.changed:
            return len(self.events)

    def wait_for(self, wanted, since=0, timeout=20.0):
        """The first event at or after `since` for which wanted(event) is true, or None when there
        was none in time, or the process has ended."""
        deadline = time.monotonic() + timeout
        position = since
        with self.changed:
            while True:
                while position < len(self.events):
                    if wanted(self.events[position]):
                        return self.events[position]
                    position += 1
                left = deadline - time.monotonic()
                if self.ended or left <= 0 or not self.changed.wait(left):
                    return None

    def wait_ready(self, since=0, timeout=20.0):
        if self.wait_for(lambda event: event.get("event") == "ready", since, timeout) is None:
            raise RuntimeError(f"{self.name} did not become ready; see {self.log_path}\n{self.tail()}")

    def tail(self, lines=15):
        text = pathlib.Path(self.log_path).read_text(errors="replace").splitlines()
        return "\n".join(text[-lines:])

    def running(self):
        return self.child is not None and self.child.poll() is None

    def stop(self, how=signal.SIGTERM, timeout=15.0):
        if self.running():
            self.child.send_signal(how)
            try:
                self.child.wait(timeout)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
                raise RuntimeError(f"{self.name} did not stop within {timeout} s")
        if self.child is None:
            return None
        self.reader.join(timeout)
        self.child.stdout.close()
        self.log.close()
        return self.child.returncode

    def kill(self):
        return self.stop(signal.SIGKILL)


def free_ports(count):
    """Ports that were free a moment ago, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


class Keys:
    """One generation of everybody's: each party's directory of secrets, and the key directory."""

    def __init__(self, folder, directory, agencies, name=""):
        self.folder = folder  # in the home of each party
        self.directory = directory
        self.agencies = agencies
        self.name = name  # what messages name it by, 16 hex digits


class World:
    """With a `moved_clock` (a timedelta) the processes are those of tests/end-to-end whose clock is
    so far from the machine's, and follows move_clock. Certificates are dated back with it."""

    def __init__(self, directory, build, agencies=None, policies=None, officers=None,
                 moved_clock=None):
        self.dir = pathlib.Path(directory)
        self.build = pathlib.Path(build)
        self.agencies = dict(agencies or AGENCIES)
        self.officers = officers or OFFICERS
        self.policies = policies or sorted(
            path for path in TEMPLATES.glob("*.txtpb") if not path.name.endswith(".cases.txtpb"))
        self.processes = {}
        self.database = "sluss.db"  # a file beside the gateway's configuration, or a server's URI
        self.gateway_more = ""  # of the gateway's configuration
        self.keys = {}  # party -> (Keys in force there, Keys beside them or None)
        self.archived = {}  # holder -> Keys of which it keeps what scans need
        self.moved = moved_clock
        self.records = 0  # handed in so far: none has the id of another
        self.gateway_port, self.keyholder_port = free_ports(2)
        self.gateways = {"gateway": (self.gateway_port, "")}  # home -> (port, instance)

    # ---- layout --------------------------------------------------------------------------------

    def agency_dir(self, agency):
        return self.dir / "agencies" / agency.replace("/", "-")

    def program(self, name):
        found = [path for path in (self.build / "gateway", self.build / "agency-adapters",
                                   self.build / "tests" / "end-to-end")
                 for path in path.rglob(name) if path.is_file() and os.access(path, os.X_OK)]
        if not found:
            raise RuntimeError(f"{name} is not built below {self.build}")
        return max(found, key=lambda path: path.stat().st_mtime)  # a module may have moved

    def run(self, *command):
        result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        if result.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{result.stdout}{result.stderr}")
        return result.stdout

    # ---- set-up --------------------------------------------------------------------------------

    def create(self):
        if self.dir.exists():
            shutil.rmtree(self.dir)
        (self.dir / "logs").mkdir(parents=True, mode=0o700)
        if self.moved is not None:
            self._write_clock()
        self._certificates()
        self._keys()
        self._gateway_config()
        self._keyholder_config()
        for agency in self.agencies:
            self._agency_home(agency)
            self._agency_config(agency)

    def _ca(self, *arguments):
        dated = [] if self.moved is None else ["faketime", "-f", f"{min(self.moved.days, 0) - 30}d"]
        return self.run(*dated, ROOT / "deploy" / "certificates" / "sluss-ca", *arguments)

    def _certificates(self):
        self._ca("init", self.dir / "ca")
        if self.moved is not None:
            self._ca("crl", self.dir / "ca", "--days", "3000")
        for holder in ("gateway", "keyholder"):
            (self.dir / holder).mkdir(mode=0o700)
        self.issue("sluss://gateway/gw1", self.dir / "gateway" / "tls")
        self.issue("sluss://keyholder/kh1", self.dir / "keyholder" / "tls")
        for agency in self.agencies:
            home = self.agency_dir(agency)
            home.mkdir(parents=True, mode=0o700)
            self.issue(f"sluss://agency/{agency}", home / "tls")

    def issue(self, uri, prefix, *options):
        lasting = [] if self.moved is None else ["--days", "3000"]
        self._ca("issue", self.dir / "ca", uri, prefix, *lasting, *options)

    def official(self, role, name):
        """A person's certificate for one role; returns what `ask` takes as `who`."""
        prefix = self.dir / "officials" / f"{role}-{name}"
        prefix.parent.mkdir(exist_ok=True, mode=0o700)
        self.issue(f"sluss://role/{role}/{name}", prefix)
        return prefix

    def ask(self, who, *command, gateway="gateway"):
        """slussctl against a gateway, as an agency or an official; returns the finished process."""
        command = [self.program("slussctl"), *command, *self.gateway_options(who, gateway)]
        return subprocess.run([str(part) for part in command], capture_output=True, text=True)

    def gateway_options(self, who, gateway="gateway"):
        prefix = who if isinstance(who, pathlib.Path) else self.agency_dir(who) / "tls"
        return ["--gateway", f"127.0.0.1:{self.gateways[gateway][0]}", "--name", "gateway/gw1",
                "--certificate", f"{prefix}.crt", "--key", f"{prefix}.key",
                "--authority", self.dir / "ca" / "ca.crt",
                "--revocation-list", self.dir / "ca" / "ca.crl"]

    def revoke(self, certificate):
        self._ca("revoke", self.dir / "ca", certificate)

    def _keys(self):
        slussctl = self.program("slussctl")
        names = ",".join([*self.agencies, ACCESS_DOMAIN])
        public = []
        for agency in (*self.agencies, ACCESS_DOMAIN):
            self.agency_dir(agency).mkdir(exist_ok=True, mode=0o700)
            public.append(self.agency_dir(agency) / "keys.public.txtpb")
            self.run(slussctl, "keys", "agency", "--agency", agency,
                     "--dir", self.agency_dir(agency) / "keys", "--public", public[-1])
        for holder, extra in (("gateway/gw1", ["--log-origin", "log.sluss.example/gw1"]),
                              ("keyholder/kh1", [])):
            home = self.dir / holder.split("/")[0]
            public.append(home / "keys.public.txtpb")
            self.run(slussctl, "keys", "holder", "--holder", holder, "--agencies", names,
                     "--dir", home / "keys", "--public", public[-1], *extra)
        self.key_directory = self.dir / "key-directory.txtpb"
        self.run(slussctl, "keys", "assemble", *public, "--access-domain", ACCESS_DOMAIN,
                 "--out", self.key_directory)
        first = self._generation("keys", self.key_directory, [*self.agencies, ACCESS_DOMAIN])
        self.keys = {name: (first, None) for name in ("gateway", "keyholder", *self.agencies)}

    def _generation(self, folder, directory, agencies):
        printed = self.run(self.program("slussctl"), "keys", "check", directory)
        return Keys(folder, directory, agencies, printed.split("named in messages ")[1].split()[0])

    def home(self, name):
        return self.agency_dir(name) if "/" in name else self.dir / name

    # The next generations, as OPERATIONS.md has them. Each party makes its own into a folder of its
    # own; only public halves and what is sealed to the key holder travel. Nothing changes over yet.

    def _make(self, name, command, source, target, *options):
        public = self.home(name) / f"{target}.pub"
        self.run(self.program("slussctl"), "keys", command, "--dir", self.home(name) / source,
                 "--out", self.home(name) / target, "--public", public, *options)
        return public

    def _keep(self, name, source, target):
        home = self.home(name)
        shutil.copytree(home / source, home / target)
        public = home / f"{source}.pub"
        return shutil.copy(public if public.exists() else home / "keys.public.txtpb",
                           home / f"{target}.pub")

    def _assemble(self, number, public, agencies):
        path = self.dir / f"key-directory-{number}.txtpb"
        self.run(self.program("slussctl"), "keys", "assemble", *public,
                 "--access-domain", ACCESS_DOMAIN, "--out", path)
        return self._generation(f"keys-{number}", path, agencies)

    def rotate(self, number, base):
        """New keys for everybody, and the shares refreshed."""
        old, new = base.folder, f"keys-{number}"
        common = ["--directory", base.directory, "--refresh", self.dir / f"refresh-{number}.txtpb"]
        public = [self._make(agency, "rotate", old, new) for agency in base.agencies]
        half = self._make("keyholder", "rotate", old, f"{new}-half")
        public.append(self._make("gateway", "refresh", old, new, "--keyholder", half, *common))
        public.append(self._make("keyholder", "apply-refresh", f"{new}-half", new, *common))
        return self._assemble(number, public, base.agencies)

    def put_out(self, number, base, agency):
        """The same keys without one agency."""
        old, new = base.folder, f"keys-{number}"
        left = [name for name in base.agencies if name != agency]
        public = [self._keep(name, old, new) for name in left]
        public += [self._make(holder, "shares", old, new, "--remove", agency)
                   for holder in ("gateway", "keyholder")]
        return self._assemble(number, public, left)

    def renew(self, number, base, agency):
        """The same keys, but new ones for one agency; its share is that of before."""
        old, new = base.folder, f"keys-{number}"
        public = [self._keep(name, old, new)
                  for name in (*base.agencies, "gateway", "keyholder") if name != agency]
        public.append(self._make(agency, "rotate", old, new))
        return self._assemble(number, public, base.agencies)

    def use_keys(self, name, current, beside=None):
        """One party's configuration, and the party started again if it runs."""
        self.keys[name] = (current, beside)
        if name == "gateway":
            self._gateway_config()
        elif name == "keyholder":
            self._keyholder_config()
        else:
            self._agency_config(name)
        if name in self.processes and self.processes[name].running():
            self.processes[name].stop()
            self.start(name)

    def keep_for_scans(self, name, *generations):
        """At a holder: what scans need of each, for its configuration from the next start on."""
        for keys in generations:
            if keys not in self.archived.get(name, []):
                self.run(self.program("slussctl"), "keys", "archive",
                         "--dir", self.home(name) / keys.folder, "--directory", keys.directory,
                         "--out", self.home(name) / f"archive-{keys.folder}")
        self.archived[name] = list(generations)
        self.use_keys(name, *self.keys[name])

    def _keys_fields(self, name):
        current, beside = self.keys[name]
        fields = f'keys_dir: "{current.folder}"\nkey_directory: "{current.directory}"'
        if beside is not None:
            fields += (f'\nbeside {{ keys_dir: "{beside.folder}" '
                       f'key_directory: "{beside.directory}" }}')
        for kept in self.archived.get(name, []):
            fields += (f'\narchive {{ keys_dir: "archive-{kept.folder}" '
                       f'key_directory: "{kept.directory}" }}')
        return fields

    def _tls(self):
        return ('tls { certificate: "tls.crt" private_key: "tls.key" '
                f'authority: "{self.dir}/ca/ca.crt" revocation_list: "{self.dir}/ca/ca.crl" }}')

    def _gateway_config(self):
        agencies = "\n".join(f'agency: "{agency}"' for agency in self.keys["gateway"][0].agencies
                             if agency != ACCESS_DOMAIN)
        policies = "\n".join(f'policy: "{path}"' for path in self.policies)
        for home, (port, instance) in self.gateways.items():
            shared = f'instance: "{instance}"\nsearch {{ index: "search.index" }}' if instance else ""
            (self.dir / home / "gateway.txtpb").write_text(f"""\
name: "gateway/gw1"
listen: "127.0.0.1:{port}"
{self._tls()}
{self._keys_fields("gateway")}
database: "{self.database}"
openings {{ keys_dir: "{"" if home == "gateway" else "../gateway/"}openings" }}
{shared}
catalogue: "{ROOT}/policy/catalogue"
{policies}
keyholder {{ address: "127.0.0.1:{self.keyholder_port}" name: "keyholder/kh1" }}
log_origin: "log.sluss.example/gw1"
{agencies}
{self.gateway_more}
""")

    def share_database(self, uri, *instances):
        """Several gateways on one PostgreSQL database, before any has started; the first is
        "gateway", the others "gateway-NAME". Agencies name the addresses of all."""
        self.database = uri
        self.gateways = {"gateway": (self.gateway_port, instances[0])}
        for instance, port in zip(instances[1:], free_ports(len(instances) - 1)):
            home = f"gateway-{instance}"
            self.gateways[home] = (port, instance)
            shutil.copytree(self.dir / "gateway", self.dir / home)
        self._gateway_config()
        for agency in self.agencies:
            self._agency_config(agency)

    def configure_gateway(self, more):
        """Further fields of its configuration, in the place of those given before."""
        self.gateway_more = more
        self._gateway_config()

    def _keyholder_config(self):
        (self.dir / "keyholder" / "keyholder.txtpb").write_text(f"""\
name: "keyholder/kh1"
listen: "127.0.0.1:{self.keyholder_port}"
{self._tls()}
{self._keys_fields("keyholder")}
database: "counters.db"
gateway: "gateway/gw1"
""")

    def _agency_home(self, agency):
        home = self.agency_dir(agency)
        for name in ("drop", "out", "state", "officers"):
            (home / name).mkdir(mode=0o700)
        for name, roles in self.officers.get(agency, {}).items():
            self.enrol_officer(agency, name, roles)
        (home / "register.csv").write_text("number,case_ref\n")

    def _agency_config(self, agency):
        home = self.agency_dir(agency)
        form, mapping = self.agencies[agency]
        addresses = ",".join(f"127.0.0.1:{port}" for port, _ in self.gateways.values())
        (home / "adapter.txtpb").write_text(f"""\
agency: "{agency}"
gateway_address: "{addresses}"
gateway_name: "gateway/gw1"
{self._tls()}
{self._keys_fields(agency)}
format: {form}
mapping: "{ROOT}/deploy/config/{mapping}"
drop_dir: "drop"
native_out_dir: "out"
officers_dir: "officers"
state_dir: "state"
register_csv: "register.csv"
poll_milliseconds: 50
""")

    def write_register(self, agency, rows):
        """rows: (12-digit test number, the agency's own case reference)"""
        text = "number,case_ref\n" + "".join(f"{number},{ref}\n" for number, ref in rows)
        (self.agency_dir(agency) / "register.csv").write_text(text)

    def add_to_register(self, agency, number, ref):
        with open(self.agency_dir(agency) / "register.csv", "a") as register:
            register.write(f"{number},{ref}\n")

    def officers_command(self, agency, command, name, *options):
        self.run(self.program("slussctl"), "officers", command,
                 "--dir", self.agency_dir(agency) / "officers", "--name", name, *options)

    def enrol_officer(self, agency, name, roles, days=(-30, 365)):
        """days: first day and the day after the last, counted from today."""
        self.officers_command(agency, "enrol", name, "--roles", ",".join(roles),
                              "--from", self.today(days[0]), "--to", self.today(days[1]))

    def today(self, days=0):
        """In Sweden, whose days the programs count by: an hour or two ahead of UTC's."""
        swedish = self.now().astimezone(zoneinfo.ZoneInfo("Europe/Stockholm"))
        return swedish.date() + datetime.timedelta(days=days)

    # ---- processes -----------------------------------------------------------------------------

    def now(self):
        """What the processes' clock shows."""
        return datetime.datetime.now(datetime.timezone.utc) + (self.moved or datetime.timedelta())

    def move_clock(self, **by):
        """by: as of a timedelta. Only in a world that was made with `moved_clock`."""
        self.moved += datetime.timedelta(**by)
        self._write_clock()

    def _write_clock(self):
        aside = self.dir / "clock.part"
        aside.write_text(f"{int(self.moved.total_seconds())}\n")
        aside.rename(self.dir / "clock")

    def _process(self, name, program, config):
        if name not in self.processes:
            program, environment = (program, None) if self.moved is None else \
                (f"{program}-moved", {"SLUSS_MOVED_CLOCK": str(self.dir / "clock")})
            self.processes[name] = Process(
                name, [self.program(program), config],
                self.dir / "logs" / (name.replace("/", "-") + ".log"), environment)
        return self.processes[name]

    def start(self, name):
        """name: a gateway's home, "keyholder" or an agency."""
        if name in self.gateways:
            process = self._process(name, "sluss-gateway", self.dir / name / "gateway.txtpb")
        elif name == "keyholder":
            process = self._process(name, "sluss-keyholder",
                                    self.dir / "keyholder" / "keyholder.txtpb")
        else:
            process = self._process(name, "sluss-adapter", self.agency_dir(name) / "adapter.txtpb")
        since = process.mark()
        process.start()
        process.wait_ready(since)
        return process

    def start_all(self):
        """Starts whatever does not run."""
        for name in ("keyholder", *self.gateways, *self.agencies):
            if name not in self.processes or not self.processes[name].running():
                self.start(name)

    def stop_all(self):
        """Adapters first, so that nothing is in flight when the gateway goes."""
        return {name: self.processes[name].stop() for name in self._in_order()}

    def stop_all_but(self, kept):
        for name in self._in_order():
            if name != kept:
                self.processes[name].stop()

    def _in_order(self):
        holders = [name for name in self.processes if "/" not in name]
        return [name for name in self.processes if "/" in name] + sorted(holders)

    # ---- doing things --------------------------------------------------------------------------

    def drop(self, agency, name, content):
        """Hands a native record to the agency's adapter: written aside, then renamed in."""
        drop = self.agency_dir(agency) / "drop"
        aside = self.agency_dir(agency) / f".{name}.part"
        aside.write_bytes(content if isinstance(content, bytes) else content.encode())
        aside.rename(drop / name)

    def out_files(self, agency):
        return sorted(path for path in (self.agency_dir(agency) / "out").rglob("*") if path.is_file())

    def verify_log(self):
        """Exports the log and checks it with the offline verifier, and every agency's receipts
        against it; returns its sentence. What is on its way gets a while to arrive."""
        tiles = self.dir / "tiles"
        receipts = ["--receipts", self.dir / "agencies"] \
            if any((self.dir / "agencies").rglob("*.tlog-proof")) else []
        deadline = time.monotonic() + 20
        while True:
            shutil.rmtree(tiles, ignore_errors=True)
            self.run(self.program("slussctl"), "log", "export",
                     "--database", self.database_argument(), "--tiles", tiles)
            try:
                return self.run(self.program("sluss-verify"), tiles, "--key", self.verifier_key(),
                                *receipts).strip()
            except RuntimeError as error:
                if "has no receipt" not in str(error) or time.monotonic() > deadline:
                    raise

    def database_argument(self):
        """The database as commands outside the gateway name it."""
        uri = "://" in self.database
        return self.database if uri else self.dir / "gateway" / self.database

    # ---- a citizen asks ------------------------------------------------------------------------

    def access_command(self, officer, number, out, *options, log=None):
        """The officer's command for a report about `number`, and what it is told on standard input.
        Exports the log first unless one is named."""
        if log is None:
            self.verify_log()
            log = self.dir / "tiles"
        home = self.agency_dir(ACCESS_DOMAIN)
        current, beside = self.keys["gateway"]
        command = [self.program("slussctl"), "report", "access", "--number-file", "-",
                   "--from", str(self.today(-1)), "--out", out, "--log", log,
                   "--keys-dir", home / current.folder, "--key-directory", current.directory,
                   "--contact", "dataskyddsombudet i Sundby, dso@sundby.example",
                   *self.gateway_options(officer), *options]
        if beside is not None:
            command += ["--beside-keys-dir", home / beside.folder,
                        "--beside-key-directory", beside.directory]
        return [str(part) for part in command], number + "\n"

    def access_report(self, officer, number, out, *options, log=None):
        command, numbers = self.access_command(officer, number, out, *options, log=log)
        return subprocess.run(command, input=numbers, capture_output=True, text=True)

    def verifier_key(self):
        for line in self.key_directory.read_text().splitlines():
            if line.strip().startswith("verifier_key:"):
                return line.split('"')[1]
        raise RuntimeError("the key directory names no log key")
