#include "agency-adapters/common/strict_json.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

using nlohmann::json;

// A property's name as an error may show it: a name chosen by a programmer, not a number or a
// sentence that somebody put in its place.
std::string Shown(absl::string_view name) {
  const auto digits = std::count_if(name.begin(), name.end(), absl::ascii_isdigit);
  const bool plain = std::all_of(
      name.begin(), name.end(), [](unsigned char c) { return absl::ascii_isalnum(c) || c == '_'; });
  return plain && !name.empty() && name.size() <= 40 && digits < 6 ? std::string(name)
                                                                   : "(unnamed)";
}

std::string Join(absl::string_view place, absl::string_view name) {
  return place.empty() ? Shown(name) : absl::StrCat(place, ".", Shown(name));
}

// First pass, without building anything: depth, duplicates, syntax.
class Checker : public json::json_sax_t {
 public:
  explicit Checker(size_t max_depth) : max_depth_(max_depth) {}

  const absl::Status& status() const { return status_; }

  bool null() override { return Next(); }
  bool boolean(bool) override { return Next(); }
  bool number_integer(json::number_integer_t) override { return Next(); }
  bool number_unsigned(json::number_unsigned_t) override { return Next(); }
  bool number_float(json::number_float_t, const std::string&) override { return Next(); }
  bool string(std::string&) override { return Next(); }
  bool binary(json::binary_t&) override { return Next(); }
  bool start_object(std::size_t) override { return Open(/*array=*/false); }
  bool start_array(std::size_t) override { return Open(/*array=*/true); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool key(std::string& name) override {
    Level& level = levels_.back();
    level.key = name;
    if (level.keys.insert(name).second) return true;
    return Fail(JsonError(Place(levels_.size()), "occurs twice"));
  }

  bool parse_error(std::size_t position, const std::string&, const json::exception&) override {
    return Fail(absl::InvalidArgumentError(
        absl::StrCat("the record is not JSON: fault at byte ", position)));
  }

 private:
  struct Level {
    bool array = false;
    size_t index = 0;  // of the next element
    std::string key;   // of the current property
    std::set<std::string> keys;
  };

  bool Fail(absl::Status status) {
    if (status_.ok()) status_ = std::move(status);
    return false;
  }

  bool Open(bool array) {
    if (levels_.size() == max_depth_) {
      return Fail(JsonError(Place(std::min<size_t>(levels_.size(), 3)),
                            absl::StrCat("nested deeper than ", max_depth_, " levels")));
    }
    levels_.push_back({.array = array, .index = 0, .key = {}, .keys = {}});
    return true;
  }

  bool Close() {
    levels_.pop_back();
    return Next();
  }

  bool Next() {
    if (!levels_.empty()) ++levels_.back().index;
    return true;
  }

  std::string Place(size_t levels) const {
    std::string place;
    for (size_t i = 0; i < levels; ++i) {
      const Level& level = levels_[i];
      place = level.array ? absl::StrCat(place, "[", level.index, "]") : Join(place, level.key);
    }
    return place;
  }

  const size_t max_depth_;
  std::vector<Level> levels_;
  absl::Status status_;
};

absl::Status CheckText(absl::string_view place, absl::string_view text) {
  for (const unsigned char c : text) {
    if (c == 0x7f || (c < 0x20 && c != '\t' && c != '\n' && c != '\r')) {
      return JsonError(place, "holds a control character");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> TextAt(const json& value, absl::string_view place) {
  if (!value.is_string()) return JsonError(place, "must be text");
  const auto& text = value.get_ref<const std::string&>();
  RETURN_IF_ERROR(CheckText(place, text));
  return text;
}

}  // namespace

absl::Status JsonError(absl::string_view place, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("`", place, "`: ", text));
}

absl::StatusOr<json> ParseStrictJson(absl::string_view bytes, const JsonLimits& limits) {
  if (bytes.size() > limits.max_bytes) {
    return absl::ResourceExhaustedError(absl::StrCat("the record has ", bytes.size(),
                                                     " bytes and the limit is ", limits.max_bytes));
  }
  Checker checker(limits.max_depth);
  if (!json::sax_parse(bytes.begin(), bytes.end(), &checker)) return checker.status();
  return json::parse(bytes.begin(), bytes.end(), /*cb=*/nullptr, /*allow_exceptions=*/false);
}

absl::StatusOr<JsonObject> JsonObject::From(const json& value, std::string place) {
  if (!value.is_object()) {
    return place.empty() ? absl::InvalidArgumentError("the record must be a JSON object")
                         : JsonError(place, "must be an object");
  }
  return JsonObject(value, std::move(place));
}

bool JsonObject::Has(absl::string_view name) const { return value_->contains(std::string(name)); }

std::string JsonObject::PlaceOf(absl::string_view name) const { return Join(place_, name); }

absl::Status JsonObject::Error(absl::string_view name, absl::string_view text) const {
  return JsonError(PlaceOf(name), text);
}

const json* JsonObject::Find(absl::string_view name) {
  const auto found = value_->find(std::string(name));
  if (found == value_->end()) return nullptr;
  read_.insert(found.key());
  return &found.value();
}

absl::StatusOr<const json*> JsonObject::FindArray(absl::string_view name) {
  static const json kNone = json::array();
  const json* value = Find(name);
  if (value == nullptr) return &kNone;
  if (!value->is_array()) return Error(name, "must be an array");
  return value;
}

absl::StatusOr<std::string> JsonObject::OptionalText(absl::string_view name) {
  const json* value = Find(name);
  if (value == nullptr) return std::string();
  return TextAt(*value, PlaceOf(name));
}

absl::StatusOr<std::string> JsonObject::Text(absl::string_view name) {
  ASSIGN_OR_RETURN(std::string text, OptionalText(name));
  if (text.empty()) return Error(name, Has(name) ? "is empty" : "is missing");
  return text;
}

absl::StatusOr<size_t> JsonObject::Code(absl::string_view name,
                                        absl::Span<const absl::string_view> codes) {
  ASSIGN_OR_RETURN(const std::string code, Text(name));
  const auto found = std::find(codes.begin(), codes.end(), code);
  if (found != codes.end()) return static_cast<size_t>(found - codes.begin());
  return Error(name, absl::StrCat("must be one of ", absl::StrJoin(codes, ", ")));
}

absl::StatusOr<std::optional<bool>> JsonObject::OptionalBool(absl::string_view name) {
  const json* value = Find(name);
  if (value == nullptr) return std::optional<bool>();
  if (!value->is_boolean()) return Error(name, "must be true or false");
  return std::optional<bool>(value->get<bool>());
}

absl::StatusOr<bool> JsonObject::Bool(absl::string_view name) {
  if (!Has(name)) return Error(name, "is missing");
  ASSIGN_OR_RETURN(const std::optional<bool> value, OptionalBool(name));
  return *value;
}

absl::StatusOr<JsonObject> JsonObject::Object(absl::string_view name) {
  const json* value = Find(name);
  if (value == nullptr) return Error(name, "is missing");
  return From(*value, PlaceOf(name));
}

absl::StatusOr<std::vector<JsonObject>> JsonObject::Objects(absl::string_view name) {
  ASSIGN_OR_RETURN(const json* values, FindArray(name));
  std::vector<JsonObject> objects;
  for (const json& value : *values) {
    ASSIGN_OR_RETURN(JsonObject object,
                     From(value, absl::StrCat(PlaceOf(name), "[", objects.size(), "]")));
    objects.push_back(std::move(object));
  }
  return objects;
}

absl::StatusOr<std::vector<std::string>> JsonObject::Texts(absl::string_view name) {
  ASSIGN_OR_RETURN(const json* values, FindArray(name));
  std::vector<std::string> texts;
  for (const json& value : *values) {
    ASSIGN_OR_RETURN(std::string text,
                     TextAt(value, absl::StrCat(PlaceOf(name), "[", texts.size(), "]")));
    texts.push_back(std::move(text));
  }
  return texts;
}

void JsonObject::Ignore(std::initializer_list<absl::string_view> names) {
  for (const absl::string_view name : names) read_.insert(std::string(name));
}

absl::Status JsonObject::Finish(absl::string_view why) const {
  for (const auto& property : value_->items()) {
    if (!read_.contains(property.key())) {
      return Error(property.key(), why);
    }
  }
  return absl::OkStatus();
}

}  // namespace sluss
