// Who may look for a citizen's disclosures, over mutual TLS with real certificates, and what an
// officer is answered.
#include "gateway/server/access_service.h"

#include <sstream>
#include <string>
#include <vector>

#include "gateway/crypto/enrol.h"
#include "gateway/crypto/scan_requests.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/access/honest_scan_holder.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/gateway/server/test_rim.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kOfficerUri[] = "sluss://role/officer/anna";
constexpr char kThirdChild[] = "201103159826";
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class AccessServiceTest : public ::testing::Test {
 protected:
  AccessServiceTest()
      : world_(nullptr, {}, absl::Now()),
        keys_(world_.parties().gateway_ring()),
        holder_(&world_.parties().keyholder()),
        openings_(world_.Openings()),
        desk_({.ledger = world_.exchange().ledger(),
               .store = &world_.store(),
               .openings = openings_.get(),
               .keys = &keys_,
               .key_holder = &holder_}),
        service_(&desk_, &world_.exchange(), rim_.verifier(), &streams_, &events_) {
    rim_.Serve(&service_);
  }
  ~AccessServiceTest() override { rim_.Stop(); }

  using Stub = v1::Access::Stub;

  uint64_t Report(const char* child) {
    Outgoing outgoing = world_.DutyReport();
    outgoing.number = Number(child);
    return Must(world_.Submit(kSchool, outgoing)).receipt().index();
  }

  EnrolmentBatch Batch(const std::vector<const char*>& children) const {
    std::vector<CanonicalNumber> numbers;
    for (const char* const child : children) numbers.push_back(Number(child));
    return Must(EnrolmentBatch::Start(numbers, world_.parties().secrets(kDataProtection),
                                      world_.parties().shared_directory()));
  }

  v1::ScanOrder Order() const {
    v1::ScanOrder order;
    order.set_officer("officer/anna");
    order.set_procedure(std::string(16, 'p'));
    order.set_to_us(absl::ToUnixMicros(absl::Now() + absl::Hours(1)));
    order.set_created_us(absl::ToUnixMicros(absl::Now()));
    return order;
  }
  v1::SignedScanOrder Signed(const v1::ScanOrder& order) const {
    return Must(SignScanOrder(order, world_.parties().secrets(kDataProtection),
                              world_.parties().directory()));
  }
  absl::Status Scan(const std::string& uri, const v1::SignedScanOrder& order) {
    parts_.clear();
    grpc::ClientContext context;
    rim_.SetDeadline(&context);
    const auto stream = rim_.As(uri).Scan(&context, order);
    for (v1::ScanPart part; stream->Read(&part);) parts_.push_back(part);
    return FromGrpc(stream->Finish());
  }
  size_t ScansInTheLog() {
    size_t scans = 0;
    for (const v1::AuditLeaf& leaf : world_.Leaves()) scans += leaf.kind() == v1::ACCESS_SCAN;
    return scans;
  }

  TestRim<v1::Access> rim_;
  ExchangeWorld world_;
  const HolderRing keys_;
  HonestScanHolder holder_;
  const std::unique_ptr<StoredOpenings> openings_;
  AccessDesk desk_;
  StreamRegistry streams_{rim_.verifier()};
  std::ostringstream lines_;
  EventLog events_{&lines_, &world_.clock()};
  AccessService service_;
  std::vector<v1::ScanPart> parts_;
};

TEST_F(AccessServiceTest, AnOfficerScansAndTheEventNamesNobody) {
  const std::vector<uint64_t> sent = {Report(kChild), Report(kOtherChild)};
  ASSERT_OK(Scan(kOfficerUri, Signed(Order())));
  std::vector<uint64_t> told;
  for (const v1::ScanPart& part : parts_) {
    for (const v1::ScanRow& row : part.batch().row()) told.push_back(row.index());
  }
  EXPECT_EQ(told, sent);
  ASSERT_GE(parts_.size(), 3u);
  EXPECT_TRUE(parts_.front().has_begun());
  EXPECT_EQ(parts_.back().done().rows(), 2u);
  rim_.Stop();  // the event is written when the call has ended
  EXPECT_THAT(lines_.str(), AllOf(HasSubstr(R"("event":"access-scan")"), HasSubstr(R"("rows":2)"),
                                  HasSubstr(R"("code":"OK")"), Not(HasSubstr("anna"))));
}

TEST_F(AccessServiceTest, AnOfficerEnrolsAPersonsNumbersForTheDomain) {
  const EnrolmentBatch batch = Batch({kChild, kOtherChild});
  const auto answer = rim_.Call(rim_.As(kOfficerUri), &Stub::Enrol, batch.request());
  ASSERT_OK(answer);
  const std::vector<Nym> nyms =
      Must(batch.Finish(*answer, world_.parties().secrets(kDataProtection)));
  ASSERT_EQ(nyms.size(), 2u);
  EXPECT_FALSE(nyms[0] == nyms[1]);
  EXPECT_THAT(lines_.str(), AllOf(HasSubstr(R"("event":"access-enrol")"), Not(HasSubstr("anna")),
                                  Not(HasSubstr(kChild))));
}

TEST_F(AccessServiceTest, NobodyElseIsLetIn) {
  Report(kChild);
  const auto refused = StatusIs(kDenied, HasSubstr("is no officer of the exchange"));
  for (const char* const uri :
       {"sluss://role/administrator/anna", "sluss://role/author/anna", "sluss://role/approver/bo",
        "sluss://agency/school/ekbacken", "sluss://agency/data-protection/sundby",
        "sluss://gateway/gw2", "sluss://keyholder/kh1"}) {
    EXPECT_THAT(rim_.Call(rim_.As(uri), &Stub::Enrol, Batch({kChild}).request()), refused) << uri;
    EXPECT_THAT(Scan(uri, Signed(Order())), refused) << uri;
    EXPECT_TRUE(parts_.empty());
  }
  EXPECT_EQ(ScansInTheLog(), 0u);
}

TEST_F(AccessServiceTest, AnotherOfficersOrderIsOfNoUse) {
  Report(kChild);
  EXPECT_THAT(Scan("sluss://role/officer/bengt", Signed(Order())),
              StatusIs(kDenied, HasSubstr("`officer` is not `officer/bengt`")));
  EXPECT_TRUE(parts_.empty());
  EXPECT_EQ(ScansInTheLog(), 0u);
}

TEST_F(AccessServiceTest, WhatIsNoOrderIsRefusedByItsField) {
  const auto with = [&](auto change) {
    v1::ScanOrder order = Order();
    change(order);
    return Scan(kOfficerUri, Signed(order));
  };
  EXPECT_THAT(Scan(kOfficerUri, {}), StatusIs(kInvalid, HasSubstr("`directory` is missing")));
  v1::SignedScanOrder garbled = Signed(Order());
  garbled.set_order("not an order");
  EXPECT_THAT(Scan(kOfficerUri, garbled), StatusIs(kInvalid, HasSubstr("`order`")));
  v1::SignedScanOrder unsigned_order = Signed(Order());
  unsigned_order.clear_signature();
  EXPECT_THAT(Scan(kOfficerUri, unsigned_order), StatusIs(kDenied, HasSubstr("`signature`")));
  EXPECT_THAT(with([](auto& order) { order.set_procedure("short"); }),
              StatusIs(kInvalid, HasSubstr("`procedure`")));
  EXPECT_THAT(with([](auto& order) { order.set_to_us(order.from_us()); }),
              StatusIs(kInvalid, HasSubstr("`to_us`")));
  EXPECT_THAT(with([](auto& order) { order.set_created_us(1); }),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("has lapsed")));
  EXPECT_EQ(ScansInTheLog(), 0u);
}

TEST_F(AccessServiceTest, ARegisterIsNotEnrolledThroughIt) {
  v1::EnrolRequest request = Batch({kChild, kOtherChild, kThirdChild}).request();
  while (request.blinded_size() < 5) request.add_blinded(request.blinded(0));
  EXPECT_THAT(rim_.Call(rim_.As(kOfficerUri), &Stub::Enrol, request),
              StatusIs(kInvalid, HasSubstr("a report is about one person")));
}

TEST_F(AccessServiceTest, WithoutADomainNothingIsAnswered) {
  TestRim<v1::Access> rim;
  const Parties without;
  const HolderRing keys = without.gateway_ring();
  AccessDesk desk({.ledger = world_.exchange().ledger(),
                   .store = &world_.store(),
                   .openings = openings_.get(),
                   .keys = &keys,
                   .key_holder = &holder_});
  AccessService service(&desk, &world_.exchange(), rim.verifier(), &streams_, &events_);
  rim.Serve(&service);
  EXPECT_THAT(rim.Call(rim.As(kOfficerUri), &Stub::Enrol, Batch({kChild}).request()),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("--access-domain")));
  rim.Stop();
}

}  // namespace
}  // namespace sluss::testing
