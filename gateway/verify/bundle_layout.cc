#include "gateway/verify/bundle_layout.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/tlog/tile.h"
#include "nlohmann/json.hpp"

namespace sluss {
namespace {

using Json = nlohmann::ordered_json;

constexpr absl::string_view kFormat = "sluss-bundle/1";
constexpr size_t kDigestHex = 64;
constexpr uint32_t kNumberTag = 7;
constexpr std::array<absl::string_view, 9> kNames = {"officer",   "further-officers", "reasons",
                                                     "weighings", "manifest",         "age",
                                                     "number",    "criteria",         "note"};

std::string TimeText(int64_t us) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::FromUnixMicros(us), absl::UTCTimeZone());
}

absl::Status Bad(absl::string_view field, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("`", field, "` ", what));
}

// Whether it can stand as text: nothing invisible, and valid UTF-8.
bool IsPlain(const std::string& value) {
  const auto invisible = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (std::any_of(value.begin(), value.end(), invisible)) return false;
  const Json text(value);
  try {
    return !text.dump().empty();
  } catch (const Json::exception&) {  // not UTF-8
    return false;
  }
}

// Reads members of an object and remembers the first that is wrong.
class Members {
 public:
  explicit Members(const Json& json) : json_(json) {}

  std::string Text(const char* name) {
    const auto member = json_.find(name);
    if (member != json_.end() && member->is_string()) return member->get<std::string>();
    return Wrong(name, "is not there as text");
  }
  std::string Hex(const char* name, size_t bytes) {
    const absl::StatusOr<std::string> value = FromHex(Text(name));
    if (value.ok() && (bytes == 0 || value->size() == bytes)) return *value;
    return Wrong(name, bytes == 0 ? "is not hexadecimal"
                                  : absl::StrCat("is not ", 2 * bytes, " hexadecimal digits"));
  }
  uint64_t Number(const char* name) {
    const auto member = json_.find(name);
    if (member != json_.end() && member->is_number_unsigned()) return member->get<uint64_t>();
    Wrong(name, "is not there as a number");
    return 0;
  }
  int64_t Time(const char* name) {
    absl::Time time;
    std::string error;
    const std::string text = Text(name);
    // One spelling: what it says again is what it said.
    if (absl::ParseTime(absl::RFC3339_full, text, &time, &error) &&
        TimeText(absl::ToUnixMicros(time)) == text) {
      return absl::ToUnixMicros(time);
    }
    Wrong(name, "is not a time like 2026-11-01T00:00:00.000000Z");
    return 0;
  }
  bool Has(const char* name) const { return json_.find(name) != json_.end(); }

  std::string Wrong(absl::string_view name, absl::string_view what) {
    if (status_.ok()) status_ = Bad(name, what);
    return "";
  }
  const absl::Status& status() const { return status_; }

 private:
  const Json& json_;
  absl::Status status_;
};

absl::StatusOr<Json> ParseObject(absl::string_view text) {
  Json json = Json::parse(text.begin(), text.end(), /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (json.is_object()) return json;
  return absl::InvalidArgumentError("it is not a JSON object");
}

absl::StatusOr<v1::OpenedCommitment> ParseField(const std::string& name, const Json& json) {
  v1::OpenedCommitment field;
  field.set_tag(CommitmentTag(name));
  if (field.tag() == 0 || !json.is_object()) return Bad("fields", "names a field there is not");
  Members members(json);
  field.set_salt(members.Hex("salt", kHashBytes));
  field.set_value(members.Has("text") ? members.Text("text") : members.Hex("hex", 0));
  RETURN_IF_ERROR(members.status());
  return field;
}

}  // namespace

std::string PolicyPath(absl::string_view digest) {
  return absl::StrCat(kPoliciesFolder, ToHex(digest), ".binpb");
}

std::string PolicyTextPath(absl::string_view digest) {
  return absl::StrCat(kPoliciesFolder, ToHex(digest), ".txtpb");
}

std::string PolicyDigestIn(absl::string_view path) {
  if (!absl::ConsumePrefix(&path, kPoliciesFolder)) return "";
  if (!absl::ConsumeSuffix(&path, ".binpb") && !absl::ConsumeSuffix(&path, ".txtpb")) return "";
  const absl::StatusOr<std::string> digest = FromHex(path);
  return path.size() == kDigestHex && digest.ok() && ToHex(*digest) == path ? *digest : "";
}

bool IsBundlePath(absl::string_view path) {
  for (const absl::string_view own : {kBundlePath, kOpeningsPath, kReportPath, kReadmePath}) {
    if (path == own) return true;
  }
  return ParseLogPath(path).has_value() || !PolicyDigestIn(path).empty();
}

std::string CommitmentName(uint32_t tag) {
  if (tag >= 1 && tag <= kNames.size()) return std::string(kNames[tag - 1]);
  return absl::StrCat("field ", tag);
}

uint32_t CommitmentTag(absl::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<uint32_t>(i + 1);
  }
  uint32_t tag = 0;
  if (absl::ConsumePrefix(&name, "field ") && absl::SimpleAtoi(name, &tag) && tag > kNames.size()) {
    return tag;
  }
  return 0;
}

std::vector<uint32_t> StandardTags() {
  std::vector<uint32_t> tags;
  for (uint32_t tag = 1; tag <= kNames.size(); ++tag) {
    if (tag != kNumberTag) tags.push_back(tag);
  }
  return tags;
}

bool InScope(const v1::BundleHead& head, const v1::AuditLeaf& leaf) {
  return leaf.time_us() >= head.from_us() && leaf.time_us() < head.to_us() &&
         (head.agency().empty() || leaf.sender() == head.agency() ||
          leaf.recipient() == head.agency());
}

std::vector<const v1::Commitment*> ToOpen(const v1::BundleHead& head, const v1::AuditLeaf& leaf) {
  std::vector<const v1::Commitment*> found;
  for (const v1::Commitment& commitment : leaf.commitment()) {
    if (std::find(head.tag().begin(), head.tag().end(), commitment.tag()) != head.tag().end()) {
      found.push_back(&commitment);
    }
  }
  return found;
}

std::string FormatBundleHead(const v1::BundleHead& head) {
  Json fields = Json::array();
  for (const uint32_t tag : head.tag()) fields.push_back(CommitmentName(tag));
  const Json json = {{"format", kFormat.data()},
                     {"procedure", ToHex(head.procedure())},
                     {"export_entry", head.export_index()},
                     {"from", TimeText(head.from_us())},
                     {"to", TimeText(head.to_us())},
                     {"agency", head.agency()},
                     {"fields", fields},
                     {"entries", head.entries()},
                     {"made", TimeText(head.made_us())}};
  return json.dump(2) + "\n";
}

absl::StatusOr<v1::BundleHead> ParseBundleHead(absl::string_view text) {
  ASSIGN_OR_RETURN(const Json json, ParseObject(text));
  Members members(json);
  if (members.Text("format") != kFormat) {
    members.Wrong("format", absl::StrCat("is not ", kFormat, ": a newer verifier may know it"));
  }
  v1::BundleHead head;
  head.set_procedure(members.Hex("procedure", 16));
  head.set_export_index(members.Number("export_entry"));
  head.set_from_us(members.Time("from"));
  head.set_to_us(members.Time("to"));
  head.set_agency(members.Text("agency"));
  head.set_entries(members.Number("entries"));
  head.set_made_us(members.Time("made"));
  const auto fields = json.find("fields");
  if (fields == json.end() || !fields->is_array()) members.Wrong("fields", "is not a list");
  RETURN_IF_ERROR(members.status());
  for (const Json& name : *fields) {
    const uint32_t tag = name.is_string() ? CommitmentTag(name.get<std::string>()) : 0;
    if (tag == 0) return Bad("fields", "names a field there is not");
    head.add_tag(tag);
  }
  return head;
}

std::string FormatOpening(const v1::EntryOpening& opening) {
  Json json = {{"entry", opening.index()}, {"event", ToHex(opening.event_id())}};
  if (opening.erased()) {
    json["erased"] = true;
    return json.dump();
  }
  Json& fields = json["fields"] = Json::object();
  for (const v1::OpenedCommitment& field : opening.field()) {
    Json& one = fields[CommitmentName(field.tag())] = {{"salt", ToHex(field.salt())}};
    if (IsPlain(field.value())) {
      one["text"] = field.value();
    } else {
      one["hex"] = ToHex(field.value());
    }
  }
  return json.dump();
}

absl::StatusOr<v1::EntryOpening> ParseOpening(absl::string_view line) {
  ASSIGN_OR_RETURN(const Json json, ParseObject(line));
  Members members(json);
  v1::EntryOpening opening;
  opening.set_index(members.Number("entry"));
  opening.set_event_id(members.Hex("event", 16));
  RETURN_IF_ERROR(members.status());
  if (const auto erased = json.find("erased"); erased != json.end()) {
    if (!erased->is_boolean() || !erased->get<bool>() || json.contains("fields")) {
      return Bad("erased", "is not true and alone");
    }
    opening.set_erased(true);
    return opening;
  }
  const auto fields = json.find("fields");
  if (fields == json.end() || !fields->is_object()) return Bad("fields", "is not there");
  for (const auto& [name, value] : fields->items()) {
    ASSIGN_OR_RETURN(*opening.add_field(), ParseField(name, value));
  }
  return opening;
}

std::string BundleReadme() {
  return R"(This is an officer's bundle of a Sluss disclosure log. Start with report.html.

checkpoint, tile/     the whole log, C2SP tlog-tiles: any verifier made for that format reads it
checkpoints/          every checkpoint that was published, with the witnesses' cosignatures
timestamps/           what a timestamping authority stamped, RFC 3161
verifier-key          the log's key, for convenience: compare it with one that you were given otherwise
bundle.json           which period was asked for, and which entry of the log says that it was
openings.ndjson       what opens the commitments of the period's entries: PERSONAL DATA
policies/             the versions of the policies that decided in the period

Check it:
  sluss-verify bundle.zip --key 'THE KEY THAT YOU WERE GIVEN'
  openssl ts -verify -data timestamps/000/checkpoint -in timestamps/000/response.tsr -CAfile AUTHORITY
  sha256sum policies/*.binpb     each gives its own name

An opening is a field's salt and value:
  SHA-256("audit-commit/v1\n" || salt || tag || length, 4 bytes, big-endian || value)
is the digest that stands under the field's tag in the entry. What was erased is said to be.
)";
}

}  // namespace sluss
