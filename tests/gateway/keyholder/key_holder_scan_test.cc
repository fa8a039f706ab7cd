// The key holder's part in a citizen's access report: what it asks for, and that it counts.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "gateway/crypto/scan_requests.h"
#include "gateway/keyholder/key_holder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

using ::testing::HasSubstr;

constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr auto kExhausted = absl::StatusCode::kResourceExhausted;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class KeyHolderScanTest : public ::testing::Test {
 protected:
  KeyHolderScanTest()
      : clock_(StartOfSwedishDay(absl::CivilDay(2026, 3, 2)) + absl::Hours(12)),
        parties_({kSchool, kDataProtection}),
        keys_(parties_.keyholder_ring()),
        directory_(::testing::TempDir() + "/keyholderXXXXXX") {
    EXPECT_NE(mkdtemp(directory_.data()), nullptr);
    Restart();
  }
  ~KeyHolderScanTest() override {
    counters_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Restart() {
    counters_.reset();
    counters_ = Must(Counters::Open(directory_ + "/counters.db"));
    holder_ = std::make_unique<KeyHolder>(
        &keys_, counters_.get(), Budgets{.evaluations = 1, .transforms = 1, .peels = 1, .scans = 5},
        &clock_);
  }

  v1::SignedScanOrder Order(const Parties& by) const {
    v1::ScanOrder order;
    order.set_officer("officer/anna");
    order.set_procedure(std::string(16, 'p'));
    order.set_to_us(1);
    order.set_created_us(absl::ToUnixMicros(clock_.Now()));
    return Must(SignScanOrder(order, by.secrets(kDataProtection), by.directory()));
  }

  // As the gateway asks, of `count` entries, by the keys of `of`.
  v1::ScanBatchRequest Batch(int count, const Parties& of) const {
    v1::ScanBatchRequest request;
    *request.mutable_order() = Order(of);
    std::vector<MaybeCiphertext> rows;
    for (int i = 0; i < count; ++i) {
      rows.push_back(
          Must(EncryptNumber(Number(kChild), of.directory().access_domain()->joint)).ciphertext);
    }
    for (const MaybeCiphertext& one : Must(of.gateway().HopForScan("digest", rows)).after) {
      request.add_ciphertext(one->Encode());
    }
    Sign(of, &request);
    return request;
  }
  void Sign(const Parties& of, v1::ScanBatchRequest* request) const {
    SignScanBatch(of.gateway().signing(), of.directory(), request);
  }

  FakeClock clock_;
  Parties parties_;
  HolderRing keys_;
  std::string directory_;
  std::unique_ptr<Counters> counters_;
  std::unique_ptr<KeyHolder> holder_;
};

TEST_F(KeyHolderScanTest, TransformsWithAProofAndCounts) {
  const v1::ScanBatchRequest request = Batch(3, parties_);
  const v1::ScanBatchResponse response = Must(holder_->TransformScan(request));
  EXPECT_EQ(response.remaining(), 2u);
  const std::vector<MaybeCiphertext> before = Must(CheckScanBatch(parties_.directory(), request));
  std::vector<MaybeCiphertext> after;
  for (const std::string& one : response.ciphertext()) {
    after.push_back(Must(NymCiphertext::Decode(one)));
  }
  const CheckedScanOrder order =
      Must(CheckScanOrder(request.order(), parties_.directory(), clock_.Now()));
  EXPECT_OK(VerifyScanHop({HolderRole::kKeyholder, parties_.directory(), order.digest}, before,
                          after, response.proof()));
}

TEST_F(KeyHolderScanTest, ABudgetEndsAndARestartGivesNoneBack) {
  EXPECT_OK(holder_->TransformScan(Batch(3, parties_)));
  Restart();
  EXPECT_THAT(holder_->TransformScan(Batch(3, parties_)),
              StatusIs(kExhausted, HasSubstr("`data-protection/sundby` has 2 of 5 scanned entries "
                                             "left today and asked for 3")));
  EXPECT_OK(holder_->TransformScan(Batch(2, parties_)));
  EXPECT_THAT(holder_->TransformScan(Batch(1, parties_)), StatusIs(kExhausted, ::testing::_));
  clock_.Advance(absl::Hours(13));
  EXPECT_OK(holder_->TransformScan(Batch(5, parties_)));
}

TEST_F(KeyHolderScanTest, TheCountersTellWhatWasScannedOnWhichDay) {
  EXPECT_OK(holder_->TransformScan(Batch(3, parties_)));
  clock_.Advance(absl::Hours(24));
  EXPECT_OK(holder_->TransformScan(Batch(1, parties_)));
  EXPECT_OK(holder_->TransformScan(Batch(1, parties_)));
  const v1::GetCountersResponse counters = Must(holder_->GetCounters());
  ASSERT_EQ(counters.count_size(), 2);
  EXPECT_EQ(counters.count(0).agency(), kDataProtection.value());
  EXPECT_EQ(counters.count(0).day(), "2026-03-02");
  EXPECT_EQ(counters.count(0).scanned(), 3u);
  EXPECT_EQ(counters.count(1).day(), "2026-03-03");
  EXPECT_EQ(counters.count(1).scanned(), 2u);
  EXPECT_EQ(counters.count(1).evaluated() + counters.count(1).transformed(), 0u);
}

TEST_F(KeyHolderScanTest, TheGatewayAloneCannotScan) {
  v1::ScanBatchRequest unsigned_order = Batch(1, parties_);
  unsigned_order.mutable_order()->clear_signature();
  Sign(parties_, &unsigned_order);
  EXPECT_THAT(holder_->TransformScan(unsigned_order),
              StatusIs(kDenied, HasSubstr("`order`: `signature`: signature does not verify")));
  v1::ScanBatchRequest none = Batch(1, parties_);
  none.clear_order();
  Sign(parties_, &none);
  EXPECT_THAT(holder_->TransformScan(none), StatusIs(kInvalid, HasSubstr("`order`: `directory`")));
  // Its own signature in the place of the domain's.
  v1::ScanBatchRequest own = Batch(1, parties_);
  own.mutable_order()->set_signature(
      parties_.gateway().signing().Sign(sign_context::kScanOrder, own.order().order()));
  Sign(parties_, &own);
  EXPECT_THAT(holder_->TransformScan(own), StatusIs(kDenied, HasSubstr("`order`")));
  EXPECT_OK(holder_->TransformScan(Batch(5, parties_)));  // nothing was counted
}

TEST_F(KeyHolderScanTest, AnOldOrderIsWorthNothing) {
  const v1::ScanBatchRequest request = Batch(1, parties_);
  clock_.Advance(kScanOrderLasts + absl::Seconds(1));
  EXPECT_THAT(holder_->TransformScan(request),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("has lapsed")));
}

TEST_F(KeyHolderScanTest, TheDomainAloneCannotScanEither) {
  v1::ScanBatchRequest request = Batch(1, parties_);
  request.set_gateway_signature(parties_.secrets(kDataProtection)
                                    .signing.Sign(sign_context::kScanBatch, request.ciphertext(0)));
  EXPECT_THAT(holder_->TransformScan(request), StatusIs(kDenied, HasSubstr("`gateway_signature`")));
}

TEST_F(KeyHolderScanTest, TwoGenerationsOfKeysAreHonoured) {
  const Parties next = parties_.Next();
  const HolderRing both = next.keyholder_ring(&parties_);
  KeyHolder holder(&both, counters_.get(),
                   Budgets{.evaluations = 0, .transforms = 0, .peels = 0, .scans = 5}, &clock_);
  // Entries of before, under an order of today.
  v1::ScanBatchRequest old = Batch(1, parties_);
  *old.mutable_order() = Order(next);
  Sign(parties_, &old);
  EXPECT_OK(holder.TransformScan(old));
  EXPECT_OK(holder.TransformScan(Batch(1, next)));
  const HolderRing gone = next.keyholder_ring();
  KeyHolder later(&gone, counters_.get(),
                  Budgets{.evaluations = 0, .transforms = 0, .peels = 0, .scans = 5}, &clock_);
  EXPECT_THAT(later.TransformScan(old),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("name what was kept")));
}

TEST_F(KeyHolderScanTest, WhatWasKeptOfOldKeysScansAndTheGatewaySignsWithTheKeyInForce) {
  const Parties second = parties_.Next();
  const Parties third = second.Next();
  const HolderRing honoured = third.keyholder_ring(&second);
  const ScanArchive archive =
      Must(ScanArchive::Make(honoured.directories(), {parties_.keyholder_kept()}));
  KeyHolder holder(&honoured, counters_.get(),
                   Budgets{.evaluations = 9, .transforms = 9, .peels = 9, .scans = 5}, &clock_,
                   &archive);
  v1::ScanBatchRequest old = Batch(2, parties_);
  *old.mutable_order() = Order(third);
  for (const Parties* const by : {&third, &second}) {  // the gateway in force, and one behind
    SignScanBatch(by->gateway().signing(), parties_.directory(), &old);
    const v1::ScanBatchResponse response = Must(holder.TransformScan(old));
    std::vector<MaybeCiphertext> after;
    for (const std::string& one : response.ciphertext()) {
      after.push_back(Must(NymCiphertext::Decode(one)));
    }
    const CheckedScanOrder order =
        Must(CheckScanOrder(old.order(), third.directory(), clock_.Now()));
    EXPECT_OK(VerifyScanHop({HolderRole::kKeyholder, parties_.directory(), order.digest},
                            Must(CheckScanBatch(parties_.directory(), old, by->directory())), after,
                            response.proof()));
  }
  EXPECT_THAT(holder.TransformScan(old), StatusIs(kExhausted, ::testing::_));  // it counts as any
  // The gateway's key of that time may be stolen, and counts for nothing.
  Sign(parties_, &old);
  EXPECT_THAT(holder.TransformScan(old), StatusIs(kDenied, HasSubstr("`gateway_signature`")));
  // Nor does the domain's.
  *old.mutable_order() = Order(parties_);
  SignScanBatch(third.gateway().signing(), parties_.directory(), &old);
  EXPECT_THAT(holder.TransformScan(old), StatusIs(kInvalid, HasSubstr("`directory`")));
}

TEST_F(KeyHolderScanTest, TheArchiveRelaysNothing) {
  const Parties next = parties_.Next().Next();
  const HolderRing honoured = next.keyholder_ring();
  const ScanArchive archive =
      Must(ScanArchive::Make(honoured.directories(), {parties_.keyholder_kept()}));
  KeyHolder holder(&honoured, counters_.get(),
                   Budgets{.evaluations = 9, .transforms = 9, .peels = 9, .scans = 5}, &clock_,
                   &archive);
  v1::EvaluateRequest evaluate;
  v1::TransformRequest transform;
  v1::PeelRequest peel;
  for (std::string* const directory :
       {evaluate.mutable_directory(), transform.mutable_directory(), peel.mutable_directory()}) {
    *directory = std::string(parties_.directory().short_name());
  }
  const auto not_honoured = StatusIs(kInvalid, HasSubstr("whose keys are not honoured here"));
  EXPECT_THAT(holder.Evaluate(evaluate), not_honoured);
  EXPECT_THAT(holder.Transform(transform), not_honoured);
  EXPECT_THAT(holder.Peel(peel), not_honoured);
}

}  // namespace
}  // namespace sluss::testing
