// What one peer can make the server spend, and how the server ends.
#include <grpcpp/generic/generic_stub.h>

#include <thread>
#include <vector>

#include "tests/gateway/rpc/raw_client.h"
#include "tests/gateway/rpc/rpc_fixture.h"

namespace sluss {
namespace {

using ::sluss::testing::kPoliceUri;
using ::sluss::testing::kSchoolUri;
using ::sluss::testing::RawClient;
using ::sluss::testing::RpcFixture;
using ::sluss::testing::StatusIs;
using ::sluss::testing::TestCertificate;
using ::testing::_;
using ::testing::HasSubstr;

constexpr int kSoon = 5000;  // milliseconds

using Stub = v1::Gateway::Stub;

absl::Status SubmitBytes(const std::shared_ptr<grpc::Channel>& channel, size_t bytes,
                         bool compressed = false) {
  grpc::ClientContext context;
  if (compressed) context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
  v1::SubmitRequest request;
  request.mutable_envelope()->set_manifest(std::string(bytes, 'm'));
  v1::SubmitResponse response;
  return FromGrpc(v1::Gateway::NewStub(channel)->Submit(&context, request, &response));
}

// An open Fetch: the first delivery has arrived.
class OpenStream {
 public:
  explicit OpenStream(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(v1::Gateway::NewStub(channel)), reader_(stub_->Fetch(&context_, v1::FetchRequest())) {
    v1::Delivery delivery;
    open_ = reader_->Read(&delivery);
  }
  bool open() const { return open_; }
  bool ReadNext() {
    v1::Delivery delivery;
    return reader_->Read(&delivery);
  }
  // Waits for the end of the stream.
  absl::Status End() {
    v1::Delivery delivery;
    while (reader_->Read(&delivery)) {
    }
    return FromGrpc(reader_->Finish());
  }
  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<Stub> stub_;
  std::unique_ptr<grpc::ClientReader<v1::Delivery>> reader_;
  bool open_ = false;
};

using RpcServerTest = RpcFixture;

TEST_F(RpcServerTest, RefusesAMessageOverTheLimit) {
  options_.max_message_bytes = 100000;
  Start();
  const std::shared_ptr<grpc::Channel> channel = Client(school_);
  EXPECT_OK(SubmitBytes(channel, 90000));
  EXPECT_THAT(SubmitBytes(channel, 100001),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("larger than max")));
  EXPECT_OK(SubmitBytes(channel, 90000));
}

TEST_F(RpcServerTest, RefusesACompressedMessage) {
  Start();
  EXPECT_THAT(SubmitBytes(Client(school_), 90000, /*compressed=*/true),
              StatusIs(absl::StatusCode::kUnimplemented, _));
}

TEST_F(RpcServerTest, RefusesMetadataOverTheLimit) {
  Start();
  const auto stub = v1::Gateway::NewStub(Client(school_));
  grpc::ClientContext context;
  context.AddMetadata("padding", std::string(20000, 'x'));
  v1::KeyDirectory response;
  EXPECT_THAT(FromGrpc(stub->GetKeyDirectory(&context, v1::GetKeyDirectoryRequest(), &response)),
              StatusIs(absl::StatusCode::kResourceExhausted, _));
}

TEST_F(RpcServerTest, HoldsACallBackWhileAConnectionHasAllItsStreams) {
  options_.max_streams_per_connection = 1;
  Start();
  const std::shared_ptr<grpc::Channel> channel = Client(school_);
  OpenStream stream(channel);
  ASSERT_TRUE(stream.open());
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(300));
  v1::KeyDirectory response;
  EXPECT_THAT(FromGrpc(v1::Gateway::NewStub(channel)->GetKeyDirectory(
                  &context, v1::GetKeyDirectoryRequest(), &response)),
              StatusIs(absl::StatusCode::kDeadlineExceeded, _));
  stream.Cancel();
  EXPECT_THAT(stream.End(), StatusIs(absl::StatusCode::kCancelled, _));
}

TEST_F(RpcServerTest, HangsUpOnAConnectionThatDoesNotFinishItsHandshake) {
  options_.handshake_deadline = absl::Milliseconds(200);
  Start();
  RawClient silent(server_->address());
  EXPECT_TRUE(silent.HungUpWithin(kSoon));
}

TEST_F(RpcServerTest, SurvivesGarbageAndForgetsItsConnections) {
  options_.max_connections_per_source = 20;
  Start();
  const std::string garbage[] = {"GET / HTTP/1.1\r\n\r\n", std::string(70000, '\xff'),
                                 std::string("\x16\x03\x01\x40\x00\x01", 6),
                                 "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"};
  for (int i = 0; i < 100; ++i) {
    RawClient client(server_->address());
    client.Send(garbage[i % 4]);
    const bool incomplete = i % 4 == 2;  // the start of a handshake: left to the deadline
    EXPECT_TRUE(incomplete || client.HungUpWithin(kSoon)) << i;
  }
  EXPECT_OK(WhoAmI(Client(school_)));
  EXPECT_EQ(server_->connections().refused_total, 0u);
}

TEST_F(RpcServerTest, KeepsServingOthersWhileOneSourceFloods) {
  options_.max_connections_per_source = 10;
  options_.handshake_deadline = absl::Seconds(60);
  Start();
  std::vector<RawClient> flood;
  for (int i = 0; i < 100; ++i) flood.emplace_back(server_->address(), /*source=*/9);
  EXPECT_OK(WhoAmI(Client(school_)));
  EXPECT_EQ(server_->connections().refused_source, 90u);
}

TEST_F(RpcServerTest, AnswersHealthToPeersOnly) {
  Start();
  const std::shared_ptr<grpc::Channel> channel = Client(school_);
  // grpc.health.v1.Health/Check: an empty request; the answer's field 1 is 1 for SERVING.
  const auto check = [&channel] {
    grpc::GenericStub stub(channel);
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const grpc::Slice nothing;
    const grpc::ByteBuffer request(&nothing, 1);
    const auto call =
        stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", request, &queue);
    grpc::ByteBuffer answer;
    grpc::Status status;
    call->StartCall();
    call->Finish(&answer, &status, nullptr);
    void* tag;
    bool ok;
    queue.Next(&tag, &ok);
    std::vector<grpc::Slice> slices;
    if (status.ok()) answer.Dump(&slices);
    std::string bytes;
    for (const grpc::Slice& slice : slices) bytes.append(slice.begin(), slice.end());
    return std::pair(FromGrpc(status), bytes);
  };
  EXPECT_OK(check().first);
  EXPECT_EQ(check().second, "\x08\x01");
  PutList(authority_.RevocationList({school_}));
  EXPECT_THAT(check().first,
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("it is revoked")));
}

TEST_F(RpcServerTest, EndsTheStreamOfARevokedPeerAndNoOther) {
  Start();
  const TestCertificate police = authority_.Issue({.uris = {kPoliceUri}});
  OpenStream school(Client(school_));
  OpenStream other(Client(police, kPoliceUri));
  ASSERT_TRUE(school.open());
  ASSERT_TRUE(other.open());
  EXPECT_EQ(service_->streams().size(), 2u);
  const absl::Time revoked_at = absl::Now();
  PutList(authority_.RevocationList({school_}));
  EXPECT_THAT(school.End(),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("it is revoked")));
  EXPECT_LT(absl::Now() - revoked_at, absl::Seconds(5));
  service_->streams().CancelUnwelcome();
  service_->Nudge();
  EXPECT_TRUE(other.ReadNext()) << "the other peer's stream must stay open";
  other.Cancel();
  EXPECT_THAT(other.End(), StatusIs(absl::StatusCode::kCancelled, _));
}

TEST_F(RpcServerTest, EndsEveryStreamWhenTheRevocationListIsMissing) {
  Start();
  OpenStream stream(Client(school_));
  ASSERT_TRUE(stream.open());
  ASSERT_EQ(std::remove(directory_.Path("ca.crl").c_str()), 0);
  service_->streams().CancelUnwelcome();
  EXPECT_THAT(stream.End(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("is missing")));
}

TEST_F(RpcServerTest, ShutdownWaitsForCallsAndTakesNoMore) {
  Start();
  const std::string address = server_->address();
  OpenStream stream(Client(school_));
  ASSERT_TRUE(stream.open());
  std::thread stopper([this] { server_->Shutdown(absl::Seconds(30)); });
  while (RawClient().Connect(address)) std::this_thread::yield();
  stream.Cancel();
  EXPECT_THAT(stream.End(), StatusIs(absl::StatusCode::kCancelled, _));
  stopper.join();
  EXPECT_EQ(service_->streams().size(), 0u);
}

TEST_F(RpcServerTest, ShutdownCancelsWhatDoesNotEndInTime) {
  Start();
  OpenStream stream(Client(school_));
  ASSERT_TRUE(stream.open());
  server_->Shutdown(absl::Milliseconds(50));
  EXPECT_FALSE(stream.End().ok());
  EXPECT_EQ(service_->streams().size(), 0u);
}

}  // namespace
}  // namespace sluss
