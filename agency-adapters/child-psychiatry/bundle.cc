#include "agency-adapters/child-psychiatry/bundle.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "agency-adapters/child-psychiatry/fhir_terms.h"
#include "gateway/base/status_macros.h"

namespace sluss::fhir {
namespace {

constexpr absl::string_view kTypes[] = {"MessageHeader", "Communication",    "Patient",
                                        "RelatedPerson", "PractitionerRole", "Practitioner",
                                        "Organization",  "Provenance",       "Consent"};

// True for a label of protected identity; a label that is not known is refused, because what it
// asks for would be ignored.
absl::StatusOr<bool> IsProtectedLabel(const Coding& label) {
  if (label.system == kSecurityLabel &&
      (label.code == kProtectedPerson || label.code == kProtectedRegistration)) {
    return true;
  }
  if (label.system == kActCode && label.code == kDemographic) return true;
  if (label.system == kConfidentiality) return false;  // everything is sealed anyway
  return JsonError(label.place, "this security label is not known here");
}

absl::StatusOr<bool> HasProtectedLabel(JsonObject& resource) {
  if (!resource.Has("meta")) return false;
  ASSIGN_OR_RETURN(JsonObject meta, resource.Object("meta"));
  meta.Ignore({"id", "versionId", "lastUpdated", "source", "profile", "tag"});
  bool found = false;
  ASSIGN_OR_RETURN(std::vector<JsonObject> labels, meta.Objects("security"));
  for (JsonObject& label : labels) {
    ASSIGN_OR_RETURN(const Coding coding, ReadCoding(std::move(label)));
    ASSIGN_OR_RETURN(const bool is_protected, IsProtectedLabel(coding));
    found |= is_protected;
  }
  RETURN_IF_ERROR(meta.Finish());
  return found;
}

}  // namespace

absl::StatusOr<Bundle> Bundle::Parse(absl::string_view bytes) {
  Bundle bundle;
  ASSIGN_OR_RETURN(nlohmann::json document, ParseStrictJson(bytes));
  bundle.document_ = std::make_unique<const nlohmann::json>(std::move(document));
  ASSIGN_OR_RETURN(JsonObject top, JsonObject::From(*bundle.document_, "Bundle"));
  RETURN_IF_ERROR(top.Code("resourceType", {"Bundle"}).status());
  RETURN_IF_ERROR(top.Code("type", {"message"}).status());
  ASSIGN_OR_RETURN(bundle.timestamp_, ReadInstant(top, "timestamp"));
  ASSIGN_OR_RETURN(bundle.protected_identity_, HasProtectedLabel(top));
  top.Ignore({"id", "identifier", "language"});  // the message's own id is its MessageHeader's
  ASSIGN_OR_RETURN(std::vector<JsonObject> entries, top.Objects("entry"));
  RETURN_IF_ERROR(top.Finish());
  for (JsonObject& entry : entries) RETURN_IF_ERROR(bundle.AddEntry(entry));
  if (bundle.entries_.empty() || bundle.header().type != "MessageHeader") {
    return JsonError("Bundle.entry[0]", "must be the MessageHeader");
  }
  RETURN_IF_ERROR(bundle.Only("MessageHeader").status());
  return bundle;
}

absl::Status Bundle::AddEntry(JsonObject& entry) {
  ASSIGN_OR_RETURN(JsonObject resource, entry.Object("resource"));
  ASSIGN_OR_RETURN(const size_t type, resource.Code("resourceType", kTypes));
  ASSIGN_OR_RETURN(const bool is_protected, HasProtectedLabel(resource));
  protected_identity_ |= is_protected;
  ASSIGN_OR_RETURN(std::string full_url, entry.OptionalText("fullUrl"));
  ASSIGN_OR_RETURN(const std::string id, resource.OptionalText("id"));
  RETURN_IF_ERROR(entry.Finish());
  if (!full_url.empty()) RETURN_IF_ERROR(AddReference(entry, "fullUrl", std::move(full_url)));
  if (!id.empty()) {
    RETURN_IF_ERROR(AddReference(resource, "id", absl::StrCat(kTypes[type], "/", id)));
  }
  entries_.push_back({resource.place(), std::string(kTypes[type]), resource.value()});
  return absl::OkStatus();
}

absl::Status Bundle::AddReference(const JsonObject& object, absl::string_view name,
                                  std::string reference) {
  if (by_reference_.emplace(std::move(reference), entries_.size()).second) return absl::OkStatus();
  return object.Error(name, "another entry has the same");
}

std::vector<const Bundle::Entry*> Bundle::OfType(absl::string_view type) const {
  std::vector<const Entry*> found;
  for (const Entry& entry : entries_) {
    if (entry.type == type) found.push_back(&entry);
  }
  return found;
}

absl::StatusOr<const Bundle::Entry*> Bundle::Only(absl::string_view type) const {
  const std::vector<const Entry*> found = OfType(type);
  if (found.size() == 1) return found.front();
  if (found.empty()) return JsonError("Bundle.entry", absl::StrCat("holds no ", type));
  return JsonError(found[1]->place, absl::StrCat("a second ", type, ": send one message for each"));
}

absl::StatusOr<const Bundle::Entry*> Bundle::Resolve(JsonObject& reference,
                                                     absl::string_view type) const {
  ASSIGN_OR_RETURN(const std::string text, reference.Text("reference"));
  reference.Ignore({"type", "display"});
  RETURN_IF_ERROR(reference.Finish());
  const auto found = by_reference_.find(text);
  if (found == by_reference_.end()) {
    return reference.Error("reference", "refers to nothing in this message");
  }
  const Entry& entry = entries_[found->second];
  if (entry.type != type) return reference.Error("reference", absl::StrCat("must be a ", type));
  return &entry;
}

absl::StatusOr<JsonObject> Open(const Bundle::Entry& entry) {
  ASSIGN_OR_RETURN(JsonObject resource, JsonObject::From(*entry.resource, entry.place));
  resource.Ignore({"resourceType", "id", "meta", "text", "language"});  // `text` repeats the rest
  return resource;
}

absl::StatusOr<Coding> ReadCoding(JsonObject coding) {
  Coding read{.place = coding.PlaceOf("code"), .system = {}, .code = {}};
  ASSIGN_OR_RETURN(read.system, coding.Text("system"));
  ASSIGN_OR_RETURN(read.code, coding.Text("code"));
  coding.Ignore({"version", "display", "userSelected"});
  RETURN_IF_ERROR(coding.Finish());
  return read;
}

absl::StatusOr<std::vector<Coding>> ReadConcept(JsonObject concept_object) {
  ASSIGN_OR_RETURN(std::vector<JsonObject> codings, concept_object.Objects("coding"));
  concept_object.Ignore({"text"});
  RETURN_IF_ERROR(concept_object.Finish());
  std::vector<Coding> read;
  for (JsonObject& coding : codings) {
    ASSIGN_OR_RETURN(Coding one, ReadCoding(std::move(coding)));
    read.push_back(std::move(one));
  }
  return read;
}

absl::StatusOr<std::vector<Identifier>> ReadIdentifiers(JsonObject& resource) {
  ASSIGN_OR_RETURN(std::vector<JsonObject> objects, resource.Objects("identifier"));
  std::vector<Identifier> identifiers;
  for (JsonObject& object : objects) {
    Identifier identifier{.place = object.PlaceOf("value"), .system = {}, .value = {}};
    ASSIGN_OR_RETURN(identifier.system, object.Text("system"));
    ASSIGN_OR_RETURN(identifier.value, object.Text("value"));
    object.Ignore({"use", "type", "period", "assigner"});
    RETURN_IF_ERROR(object.Finish());
    identifiers.push_back(std::move(identifier));
  }
  return identifiers;
}

absl::StatusOr<std::map<std::string, JsonObject>> ReadExtensions(
    JsonObject& element, std::initializer_list<absl::string_view> known) {
  ASSIGN_OR_RETURN(std::vector<JsonObject> extensions, element.Objects("extension"));
  std::map<std::string, JsonObject> read;
  for (JsonObject& extension : extensions) {
    ASSIGN_OR_RETURN(const std::string url, extension.Text("url"));
    absl::string_view name = url;
    if (!absl::ConsumePrefix(&name, kExtension) ||
        std::find(known.begin(), known.end(), name) == known.end()) {
      return extension.Error(
          "url", absl::StrCat("must be ", kExtension, " and one of ", absl::StrJoin(known, ", ")));
    }
    if (!read.emplace(std::string(name), extension).second) {
      return extension.Error("url", "this extension occurs twice");
    }
  }
  return read;
}

absl::StatusOr<absl::Time> ReadInstant(JsonObject& object, absl::string_view name) {
  ASSIGN_OR_RETURN(const std::string text, object.Text(name));
  absl::Time time;
  std::string error;
  // ParseTime also takes words such as infinite-future, and years without end.
  if (text.size() <= 35 && absl::ascii_isdigit(text[0]) &&
      absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    return time;
  }
  return object.Error(name, "must be a time with seconds and zone, as 2026-03-02T08:30:00+01:00");
}

}  // namespace sluss::fhir
