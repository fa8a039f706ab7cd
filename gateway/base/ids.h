// Identifiers that cannot be mistaken for each other.
#ifndef SLUSS_GATEWAY_BASE_IDS_H_
#define SLUSS_GATEWAY_BASE_IDS_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sluss {

// A value type over std::string whose Tag keeps kinds of ids apart. No conversion between kinds.
template <typename Tag>
class StrongId {
 public:
  StrongId() = default;
  explicit StrongId(std::string value) : value_(std::move(value)) {}
  const std::string& value() const { return value_; }
  bool empty() const { return value_.empty(); }

  friend bool operator==(const StrongId& a, const StrongId& b) { return a.value_ == b.value_; }
  friend bool operator!=(const StrongId& a, const StrongId& b) { return a.value_ != b.value_; }
  friend bool operator<(const StrongId& a, const StrongId& b) { return a.value_ < b.value_; }
  template <typename H>
  friend H AbslHashValue(H h, const StrongId& id) {
    return H::combine(std::move(h), id.value_);
  }

 private:
  std::string value_;
};

// "<kind>/<name>", such as "school/ekbacken"; kind and name of a-z, 0-9 and '-'. One agency is one
// function at one authority (domain.md 1.2: independent branches have secrecy between them).
using AgencyId = StrongId<struct AgencyIdTag>;
// 16 random bytes made by the sender: the idempotency key of a notification.
using MessageId = StrongId<struct MessageIdTag>;
// 16 random bytes made by the gateway for each attempt to deliver.
using DeliveryId = StrongId<struct DeliveryIdTag>;
// 16 random bytes made by the agency that registers a consent.
using ConsentId = StrongId<struct ConsentIdTag>;
// 16 random bytes naming an event in the disclosure log.
using EventId = StrongId<struct EventIdTag>;

// Whether ParseAgencyId would take the text. Allocates nothing.
bool IsAgencyId(absl::string_view text);
// INVALID_ARGUMENT names what is wrong with the text. At most 100 characters.
absl::StatusOr<AgencyId> ParseAgencyId(absl::string_view text);

// The part before the slash: "school" of "school/ekbacken".
absl::string_view AgencyKind(const AgencyId& agency);

// Checks the length of 16 bytes; `field` is named in the error.
template <typename Id>
absl::StatusOr<Id> ParseId16(absl::string_view bytes, absl::string_view field);

// Hex for people and file names: 32 characters.
template <typename Tag>
std::string IdText(const StrongId<Tag>& id);

namespace internal_ids {
absl::Status CheckLength16(absl::string_view bytes, absl::string_view field);
std::string Hex(absl::string_view bytes);
}  // namespace internal_ids

template <typename Id>
absl::StatusOr<Id> ParseId16(absl::string_view bytes, absl::string_view field) {
  if (absl::Status status = internal_ids::CheckLength16(bytes, field); !status.ok()) return status;
  return Id(std::string(bytes));
}

template <typename Tag>
std::string IdText(const StrongId<Tag>& id) {
  return internal_ids::Hex(id.value());
}

}  // namespace sluss

#endif  // SLUSS_GATEWAY_BASE_IDS_H_
