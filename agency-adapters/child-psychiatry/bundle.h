// One FHIR R4 message: its resources, and how they refer to each other.
//
// Takes a Bundle of type `message` whose first entry is the MessageHeader and whose other entries
// are of the types in kTypes. Anything else is refused at its place: another resource type, an
// entry with `request` or `search`, two entries under one reference, a contained resource, a
// modifierExtension, a security label that is not known.
//
// The base of the message is R4's Messaging page; the labels are HL7 Sweden's.
// Errors are those of strict_json.h. Immutable once parsed.
#ifndef SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_BUNDLE_H_
#define SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_BUNDLE_H_

#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agency-adapters/common/strict_json.h"

namespace sluss::fhir {

class Bundle {
 public:
  struct Entry {
    std::string place;  // "Bundle.entry[2].resource"
    std::string type;   // "Communication"
    const nlohmann::json* resource;
  };

  static absl::StatusOr<Bundle> Parse(absl::string_view bytes);

  const Entry& header() const { return entries_.front(); }
  std::vector<const Entry*> OfType(absl::string_view type) const;

  // The only entry of `type`; INVALID_ARGUMENT when there is none or another one.
  absl::StatusOr<const Entry*> Only(absl::string_view type) const;

  // The entry that the Reference `reference` stands for, which must be of `type`.
  absl::StatusOr<const Entry*> Resolve(JsonObject& reference, absl::string_view type) const;

  absl::Time timestamp() const { return timestamp_; }

  // Some resource carries a label of protected identity.
  bool protected_identity() const { return protected_identity_; }

 private:
  Bundle() = default;
  absl::Status AddEntry(JsonObject& entry);
  absl::Status AddReference(const JsonObject& entry, absl::string_view name, std::string reference);

  std::unique_ptr<const nlohmann::json> document_;  // entries_ point into it
  std::vector<Entry> entries_;
  std::map<std::string, size_t> by_reference_;  // fullUrl and Type/id
  absl::Time timestamp_;
  bool protected_identity_ = false;
};

// The resource as an object of which id, meta, text and language are read already.
absl::StatusOr<JsonObject> Open(const Bundle::Entry& entry);

struct Coding {
  std::string place;
  std::string system;
  std::string code;
};

// The codings of a CodeableConcept or, for ReadCoding, of one Coding. `text` is left to people.
absl::StatusOr<std::vector<Coding>> ReadConcept(JsonObject concept_object);
absl::StatusOr<Coding> ReadCoding(JsonObject coding);

struct Identifier {
  std::string place;  // of the value
  std::string system;
  std::string value;
};

absl::StatusOr<std::vector<Identifier>> ReadIdentifiers(JsonObject& resource);

// Our extensions of `element` by name, each to be read with its one value[x] property. An extension
// that is not among `known` is refused.
absl::StatusOr<std::map<std::string, JsonObject>> ReadExtensions(
    JsonObject& element, std::initializer_list<absl::string_view> known);

// An `instant` or full `dateTime`: with its zone.
absl::StatusOr<absl::Time> ReadInstant(JsonObject& object, absl::string_view name);

}  // namespace sluss::fhir

#endif  // SLUSS_AGENCY_ADAPTERS_CHILD_PSYCHIATRY_BUNDLE_H_
