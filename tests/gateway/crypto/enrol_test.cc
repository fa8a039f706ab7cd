// What each party of an enrolment refuses.
#include "gateway/crypto/enrol.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/crypto/keyholder_requests.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::kChild;
using ::sluss::testing::kOtherChild;
using ::sluss::testing::kPolice;
using ::sluss::testing::kSchool;
using ::sluss::testing::Must;
using ::sluss::testing::Number;
using ::sluss::testing::Parties;
using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

class EnrolTest : public ::testing::Test {
 protected:
  const AgencySecrets& school() { return parties_.secrets(kSchool); }
  const KeyDirectory& directory() { return parties_.directory(); }

  v1::EvaluateRequest Asked() {
    return Must(EvaluateAtGateway(parties_.gateway(), kSchool, batch_.request()));
  }
  v1::EnrolResponse Answered() {
    const v1::EvaluateRequest asked = Asked();
    const v1::EvaluateResponse answer = Must(
        EvaluateAtKeyholder(parties_.keyholder(), Must(CheckEvaluateRequest(directory(), asked))));
    v1::EnrolResponse response;
    *response.mutable_gateway_element() = asked.gateway_element();
    response.set_gateway_proof(asked.gateway_proof());
    *response.mutable_keyholder_element() = answer.element();
    response.set_keyholder_proof(answer.proof());
    return response;
  }

  Parties parties_;
  EnrolmentBatch batch_ =
      Must(EnrolmentBatch::Start({Number(kChild), Number(kOtherChild)}, parties_.secrets(kSchool),
                                 parties_.shared_directory()));
};

TEST_F(EnrolTest, TheGatewayEvaluatesForWhoSigned) {
  EXPECT_OK(EvaluateAtGateway(parties_.gateway(), kSchool, batch_.request()));
  EXPECT_THAT(EvaluateAtGateway(parties_.gateway(), kPolice, batch_.request()),
              StatusIs(kDenied, "`signature`: signature does not verify"));
  v1::EnrolRequest changed = batch_.request();
  changed.mutable_blinded()->RemoveLast();
  EXPECT_THAT(EvaluateAtGateway(parties_.gateway(), kSchool, changed),
              StatusIs(kDenied, "`signature`: signature does not verify"));
  changed = batch_.request();
  changed.set_key_set(2);
  EXPECT_THAT(EvaluateAtGateway(parties_.gateway(), kSchool, changed),
              StatusIs(kInvalid, "`key_set` is 2, the active one is 1"));
  changed = batch_.request();
  changed.set_nonce("short");
  EXPECT_THAT(EvaluateAtGateway(parties_.gateway(), kSchool, changed),
              StatusIs(kInvalid, "`nonce` must be 16 bytes, not 5"));
}

TEST_F(EnrolTest, TheKeyHolderTrustsNeitherAlone) {
  const struct {
    const char* name;
    std::function<void(v1::EvaluateRequest*)> break_it;
    absl::StatusCode code;
    const char* error;
  } cases[] = {
      {"agency signature", [](auto* r) { r->mutable_agency_signature()->back() ^= 1; }, kDenied,
       "`agency_signature`: signature does not verify"},
      {"another agency", [](auto* r) { r->set_agency(kPolice.value()); }, kDenied,
       "`agency_signature`: signature does not verify"},
      {"blinded added by the gateway", [](auto* r) { *r->add_blinded() = r->blinded(0); }, kDenied,
       "`agency_signature`: signature does not verify"},
      {"gateway signature", [](auto* r) { r->mutable_gateway_signature()->back() ^= 1; }, kDenied,
       "`gateway_signature`: signature does not verify"},
      {"element changed on the way", [](auto* r) { r->set_gateway_element(0, r->blinded(0)); },
       kDenied, "`gateway_signature`: signature does not verify"},
      {"unknown agency", [](auto* r) { r->set_agency("school/none"); }, kInvalid,
       "`agency` names `school/none`"},
      {"key set", [](auto* r) { r->set_key_set(7); }, kInvalid, "`key_set` is 7"},
  };
  const v1::EvaluateRequest good = Asked();
  ASSERT_OK(CheckEvaluateRequest(directory(), good));
  for (const auto& c : cases) {
    v1::EvaluateRequest broken = good;
    c.break_it(&broken);
    EXPECT_THAT(CheckEvaluateRequest(directory(), broken), StatusIs(c.code, HasSubstr(c.error)))
        << c.name;
  }
}

// A gateway that lies signs what it likes; only its proof gives it away.
TEST_F(EnrolTest, TheKeyHolderChecksTheGatewaysProof) {
  v1::EvaluateRequest asked = Asked();
  asked.mutable_gateway_element()->SwapElements(0, 1);
  SignEvaluateRequest(parties_.gateway().signing(), directory(), &asked);
  EXPECT_THAT(CheckEvaluateRequest(directory(), asked),
              StatusIs(kDenied, "`gateway_proof`: proof does not verify"));
}

TEST_F(EnrolTest, TheAgencyChecksBothProofsAndCounts) {
  const v1::EnrolResponse good = Answered();
  ASSERT_OK(batch_.Finish(good, school()));
  const std::string zero(32, '\0');
  const struct {
    const char* name;
    std::function<void(v1::EnrolResponse*)> break_it;
    absl::StatusCode code;
    const char* error;
  } cases[] = {
      {"gateway element", [](auto* r) { r->mutable_gateway_element()->SwapElements(0, 1); },
       kDenied, "`gateway_proof`: proof does not verify"},
      {"keyholder element", [](auto* r) { r->mutable_keyholder_element()->SwapElements(0, 1); },
       kDenied, "`keyholder_proof`: proof does not verify"},
      {"key holder skipped",
       [](auto* r) { *r->mutable_keyholder_element() = r->gateway_element(); }, kDenied,
       "`keyholder_proof`: proof does not verify"},
      {"one missing", [](auto* r) { r->mutable_gateway_element()->RemoveLast(); }, kInvalid,
       "`gateway_proof`: the batch has 1 elements, not 2"},
      {"none", [](auto* r) { r->clear_gateway_element(); }, kInvalid,
       "`gateway_element`: a batch has 1 to 1024 elements, not 0"},
      {"identity", [&](auto* r) { r->set_keyholder_element(1, zero); }, kInvalid,
       "`keyholder_element 1`: point is the identity element"},
      {"non-canonical", [](auto* r) { r->set_gateway_element(0, std::string(32, '\xff')); },
       kInvalid, "`gateway_element 0`: point is not a canonical ristretto255 encoding"},
      {"non-canonical proof",
       [](auto* r) { r->mutable_gateway_proof()->replace(32, 32, std::string(32, '\xff')); },
       kInvalid, "`gateway_proof`: scalar is not below the order of the group"},
  };
  for (const auto& c : cases) {
    v1::EnrolResponse broken = good;
    c.break_it(&broken);
    EXPECT_THAT(batch_.Finish(broken, school()), StatusIs(c.code, HasSubstr(c.error))) << c.name;
  }
}

TEST_F(EnrolTest, BatchesHaveALimit) {
  EXPECT_THAT(EnrolmentBatch::Start({}, school(), parties_.shared_directory()),
              StatusIs(kInvalid, "a batch has 1 to 1024 elements, not 0"));
  EXPECT_THAT(EnrolmentBatch::Start(std::vector<CanonicalNumber>(1025, Number(kChild)), school(),
                                    parties_.shared_directory()),
              StatusIs(kInvalid, "a batch has 1 to 1024 elements, not 1025"));
}

TEST_F(EnrolTest, TransformRequestsAreTheGateways) {
  v1::TransformRequest request;
  request.set_key_set(1);
  v1::TransformItem& item = *request.add_item();
  item.set_message_id("0123456789abcdef");
  item.set_recipient(kSchool.value());
  SignTransformRequest(parties_.gateway().signing(), directory(), &request);
  ASSERT_OK(CheckTransformRequest(directory(), request));
  v1::TransformRequest changed = request;
  changed.mutable_item(0)->set_recipient(kPolice.value());
  EXPECT_THAT(CheckTransformRequest(directory(), changed),
              StatusIs(kDenied, "`gateway_signature`: signature does not verify"));
  changed = request;
  changed.set_key_set(2);
  EXPECT_THAT(CheckTransformRequest(directory(), changed),
              StatusIs(kInvalid, HasSubstr("key_set")));
  changed = request;
  for (int i = 0; i < 256; ++i) changed.add_item();
  EXPECT_THAT(CheckTransformRequest(directory(), changed),
              StatusIs(kInvalid, "`item`: a batch has 1 to 256 items, not 257"));
}

}  // namespace
}  // namespace sluss
