"""Who may not even speak: certificates, revocation, TLS versions, plain text."""

import socket
import ssl
import subprocess
import unittest

from support import ROOT, WorldTest

SLUSS_CA = ROOT / "deploy" / "certificates" / "sluss-ca"


class TransportTest(WorldTest):
    AGENCIES = {
        "school/ekbacken": ("OPEN_EPLATFORM", "school-mapping.txtpb"),
        "social-services/sundby": ("FIKS_LIFECARE", "social-services-mapping.txtpb"),
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world.start("keyholder")
        cls.world.start("gateway")

    def status(self, certificate, timeout=10):
        """What the gateway answers to `slussctl call GetStatus` with this certificate."""
        world = self.world
        result = subprocess.run(
            [world.program("slussctl"), "status", "--gateway", f"127.0.0.1:{world.gateway_port}",
             "--name", "gateway/gw1", "--certificate", f"{certificate}.crt",
             "--key", f"{certificate}.key", "--authority", world.dir / "ca" / "ca.crt",
             "--revocation-list", world.dir / "ca" / "ca.crl"],
            capture_output=True, text=True, timeout=timeout + 20)
        return result.returncode, result.stdout + result.stderr

    def test_known_agency_is_answered(self):
        code, text = self.status(self.world.agency_dir("school/ekbacken") / "tls")
        self.assertEqual(code, 0, text)

    def test_agency_that_is_not_configured_is_refused(self):
        prefix = self.world.dir / "stranger"
        self.world.issue("sluss://agency/school/elsewhere", prefix)
        code, text = self.status(prefix)
        self.assertNotEqual(code, 0)
        self.assertIn("school/elsewhere", text)

    def test_expired_certificate_is_refused(self):
        prefix = self.world.dir / "expired"
        self.world.run("faketime", "-f", "-400d", SLUSS_CA, "issue", self.world.dir / "ca",
                       "sluss://agency/school/ekbacken", prefix)
        code, text = self.status(prefix)
        self.assertNotEqual(code, 0, text)

    def test_certificate_of_another_authority_is_refused(self):
        other = self.world.dir / "other-ca"
        self.world.run(SLUSS_CA, "init", other)
        self.world.run(SLUSS_CA, "issue", other, "sluss://agency/school/ekbacken",
                       self.world.dir / "foreign")
        code, text = self.status(self.world.dir / "foreign")
        self.assertNotEqual(code, 0, text)

    def test_revoked_certificate_is_refused_without_restart(self):
        prefix = self.world.dir / "revoked"
        self.world.issue("sluss://agency/school/ekbacken", prefix)
        self.assertEqual(self.status(prefix)[0], 0)
        self.world.revoke(f"{prefix}.crt")
        code, text = self.status(prefix)
        self.assertNotEqual(code, 0)
        self.assertIn("revoked", text)

    def handshake(self, version):
        world = self.world
        home = world.agency_dir("school/ekbacken")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = context.maximum_version = version
        context.load_cert_chain(home / "tls.crt", home / "tls.key")
        context.load_verify_locations(world.dir / "ca" / "ca.crt")
        context.check_hostname = False
        context.set_alpn_protocols(["h2"])
        with socket.create_connection(("127.0.0.1", world.gateway_port), timeout=10) as raw:
            with context.wrap_socket(raw) as secured:
                return secured.version()

    def test_tls_1_3_is_spoken(self):
        self.assertEqual(self.handshake(ssl.TLSVersion.TLSv1_3), "TLSv1.3")

    def test_tls_1_2_is_refused(self):
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.handshake(ssl.TLSVersion.TLSv1_2)

    def test_plain_text_gets_no_answer(self):
        preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"
        with socket.create_connection(("127.0.0.1", self.world.gateway_port), timeout=10) as raw:
            raw.sendall(preface)
            try:
                answer = raw.recv(4096)
            except ConnectionError:
                answer = b""
        self.assertNotIn(b"\0\0", answer[:1] + answer[3:4])  # no HTTP/2 settings frame


if __name__ == "__main__":
    unittest.main(verbosity=2)
