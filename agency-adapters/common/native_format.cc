#include "agency-adapters/common/native_format.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace sluss {
namespace {

absl::Status Missing(absl::string_view field, absl::string_view cure) {
  return absl::InvalidArgumentError(absl::StrCat("`", field, "` is missing: ", cure));
}

absl::Status CheckOfficers(const v1::NeutralNotification& notification) {
  constexpr absl::string_view kWhy = "a person decides each disclosure and says why";
  if (notification.officer().empty()) return Missing("officer", kWhy);
  for (int i = 0; i < notification.officer_size(); ++i) {
    const v1::OfficerAct& officer = notification.officer(i);
    const std::string path = absl::StrCat("officer[", i, "]");
    if (officer.name().empty()) return Missing(path + ".name", kWhy);
    if (officer.role().empty()) return Missing(path + ".role", kWhy);
    if (officer.reason().empty()) return Missing(path + ".reason", kWhy);
  }
  return absl::OkStatus();
}

}  // namespace

bool HasSubject(absl::string_view purpose) {
  return purpose != "CONSULTATION" && purpose != "SITUATION_PICTURE" && purpose != "FEEDBACK";
}

absl::Status CheckNativeSize(const NativeFile& file) {
  if (file.bytes.empty()) {
    return absl::InvalidArgumentError("the record is empty: nothing was written to the file");
  }
  if (file.bytes.size() > kMaxNativeBytes) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the record has ", file.bytes.size(), " bytes and the limit is ", kMaxNativeBytes,
        ": send large attachments by another way and name them in the text"));
  }
  return absl::OkStatus();
}

absl::Status CheckComplete(const v1::NeutralNotification& notification) {
  const std::pair<absl::string_view, bool> needed[] = {
      {"native_id", !notification.native_id().empty()},
      {"recipient", !notification.recipient().empty()},
      {"purpose", !notification.purpose().empty()},
      {"legal_basis", !notification.legal_basis().empty()},
      {"created_us", notification.created_us() != 0},
      {"compartment", !notification.compartment().empty()},
      {"reply_to", (notification.purpose() != "FEEDBACK" && notification.correction() == 0) ||
                       !notification.reply_to().empty()}};
  for (const auto& [field, present] : needed) {
    if (!present) return Missing(field, "the record or its mapping must give it");
  }
  if (HasSubject(notification.purpose()) && notification.identity().number().empty()) {
    return Missing("identity.number", "the child's personal number decides whom this is about");
  }
  return CheckOfficers(notification);
}

bool IsPlainId(absl::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '.';
  });
}

}  // namespace sluss
