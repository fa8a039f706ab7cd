#include <filesystem>
#include <memory>
#include <sstream>
#include <string>

#include "gateway/crypto/enrol.h"
#include "gateway/keyholder/service.h"
#include "gateway/rpc/channel.h"
#include "gateway/rpc/server.h"
#include "gateway/rpc/status.h"
#include "gtest/gtest.h"
#include "tests/gateway/rpc/test_certificates.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::FakeClock;
using ::sluss::testing::kChild;
using ::sluss::testing::kSchool;
using ::sluss::testing::Must;
using ::sluss::testing::Number;
using ::sluss::testing::Parties;
using ::sluss::testing::ReplaceFile;
using ::sluss::testing::StatusIs;
using ::sluss::testing::TestAuthority;
using ::sluss::testing::TestDirectory;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class KeyHolderServiceTest : public ::testing::Test {
 protected:
  KeyHolderServiceTest() : clock_(absl::Now()), log_(&lines_, &clock_) {
    ReplaceFile(directory_.Path("ca.crt"), authority_.pem());
    ReplaceFile(directory_.Path("ca.crl"), authority_.RevocationList());
    verifier_ =
        Must(PeerVerifier::Create(directory_.Path("ca.crt"), directory_.Path("ca.crl"), &clock_));
    counters_ = Must(Counters::Open(directory_.Path("counters.db")));
    holder_ = std::make_unique<KeyHolder>(&keys_, counters_.get(),
                                          Budgets{.evaluations = 10, .transforms = 10, .peels = 10},
                                          &clock_);
    service_ =
        std::make_unique<KeyHolderService>(holder_.get(), verifier_.get(), "gateway/gw1", &log_);
    ServerOptions options;
    options.listen = "127.0.0.1:0";
    options.self = {PeerKind::kKeyHolder, "keyholder/kh1"};
    options.tls = Files(options.self);
    server_ = Must(StartServer(options, verifier_.get(), {service_.get()}));
  }

  v1::TlsFiles Files(const Peer& peer) {
    return WriteTlsFiles(directory_, "peer", authority_.Issue({.uris = {PeerUri(peer)}}));
  }

  std::unique_ptr<v1::KeyHolder::Stub> StubOf(const Peer& peer) {
    const ChannelOptions options{.address = server_->address(),
                                 .server_name = "keyholder/kh1",
                                 .self = peer,
                                 .tls = Files(peer)};
    return v1::KeyHolder::NewStub(Must(Connect(options, &clock_)));
  }

  v1::EvaluateRequest Request() {
    const EnrolmentBatch batch = Must(EnrolmentBatch::Start(
        {Number(kChild)}, parties_.secrets(kSchool), parties_.shared_directory()));
    return Must(EvaluateAtGateway(parties_.gateway(), kSchool, batch.request()));
  }

  Parties parties_;
  HolderRing keys_ = parties_.keyholder_ring();
  TestDirectory directory_;
  TestAuthority authority_;
  FakeClock clock_;
  std::ostringstream lines_;
  EventLog log_;
  std::unique_ptr<PeerVerifier> verifier_;
  std::unique_ptr<Counters> counters_;
  std::unique_ptr<KeyHolder> holder_;
  std::unique_ptr<KeyHolderService> service_;
  std::unique_ptr<RpcServer> server_;
};

TEST_F(KeyHolderServiceTest, AnswersTheGatewayAndLogsCountsOnly) {
  const auto stub = StubOf({PeerKind::kGateway, "gateway/gw1"});
  const v1::EvaluateRequest request = Request();
  grpc::ClientContext context;
  v1::EvaluateResponse response;
  EXPECT_OK(FromGrpc(stub->Evaluate(&context, request, &response)));
  EXPECT_EQ(response.remaining(), 9u);
  ASSERT_EQ(response.element_size(), 1);

  grpc::ClientContext next;
  v1::GetCountersResponse counters;
  EXPECT_OK(FromGrpc(stub->GetCounters(&next, v1::GetCountersRequest(), &counters)));
  ASSERT_EQ(counters.count_size(), 1);
  EXPECT_EQ(counters.count(0).evaluated(), 1u);

  server_->Shutdown(absl::Seconds(10));
  EXPECT_THAT(lines_.str(),
              AllOf(HasSubstr(R"("event":"evaluate")"), HasSubstr(R"("count":1)"),
                    HasSubstr(R"("agency":"school/ekbacken")"), HasSubstr(R"("status":"OK")"),
                    HasSubstr(R"("event":"counters")")));
  EXPECT_LT(lines_.str().size(), 400u) << "a line has room for counts and no more";
}

TEST_F(KeyHolderServiceTest, RefusesEveryoneButItsGateway) {
  const Peer strangers[] = {{PeerKind::kGateway, "gateway/gw2"},
                            {PeerKind::kAgency, "school/ekbacken"},
                            {PeerKind::kKeyHolder, "keyholder/kh1"},
                            {PeerKind::kRole, "administrator/anna"}};
  for (const Peer& stranger : strangers) {
    const auto stub = StubOf(stranger);
    const auto refused =
        StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("only `gateway/gw1` may"));
    grpc::ClientContext contexts[4];
    v1::EvaluateResponse evaluated;
    v1::TransformResponse transformed;
    v1::PeelResponse peeled;
    v1::GetCountersResponse counters;
    EXPECT_THAT(FromGrpc(stub->Evaluate(&contexts[0], Request(), &evaluated)), refused);
    EXPECT_THAT(FromGrpc(stub->Transform(&contexts[1], v1::TransformRequest(), &transformed)),
                refused);
    EXPECT_THAT(FromGrpc(stub->Peel(&contexts[2], v1::PeelRequest(), &peeled)), refused);
    EXPECT_THAT(FromGrpc(stub->GetCounters(&contexts[3], v1::GetCountersRequest(), &counters)),
                refused);
  }
  server_->Shutdown(absl::Seconds(10));
  EXPECT_THAT(lines_.str(), HasSubstr(R"("peer":"school/ekbacken","status":"PERMISSION_DENIED")"));
}

TEST_F(KeyHolderServiceTest, KeepsTheTextOfARefusedRequestOutOfTheLog) {
  const auto stub = StubOf({PeerKind::kGateway, "gateway/gw1"});
  v1::EvaluateRequest request = Request();
  request.set_agency("anyone/at-all");
  grpc::ClientContext context;
  v1::EvaluateResponse response;
  EXPECT_THAT(FromGrpc(stub->Evaluate(&context, request, &response)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("anyone/at-all")));
  server_->Shutdown(absl::Seconds(10));
  EXPECT_THAT(lines_.str(),
              AllOf(HasSubstr(R"("status":"INVALID_ARGUMENT")"), Not(HasSubstr("anyone"))));
}

}  // namespace
}  // namespace sluss
