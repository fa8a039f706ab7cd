#include "gateway/verify/report.h"

#include <iostream>

namespace sluss {
namespace {

absl::string_view Heading(Finding finding) {
  switch (finding) {
    case Finding::kVerified:
      return "verified: ";
    case Finding::kNotVerified:
      return "NOT verified: ";
    case Finding::kCannotVerify:
      return "cannot verify: ";
  }
  return "";
}

}  // namespace

int Finish(const Conclusion& outcome, bool json) {
  const bool verified = outcome.finding == Finding::kVerified;
  if (json) {
    nlohmann::ordered_json object = outcome.figures;
    object["verified"] = verified;
    object[verified ? "conclusion" : "fault"] = outcome.conclusion;
    std::cout << object.dump() << std::endl;
  } else {
    (verified ? std::cout : std::cerr)
        << Heading(outcome.finding) << outcome.conclusion << std::endl;
  }
  return static_cast<int>(outcome.finding);
}

std::string SecondText(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone());
}

}  // namespace sluss
