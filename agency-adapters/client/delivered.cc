#include "agency-adapters/client/delivered.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agency-adapters/client/compose.h"
#include "agency-adapters/client/sent_outcome.h"
#include "gateway/base/clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

absl::Status Fault(absl::string_view category, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("`content.", category, "`: ", text));
}

absl::Status AddContent(const std::string& category, const std::string& bytes,
                        v1::NeutralNotification* notification) {
  v1::CompartmentContent content;
  if (!content.ParseFromString(bytes)) return Fault(category, "is not a compartment's content");
  if (category != std::string(kIdentityCategory)) {
    if (content.has_identity()) return Fault(category, "carries an identity");
    (*notification->mutable_compartment())[category] = std::move(content);
    return absl::OkStatus();
  }
  if (!content.has_identity()) return Fault(category, "carries no identity");
  *notification->mutable_identity() = std::move(*content.mutable_identity());
  return absl::OkStatus();
}

absl::Status CheckFeedback(const v1::NeutralNotification& notification) {
  const auto status = notification.compartment().find(std::string(kStatusCategory));
  if (notification.compartment_size() != 1 || notification.has_identity() ||
      status == notification.compartment().end()) {
    return Fault(kStatusCategory, "feedback carries STATUS and nothing more");
  }
  return CheckFeedbackContent(status->second);
}

void AddHeader(const v1::Header& header, v1::NeutralNotification* notification) {
  notification->set_recipient(header.recipient());
  notification->set_purpose(header.purpose());
  notification->set_legal_basis(header.legal_basis());
  notification->set_urgency(header.urgency());
  notification->set_phoned_first(header.phoned_first());
  notification->set_created_us(header.created_us());
  notification->set_reply_to(ToHex(header.reply_to()));
  notification->set_correction(header.correction());
  notification->set_conversation(ToHex(header.conversation()));
  notification->set_protected_identity(header.protected_identity());
  if (header.withhold_until_us() != 0) {
    notification->set_withhold_until(
        absl::FormatCivilTime(SwedishDay(absl::FromUnixMicros(header.withhold_until_us()))));
  }
  for (const std::string& id : header.consent_id()) notification->add_consent_id(ToHex(id));
  for (const v1::Attestation& attestation : header.attestation()) {
    notification->add_officer()->set_role(attestation.role());
  }
}

}  // namespace

absl::StatusOr<v1::DeliveredNotification> DeliveredFrom(const Opened& opened,
                                                        const v1::Decision& decision) {
  v1::DeliveredNotification delivered;
  v1::NeutralNotification* const notification = delivered.mutable_notification();
  AddHeader(opened.header, notification);
  for (const auto& [category, bytes] : opened.contents) {
    RETURN_IF_ERROR(AddContent(category, bytes, notification));
  }
  if (notification->purpose() == std::string(kFeedbackPurpose)) {
    RETURN_IF_ERROR(CheckFeedback(*notification));
  }
  notification->set_escrow_identity(opened.escrow.has_value());
  delivered.set_sender(opened.header.sender());
  delivered.set_message_id(opened.header.message_id());
  delivered.set_withheld(static_cast<uint32_t>(opened.withheld));
  delivered.set_decision_text(decision.reason_sv());
  ASSIGN_OR_RETURN(const std::vector<std::string> obligations, ObligationTexts(decision));
  delivered.mutable_obligation()->Assign(obligations.begin(), obligations.end());
  return delivered;
}

}  // namespace sluss
