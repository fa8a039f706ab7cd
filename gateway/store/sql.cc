#include "gateway/store/sql.h"

#include <limits>

#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
constexpr int64_t kAlways = std::numeric_limits<int64_t>::min();

}  // namespace

Query& Query::Time(absl::Time value) {
  if (value == absl::InfiniteFuture()) return Int(kNever);
  if (value == absl::InfinitePast()) return Int(kAlways);
  return Int(absl::ToUnixMicros(value));
}

absl::Status Query::Run() {
  ASSIGN_OR_RETURN(const bool row, Step());
  return row ? absl::InternalError("database: a statement gave rows unasked") : absl::OkStatus();
}

absl::Time Query::TimeAt(int column) const {
  const int64_t us = IntAt(column);
  if (us == kNever) return absl::InfiniteFuture();
  if (us == kAlways) return absl::InfinitePast();
  return absl::FromUnixMicros(us);
}

absl::StatusOr<int64_t> OneNumber(Query query) {
  ASSIGN_OR_RETURN(const bool row, query.Step());
  return row ? query.IntAt(0) : 0;
}

absl::StatusOr<std::string> OneText(Query query) {
  ASSIGN_OR_RETURN(const bool row, query.Step());
  return row ? query.BytesAt(0) : std::string();
}

}  // namespace sluss
