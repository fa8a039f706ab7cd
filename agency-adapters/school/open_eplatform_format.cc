#include "agency-adapters/school/open_eplatform_format.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agency-adapters/common/mapping.h"
#include "agency-adapters/common/outcome_text.h"
#include "agency-adapters/common/render.h"
#include "agency-adapters/school/callback.h"
#include "agency-adapters/school/flow_instance.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

// What confirmDelivery says of an event; nothing while the outcome is open.
enum class Delivered { kOpen, kYes, kNo };

Delivered DeliveredBy(SentEvent event) {
  switch (event) {
    case SentEvent::kDelivered:
      return Delivered::kYes;
    case SentEvent::kDenied:
    case SentEvent::kInvalid:
    case SentEvent::kRefused:
    case SentEvent::kStopped:
    case SentEvent::kExpired:
      return Delivered::kNo;
    case SentEvent::kAccepted:
    case SentEvent::kPartial:
    case SentEvent::kFeedback:
    case SentEvent::kPhoneNow:
      return Delivered::kOpen;
  }
  return Delivered::kOpen;
}

bool FlowInstanceId(const std::string& text, int32_t* id) {
  return absl::SimpleAtoi(text, id) && *id > 0;
}

class OpenEplatformFormat : public NativeFormat {
 public:
  OpenEplatformFormat(Mapping mapping, const Clock* clock)
      : mapping_(std::move(mapping)), clock_(clock) {
    for (const v1::StatusAlias& status : settings().status()) {
      aliases_[status.event()] = status.alias();
    }
  }

  absl::StatusOr<v1::NeutralNotification> Read(const NativeFile& file) const override {
    ASSIGN_OR_RETURN(const FlowInstance instance, ReadFlowInstance(file));
    ASSIGN_OR_RETURN(const Mapping::Route* route, mapping_.FindRoute(instance.family_id));
    v1::NeutralNotification notification;
    Mapping::Start(*route, &notification);
    notification.set_native_id(instance.flow_instance_id);
    notification.set_created_us(absl::ToUnixMicros(instance.submitted));
    RETURN_IF_ERROR(
        mapping_.Fill(*route, instance.answers, SwedishDay(instance.submitted), &notification));
    if (notification.has_identity()) {
      notification.mutable_identity()->set_protected_identity(notification.protected_identity());
    }
    RETURN_IF_ERROR(CheckComplete(notification));
    return notification;
  }

  absl::StatusOr<std::vector<NativeFile>> Write(
      const v1::DeliveredNotification& delivered) const override {
    const v1::NeutralNotification& notification = delivered.notification();
    CallbackTarget target = Target(ToHex(delivered.message_id()));
    // An answer belongs to the flow instance that was answered, everything else to the inbox.
    if (!FlowInstanceId(notification.reply_to(), &target.flow_instance_id)) {
      target.flow_instance_id = settings().inbox_flow_instance();
    }
    std::vector<v1::Attachment> attachments;
    for (const auto& [category, content] : std::map<std::string, v1::CompartmentContent>(
             notification.compartment().begin(), notification.compartment().end())) {
      attachments.insert(attachments.end(), content.attachment().begin(),
                         content.attachment().end());
    }
    const std::string sender = mapping_.PeerName(delivered.sender());
    v1::Attachment& pdf = attachments.emplace_back();
    pdf.set_file_name("meddelande.pdf");
    pdf.set_content_type("application/pdf");
    pdf.set_content(RenderDeliveredPdf(delivered, sender));
    return std::vector<NativeFile>{
        {absl::StrCat(target.external_id, "-addMessage.xml"),
         AddMessageCall(target, clock_->Now(), RenderDelivered(delivered, sender), attachments)}};
  }

  absl::StatusOr<std::vector<NativeFile>> WriteOutcome(const SentOutcome& outcome) const override {
    std::vector<NativeFile> calls;
    CallbackTarget target = Target(outcome.message_id_hex);
    if (!FlowInstanceId(outcome.native_id, &target.flow_instance_id)) return calls;
    const absl::string_view event = EventName(outcome.event);
    const std::string name = absl::StrCat(target.flow_instance_id, "-", event, "-");
    const std::string text = OutcomeText(outcome);
    const Delivered delivered = DeliveredBy(outcome.event);
    if (delivered != Delivered::kOpen) {
      calls.push_back({name + "confirmDelivery.xml",
                       ConfirmDeliveryCall(target, delivered == Delivered::kYes, text)});
    }
    const auto alias = aliases_.find(std::string(event));
    if (alias != aliases_.end()) {
      calls.push_back({name + "setStatus.xml", SetStatusCall(target, alias->second)});
    }
    if (outcome.event != SentEvent::kDelivered) {  // a delivery is told by its status
      calls.push_back({name + "addMessage.xml",
                       AddMessageCall(target, clock_->Now(), text, /*attachments=*/{})});
    }
    return calls;
  }

 private:
  const v1::OpenEplatformMapping& settings() const { return mapping_.config().open_eplatform(); }

  CallbackTarget Target(const std::string& message_id_hex) const {
    return {0, message_id_hex, settings().external_system(), settings().user_id()};
  }

  const Mapping mapping_;
  const Clock* const clock_;
  std::map<std::string, std::string> aliases_;
};

absl::Status CheckSettings(const v1::OpenEplatformMapping& settings) {
  if (settings.external_system().empty()) {
    return absl::InvalidArgumentError("open_eplatform.external_system: is missing");
  }
  if (settings.user_id().empty()) {
    return absl::InvalidArgumentError("open_eplatform.user_id: is missing");
  }
  if (settings.inbox_flow_instance() <= 0) {
    return absl::InvalidArgumentError(
        "open_eplatform.inbox_flow_instance: is missing; name the flow instance that takes what "
        "answers nothing");
  }
  for (int i = 0; i < settings.status_size(); ++i) {
    bool known = false;
    for (int event = 0; event <= static_cast<int>(SentEvent::kPhoneNow); ++event) {
      known = known || EventName(static_cast<SentEvent>(event)) == settings.status(i).event();
    }
    if (known && !settings.status(i).alias().empty()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("open_eplatform.status[", i, "]: a known event and an alias are needed"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<NativeFormat>> MakeOpenEplatformFormat(
    const v1::MappingConfig& config, const Clock* clock) {
  RETURN_IF_ERROR(CheckSettings(config.open_eplatform()));
  ASSIGN_OR_RETURN(Mapping mapping, Mapping::Make(config));
  return std::make_unique<OpenEplatformFormat>(std::move(mapping), clock);
}

}  // namespace sluss
