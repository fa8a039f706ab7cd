// What every check ends with: an exit code, a sentence, and figures for those who ask in JSON.
#ifndef SLUSS_GATEWAY_VERIFY_REPORT_H_
#define SLUSS_GATEWAY_VERIFY_REPORT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace sluss {

enum class Finding {
  kVerified = 0,
  kNotVerified = 1,   // it is not what it claims to be
  kCannotVerify = 2,  // arguments, key, unreadable file
};

struct Conclusion {
  Finding finding = Finding::kCannotVerify;
  std::string conclusion;  // or what is wrong
  nlohmann::ordered_json figures = nlohmann::ordered_json::object();
};

// Prints it; returns the exit code.
int Finish(const Conclusion& outcome, bool json);

std::string SecondText(absl::Time time);  // "2026-11-01T10:00:00Z"

}  // namespace sluss

#endif  // SLUSS_GATEWAY_VERIFY_REPORT_H_
