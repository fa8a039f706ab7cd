#include "gateway/verify/access_report_check.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/tlog/commitment.h"
#include "gateway/tlog/history.h"
#include "gateway/tlog/proof_file.h"
#include "gateway/tlog/tile.h"
#include "nlohmann/json.hpp"

namespace sluss {
namespace {

using Json = nlohmann::json;

constexpr char kReport[] = "report.json";
constexpr char kFormat[] = "sluss-access-report/1";
constexpr uint64_t kAccessTag = 7;

absl::Status NoReport(absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat(kReport, ": ", text));
}

absl::Status At(size_t number, absl::string_view place, const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat("row ", number, ", ", place, ": ", status.message()));
}

// An object with exactly these fields.
bool HasFields(const Json& json, std::initializer_list<const char*> fields) {
  if (!json.is_object() || json.size() != fields.size()) return false;
  for (const char* const field : fields) {
    if (!json.contains(field)) return false;
  }
  return true;
}

struct Opened {
  std::string salt, value;
};

absl::StatusOr<Opened> ParseOpened(const Json& fields) {
  const bool one = fields.is_array() && fields.size() == 1 &&
                   HasFields(fields[0], {"tag", "salt", "value"}) &&
                   fields[0]["tag"] == kAccessTag && fields[0]["salt"].is_string() &&
                   fields[0]["value"].is_string();
  if (!one) return NoReport("a row must open the encrypted number, tag 7, and nothing else");
  Opened opened;
  ASSIGN_OR_RETURN(opened.salt, FromHex(fields[0]["salt"].get<std::string>()));
  ASSIGN_OR_RETURN(opened.value, FromHex(fields[0]["value"].get<std::string>()));
  return opened;
}

// Reads entries and proves them, all under one checkpoint.
class Prover {
 public:
  Prover(ReportFiles read, const VerifierKey& key, std::string note)
      : read_(read), key_(key), note_(std::move(note)) {}

  absl::StatusOr<v1::AuditLeaf> Entry(size_t number, uint64_t index) {
    const std::string name = absl::StrCat("entries/", index);
    const absl::StatusOr<std::string> leaf = read_(name + ".leaf");
    if (!leaf.ok()) return At(number, name + ".leaf", leaf.status());
    const std::string path = name + ".tlog-proof";
    const absl::StatusOr<std::string> text = read_(path);
    if (!text.ok()) return At(number, path, text.status());
    const absl::StatusOr<ProofFile> proof = ParseProofFile(*text);
    if (!proof.ok()) return At(number, path, proof.status());
    if (proof->index != index) {
      return At(number, path, absl::DataLossError("it is the proof of another entry"));
    }
    if (proof->checkpoint != note_) {
      return At(number, path,
                absl::PermissionDeniedError("its checkpoint is not the one of the report"));
    }
    const absl::StatusOr<Checkpoint> under = VerifyProofFile(*proof, *leaf, key_);
    if (!under.ok()) return At(number, name + ".leaf", under.status());
    absl::StatusOr<v1::AuditLeaf> parsed = ParseEntry(*leaf);
    if (!parsed.ok()) return At(number, name + ".leaf", parsed.status());
    return parsed;
  }

 private:
  ReportFiles read_;
  const VerifierKey& key_;
  const std::string note_;
};

absl::StatusOr<VerifiedReportRow> VerifyRow(size_t number, const Json& json, Prover* prover) {
  if (!HasFields(json, {"index", "opened", "later"}) || !json["index"].is_number_unsigned() ||
      !json["later"].is_array()) {
    return NoReport(absl::StrCat("row ", number, " is not of this format"));
  }
  VerifiedReportRow row;
  row.index = json["index"].get<uint64_t>();
  ASSIGN_OR_RETURN(const Opened opened, ParseOpened(json["opened"]));
  ASSIGN_OR_RETURN(row.decision, prover->Entry(number, row.index));
  if (row.decision.kind() != v1::DECISION) {
    return At(number, absl::StrCat("entry ", row.index), absl::DataLossError("is no decision"));
  }
  const absl::Status committed =
      CheckCommitment(row.decision, kAccessTag, opened.salt, opened.value);
  if (!committed.ok()) return At(number, kReport, committed);
  for (const Json& index : json["later"]) {
    if (!index.is_number_unsigned()) return NoReport("an entry's number is none");
    ASSIGN_OR_RETURN(v1::AuditLeaf later, prover->Entry(number, index.get<uint64_t>()));
    if (later.message_id() != row.decision.message_id()) {
      return At(number, absl::StrCat("entry ", index.get<uint64_t>()),
                absl::DataLossError("is about another message"));
    }
    row.later.push_back(std::move(later));
  }
  return row;
}

}  // namespace

absl::StatusOr<VerifiedReport> VerifyReport(ReportFiles read, const VerifierKey& key) {
  ASSIGN_OR_RETURN(const std::string text, read(kReport));
  const Json json = Json::parse(text, /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (!HasFields(json, {"format", "log", "rows"}) || json["format"] != kFormat ||
      !json["log"].is_string() || !json["rows"].is_array()) {
    return NoReport(absl::StrCat("is no ", kFormat));
  }
  VerifiedReport report;
  ASSIGN_OR_RETURN(report.note, read(std::string(kCheckpointPath)));
  absl::StatusOr<Checkpoint> checkpoint = OpenCheckpoint(report.note, key);
  if (!checkpoint.ok()) {
    return absl::Status(checkpoint.status().code(),
                        absl::StrCat(kCheckpointPath, ": ", checkpoint.status().message()));
  }
  report.checkpoint = *std::move(checkpoint);
  if (json["log"] != report.checkpoint.origin) {
    return absl::PermissionDeniedError(absl::StrCat(kReport, ": names another log"));
  }
  Prover prover(read, key, report.note);
  for (const Json& row : json["rows"]) {
    ASSIGN_OR_RETURN(VerifiedReportRow verified, VerifyRow(report.rows.size() + 1, row, &prover));
    report.rows.push_back(std::move(verified));
  }
  return report;
}

std::string ReportConclusion(const VerifiedReport& report, const VerifierKey& key) {
  return absl::StrCat(
      "all ", report.rows.size(), " rows of the report are in the log `", report.checkpoint.origin,
      "` of ", report.checkpoint.size, " entries, exactly as the holder of the key ", key.Label(),
      " signed them, and each opens the encrypted number that its entry commits to; that the "
      "number "
      "is the citizen's, and that no row is missing, is what the data protection officer answers "
      "for");
}

std::string ReportRowAsLine(size_t number, const VerifiedReportRow& row) {
  const v1::AuditLeaf& leaf = row.decision;
  std::string text = absl::StrCat(
      "row ", number, ": entry ", row.index, "  ",
      absl::FormatTime("%Y-%m-%d %H:%M", absl::FromUnixMicros(leaf.time_us()), absl::UTCTimeZone()),
      "Z  ", leaf.sender(), " -> ", leaf.recipient(), "  ", leaf.purpose(), "  ",
      absl::StrJoin(leaf.legal_basis(), ", "), "  ", leaf.verdict(), "  ",
      leaf.passed().empty() ? "nothing" : absl::StrJoin(leaf.passed(), ", "));
  for (const v1::AuditLeaf& later : row.later) {
    absl::StrAppend(&text, "  ", v1::RecordKind_Name(later.kind()));
  }
  return text;
}

}  // namespace sluss
