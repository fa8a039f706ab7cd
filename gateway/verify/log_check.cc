#include "gateway/verify/log_check.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/crypto/timestamp.h"
#include "gateway/tlog/history.h"
#include "gateway/tlog/tile.h"
#include "gateway/verify/report.h"

namespace sluss {
namespace {

// The last stamp of an exported log.
struct Stamp {
  Checkpoint checkpoint;  // proved by the tree alone
  absl::Time at;
  uint64_t count = 0;
};

// Each stamp is verified; the last one over at most `size` entries is to be held against the log
// (there may be later ones, over checkpoints that no quorum has seen yet). Nothing where no
// authority is given. NOT_FOUND where there is no stamp.
absl::StatusOr<std::optional<Stamp>> LoadStamps(const LogSource& source,
                                                const std::string& authority_file, uint64_t size) {
  if (authority_file.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string authority, ReadFile(authority_file));
  std::optional<Stamp> last;
  for (uint64_t number = 0;; ++number) {
    const std::string path = StampedCheckpointPath(number);
    const absl::StatusOr<std::string> note = source.Read(path);
    if (absl::IsNotFound(note.status()) && last) return last;
    if (absl::IsNotFound(note.status())) return absl::NotFoundError(path + " is missing");
    RETURN_IF_ERROR(note.status());
    ASSIGN_OR_RETURN(const std::string response, source.Read(TimestampPath(number)));
    const absl::StatusOr<absl::Time> at = VerifyTimestampOf(*note, response, authority);
    if (!at.ok()) {
      return absl::PermissionDeniedError(
          absl::StrCat(TimestampPath(number), ": ", at.status().message()));
    }
    ASSIGN_OR_RETURN(const Note parsed, ParseNote(*note));
    ASSIGN_OR_RETURN(Checkpoint checkpoint, ParseCheckpointText(parsed.text));
    if (last && checkpoint.size <= last->checkpoint.size) {
      return absl::PermissionDeniedError(absl::StrCat(path, ": it is older than the stamp before"));
    }
    if (checkpoint.size > size && last) return last;
    last = Stamp{std::move(checkpoint), *at, number + 1};
  }
}

}  // namespace

absl::StatusOr<LogKey> LoadKey(const std::string& text, const std::string& file,
                               const LogSource* source) {
  if (!text.empty()) {
    ASSIGN_OR_RETURN(VerifierKey key, VerifierKey::Parse(text));
    return LogKey{std::move(key)};
  }
  const bool own = file.empty();
  if (own && source == nullptr) {
    return absl::InvalidArgumentError("a receipt needs the log's key: give --key or --key-file");
  }
  constexpr size_t kLongestKey = 4096;
  absl::StatusOr<std::string> found =
      own ? source->Read(std::string(kVerifierKeyPath), kLongestKey) : ReadFile(file, kLongestKey);
  if (!found.ok() && own) {
    return absl::InvalidArgumentError("give the log's key with --key or --key-file");
  }
  RETURN_IF_ERROR(found.status());
  ASSIGN_OR_RETURN(VerifierKey key, VerifierKey::Parse(absl::StripAsciiWhitespace(*found)));
  return LogKey{std::move(key), own};
}

absl::StatusOr<VerifiedLog> VerifySource(const LogSource& source, const VerifierKey& key,
                                         LogChecks checks) {
  const auto read = [&](const std::string& path) { return source.Read(path); };
  return VerifyLog(read, key, std::move(checks));
}

LogChecks Visiting(EntryVisitor visit) {
  return {.seen = {},
          .on_entry = [visit = std::move(visit)](uint64_t index,
                                                 absl::string_view entry) -> absl::Status {
            ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, ParseEntry(entry));
            return visit(index, leaf);
          }};
}

// The last stamp's checkpoint is the beginning of the log.
absl::StatusOr<std::string> Stamped(const LogSource& source, const VerifierKey& key,
                                    const Checkpoint& checkpoint, const std::string& authority) {
  ASSIGN_OR_RETURN(const std::optional<Stamp> stamp,
                   LoadStamps(source, authority, checkpoint.size));
  if (!stamp) return std::string();
  if (stamp->checkpoint.origin != checkpoint.origin) {
    return absl::PermissionDeniedError("what was timestamped is another log");
  }
  RETURN_IF_ERROR(
      VerifySource(source, key, {.seen = {{stamp->checkpoint, "the stamped checkpoint"}}})
          .status());
  return absl::StrCat("; an authority stamped its first ", stamp->checkpoint.size, " entries at ",
                      SecondText(stamp->at), ", the last of ", stamp->count, " timestamps");
}

nlohmann::ordered_json Describe(const VerifiedLog& log) {
  nlohmann::ordered_json gateways = nlohmann::ordered_json::object();
  for (const auto& [gateway, counter] : log.history.counters()) gateways[gateway] = counter;
  nlohmann::ordered_json kinds = nlohmann::ordered_json::object();
  for (const auto& [kind, count] : log.history.kinds()) kinds[kind] = count;
  nlohmann::ordered_json json = {{"origin", log.checkpoint.origin},
                                 {"size", log.checkpoint.size},
                                 {"signer", log.signer.Label()},
                                 {"entries_by_gateway", gateways},
                                 {"entries_by_kind", kinds}};
  if (log.checkpoint.size > 0) {
    const absl::TimeZone utc = absl::UTCTimeZone();
    json["first_time"] = absl::FormatTime(absl::RFC3339_full, log.history.first_time(), utc);
    json["last_time"] = absl::FormatTime(absl::RFC3339_full, log.history.last_time(), utc);
  }
  return json;
}

std::string LogConclusion(const VerifiedLog& log, const LogKey& key, bool receipt) {
  std::string text = absl::StrCat(
      "the log `", log.checkpoint.origin, "` is whole: its ", log.checkpoint.size,
      " entries are exactly those that the holder of the key ", log.signer.Label(),
      " signed, no gateway's count has a gap, and nothing was delivered that was not first "
      "permitted");
  if (log.signer.Label() != key.key.Label()) {
    absl::StrAppend(&text, "; that key followed ", key.key.Label(), ", as the log itself says");
  }
  if (receipt) absl::StrAppend(&text, "; the entry of the receipt is among them");
  if (key.from_the_log_itself) {
    absl::StrAppend(&text,
                    "; the key came with the log, so compare it with one that you were given "
                    "otherwise: ",
                    key.key.ToString());
  }
  return text;
}

}  // namespace sluss
