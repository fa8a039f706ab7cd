#include "gateway/rpc/acceptor.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <chrono>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "tests/gateway/rpc/raw_client.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::RawClient;
using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;

constexpr int kSoon = 5000;      // milliseconds, for what must happen
constexpr int kNotWithin = 100;  // for what must not

// Keeps what the acceptor hands over, as gRPC would.
class Receiver {
 public:
  ~Receiver() {
    for (const int descriptor : descriptors_) close(descriptor);
  }
  void Take(int descriptor) {
    MutexLock lock(&mutex_);
    descriptors_.push_back(descriptor);
    arrived_.NotifyAll();
  }
  // Waits until `count` connections have been handed over in all.
  bool Holds(size_t count) {
    MutexLock lock(&mutex_);
    while (descriptors_.size() < count) {
      if (!arrived_.WaitFor(&mutex_, std::chrono::milliseconds(kSoon))) break;
    }
    return descriptors_.size() == count;
  }
  void CloseFirst() {
    MutexLock lock(&mutex_);
    close(descriptors_.front());
    descriptors_.erase(descriptors_.begin());
  }

 private:
  Mutex mutex_;
  CondVar arrived_;
  std::vector<int> descriptors_;
};

class AcceptorTest : public ::testing::Test {
 protected:
  void Start(ConnectionLimits limits) {
    auto acceptor = Acceptor::Listen("127.0.0.1:0", limits);
    ASSERT_OK(acceptor);
    acceptor_ = *std::move(acceptor);
    acceptor_->Start([this](int descriptor) { receiver_.Take(descriptor); });
  }

  Receiver receiver_;
  std::unique_ptr<Acceptor> acceptor_;
};

TEST_F(AcceptorTest, RefusesASourceBeyondItsShareAndServesTheOthers) {
  Start({.total = 100, .per_source = 3});
  std::vector<RawClient> greedy;
  for (int i = 0; i < 3; ++i) greedy.emplace_back(acceptor_->address());
  ASSERT_TRUE(receiver_.Holds(3));
  RawClient fourth(acceptor_->address());
  EXPECT_TRUE(fourth.HungUpWithin(kSoon));
  RawClient neighbour(acceptor_->address(), /*source=*/2);
  EXPECT_TRUE(receiver_.Holds(4));
  EXPECT_FALSE(neighbour.HungUpWithin(kNotWithin));
  EXPECT_EQ(acceptor_->counts().accepted, 4u);
  EXPECT_EQ(acceptor_->counts().refused_source, 1u);
}

TEST_F(AcceptorTest, RefusesBeyondTheTotal) {
  Start({.total = 2, .per_source = 2});
  RawClient first(acceptor_->address(), /*source=*/2);
  RawClient second(acceptor_->address(), /*source=*/3);
  ASSERT_TRUE(receiver_.Holds(2));
  RawClient third(acceptor_->address(), /*source=*/4);
  EXPECT_TRUE(third.HungUpWithin(kSoon));
  EXPECT_EQ(acceptor_->counts().refused_total, 1u);
}

TEST_F(AcceptorTest, CountsOnlyConnectionsThatAreStillOpen) {
  Start({.total = 2, .per_source = 1});
  for (int i = 1; i <= 5; ++i) {
    RawClient client(acceptor_->address());
    ASSERT_TRUE(receiver_.Holds(1)) << "connection " << i;
    EXPECT_FALSE(client.HungUpWithin(kNotWithin / 10));
    receiver_.CloseFirst();
  }
  EXPECT_EQ(acceptor_->counts().accepted, 5u);
}

// Takes every descriptor that this process may still have; gives them back when destroyed.
class DescriptorFamine {
 public:
  DescriptorFamine() {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit low = before_;
    low.rlim_cur = 64;
    setrlimit(RLIMIT_NOFILE, &low);
    for (int fd = open("/dev/null", O_RDONLY); fd >= 0; fd = open("/dev/null", O_RDONLY)) {
      taken_.push_back(fd);
    }
  }
  ~DescriptorFamine() {
    for (const int fd : taken_) close(fd);
    setrlimit(RLIMIT_NOFILE, &before_);
  }

 private:
  rlimit before_ = {};
  std::vector<int> taken_;
};

TEST_F(AcceptorTest, RefusesWhileDescriptorsLackAndAcceptsAgainAtOnce) {
#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer) || __has_feature(address_sanitizer)
  GTEST_SKIP() << "the sanitizer needs descriptors for itself";
#endif
#endif
  Start({.total = 100, .per_source = 100});
  std::vector<RawClient> clients(20);
  RawClient late;
  {
    DescriptorFamine famine;
    for (RawClient& client : clients) {
      ASSERT_TRUE(client.Connect(acceptor_->address()));
      EXPECT_TRUE(client.HungUpWithin(kSoon));
    }
  }
  EXPECT_GE(acceptor_->counts().out_of_descriptors, 20u);
  ASSERT_TRUE(late.Connect(acceptor_->address()));
  EXPECT_TRUE(receiver_.Holds(1));
  EXPECT_FALSE(late.HungUpWithin(kNotWithin));
}

TEST_F(AcceptorTest, StopClosesTheSocket) {
  Start({});
  const std::string address = acceptor_->address();
  acceptor_->Stop();
  RawClient client;
  EXPECT_FALSE(client.Connect(address));
  acceptor_->Stop();
}

TEST(AcceptorListenTest, NamesWhatIsWrongWithAnAddress) {
  for (const char* address : {"7443", ":7443", "127.0.0.1:", "127.0.0.1:port", "[::1:7443"}) {
    EXPECT_THAT(Acceptor::Listen(address, {}),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(address)))
        << address;
  }
  auto taken = Acceptor::Listen("127.0.0.1:0", {});
  ASSERT_OK(taken);
  EXPECT_THAT(Acceptor::Listen((*taken)->address(), {}),
              StatusIs(absl::StatusCode::kUnavailable,
                       ::testing::AllOf(HasSubstr((*taken)->address()), HasSubstr("in use"))));
}

TEST(AcceptorListenTest, ListensOnIpv6) {
  auto acceptor = Acceptor::Listen("[::1]:0", {});
  if (!acceptor.ok()) GTEST_SKIP() << "no IPv6 here: " << acceptor.status();
  EXPECT_TRUE(absl::StartsWith((*acceptor)->address(), "[::1]:"));
}

}  // namespace
}  // namespace sluss
