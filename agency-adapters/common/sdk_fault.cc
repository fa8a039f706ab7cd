#include "agency-adapters/common/sdk_fault.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace sluss {
namespace {

constexpr SdkReason kReasons[] = {
    SdkReason::kStructure,    SdkReason::kInvariant, SdkReason::kDuplicate, SdkReason::kNotFound,
    SdkReason::kNotSupported, SdkReason::kTooLong,   SdkReason::kForbidden};

std::string Head(SdkReason reason) {
  return absl::StrCat(SdkResponseCode(reason), "/", SdkReasonCode(reason));
}

}  // namespace

absl::string_view SdkResponseCode(SdkReason reason) {
  return reason == SdkReason::kStructure ? "SV" : "BV";
}

absl::string_view SdkReasonCode(SdkReason reason) {
  switch (reason) {
    case SdkReason::kStructure:
      return "structure";
    case SdkReason::kInvariant:
      return "invariant";
    case SdkReason::kDuplicate:
      return "duplicate";
    case SdkReason::kNotFound:
      return "not-found";
    case SdkReason::kNotSupported:
      return "not-supported";
    case SdkReason::kTooLong:
      return "too-long";
    case SdkReason::kForbidden:
      return "forbidden";
  }
  return "invariant";
}

absl::Status SdkError(const SdkFault& fault) {
  return absl::InvalidArgumentError(
      absl::StrCat(Head(fault.reason), fault.document.empty() ? "" : " ", fault.document, ": `",
                   fault.line.empty() ? "NA" : fault.line, "`: ", fault.text));
}

std::optional<SdkFault> ParseSdkError(absl::string_view message) {
  for (SdkReason reason : kReasons) {
    absl::string_view rest = message;
    if (!absl::ConsumePrefix(&rest, Head(reason))) continue;
    SdkFault fault;
    fault.reason = reason;
    const size_t colon = rest.find(": `");
    if (colon == absl::string_view::npos) return std::nullopt;
    fault.document = std::string(absl::StripPrefix(rest.substr(0, colon), " "));
    rest.remove_prefix(colon + 3);
    const size_t end = rest.find("`: ");
    if (end == absl::string_view::npos) return std::nullopt;
    fault.line = std::string(rest.substr(0, end));
    fault.text = std::string(rest.substr(end + 3));
    return fault;
  }
  return std::nullopt;
}

absl::Status WithDocument(const absl::Status& status, absl::string_view document) {
  std::optional<SdkFault> fault = ParseSdkError(status.message());
  if (status.ok() || !fault.has_value()) return status;
  fault->document = std::string(document);
  return SdkError(*fault);
}

}  // namespace sluss
