#include "gateway/keyholder/key_holder.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/crypto/enrol.h"
#include "gateway/crypto/escrow.h"
#include "gateway/crypto/hop.h"
#include "gateway/crypto/keyholder_requests.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::FakeClock;
using ::sluss::testing::kChild;
using ::sluss::testing::kOtherChild;
using ::sluss::testing::kPolice;
using ::sluss::testing::kSchool;
using ::sluss::testing::kSocialServices;
using ::sluss::testing::Must;
using ::sluss::testing::Number;
using ::sluss::testing::Parties;
using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr auto kExhausted = absl::StatusCode::kResourceExhausted;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class KeyHolderTest : public ::testing::Test {
 protected:
  KeyHolderTest()
      : clock_(StartOfSwedishDay(absl::CivilDay(2026, 3, 2)) + absl::Hours(23)),
        directory_(::testing::TempDir() + "/keyholderXXXXXX") {
    EXPECT_NE(mkdtemp(directory_.data()), nullptr);
    Restart();
  }
  ~KeyHolderTest() override {
    counters_.reset();
    std::filesystem::remove_all(directory_);
  }

  // As after a crash: only what is on disk is left.
  void Restart() {
    counters_.reset();
    counters_ = Must(Counters::Open(directory_ + "/counters.db"));
    holder_ = std::make_unique<KeyHolder>(
        &keys_, counters_.get(), Budgets{.evaluations = 3, .transforms = 3, .peels = 1}, &clock_);
  }

  struct Enrolment {
    EnrolmentBatch batch;
    v1::EvaluateRequest request;
  };
  Enrolment Enrol(const std::vector<const char*>& numbers) {
    std::vector<CanonicalNumber> canonical;
    for (const char* number : numbers) canonical.push_back(Number(number));
    EnrolmentBatch batch = Must(
        EnrolmentBatch::Start(canonical, parties_.secrets(kSchool), parties_.shared_directory()));
    v1::EvaluateRequest request =
        Must(EvaluateAtGateway(parties_.gateway(), kSchool, batch.request()));
    return {std::move(batch), std::move(request)};
  }

  // After the gateway's hop.
  v1::TransformItem Item(const AgencyId& recipient, char id = 'm') {
    const EncryptedNumber encrypted =
        Must(EncryptNumber(Number(kChild), parties_.directory().FindAgency(recipient)->joint));
    v1::TransformItem item;
    item.set_message_id(std::string(16, id));
    item.set_sender(kSchool.value());
    item.set_recipient(recipient.value());
    item.set_ciphertext(
        Must(parties_.gateway().Hop(recipient, item.message_id(), encrypted.ciphertext.Encode()))
            .ciphertext());
    return item;
  }
  v1::TransformRequest Signed(const std::vector<v1::TransformItem>& items) {
    v1::TransformRequest request;
    request.set_key_set(1);
    for (const v1::TransformItem& item : items) *request.add_item() = item;
    SignTransformRequest(parties_.gateway().signing(), parties_.directory(), &request);
    return request;
  }
  v1::PeelRequest SignedPeel() {
    const std::string message_id(16, 'm');
    const AgencyEntry& police = *parties_.directory().FindAgency(kPolice);
    const HpkeSealed sealed =
        Must(SealEscrow(Number(kChild), message_id, police, parties_.directory()));
    v1::PeelRequest request;
    request.set_message_id(message_id);
    request.set_recipient(kPolice.value());
    request.set_key_set(1);
    request.set_enc(sealed.enc);
    request.set_ciphertext(sealed.ciphertext);
    SignPeelRequest(parties_.gateway().signing(), parties_.directory(), &request);
    return request;
  }

  Parties parties_;
  HolderRing keys_ = parties_.keyholder_ring();
  FakeClock clock_;
  std::string directory_;
  std::unique_ptr<Counters> counters_;
  std::unique_ptr<KeyHolder> holder_;
};

TEST_F(KeyHolderTest, EnrolmentAndMessageGiveTheSameNym) {
  const Enrolment enrolment = Enrol({kChild, kOtherChild});
  const v1::EvaluateResponse evaluated = Must(holder_->Evaluate(enrolment.request));
  EXPECT_EQ(evaluated.remaining(), 1u);
  v1::EnrolResponse answer;
  for (const std::string& element : enrolment.request.gateway_element()) {
    answer.add_gateway_element(element);
  }
  answer.set_gateway_proof(enrolment.request.gateway_proof());
  *answer.mutable_keyholder_element() = evaluated.element();
  answer.set_keyholder_proof(evaluated.proof());
  const std::vector<Nym> nyms = Must(enrolment.batch.Finish(answer, parties_.secrets(kSchool)));

  const v1::TransformItem item = Item(kSchool);
  const v1::TransformResponse transformed = Must(holder_->Transform(Signed({item})));
  ASSERT_EQ(transformed.result_size(), 1);
  const AgencyEntry& school = *parties_.directory().FindAgency(kSchool);
  const NymCiphertext received =
      Must(VerifyHop({HolderRole::kKeyholder, parties_.directory(), school, item.message_id()},
                     Must(NymCiphertext::Decode(item.ciphertext())), transformed.result(0).hop()));
  EXPECT_EQ(CloseNym(parties_.secrets(kSchool),
                     Must(DecryptElement(parties_.secrets(kSchool), received))),
            nyms[0]);
}

TEST_F(KeyHolderTest, EvaluatesNothingThatEitherHasNotSignedFor) {
  const Enrolment enrolment = Enrol({kChild});
  const Enrolment other = Enrol({kOtherChild});
  const struct {
    const char* field;
    void (*change)(v1::EvaluateRequest*, const v1::EvaluateRequest&);
  } cases[] = {
      {"agency_signature", [](auto* r, const auto&) { r->clear_agency_signature(); }},
      {"agency_signature",
       [](auto* r, const auto& o) { r->set_agency_signature(o.agency_signature()); }},
      {"gateway_signature", [](auto* r, const auto&) { r->clear_gateway_signature(); }},
      {"gateway_signature",
       [](auto* r, const auto& o) { r->set_gateway_signature(o.gateway_signature()); }},
      {"gateway_signature",
       [](auto* r, const auto& o) { r->set_gateway_proof(o.gateway_proof()); }},
  };
  for (const auto& c : cases) {
    v1::EvaluateRequest request = enrolment.request;
    c.change(&request, other.request);
    EXPECT_THAT(holder_->Evaluate(request), StatusIs(kDenied, HasSubstr(c.field)));
  }
  EXPECT_EQ(Must(holder_->GetCounters()).count_size(), 0) << "a refusal costs no budget";
}

TEST_F(KeyHolderTest, EvaluatesABatchWholeOrNotAtAllWithinTheDaysBudget) {
  EXPECT_EQ(Must(holder_->Evaluate(Enrol({kChild, kOtherChild}).request)).remaining(), 1u);
  EXPECT_THAT(
      holder_->Evaluate(Enrol({kChild, kOtherChild}).request),
      StatusIs(kExhausted,
               "`school/ekbacken` has 1 of 3 evaluations left today and asked for 2; try again "
               "tomorrow"));
  EXPECT_EQ(Must(holder_->Evaluate(Enrol({kChild}).request)).remaining(), 0u);
  Restart();
  EXPECT_THAT(holder_->Evaluate(Enrol({kChild}).request), StatusIs(kExhausted, HasSubstr("0 of 3")))
      << "a crash must not give the budget back";
  clock_.Advance(absl::Minutes(61));
  EXPECT_OK(holder_->Evaluate(Enrol({kChild}).request)) << "the Swedish day has changed";
}

TEST_F(KeyHolderTest, TransformsItemByItem) {
  v1::TransformItem stranger = Item(kPolice, 's');
  stranger.set_recipient("police/elsewhere");
  v1::TransformItem short_id = Item(kPolice);
  short_id.set_message_id("short");
  v1::TransformItem no_point = Item(kPolice);
  no_point.set_ciphertext(std::string(64, '\xff'));
  v1::TransformItem identity = Item(kPolice);
  identity.set_ciphertext(std::string(64, '\0'));
  const v1::TransformResponse response = Must(holder_->Transform(
      Signed({Item(kPolice, '1'), stranger, short_id, no_point, identity, Item(kPolice, '2')})));
  std::vector<std::string> errors;
  for (const v1::TransformResult& result : response.result()) {
    errors.push_back(result.error());
    EXPECT_EQ(result.has_hop(), result.error().empty());
  }
  EXPECT_THAT(errors, ::testing::ElementsAre("", "recipient", "message_id", "ciphertext",
                                             "ciphertext", ""));
  EXPECT_EQ(response.result(5).message_id(), std::string(16, '2'));
  const v1::GetCountersResponse counters = Must(holder_->GetCounters());
  ASSERT_EQ(counters.count_size(), 1);
  EXPECT_EQ(counters.count(0).transformed(), 2u) << "only what was transformed costs budget";
}

TEST_F(KeyHolderTest, TransformsUpToTheRecipientsBudget) {
  std::vector<v1::TransformItem> items;
  for (const char id : {'1', '2', '3', '4', '5'}) items.push_back(Item(kPolice, id));
  items.push_back(Item(kSocialServices, '6'));
  const v1::TransformResponse response = Must(holder_->Transform(Signed(items)));
  std::vector<std::string> errors;
  for (const v1::TransformResult& result : response.result()) errors.push_back(result.error());
  EXPECT_THAT(errors, ::testing::ElementsAre("", "", "", "budget", "budget", ""));
}

TEST_F(KeyHolderTest, TransformsALargeBatchOnBothThreads) {
  counters_.reset();
  counters_ = Must(Counters::Open(directory_ + "/large.db"));
  KeyHolder generous(&keys_, counters_.get(), {.evaluations = 0, .transforms = 1000, .peels = 0},
                     &clock_);
  std::vector<v1::TransformItem> items(kMaxTransformBatch, Item(kPolice));
  const v1::TransformResponse response = Must(generous.Transform(Signed(items)));
  ASSERT_EQ(response.result_size(), static_cast<int>(kMaxTransformBatch));
  const AgencyEntry& police = *parties_.directory().FindAgency(kPolice);
  const HopContext context = {HolderRole::kKeyholder, parties_.directory(), police,
                              items[0].message_id()};
  for (const int i : {0, 1, 100, 255}) {
    EXPECT_OK(VerifyHop(context, Must(NymCiphertext::Decode(items[0].ciphertext())),
                        response.result(i).hop()))
        << i;
  }
  items.push_back(items[0]);
  EXPECT_THAT(generous.Transform(Signed(items)), StatusIs(kInvalid, HasSubstr("item")));
}

TEST_F(KeyHolderTest, TransformsNothingThatTheGatewayHasNotSignedFor) {
  v1::TransformRequest request = Signed({Item(kPolice)});
  request.mutable_item(0)->set_recipient(kSocialServices.value());
  EXPECT_THAT(holder_->Transform(request), StatusIs(kDenied, HasSubstr("gateway_signature")));
  request = Signed({Item(kPolice)});
  request.clear_gateway_signature();
  EXPECT_THAT(holder_->Transform(request), StatusIs(kDenied, HasSubstr("gateway_signature")));
  request = Signed({Item(kPolice)});
  request.set_key_set(2);
  EXPECT_THAT(holder_->Transform(request), StatusIs(kInvalid, HasSubstr("key_set")));
}

TEST_F(KeyHolderTest, PeelsWhatTheGatewayHasSignedForWithinTheBudget) {
  v1::PeelRequest forged = SignedPeel();
  forged.set_message_id(std::string(16, 'x'));
  EXPECT_THAT(holder_->Peel(forged), StatusIs(kDenied, HasSubstr("gateway_signature")));
  const v1::PeelResponse peeled = Must(holder_->Peel(SignedPeel()));
  const CanonicalNumber number =
      Must(OpenEscrow(peeled.inner(), std::string(16, 'm'), parties_.secrets(kPolice)));
  EXPECT_EQ(number.Get(InsecureSecretAccess::Get()), kChild);
  EXPECT_THAT(holder_->Peel(SignedPeel()),
              StatusIs(kExhausted, HasSubstr("`police/region-mitt` has 0 of 1 peels left today")));
}

TEST_F(KeyHolderTest, CountsByDayAndAgency) {
  Must(holder_->Evaluate(Enrol({kChild}).request));
  Must(holder_->Transform(Signed({Item(kPolice), Item(kSchool)})));
  clock_.Advance(absl::Hours(24));
  Must(holder_->Transform(Signed({Item(kPolice)})));
  const v1::GetCountersResponse counters = Must(holder_->GetCounters());
  ASSERT_EQ(counters.count_size(), 3);
  EXPECT_EQ(counters.count(0).ShortDebugString(),
            R"(agency: "police/region-mitt" day: "2026-03-02" transformed: 1)");
  EXPECT_EQ(counters.count(1).ShortDebugString(),
            R"(agency: "school/ekbacken" day: "2026-03-02" evaluated: 1 transformed: 1)");
  EXPECT_EQ(counters.count(2).ShortDebugString(),
            R"(agency: "police/region-mitt" day: "2026-03-03" transformed: 1)");
  clock_.Advance(absl::Hours(24 * 40));
  EXPECT_EQ(Must(holder_->GetCounters()).count_size(), 0);
}

// ---- While keys change over ---------------------------------------------------------------------

class KeyChangeTest : public KeyHolderTest {
 protected:
  void Use(HolderRing keys) {
    keys_ = std::move(keys);
    Restart();
  }
  const Parties next_ = parties_.Next();
};

TEST_F(KeyChangeTest, WorksByTheKeysThatTheRequestNames) {
  Use(next_.keyholder_ring(&parties_));
  const Enrolment before = Enrol({kChild});
  EXPECT_OK(holder_->Evaluate(before.request));
  const v1::TransformItem item = Item(kSchool);
  const v1::TransformResponse transformed = Must(holder_->Transform(Signed({item})));
  ASSERT_EQ(transformed.result(0).error(), "");
  EXPECT_OK(VerifyHop({HolderRole::kKeyholder, parties_.directory(),
                       *parties_.directory().FindAgency(kSchool), item.message_id()},
                      Must(NymCiphertext::Decode(item.ciphertext())), transformed.result(0).hop()));
  EXPECT_OK(holder_->Peel(SignedPeel()));
}

TEST_F(KeyChangeTest, RefusesKeysThatAreHonouredNoMoreAndCountsNothing) {
  Use(next_.keyholder_ring());
  for (const absl::Status& status : {holder_->Evaluate(Enrol({kChild}).request).status(),
                                     holder_->Transform(Signed({Item(kSchool)})).status(),
                                     holder_->Peel(SignedPeel()).status()}) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`directory` is ")));
  }
  EXPECT_TRUE(Must(holder_->GetCounters()).count().empty());
}

// Neither under the directory that still has it.
TEST_F(KeyChangeTest, DoesNothingForAnAgencyThatIsPutOut) {
  const Parties without = parties_.Next({kSchool, kPolice});
  Use(without.keyholder_ring(&parties_));
  EXPECT_THAT(holder_->Evaluate(Enrol({kChild}).request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`agency` names")));
  const v1::TransformResponse transformed = Must(holder_->Transform(Signed({Item(kSchool)})));
  EXPECT_EQ(transformed.result(0).error(), "recipient");
  EXPECT_THAT(holder_->Peel(SignedPeel()),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`recipient` names")));
  EXPECT_TRUE(Must(holder_->GetCounters()).count().empty());
}

}  // namespace
}  // namespace sluss
