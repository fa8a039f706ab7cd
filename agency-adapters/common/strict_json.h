// JSON from another system, read so that nothing in it goes unnoticed.
//
// ParseStrictJson refuses what JSON readers like to disagree about: a property that occurs twice, a
// document that is nested beyond reason, bytes that are not UTF-8, anything after the document.
// JsonObject then hands out properties one by one, each under its place in the document, and
// Finish() refuses those that nobody asked for. So a reader cannot forget to look at a property: it
// reads it, says Ignore, or the record is refused by that property's name.
//
// Errors are INVALID_ARGUMENT (RESOURCE_EXHAUSTED for size) and begin with the place in backticks:
// "`Bundle.entry[2].resource.priority`: must be text". They never quote a value, and a property's
// name only where it looks like a name.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_STRICT_JSON_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_STRICT_JSON_H_

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nlohmann/json.hpp"

namespace sluss {

struct JsonLimits {
  size_t max_bytes = 30 * 1024 * 1024;
  size_t max_depth = 32;  // objects and arrays inside each other
};

absl::StatusOr<nlohmann::json> ParseStrictJson(absl::string_view bytes,
                                               const JsonLimits& limits = {});

// INVALID_ARGUMENT "`<place>`: <text>".
absl::Status JsonError(absl::string_view place, absl::string_view text);

// A view of one object; the document must outlive it. Not thread-safe: reading is remembered.
//
// Each getter marks its property as read. A property that is present must have the right type; text
// is refused where it holds control characters other than tab and line ends.
class JsonObject {
 public:
  // `place` is what stands before a property's name in errors; empty for the top of a document.
  static absl::StatusOr<JsonObject> From(const nlohmann::json& value, std::string place);

  bool Has(absl::string_view name) const;

  absl::StatusOr<std::string> Text(absl::string_view name);          // must be there, not empty
  absl::StatusOr<std::string> OptionalText(absl::string_view name);  // "" when absent
  // Text that must be one of `codes`: its index. Wrong codes are told the right ones.
  absl::StatusOr<size_t> Code(absl::string_view name, absl::Span<const absl::string_view> codes);
  absl::StatusOr<bool> Bool(absl::string_view name);  // must be there
  absl::StatusOr<std::optional<bool>> OptionalBool(absl::string_view name);
  absl::StatusOr<JsonObject> Object(absl::string_view name);                // must be there
  absl::StatusOr<std::vector<JsonObject>> Objects(absl::string_view name);  // absent: none
  absl::StatusOr<std::vector<std::string>> Texts(absl::string_view name);   // absent: none

  // Left unread on purpose; the reader's documentation says why.
  void Ignore(std::initializer_list<absl::string_view> names);

  // Refuses the first property that was neither read nor ignored.
  absl::Status Finish(absl::string_view why = "is not read here: leave it out") const;

  const nlohmann::json* value() const { return value_; }
  const std::string& place() const { return place_; }
  std::string PlaceOf(absl::string_view name) const;
  absl::Status Error(absl::string_view name, absl::string_view text) const;

 private:
  JsonObject(const nlohmann::json& value, std::string place)
      : value_(&value), place_(std::move(place)) {}

  const nlohmann::json* Find(absl::string_view name);
  absl::StatusOr<const nlohmann::json*> FindArray(absl::string_view name);

  const nlohmann::json* value_;
  std::string place_;
  std::set<std::string> read_;
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_STRICT_JSON_H_
