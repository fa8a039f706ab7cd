#include "agency-adapters/social-services/actualisation_writer.h"

#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "agency-adapters/common/attachment_type.h"
#include "agency-adapters/common/render.h"
#include "agency-adapters/common/swedish_words.h"
#include "gateway/base/clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "nlohmann/json.hpp"
#include "proto/notification.pb.h"

namespace sluss::lifecare {
namespace {

using Json = nlohmann::ordered_json;

absl::Status Lacks(absl::string_view text) {
  return absl::FailedPreconditionError(absl::StrCat(
      "mapping: `lifecare` ", text, ": take the code from the installation's proposal endpoint"));
}

absl::StatusOr<v1::ActualisationCode> FindActualisation(const v1::LifecareMapping& codes,
                                                        const std::string& purpose) {
  for (const v1::ActualisationCode& code : codes.actualisation()) {
    if (code.purpose() == purpose) return code;
  }
  return Lacks(absl::StrCat("has no `actualisation` row with type_id for purpose ", purpose));
}

absl::StatusOr<v1::SenderCode> FindSender(const v1::LifecareMapping& codes,
                                          const std::string& sender) {
  const absl::string_view kind = absl::string_view(sender).substr(0, sender.find('/'));
  for (const v1::SenderCode& code : codes.sender()) {
    if (code.agency_kind() == kind) return code;
  }
  return Lacks(absl::StrCat("has no `sender` row with from_who_id for ", kind));
}

std::string Shown(const Json& json) {
  return json.dump(/*indent=*/2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) +
         "\n";
}

absl::StatusOr<Json> Actualisation(const v1::DeliveredNotification& delivered,
                                   const v1::LifecareMapping& codes, const v1::SenderCode& sender) {
  const v1::NeutralNotification& notification = delivered.notification();
  ASSIGN_OR_RETURN(const v1::ActualisationCode code,
                   FindActualisation(codes, notification.purpose()));
  const absl::CivilDay day = SwedishDay(absl::FromUnixMicros(notification.created_us()));
  Json body = {{"date", absl::FormatCivilTime(day)}};
  if (!notification.identity().number().empty()) {
    body["partyLegalId"] = notification.identity().number();
  }
  if (!delivered.matched_case().empty()) body["partyCase"] = delivered.matched_case();
  body["typeId"] = code.type_id();
  body["reasonId"] = code.reason_id();
  body["fromWhoId"] = sender.from_who_id();
  body["organisationUnitId"] = codes.organisation_unit_id();
  return body;
}

// ".pdf" of a file's name where it is short and plain: the name itself comes from elsewhere.
std::string Ending(const std::string& file_name) {
  const size_t dot = file_name.rfind('.');
  if (dot == std::string::npos || file_name.size() - dot > 6) return "";
  const bool plain = std::all_of(file_name.begin() + static_cast<std::ptrdiff_t>(dot) + 1,
                                 file_name.end(), absl::ascii_isalnum);
  return plain ? file_name.substr(dot) : "";
}

// The documents and, in `list`, what Lifecare asks about each.
class Documents {
 public:
  Documents(const v1::LifecareMapping& codes, const v1::SenderCode& sender, std::string sender_name)
      : document_type_(codes.document_type()),
        sender_type_(sender.sender_type()),
        sender_name_(std::move(sender_name)) {}

  void Add(std::string name, absl::string_view title, std::string bytes) {
    list_.push_back({{"file", name},
                     {"title", std::string(title)},
                     {"documentType", document_type_},
                     {"senderType", sender_type_},
                     {"senderName", sender_name_}});
    files_.push_back({.name = std::move(name), .bytes = std::move(bytes)});
  }

  const Json& list() const { return list_; }
  std::vector<NativeFile>& files() { return files_; }

 private:
  const std::string document_type_;
  const std::string sender_type_;
  const std::string sender_name_;
  Json list_ = Json::array();
  std::vector<NativeFile> files_;
};

std::string SenderName(const v1::MappingConfig& mapping, const std::string& sender) {
  for (const v1::Peer& peer : mapping.peer()) {
    if (peer.agency() == sender && !peer.name().empty()) return peer.name();
  }
  return sender;
}

}  // namespace

absl::Status CheckCodes(const v1::LifecareMapping& codes) {
  if (codes.organisation_unit_id() == 0) return Lacks("lacks organisation_unit_id");
  if (codes.document_type().empty()) return Lacks("lacks document_type");
  for (const v1::ActualisationCode& code : codes.actualisation()) {
    if (code.purpose().empty() || code.type_id() == 0 || code.reason_id() == 0) {
      return Lacks("needs purpose, type_id and reason_id in each `actualisation` row");
    }
  }
  for (const v1::SenderCode& code : codes.sender()) {
    if (code.agency_kind().empty() || code.from_who_id() == 0 || code.sender_type().empty()) {
      return Lacks("needs agency_kind, from_who_id and sender_type in each `sender` row");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<NativeFile>> WriteActualisation(
    const v1::DeliveredNotification& delivered, const v1::MappingConfig& mapping) {
  const v1::NeutralNotification& notification = delivered.notification();
  const std::string id = ToHex(delivered.message_id());
  const std::string sender_name = SenderName(mapping, delivered.sender());
  ASSIGN_OR_RETURN(const v1::SenderCode sender, FindSender(mapping.lifecare(), delivered.sender()));
  Documents documents(mapping.lifecare(), sender, sender_name);
  documents.Add(absl::StrCat(id, ".pdf"), TitleInSwedish(notification),
                RenderDeliveredPdf(delivered, sender_name));
  const std::map<std::string, v1::CompartmentContent> parts(notification.compartment().begin(),
                                                            notification.compartment().end());
  for (const auto& [category, content] : parts) {
    for (const v1::Attachment& file : content.attachment()) {
      const std::string title = BaseName(file.file_name());
      documents.Add(absl::StrCat(id, ".attachment-", documents.list().size(), Ending(title)), title,
                    file.content());
    }
  }
  std::vector<NativeFile> files = std::move(documents.files());
  Json attachments = {{"attachments", documents.list()}};
  const bool corrects = notification.correction() != v1::CORRECTION_KIND_UNSPECIFIED;
  if (corrects) {
    attachments["corrects"] = notification.reply_to();
    attachments["correction"] =
        notification.correction() == v1::RETRACTION ? "retraction" : "correction";
  }
  files.push_back({.name = absl::StrCat(id, ".attachments.json"), .bytes = Shown(attachments)});
  // A correction belongs to the actualisation of what it corrects.
  if (corrects) return files;
  if (!notification.identity().number().empty() || !delivered.matched_case().empty()) {
    ASSIGN_OR_RETURN(const Json body, Actualisation(delivered, mapping.lifecare(), sender));
    files.push_back({.name = absl::StrCat(id, ".actualisation.json"), .bytes = Shown(body)});
  }
  return files;
}

}  // namespace sluss::lifecare
