// Certificates and registers of officers: what is taken, and what of each fault is said.
#include "gateway/crypto/attestation.h"

#include <functional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/officers.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::EnrolledFor;
using ::sluss::testing::kPolice;
using ::sluss::testing::kSchool;
using ::sluss::testing::Must;
using ::sluss::testing::OfficerKey;
using ::sluss::testing::Parties;
using ::sluss::testing::RegisterOf;
using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

const std::string kAnna(32, 'a');
const std::string kBo(32, 'b');
const absl::Time kFrom = absl::FromUnixSeconds(1'767'225'600);
const absl::Time kTo = kFrom + absl::Hours(24 * 365);

class AttestationTest : public ::testing::Test {
 protected:
  const AgencySecrets& school() { return parties_.secrets(kSchool); }
  const AgencyEntry& entry() { return *parties_.directory().FindAgency(kSchool); }
  v1::EnrolledOfficer Enrolled(const std::string& officer) {
    return EnrolledFor(school(), officer, {"teacher", "principal"}, kFrom, kTo);
  }

  Parties parties_;
};

TEST_F(AttestationTest, ARegisterTellsWhoMayAttestFromWhenToWhen) {
  const CheckedOfficers checked =
      Must(CheckOfficers(RegisterOf(school(), 3, {Enrolled(kAnna), Enrolled(kBo)}), entry()));
  EXPECT_EQ(checked.officers.version(), 3u);
  ASSERT_EQ(checked.enrolled.size(), 2u);
  const v1::EnrolledOfficer& anna = checked.enrolled[0];
  EXPECT_EQ(anna.officer(), kAnna);
  EXPECT_TRUE(HasRole(anna, "principal"));
  EXPECT_FALSE(HasRole(anna, "nurse"));
  EXPECT_FALSE(InForce(anna, kFrom - absl::Microseconds(1)));
  EXPECT_TRUE(InForce(anna, kFrom));
  EXPECT_TRUE(InForce(anna, kTo - absl::Microseconds(1)));
  EXPECT_FALSE(InForce(anna, kTo));
}

struct BadEnrolment {
  const char* name;
  void (*change)(v1::EnrolledOfficer& officer);
  const char* text;
};

class BadEnrolmentTest : public AttestationTest,
                         public ::testing::WithParamInterface<BadEnrolment> {};

TEST_P(BadEnrolmentTest, IsRefusedWithItsField) {
  v1::EnrolledOfficer officer = Enrolled(kAnna);
  GetParam().change(officer);
  EXPECT_THAT(CheckOfficers(RegisterOf(school(), 1, {officer}), entry()),
              StatusIs(kInvalid, HasSubstr(GetParam().text)));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadEnrolmentTest,
    ::testing::Values(
        BadEnrolment{"ShortPseudonym", [](auto& o) { o.set_officer("short"); },
                     "`officers[0]`: `officer` must be 32 bytes, not 5"},
        BadEnrolment{"ShortKey", [](auto& o) { o.set_signing_public("short"); },
                     "`signing_public` must be 32 bytes, not 5"},
        BadEnrolment{"NoRole", [](auto& o) { o.clear_role(); }, "`role` is missing"},
        BadEnrolment{"EmptyRole", [](auto& o) { o.add_role(""); }, "`role` must be 1 to 64 bytes"},
        BadEnrolment{"TooManyRoles",
                     [](auto& o) {
                       for (int i = 0; i < 32; ++i) o.add_role("r");
                     },
                     "`role` has more than 32 values"},
        BadEnrolment{"NoBeginning", [](auto& o) { o.clear_valid_from_us(); },
                     "`valid_from_us` is missing"},
        BadEnrolment{"NoEnd", [](auto& o) { o.clear_valid_to_us(); },
                     "`valid_to_us` is missing: an enrolment without end is refused"},
        BadEnrolment{"EndBeforeItsBeginning", [](auto& o) { o.set_valid_to_us(o.valid_from_us()); },
                     "`valid_to_us` is not after `valid_from_us`"},
        BadEnrolment{"ForLife",
                     [](auto& o) { o.set_valid_to_us(o.valid_to_us() + 5ll * 366 * 86400000000); },
                     "`valid_to_us` is more than five years"},
        BadEnrolment{"OfAnotherAgency", [](auto& o) { o.set_agency("police/region-mitt"); },
                     "`certificate` is about an officer of another agency"}),
    [](const ::testing::TestParamInfo<BadEnrolment>& one) { return one.param.name; });

TEST_F(AttestationTest, TwoOfficersAreTwoPersons) {
  EXPECT_THAT(CheckOfficers(RegisterOf(school(), 1, {Enrolled(kAnna), Enrolled(kAnna)}), entry()),
              StatusIs(kInvalid, HasSubstr("`officers` has the same officer twice")));
  v1::EnrolledOfficer disguised = Enrolled(kBo);
  disguised.set_signing_public(OfficerKey(kAnna).public_key());
  EXPECT_THAT(CheckOfficers(RegisterOf(school(), 1, {Enrolled(kAnna), disguised}), entry()),
              StatusIs(kInvalid, HasSubstr("the same key for two officers")));
}

TEST_F(AttestationTest, NobodyButTheAgencyEnrolsForIt) {
  v1::EnrolOfficersRequest request = RegisterOf(school(), 1, {Enrolled(kAnna)});
  EXPECT_THAT(CheckOfficers(request, *parties_.directory().FindAgency(kPolice)),
              StatusIs(kDenied, HasSubstr("`signature`: signature does not verify")));
  // The police sign a register for themselves that holds the school's certificate.
  v1::OfficerRegister stolen;
  stolen.set_agency(kPolice.value());
  stolen.set_version(1);
  *stolen.add_officer() = CertifyOfficer(Enrolled(kAnna), school().signing);
  EXPECT_THAT(CheckOfficers(SignOfficers(stolen, parties_.secrets(kPolice).signing),
                            *parties_.directory().FindAgency(kPolice)),
              StatusIs(kDenied, HasSubstr("`officers[0]`: `certificate`")));
}

TEST_F(AttestationTest, ARegisterNeedsAVersionAndKnowsItsSize) {
  EXPECT_THAT(CheckOfficers(RegisterOf(school(), 0, {}), entry()),
              StatusIs(kInvalid, HasSubstr("`officers` has no version")));
  v1::OfficerRegister huge;
  huge.set_agency(kSchool.value());
  huge.set_version(1);
  for (int i = 0; i <= kMostOfficersEnrolled; ++i) huge.add_officer();
  EXPECT_THAT(CheckOfficers(SignOfficers(huge, school().signing), entry()),
              StatusIs(kInvalid, HasSubstr("`officers` has more than 4096 officers")));
}

// ---- At the recipient ---------------------------------------------------------------------------

struct BadAttestedBy {
  const char* name;
  std::function<void(v1::AttestedBy& by, const AgencySecrets& school)> change;
  absl::StatusCode code;
  const char* text;
};

class AttestedByTest : public AttestationTest, public ::testing::WithParamInterface<BadAttestedBy> {
 protected:
  AttestedByTest() {
    v1::Attestation* const attestation = header_.add_attestation();
    attestation->set_officer(kAnna);
    attestation->set_role("teacher");
    v1::AttestedBy* const by = attested_by_.Add();
    *by->mutable_certificate() = CertifyOfficer(Enrolled(kAnna), school().signing);
    by->set_signature(
        SignAttestation(OfficerKey(kAnna), AttestedKind::kManifest, kAnna, kManifest));
  }
  absl::Status Check() { return CheckAttestedBy(header_, kManifest, {&entry()}, attested_by_); }

  static constexpr char kManifest[] = "the manifest";
  v1::Header header_;
  google::protobuf::RepeatedPtrField<v1::AttestedBy> attested_by_;
};

TEST_P(AttestedByTest, IsRefused) {
  ASSERT_OK(Check());
  GetParam().change(*attested_by_.Mutable(0), school());
  EXPECT_THAT(Check(), StatusIs(GetParam().code, HasSubstr(GetParam().text)));
}

INSTANTIATE_TEST_SUITE_P(
    All, AttestedByTest,
    ::testing::Values(
        BadAttestedBy{"NoCertificate", [](auto& by, auto&) { by.clear_certificate(); }, kDenied,
                      "`attested_by`: `certificate`: signature does not verify"},
        BadAttestedBy{"AnotherOfficersCertificate",
                      [](auto& by, auto& school) {
                        *by.mutable_certificate() = CertifyOfficer(
                            EnrolledFor(school, kBo, {"teacher"}, kFrom, kTo), school.signing);
                      },
                      kInvalid, "`attested_by` is a certificate for another officer or role"},
        BadAttestedBy{"ARoleThatTheOfficerHasNot",
                      [](auto& by, auto& school) {
                        *by.mutable_certificate() = CertifyOfficer(
                            EnrolledFor(school, kAnna, {"nurse"}, kFrom, kTo), school.signing);
                      },
                      kInvalid, "`attested_by` is a certificate for another officer or role"},
        BadAttestedBy{"NoSignature", [](auto& by, auto&) { by.clear_signature(); }, kDenied,
                      "`officer_signature`: signature does not verify"}),
    [](const ::testing::TestParamInfo<BadAttestedBy>& one) { return one.param.name; });

TEST_F(AttestationTest, AnAttestationWithoutItsOfficerIsRefused) {
  v1::Header header;
  header.add_attestation();
  EXPECT_THAT(
      CheckAttestedBy(header, "m", {&entry()}, {}),
      StatusIs(kInvalid, HasSubstr("`attested_by` has 0 values, the header 1 attestations")));
}

}  // namespace
}  // namespace sluss
