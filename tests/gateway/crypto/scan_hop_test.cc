// Batches for the access scan: both hops, their composite proofs, the order and what signs it.
#include "gateway/crypto/scan_hop.h"

#include <string>
#include <vector>

#include "gateway/crypto/enrol.h"
#include "gateway/crypto/public_sum.h"
#include "gateway/crypto/random.h"
#include "gateway/crypto/scan_requests.h"
#include "gateway/crypto/weighted_sum.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr char kOrder[] = "an order's digest";

class ScanHopTest : public ::testing::Test {
 protected:
  ScanHopTest() : parties_({kSchool, kSocialServices, kDataProtection}) {}

  const KeyDirectory& directory() const { return parties_.directory(); }

  MaybeCiphertext Copy(const char* number) const {
    return Must(EncryptNumber(Number(number), directory().access_domain()->joint)).ciphertext;
  }

  absl::Status Verify(HolderRole role, std::span<const MaybeCiphertext> before, const ScanHop& hop,
                      absl::string_view order = kOrder) const {
    return VerifyScanHop({role, directory(), order}, before, hop.after, hop.proof);
  }

  // What an enrolment of the number gives: N as the domain's own nym.
  Nym Enrolled(const char* number) const {
    const AgencySecrets& secrets = parties_.secrets(kDataProtection);
    const EnrolmentBatch batch =
        Must(EnrolmentBatch::Start({Number(number)}, secrets, parties_.shared_directory()));
    const v1::EvaluateRequest evaluate =
        Must(EvaluateAtGateway(parties_.gateway(), kDataProtection, batch.request()));
    const v1::EvaluateResponse evaluated = Must(EvaluateAtKeyholder(
        parties_.keyholder(), Must(CheckEvaluateRequest(directory(), evaluate))));
    v1::EnrolResponse response;
    *response.mutable_gateway_element() = evaluate.gateway_element();
    response.set_gateway_proof(evaluate.gateway_proof());
    *response.mutable_keyholder_element() = evaluated.element();
    response.set_keyholder_proof(evaluated.proof());
    return Must(batch.Finish(response, secrets)).front();
  }

  Parties parties_;
};

TEST_F(ScanHopTest, FindsTheRowsOfOneChildAndNoOthers) {
  const std::vector<MaybeCiphertext> rows = {Copy(kOtherChild), Copy(kChild), Copy(kOtherChild),
                                             Copy(kChild)};
  const ScanHop first = Must(parties_.gateway().HopForScan(kOrder, rows));
  EXPECT_OK(Verify(HolderRole::kGateway, rows, first));
  const ScanHop second = Must(parties_.keyholder().HopForScan(kOrder, first.after));
  EXPECT_OK(Verify(HolderRole::kKeyholder, first.after, second));
  const AgencySecrets& secrets = parties_.secrets(kDataProtection);
  const Nym wanted = Enrolled(kChild);
  std::vector<bool> found;
  for (const MaybeCiphertext& one : second.after) {
    found.push_back(CloseNym(secrets, Must(DecryptElement(secrets, *one))) == wanted);
  }
  EXPECT_THAT(found, ::testing::ElementsAre(false, true, false, true));
}

TEST_F(ScanHopTest, EveryGenerationOfKeysFindsTheSamePerson) {
  const Nym wanted = Enrolled(kChild);
  const Parties next = parties_.Next();
  const std::vector<MaybeCiphertext> rows = {
      Must(EncryptNumber(Number(kChild), next.directory().access_domain()->joint)).ciphertext};
  const ScanHop first = Must(next.gateway().HopForScan(kOrder, rows));
  const ScanHop second = Must(next.keyholder().HopForScan(kOrder, first.after));
  const AgencySecrets& secrets = next.secrets(kDataProtection);
  EXPECT_EQ(CloseNym(secrets, Must(DecryptElement(secrets, *second.after[0]))), wanted);
}

TEST_F(ScanHopTest, NoRowIsChangedUnnoticed) {
  std::vector<MaybeCiphertext> rows;
  for (size_t i = 0; i < 64; ++i) rows.push_back(Copy(i % 2 == 0 ? kChild : kOtherChild));
  const ScanHop honest = Must(parties_.gateway().HopForScan(kOrder, rows));
  ScanHop swapped = honest;
  std::swap(swapped.after[3], swapped.after[7]);
  EXPECT_THAT(Verify(HolderRole::kGateway, rows, swapped), StatusIs(kDenied, ::testing::_));
  ScanHop another = honest;
  another.after[63]->c2 = honest.after[0]->c2;
  EXPECT_THAT(Verify(HolderRole::kGateway, rows, another), StatusIs(kDenied, ::testing::_));
  // Two changes that cancel out in an unweighted sum.
  ScanHop cancelling = honest;
  const Point& g = Point::Generator();
  cancelling.after[0]->c2 = Must(Add(cancelling.after[0]->c2, g));
  cancelling.after[1]->c2 = Must(Subtract(cancelling.after[1]->c2, g));
  EXPECT_THAT(Verify(HolderRole::kGateway, rows, cancelling), StatusIs(kDenied, ::testing::_));
  ScanHop skipped = honest;
  skipped.after.assign(rows.begin(), rows.end());
  EXPECT_THAT(Verify(HolderRole::kGateway, rows, skipped), StatusIs(kDenied, ::testing::_));
}

TEST_F(ScanHopTest, AProofIsOfItsHolderOrderAndDirectory) {
  const std::vector<MaybeCiphertext> rows = {Copy(kChild), Copy(kOtherChild)};
  const ScanHop hop = Must(parties_.gateway().HopForScan(kOrder, rows));
  EXPECT_THAT(Verify(HolderRole::kKeyholder, rows, hop), StatusIs(kDenied, ::testing::_));
  EXPECT_THAT(Verify(HolderRole::kGateway, rows, hop, "another order"),
              StatusIs(kDenied, ::testing::_));
  const Parties next = parties_.Next();
  EXPECT_THAT(
      VerifyScanHop({HolderRole::kGateway, next.directory(), kOrder}, rows, hop.after, hop.proof),
      StatusIs(kDenied, ::testing::_));
  ScanHop shorter = hop;
  shorter.after.pop_back();
  EXPECT_THAT(Verify(HolderRole::kGateway, rows, shorter),
              StatusIs(kInvalid, HasSubstr("`ciphertext` has 1 values, the batch has 2")));
  ScanHop malformed = hop;
  malformed.proof.pop_back();
  EXPECT_THAT(Verify(HolderRole::kGateway, rows, malformed),
              StatusIs(kInvalid, HasSubstr("`proof`: proof must be 96 bytes")));
}

// M = -r Y makes the last hop end in the identity element. A sender can choose M so.
TEST_F(ScanHopTest, ARowThatCannotBeTransformedDoesNotStopTheOthers) {
  const AgencyEntry& domain = *directory().access_domain();
  const Scalar r = Scalar::Random();
  const Point c1 = Must(MultiplyBase(r));
  const Point r_joint = Must(Multiply(r, domain.joint));
  const Point r_own = Must(Multiply(r, domain.nym_public));
  const MaybeCiphertext trap = NymCiphertext{c1, Must(Subtract(r_joint, r_own))};
  const std::vector<MaybeCiphertext> rows = {Copy(kChild), trap, Copy(kOtherChild)};
  const ScanHop first = Must(parties_.gateway().HopForScan(kOrder, rows));
  EXPECT_TRUE(first.after[1].has_value());
  const ScanHop second = Must(parties_.keyholder().HopForScan(kOrder, first.after));
  EXPECT_FALSE(second.after[1].has_value());
  EXPECT_TRUE(second.after[0].has_value());
  EXPECT_TRUE(second.after[2].has_value());
  EXPECT_OK(Verify(HolderRole::kKeyholder, first.after, second));
}

TEST_F(ScanHopTest, ABatchOfNothingNeedsNoProof) {
  const std::vector<MaybeCiphertext> rows = {std::nullopt};
  ScanHop hop = Must(parties_.gateway().HopForScan(kOrder, rows));
  EXPECT_EQ(hop.proof, "");
  EXPECT_OK(Verify(HolderRole::kGateway, rows, hop));
  hop.proof = "x";
  EXPECT_THAT(Verify(HolderRole::kGateway, rows, hop), StatusIs(kInvalid, HasSubstr("`proof`")));
  hop.after[0] = Copy(kChild);
  EXPECT_THAT(Verify(HolderRole::kGateway, rows, hop),
              StatusIs(kInvalid, HasSubstr("was made of nothing")));
}

TEST_F(ScanHopTest, WithoutADomainThereIsNoScan) {
  const Parties none({kSchool});
  EXPECT_THAT(none.gateway().HopForScan(kOrder, {}),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("`access_domain`")));
}

// ---- The sum ------------------------------------------------------------------------------------

TEST(WeightedSumTest, IsTheSumWrittenNaively) {
  for (const size_t size : {1u, 2u, 3u, 17u, 256u}) {
    std::vector<Point> points;
    std::vector<const Point*> shown;
    std::vector<Weight> weights(size);
    PublicSum naive;
    for (size_t i = 0; i < size; ++i) points.push_back(Must(Point::FromUniform(RandomBytes(64))));
    for (size_t i = 0; i < size; ++i) {
      shown.push_back(&points[i]);
      const std::string random = RandomBytes(16);
      std::copy(random.begin(), random.end(), weights[i].begin());
      if (i == 1) weights[i] = {};
      if (i == 2) weights[i].fill(0xff);
      std::string scalar(weights[i].begin(), weights[i].end());
      naive.Add(Must(Scalar::Decode(scalar + std::string(16, '\0'))), points[i]);
    }
    EXPECT_EQ(Must(WeightedSum(weights, shown)), Must(naive.Total())) << size;
  }
}

TEST(WeightedSumTest, RefusesWhatIsNoPoint) {
  const Point point = Must(Point::FromUniform(RandomBytes(64)));
  const Point* const points[] = {&point};
  EXPECT_THAT(WeightedSum({}, {}), StatusIs(kInvalid, ::testing::_));
  EXPECT_THAT(WeightedSum(std::vector<Weight>(1), points), StatusIs(kInvalid, ::testing::_));
  EXPECT_THAT(WeightedSum(std::vector<Weight>(2), points),
              StatusIs(kInvalid, HasSubstr("one weight for each point")));
}

// ---- The order ----------------------------------------------------------------------------------

class ScanOrderTest : public ScanHopTest {
 protected:
  v1::ScanOrder Order() const {
    v1::ScanOrder order;
    order.set_officer("officer/anna");
    order.set_procedure(std::string(16, 'p'));
    order.set_from_us(1);
    order.set_to_us(2);
    order.set_created_us(absl::ToUnixMicros(now_));
    return order;
  }
  v1::SignedScanOrder Signed(const v1::ScanOrder& order) const {
    return Must(SignScanOrder(order, parties_.secrets(kDataProtection), directory()));
  }
  // As somebody without the checks of SignScanOrder would.
  v1::SignedScanOrder SignedAsItIs(const v1::ScanOrder& order, const AgencyId& by) const {
    v1::SignedScanOrder made;
    made.set_order(order.SerializeAsString());
    made.set_signature(parties_.secrets(by).signing.Sign(sign_context::kScanOrder, made.order()));
    return made;
  }
  absl::Status Check(const v1::SignedScanOrder& order) const {
    return CheckScanOrder(order, directory(), now_).status();
  }

  const absl::Time now_ = absl::FromUnixSeconds(1'770'000'000);
};

TEST_F(ScanOrderTest, IsTheDomainsAlone) {
  EXPECT_OK(Check(Signed(Order())));
  EXPECT_THAT(SignScanOrder(Order(), parties_.secrets(kSchool), directory()),
              StatusIs(kInvalid, HasSubstr("`school/ekbacken` are not those of the key directory's "
                                           "access domain `data-protection/sundby`")));
  v1::ScanOrder order;
  EXPECT_TRUE(order.ParseFromString(Signed(Order()).order()));
  EXPECT_THAT(Check(SignedAsItIs(order, kSchool)),
              StatusIs(kDenied, HasSubstr("`signature`: signature does not verify")));
  order.set_domain(kSchool.value());
  EXPECT_THAT(Check(SignedAsItIs(order, kSchool)), StatusIs(kInvalid, HasSubstr("`domain`")));
}

TEST_F(ScanOrderTest, EachFieldIsChecked) {
  v1::ScanOrder good;
  EXPECT_TRUE(good.ParseFromString(Signed(Order()).order()));
  struct Case {
    const char* text;
    std::function<void(v1::ScanOrder&)> change;
    absl::StatusCode code = kInvalid;
  };
  const Case cases[] = {
      {"`directory`", [](v1::ScanOrder& o) { o.clear_directory(); }},
      {"`key_set`", [](v1::ScanOrder& o) { o.set_key_set(2); }},
      {"`procedure`", [](v1::ScanOrder& o) { o.set_procedure("short"); }},
      {"`officer` is missing", [](v1::ScanOrder& o) { o.clear_officer(); }},
      {"`to_us` is not after", [](v1::ScanOrder& o) { o.set_to_us(o.from_us()); }},
      {"in the future",
       [&](v1::ScanOrder& o) { o.set_created_us(absl::ToUnixMicros(now_ + kScanOrderSkew) + 1); }},
      {"has lapsed",
       [&](v1::ScanOrder& o) { o.set_created_us(absl::ToUnixMicros(now_ - kScanOrderLasts) - 1); },
       absl::StatusCode::kFailedPrecondition},
  };
  for (const Case& one : cases) {
    v1::ScanOrder order = good;
    one.change(order);
    EXPECT_THAT(Check(SignedAsItIs(order, kDataProtection)),
                StatusIs(one.code, HasSubstr(one.text)));
  }
  v1::SignedScanOrder no_order;
  no_order.set_order("\xff");
  EXPECT_THAT(Check(no_order), StatusIs(kInvalid, HasSubstr("`order` is not a ScanOrder")));
}

TEST_F(ScanOrderTest, ABatchIsSignedByTheGatewayWithTheOrder) {
  v1::ScanBatchRequest request;
  *request.mutable_order() = Signed(Order());
  request.add_ciphertext(Copy(kChild)->Encode());
  SignScanBatch(parties_.gateway().signing(), directory(), &request);
  EXPECT_OK(CheckScanBatch(directory(), request));
  struct Case {
    const char* text;
    std::function<void(v1::ScanBatchRequest&)> change;
    absl::StatusCode code = kDenied;
  };
  const std::string other = Copy(kOtherChild)->Encode();
  const Case cases[] = {
      {"`gateway_signature`", [&](v1::ScanBatchRequest& r) { r.set_ciphertext(0, other); }},
      {"`gateway_signature`", [&](v1::ScanBatchRequest& r) { r.add_ciphertext(other); }},
      {"`gateway_signature`",
       [](v1::ScanBatchRequest& r) { r.mutable_order()->mutable_order()->push_back('x'); }},
      {"`gateway_signature`", [](v1::ScanBatchRequest& r) { r.clear_gateway_signature(); }},
      {"`ciphertext` has 0", [](v1::ScanBatchRequest& r) { r.clear_ciphertext(); }, kInvalid},
      {"`ciphertext` has 257",
       [&](v1::ScanBatchRequest& r) {
         while (r.ciphertext_size() < 257) r.add_ciphertext(other);
       },
       kInvalid},
      {"`directory`", [](v1::ScanBatchRequest& r) { r.set_directory("another1"); }, kInvalid},
      {"`key_set`", [](v1::ScanBatchRequest& r) { r.set_key_set(3); }, kInvalid},
  };
  for (const Case& one : cases) {
    v1::ScanBatchRequest changed = request;
    one.change(changed);
    EXPECT_THAT(CheckScanBatch(directory(), changed), StatusIs(one.code, HasSubstr(one.text)));
  }
  v1::ScanBatchRequest malformed = request;
  malformed.set_ciphertext(0, "x");
  SignScanBatch(parties_.gateway().signing(), directory(), &malformed);
  EXPECT_THAT(CheckScanBatch(directory(), malformed),
              StatusIs(kInvalid, HasSubstr("`ciphertext`: ciphertext must be 64 bytes")));
}

}  // namespace
}  // namespace sluss::testing
