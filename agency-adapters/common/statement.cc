#include "agency-adapters/common/statement.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"

namespace sluss {

namespace {

bool IsPlainText(absl::string_view category) {
  return category == "HEALTH" || category == "CRIME" || category == "PLAN" ||
         category == "SOCIAL_DECISIONS" || category == "ANONYMOUS";
}

absl::Status NoText() {
  return absl::InvalidArgumentError(
      "the data category must be one of ANONYMOUS, ATTENDANCE, NARRATIVE, HEALTH, CRIME, PLAN, "
      "SOCIAL_DECISIONS");
}

}  // namespace

absl::Status AddStatement(absl::string_view category, v1::Statement statement,
                          v1::NeutralNotification* notification) {
  const auto content = [&] {
    return &(*notification->mutable_compartment())[std::string(category)];
  };
  if (category == "NARRATIVE") {
    *content()->mutable_narrative()->add_statement() = std::move(statement);
  } else if (category == "ATTENDANCE") {
    std::string* text = content()->mutable_attendance()->mutable_text();
    absl::StrAppend(text, text->empty() ? "" : "\n", statement.text());
  } else if (IsPlainText(category)) {
    *content()->mutable_text()->add_statement() = std::move(statement);
  } else {
    return NoText();
  }
  return absl::OkStatus();
}

absl::Status AddAttachment(absl::string_view category, v1::Attachment attachment,
                           v1::NeutralNotification* notification) {
  if (category == "ANONYMOUS") {
    return absl::InvalidArgumentError("no file is sent where nobody shall be named");
  }
  if (category != "NARRATIVE" && category != "ATTENDANCE" && !IsPlainText(category)) {
    return NoText();
  }
  v1::CompartmentContent& content = (*notification->mutable_compartment())[std::string(category)];
  if (category == "NARRATIVE") {
    content.mutable_narrative();
  } else if (category == "ATTENDANCE") {
    content.mutable_attendance();
  } else {
    content.mutable_text();
  }
  *content.add_attachment() = std::move(attachment);
  return absl::OkStatus();
}

bool IsDay(absl::string_view text) {
  absl::CivilDay day;
  return text.size() == 10 && absl::ParseCivilTime(text, &day) &&
         absl::FormatCivilTime(day) == text;
}

}  // namespace sluss
