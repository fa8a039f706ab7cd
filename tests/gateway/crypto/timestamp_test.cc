#include "gateway/crypto/timestamp.h"

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/timestamp_authority.h"

namespace sluss {
namespace {

using ::testing::_;
using ::testing::HasSubstr;
using testing::StatusIs;
using testing::TimestampAuthority;

constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr char kData[] = "log.sluss.example/gw1\n7\nroot\n";

class TimestampTest : public ::testing::Test {
 protected:
  TimestampAuthority authority_;
  const std::string request_ = *MakeTimestampRequest(kData);
  const std::string response_ = authority_.Reply(request_);
};

TEST_F(TimestampTest, WhatTheAuthorityAnswersVerifiesHereAndInOpenssl) {
  const auto at = VerifyTimestampAnswer(request_, response_, authority_.certificate());
  ASSERT_OK(at);
  EXPECT_LT(absl::AbsDuration(*at - absl::Now()), absl::Minutes(1));
  EXPECT_EQ(*VerifyTimestampOf(kData, response_, authority_.certificate()), *at);
  EXPECT_TRUE(authority_.OpensslVerifies(kData, response_));
  EXPECT_FALSE(authority_.OpensslVerifies("other", response_));
}

TEST_F(TimestampTest, AnotherAuthoritysWordIsRefused) {
  TimestampAuthority other;
  EXPECT_THAT(VerifyTimestampAnswer(request_, other.Reply(request_), authority_.certificate()),
              StatusIs(kDenied, HasSubstr("certificate")));
  EXPECT_THAT(VerifyTimestampOf(kData, response_, other.certificate()), StatusIs(kDenied, _));
}

TEST_F(TimestampTest, AnAnswerToSomethingElseIsRefused) {
  const std::string other = *MakeTimestampRequest("another checkpoint");
  EXPECT_THAT(VerifyTimestampAnswer(other, response_, authority_.certificate()),
              StatusIs(kDenied, HasSubstr("over these bytes")));
  EXPECT_THAT(VerifyTimestampOf("another checkpoint", response_, authority_.certificate()),
              StatusIs(kDenied, _));
  // The same bytes, asked for earlier: an old answer, played again.
  const std::string again = *MakeTimestampRequest(kData);
  EXPECT_NE(again, request_);
  EXPECT_THAT(VerifyTimestampAnswer(again, response_, authority_.certificate()),
              StatusIs(kDenied, HasSubstr("nonce")));
}

TEST_F(TimestampTest, EveryChangedByteIsRefused) {
  const std::string certificate = authority_.certificate();
  for (size_t i = 0; i < response_.size(); ++i) {
    std::string changed = response_;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto at = VerifyTimestampAnswer(request_, changed, certificate);
    // The few bytes that nothing signs (the wording of the status) change nothing that is said.
    if (at.ok()) {
      EXPECT_EQ(*at, *VerifyTimestampAnswer(request_, response_, certificate)) << i;
    }
  }
  for (size_t size : {size_t{0}, size_t{1}, response_.size() / 2, response_.size() - 1}) {
    EXPECT_FALSE(VerifyTimestampAnswer(request_, response_.substr(0, size), certificate).ok());
  }
  EXPECT_THAT(VerifyTimestampAnswer(request_, response_ + "x", certificate),
              StatusIs(kInvalid, "the answer is no RFC 3161 TimeStampResp"));
  EXPECT_THAT(VerifyTimestampAnswer(request_, "<html>", certificate), StatusIs(kInvalid, _));
}

TEST_F(TimestampTest, ARefusalIsNoTimestamp) {
  // PKIStatusInfo { status rejection(2) }, no token.
  const std::string rejection("\x30\x05\x30\x03\x02\x01\x02", 7);
  EXPECT_THAT(VerifyTimestampAnswer(request_, rejection, authority_.certificate()),
              StatusIs(kDenied, _));
}

TEST_F(TimestampTest, NoCertificateNoTrust) {
  for (const char* pem : {"", "nonsense"}) {
    EXPECT_THAT(VerifyTimestampAnswer(request_, response_, pem), StatusIs(kInvalid, _));
  }
}

}  // namespace
}  // namespace sluss
