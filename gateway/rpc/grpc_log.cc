#include "gateway/rpc/grpc_log.h"

#include <grpc/support/log.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "absl/time/clock.h"

namespace sluss {
namespace {

constexpr int kLinesPerSecond = 10;

void WriteLine(gpr_log_func_args* args) {
  static LineLimit* const limit = new LineLimit(kLinesPerSecond);
  const std::optional<uint64_t> dropped = limit->Admit(absl::Now());
  if (!dropped.has_value()) return;
  nlohmann::ordered_json line = {{"event", "grpc"},
                                 {"severity", gpr_log_severity_string(args->severity)},
                                 {"text", args->message}};
  if (*dropped > 0) line["dropped_before"] = *dropped;
  const std::string text =
      line.dump(-1, ' ', /*ensure_ascii=*/true, nlohmann::json::error_handler_t::replace) + "\n";
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace

std::optional<uint64_t> LineLimit::Admit(absl::Time now) {
  MutexLock lock(&mutex_);
  const int64_t second = absl::ToUnixSeconds(now);
  if (second != second_) {
    second_ = second;
    admitted_ = 0;
  }
  if (admitted_ >= per_second_) {
    ++dropped_;
    return std::nullopt;
  }
  ++admitted_;
  return std::exchange(dropped_, 0);
}

void CatchGrpcLog() { gpr_set_log_function(WriteLine); }

}  // namespace sluss
