#include "agency-adapters/child-psychiatry/communication_reader.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "agency-adapters/child-psychiatry/fhir_terms.h"
#include "agency-adapters/common/statement.h"
#include "gateway/base/status_macros.h"
#include "proto/notification.pb.h"

namespace sluss::fhir {
namespace {

// What a Communication that is being sent can be; one that was stopped or entered in error is not.
constexpr absl::string_view kStatuses[] = {"completed", "in-progress", "unknown"};

absl::Status ReadUrgency(JsonObject& communication, v1::NeutralNotification* notification) {
  ASSIGN_OR_RETURN(auto extensions, ReadExtensions(communication, {kPhonedFirst}));
  for (auto& [name, extension] : extensions) {
    ASSIGN_OR_RETURN(const bool phoned, extension.Bool("valueBoolean"));
    notification->set_phoned_first(phoned);
    RETURN_IF_ERROR(extension.Finish());
  }
  notification->set_urgency(v1::NORMAL);
  if (!communication.Has("priority")) return absl::OkStatus();
  ASSIGN_OR_RETURN(const size_t priority, communication.Code("priority", kPriorities));
  if (kPriorities[priority] == "stat") {
    if (!notification->phoned_first()) {
      return communication.Error("priority",
                                 "`stat` needs a telephone call first: phone, then send with the "
                                 "extension phoned-first");
    }
    notification->set_urgency(v1::NOW);
  } else if (kPriorities[priority] != "routine") {
    notification->set_urgency(v1::TODAY);
  }
  return absl::OkStatus();
}

// The data category of payloads that do not say their own; empty where nothing says one.
absl::StatusOr<std::string> ReadDefaultCategory(JsonObject& communication,
                                                const v1::MappingConfig& mapping) {
  std::string category;
  ASSIGN_OR_RETURN(std::vector<JsonObject> concepts, communication.Objects("category"));
  for (JsonObject& one : concepts) {
    ASSIGN_OR_RETURN(const std::vector<Coding> codings, ReadConcept(std::move(one)));
    for (const Coding& coding : codings) {
      const auto& known = mapping.fhir().category();
      const auto row = std::find_if(known.begin(), known.end(), [&](const v1::FhirCategory& c) {
        return c.system() == coding.system && c.code() == coding.code;
      });
      if (row == known.end()) return JsonError(coding.place, "is no `category` of the mapping");
      if (!category.empty() && category != row->category()) {
        return JsonError(coding.place, "is a second data category: give each payload its own");
      }
      category = row->category();
    }
  }
  return category;
}

absl::Status ReadConcerns(JsonObject& communication, v1::NeutralNotification* notification) {
  ASSIGN_OR_RETURN(std::vector<JsonObject> concepts, communication.Objects("reasonCode"));
  for (JsonObject& one : concepts) {
    ASSIGN_OR_RETURN(const std::vector<Coding> codings, ReadConcept(std::move(one)));
    for (const Coding& coding : codings) {
      if (coding.system != kConcern || std::find(std::begin(kConcernCodes), std::end(kConcernCodes),
                                                 coding.code) == std::end(kConcernCodes)) {
        return JsonError(coding.place, absl::StrCat("must be a concern of system ", kConcern));
      }
      (*notification->mutable_compartment())["NARRATIVE"].mutable_narrative()->add_concern(
          coding.code);
    }
  }
  return absl::OkStatus();
}

absl::Status ReadPersons(JsonObject& extension, ptrdiff_t role, v1::Statement* statement) {
  ASSIGN_OR_RETURN(const std::string names, extension.Text("valueString"));
  for (const absl::string_view name : absl::StrSplit(names, "; ")) {
    v1::PersonInStatement& person = *statement->add_person();
    person.set_role(static_cast<v1::PersonRole>(role + 1));
    person.set_name(std::string(name));
  }
  return absl::OkStatus();
}

// Fills what the payload's extensions say, and returns its data category.
absl::StatusOr<std::string> ReadPayloadExtensions(JsonObject& payload, std::string category,
                                                  v1::Statement* statement) {
  ASSIGN_OR_RETURN(
      auto extensions,
      ReadExtensions(payload, {kDataCategory, kSource, kStatementDate, kAbout, kStatementId,
                               kCorrectsStatement, kRetracted, kPersons[0], kPersons[1],
                               kPersons[2], kPersons[3], kPersons[4]}));
  for (auto& [name, extension] : extensions) {
    const auto* const person = std::find(std::begin(kPersons), std::end(kPersons), name);
    if (person != std::end(kPersons)) {
      RETURN_IF_ERROR(ReadPersons(extension, person - std::begin(kPersons), statement));
    } else if (name == kStatementId) {
      ASSIGN_OR_RETURN(*statement->mutable_id(), extension.Text("valueString"));
    } else if (name == kCorrectsStatement) {
      ASSIGN_OR_RETURN(*statement->mutable_corrects(), extension.Text("valueString"));
    } else if (name == kRetracted) {
      ASSIGN_OR_RETURN(const bool retracted, extension.Bool("valueBoolean"));
      statement->set_retracted(retracted);
    } else if (name == kDataCategory) {
      ASSIGN_OR_RETURN(category, extension.Text("valueCode"));
    } else if (name == kSource) {
      ASSIGN_OR_RETURN(const size_t source, extension.Code("valueCode", kSourceCodes));
      statement->set_source(static_cast<v1::SourceType>(source + 1));
    } else if (name == kAbout) {
      ASSIGN_OR_RETURN(const size_t about, extension.Code("valueCode", kPersonRoleCodes));
      statement->set_about(static_cast<v1::PersonRole>(about + 1));
    } else {
      ASSIGN_OR_RETURN(*statement->mutable_date(), extension.Text("valueDate"));
      if (!IsDay(statement->date())) return extension.Error("valueDate", "must be YYYY-MM-DD");
    }
    RETURN_IF_ERROR(extension.Finish());
  }
  if (!category.empty()) return category;
  return JsonError(payload.place(), "says no data category: add the extension data-category");
}

absl::StatusOr<v1::Attachment> ReadAttachment(JsonObject object) {
  v1::Attachment attachment;
  ASSIGN_OR_RETURN(*attachment.mutable_file_name(), object.Text("title"));
  if (attachment.file_name().find_first_of("/\\") != std::string::npos) {
    return object.Error("title", "must be a file name without a directory");
  }
  ASSIGN_OR_RETURN(*attachment.mutable_content_type(), object.Text("contentType"));
  ASSIGN_OR_RETURN(const std::string data, object.Text("data"));
  if (!absl::Base64Unescape(data, attachment.mutable_content())) {
    return object.Error("data", "must be base64");
  }
  object.Ignore({"language", "creation"});
  RETURN_IF_ERROR(object.Finish());
  return attachment;
}

absl::Status ReadPayload(JsonObject& payload, const std::string& default_category,
                         v1::NeutralNotification* notification) {
  v1::Statement statement;
  ASSIGN_OR_RETURN(const std::string category,
                   ReadPayloadExtensions(payload, default_category, &statement));
  absl::Status status;
  if (payload.Has("contentAttachment")) {
    ASSIGN_OR_RETURN(JsonObject object, payload.Object("contentAttachment"));
    ASSIGN_OR_RETURN(v1::Attachment attachment, ReadAttachment(std::move(object)));
    status = AddAttachment(category, std::move(attachment), notification);
  } else {
    ASSIGN_OR_RETURN(*statement.mutable_text(), payload.Text("contentString"));
    status = AddStatement(category, std::move(statement), notification);
  }
  if (!status.ok()) return JsonError(payload.place(), status.message());
  return payload.Finish();
}

}  // namespace

absl::Status ReadCommunication(const Bundle& bundle, const Bundle::Entry& entry,
                               const Bundle::Entry* patient, const v1::MappingConfig& mapping,
                               std::optional<JsonObject>* sender,
                               v1::NeutralNotification* notification) {
  ASSIGN_OR_RETURN(JsonObject communication, Open(entry));
  RETURN_IF_ERROR(communication.Code("status", kStatuses).status());
  if (communication.Has("subject")) {
    ASSIGN_OR_RETURN(JsonObject subject, communication.Object("subject"));
    ASSIGN_OR_RETURN(const Bundle::Entry* child, bundle.Resolve(subject, "Patient"));
    if (child != patient) return subject.Error("reference", "is not the child of this message");
  } else if (patient != nullptr) {
    return communication.Error("subject", "is missing: it must be the Patient");
  }
  if (communication.Has("sender")) {
    ASSIGN_OR_RETURN(*sender, communication.Object("sender"));
  }
  if (communication.Has("sent")) {
    ASSIGN_OR_RETURN(const absl::Time sent, ReadInstant(communication, "sent"));
    notification->set_created_us(absl::ToUnixMicros(sent));
  }
  RETURN_IF_ERROR(ReadUrgency(communication, notification));
  ASSIGN_OR_RETURN(const std::string category, ReadDefaultCategory(communication, mapping));
  RETURN_IF_ERROR(ReadConcerns(communication, notification));
  ASSIGN_OR_RETURN(std::vector<JsonObject> payloads, communication.Objects("payload"));
  if (payloads.empty()) return communication.Error("payload", "is missing: nothing is told");
  for (JsonObject& payload : payloads) {
    RETURN_IF_ERROR(ReadPayload(payload, category, notification));
  }
  // The addressee is MessageHeader.destination; the rest is the care giver's own order.
  communication.Ignore({"identifier", "recipient", "received", "medium", "encounter"});
  return communication.Finish();
}

}  // namespace sluss::fhir
