// gMock matchers for absl::Status and absl::StatusOr (Debian's Abseil ships none).
#ifndef SLUSS_TESTS_TESTING_STATUS_MATCHERS_H_
#define SLUSS_TESTS_TESTING_STATUS_MATCHERS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sluss::testing {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

MATCHER(IsOk, "is ok") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

// StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`purpose`"))
MATCHER_P2(StatusIs, code, message, "") {
  const absl::Status& status = StatusOf(arg);
  *result_listener << status.ToString();
  return status.code() == code &&
         ::testing::ExplainMatchResult(message, std::string(status.message()), result_listener);
}

}  // namespace sluss::testing

#define ASSERT_OK(expr) ASSERT_THAT((expr), ::sluss::testing::IsOk())
#define EXPECT_OK(expr) EXPECT_THAT((expr), ::sluss::testing::IsOk())

#endif  // SLUSS_TESTS_TESTING_STATUS_MATCHERS_H_
