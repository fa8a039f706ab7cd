// Who may have a citizen's scan transformed, over mutual TLS with real certificates.
#include "gateway/keyholder/access_holder_service.h"

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "gateway/crypto/scan_requests.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/server/test_rim.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kGatewayUri[] = "sluss://gateway/gw1";

class AccessHolderServiceTest : public ::testing::Test {
 protected:
  AccessHolderServiceTest()
      : counters_(Must(Counters::Open(directory_.Path("counters.db")))),
        holder_(&keys_, counters_.get(),
                {.evaluations = 1, .transforms = 1, .peels = 1, .scans = 5}, &clock_),
        service_(&holder_, rim_.verifier(), "gateway/gw1", &log_) {
    rim_.Serve(&service_);
  }
  ~AccessHolderServiceTest() override { rim_.Stop(); }

  using Stub = v1::AccessHolder::Stub;

  v1::ScanBatchRequest Batch(int count) const {
    v1::ScanOrder order;
    order.set_officer("officer/anna");
    order.set_procedure(std::string(16, 'p'));
    order.set_to_us(1);
    order.set_created_us(absl::ToUnixMicros(clock_.Now()));
    v1::ScanBatchRequest request;
    *request.mutable_order() =
        Must(SignScanOrder(order, parties_.secrets(kDataProtection), parties_.directory()));
    std::vector<MaybeCiphertext> rows;
    for (int i = 0; i < count; ++i) {
      rows.push_back(
          Must(EncryptNumber(Number(kChild), parties_.directory().access_domain()->joint))
              .ciphertext);
    }
    for (const MaybeCiphertext& one : Must(parties_.gateway().HopForScan("digest", rows)).after) {
      request.add_ciphertext(one->Encode());
    }
    SignScanBatch(parties_.gateway().signing(), parties_.directory(), &request);
    return request;
  }
  // What the service wrote, when the calls have ended.
  std::string Lines() {
    rim_.Stop();
    return lines_.str();
  }

  TestRim<v1::AccessHolder> rim_;
  FakeClock clock_{absl::Now()};
  const Parties parties_{{kSchool, kDataProtection}};
  const HolderRing keys_ = parties_.keyholder_ring();
  TestDirectory directory_;
  std::ostringstream lines_;
  EventLog log_{&lines_, &clock_};
  std::unique_ptr<Counters> counters_;
  KeyHolder holder_;
  AccessHolderService service_;
};

TEST_F(AccessHolderServiceTest, TransformsForItsGatewayAndLogsCountsOnly) {
  const auto answer = rim_.Call(rim_.As(kGatewayUri), &Stub::TransformScan, Batch(3));
  ASSERT_OK(answer);
  EXPECT_EQ(answer->ciphertext_size(), 3);
  EXPECT_FALSE(answer->proof().empty());
  EXPECT_EQ(answer->remaining(), 2u);
  const std::string lines = Lines();
  EXPECT_THAT(lines, AllOf(HasSubstr(R"("event":"scan")"), HasSubstr(R"("count":3)"),
                           HasSubstr(R"("status":"OK")"), HasSubstr(R"("remaining":2)"),
                           Not(HasSubstr("anna"))));
  EXPECT_LT(lines.size(), 200u) << "a line has room for counts and no more";
}

TEST_F(AccessHolderServiceTest, RefusesEveryoneButItsGateway) {
  for (const char* const uri : {"sluss://gateway/gw2", "sluss://agency/data-protection/sundby",
                                "sluss://agency/school/ekbacken", "sluss://keyholder/kh1",
                                "sluss://role/officer/anna", "sluss://role/administrator/ada"}) {
    EXPECT_THAT(rim_.Call(rim_.As(uri), &Stub::TransformScan, Batch(1)),
                StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("only `gateway/gw1` may")))
        << uri;
  }
  EXPECT_EQ(Must(holder_.GetCounters()).count_size(), 0) << "nothing was counted";
  EXPECT_THAT(Lines(), HasSubstr(R"("status":"PERMISSION_DENIED")"));
}

TEST_F(AccessHolderServiceTest, WhatIsNoBatchIsRefusedAndItsTextIsNotInTheLog) {
  Stub& stub = rim_.As(kGatewayUri);
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(rim_.Call(stub, &Stub::TransformScan, v1::ScanBatchRequest()),
              StatusIs(kInvalid, HasSubstr("`order`")));
  v1::ScanBatchRequest malformed = Batch(1);
  malformed.set_ciphertext(0, "a name, say");
  SignScanBatch(parties_.gateway().signing(), parties_.directory(), &malformed);
  EXPECT_THAT(rim_.Call(stub, &Stub::TransformScan, malformed),
              StatusIs(kInvalid, HasSubstr("`ciphertext`")));
  v1::ScanBatchRequest unsigned_batch = Batch(1);
  unsigned_batch.clear_gateway_signature();
  EXPECT_THAT(rim_.Call(stub, &Stub::TransformScan, unsigned_batch),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("`gateway_signature`")));
  EXPECT_THAT(rim_.Call(stub, &Stub::TransformScan, Batch(6)),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("5 of 5 scanned entries")));
  EXPECT_THAT(Lines(),
              AllOf(HasSubstr(R"("status":"INVALID_ARGUMENT")"),
                    HasSubstr(R"("status":"RESOURCE_EXHAUSTED")"), Not(HasSubstr("a name"))));
}

}  // namespace
}  // namespace sluss::testing
