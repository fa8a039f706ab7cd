#include "gateway/rpc/grpc_log.h"
#include "gateway/rpc/status.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

TEST(StatusTest, EveryCodeGoesThereAndBack) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status ours(static_cast<absl::StatusCode>(code), "text");
    const grpc::Status theirs = ToGrpc(ours);
    EXPECT_EQ(static_cast<int>(theirs.error_code()), code);
    EXPECT_EQ(theirs.error_message(), "text");
    EXPECT_EQ(FromGrpc(theirs), ours);
  }
  EXPECT_TRUE(ToGrpc(absl::OkStatus()).ok());
  EXPECT_OK(FromGrpc(grpc::Status::OK));
}

TEST(StatusTest, AnUnknownNumberIsNeverOk) {
  for (const int code : {-1, 17, 31}) {  // 31: the last that the enumeration can hold
    const grpc::Status strange(static_cast<grpc::StatusCode>(code), "text");
    EXPECT_EQ(FromGrpc(strange).code(), absl::StatusCode::kUnknown);
  }
}

TEST(StatusTest, CutsALongText) {
  const absl::Status status = absl::InternalError(std::string(5000, 'x'));
  EXPECT_EQ(ToGrpc(status).error_message().size(), 1000u);
}

TEST(LineLimitTest, AdmitsSoManyASecondAndCountsTheRest) {
  LineLimit limit(/*per_second=*/2);
  const absl::Time second = absl::FromUnixSeconds(1000);
  EXPECT_EQ(limit.Admit(second), 0u);
  EXPECT_EQ(limit.Admit(second), 0u);
  EXPECT_EQ(limit.Admit(second + absl::Milliseconds(900)), std::nullopt);
  EXPECT_EQ(limit.Admit(second + absl::Milliseconds(999)), std::nullopt);
  EXPECT_EQ(limit.Admit(second + absl::Seconds(1)), 2u);
  EXPECT_EQ(limit.Admit(second + absl::Seconds(1)), 0u);
}

}  // namespace
}  // namespace sluss
