#include "gateway/verify/bundle_check.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/sha256.h"
#include "gateway/tlog/commitment.h"
#include "gateway/tlog/history.h"
#include "gateway/tlog/tile.h"
#include "gateway/verify/erased_entries.h"
#include "gateway/verify/log_check.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "proto/policy.pb.h"

namespace sluss {
namespace {

absl::Status Fault(absl::string_view text) { return absl::DataLossError(text); }

absl::Status OpeningFault(uint64_t entry, absl::string_view text) {
  return Fault(absl::StrCat("opening of entry ", entry, ": ", text));
}

// What the whole log tells about the openings.
struct Survey {
  explicit Survey(const v1::BundleHead& about) : head(about), tally(about) {}

  void Add(uint64_t index, const v1::AuditLeaf& leaf) {
    tally.Add(leaf);
    erasures.Add(index, leaf);
    if (index == head.export_index()) export_entry = leaf;
    if (!InScope(head, leaf) || ToOpen(head, leaf).empty()) return;
    first = std::min(first, index);
    end = index + 1;
  }

  const v1::BundleHead& head;
  BundleTally tally;
  ErasedEntries erasures;
  std::optional<v1::AuditLeaf> export_entry;
  uint64_t first = UINT64_MAX;  // of those to be opened
  uint64_t end = 0;
};

absl::Status CheckExportEntry(const Survey& survey) {
  const v1::BundleHead& head = survey.head;
  const auto fault = [&](absl::string_view text) {
    return Fault(absl::StrCat("bundle.json: entry ", head.export_index(), " ", text));
  };
  if (!survey.export_entry.has_value()) return fault("of the export is not in this log");
  const v1::AuditLeaf& leaf = *survey.export_entry;
  const std::string agency = leaf.party_size() == 1 ? leaf.party(0) : "";
  if (leaf.kind() != v1::EXPORT || leaf.outcome() != kBundleOutcome) {
    return fault("is not that of a bundle's export");
  }
  if (leaf.procedure() != head.procedure()) return fault("is that of another export");
  if (leaf.from_us() != head.from_us() || leaf.to_us() != head.to_us() || agency != head.agency()) {
    return fault("says another period or agency");
  }
  if (leaf.count() == head.entries() && survey.tally.to_open == head.entries()) {
    return absl::OkStatus();
  }
  return fault(absl::StrCat("says that ", leaf.count(), " entries were to be opened, `entries` ",
                            head.entries(), ", and the log has ", survey.tally.to_open));
}

absl::Status CheckFields(const v1::BundleHead& head, const v1::AuditLeaf& leaf,
                         const v1::EntryOpening& opening) {
  std::set<uint32_t> opened;
  const std::vector<const v1::Commitment*> wanted = ToOpen(head, leaf);
  for (const v1::OpenedCommitment& field : opening.field()) {
    const auto fault = [&](absl::string_view text) {
      return Fault(absl::StrCat("opening of entry ", opening.index(), ", field \"",
                                CommitmentName(field.tag()), "\": ", text));
    };
    const auto commitment =
        std::find_if(wanted.begin(), wanted.end(),
                     [&](const v1::Commitment* one) { return one->tag() == field.tag(); });
    if (commitment == wanted.end()) return fault("the entry commits to no such field");
    if (!opened.insert(field.tag()).second) return fault("it is there twice");
    if (CommitmentOf(field.salt(), field.tag(), field.value()) != (*commitment)->digest()) {
      return fault("the value is not the one that the entry commits to");
    }
  }
  for (const v1::Commitment* one : wanted) {
    if (opened.count(one->tag()) == 0) {
      return OpeningFault(opening.index(), absl::StrCat("the field \"", CommitmentName(one->tag()),
                                                        "\" of the entry is missing"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckOpening(const Survey& survey, uint64_t index, const v1::AuditLeaf& leaf,
                          const v1::EntryOpening& opening) {
  if (opening.event_id() != leaf.event_id()) {
    return OpeningFault(index, "its event id is not the entry's");
  }
  const std::optional<uint64_t> erased = survey.erasures.Of(index, leaf);
  if (opening.erased() && !erased.has_value()) {
    return OpeningFault(index, "it is said to be erased, which no entry of the log says");
  }
  if (!opening.erased() && erased.has_value()) {
    return OpeningFault(
        index, absl::StrCat("it is there, though entry ", *erased, " says that it was erased"));
  }
  return opening.erased() ? absl::OkStatus() : CheckFields(survey.head, leaf, opening);
}

// The openings beside the entries that they are of: both in the order of the log.
class Openings {
 public:
  Openings(const LogSource& source, Survey* survey) : source_(source), survey_(survey) {}

  absl::Status Check(uint64_t size) {
    absl::StatusOr<std::unique_ptr<LineReader>> lines =
        source_.ReadLines(std::string(kOpeningsPath));
    RETURN_IF_ERROR(lines.status());
    lines_ = *std::move(lines);
    for (uint64_t bundle = survey_->first / kTileWidth; bundle * kTileWidth < survey_->end;
         ++bundle) {
      RETURN_IF_ERROR(CheckEntries(bundle, size));
    }
    ASSIGN_OR_RETURN(const auto more, Next());
    if (!more.has_value()) return absl::OkStatus();
    return OpeningFault(more->index(), "there is no such entry to open in the period");
  }

 private:
  absl::StatusOr<std::optional<v1::EntryOpening>> Next() {
    ++row_;
    const auto in_row = [&](const absl::Status& status) {
      return Fault(absl::StrCat(kOpeningsPath, ", line ", row_, ": ", status.message()));
    };
    const absl::StatusOr<std::optional<std::string>> line = lines_->Next();
    if (!line.ok()) return in_row(line.status());
    if (!line->has_value()) return std::nullopt;
    absl::StatusOr<v1::EntryOpening> opening = ParseOpening(**line);
    if (!opening.ok()) return in_row(opening.status());
    return *std::move(opening);
  }

  absl::Status CheckEntries(uint64_t bundle, uint64_t size) {
    const uint64_t first = bundle * kTileWidth;
    const uint64_t width = std::min(kTileWidth, size - first);
    absl::StatusOr<std::string> bytes = source_.Read(EntriesPath(bundle, width));
    uint64_t rows = width;
    if (absl::IsNotFound(bytes.status())) {
      bytes = source_.Read(EntriesPath(bundle, rows = kTileWidth));
    }
    RETURN_IF_ERROR(bytes.status());
    ASSIGN_OR_RETURN(const auto entries, ParseBundle(*bytes, rows, first));
    for (uint64_t row = 0; row < width; ++row) {
      ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, ParseEntry(entries[row]));
      if (!InScope(survey_->head, leaf) || ToOpen(survey_->head, leaf).empty()) continue;
      RETURN_IF_ERROR(CheckEntry(first + row, leaf));
    }
    return absl::OkStatus();
  }

  absl::Status CheckEntry(uint64_t index, const v1::AuditLeaf& leaf) {
    ASSIGN_OR_RETURN(const auto opening, Next());
    if (!opening.has_value() || opening->index() > index) {
      return OpeningFault(index, "it is missing");
    }
    if (opening->index() < index) {
      return OpeningFault(opening->index(), "there is no such entry to open in the period");
    }
    survey_->tally.AddOpening(*opening);
    return CheckOpening(*survey_, index, leaf, *opening);
  }

  const LogSource& source_;
  Survey* const survey_;
  std::unique_ptr<LineReader> lines_;
  uint64_t row_ = 0;
};

// A text that does not parse is a finding of ours, not a line on somebody's terminal.
class Quiet final : public google::protobuf::io::ErrorCollector {
  void AddError(int, int, const std::string&) override {}
};

// The text says the same as the bytes, for which the digest stands.
absl::Status CheckPolicyText(const std::string& path, const std::string& text,
                             const std::string& bytes) {
  v1::PolicyBundle said, meant;
  google::protobuf::TextFormat::Parser parser;
  Quiet quiet;
  parser.RecordErrorsTo(&quiet);
  if (parser.ParseFromString(text, &said) && meant.ParseFromString(bytes) &&
      google::protobuf::util::MessageDifferencer::Equals(said, meant)) {
    return absl::OkStatus();
  }
  return Fault(absl::StrCat(path, ": it does not say what the version beside it says"));
}

absl::Status CheckPolicies(const LogSource& source, const BundleTally& tally) {
  for (const std::string& digest : tally.policy_digests) {
    const std::string path = PolicyPath(digest);
    absl::StatusOr<std::string> bytes = source.Read(path);
    if (absl::IsNotFound(bytes.status())) {
      return absl::NotFoundError(
          absl::StrCat(path, " is missing: decisions of the period are by that version"));
    }
    RETURN_IF_ERROR(bytes.status());
    if (Sha256String(*bytes) != digest) {
      return Fault(absl::StrCat(path, ": its digest is not the one that it is named by"));
    }
    ASSIGN_OR_RETURN(const std::string text, source.Read(PolicyTextPath(digest)));
    RETURN_IF_ERROR(CheckPolicyText(PolicyTextPath(digest), text, *bytes));
  }
  ASSIGN_OR_RETURN(const std::set<std::string> paths, source.Below(std::string(kPoliciesFolder)));
  for (const std::string& path : paths) {
    if (tally.policy_digests.count(PolicyDigestIn(path)) == 0) {
      return Fault(
          absl::StrCat("policies/: there is a file of a version that no decision of the "
                       "period is by"));
    }
  }
  return absl::OkStatus();
}

// True where the page was compared.
absl::StatusOr<bool> CheckPage(const LogSource& source, const Survey& survey,
                               const VerifiedLog& log) {
  ASSIGN_OR_RETURN(const std::string page, source.Read(std::string(kReportPath)));
  const std::string version = PageVersion(page);
  if (version.empty()) return Fault(absl::StrCat(kReportPath, ": it is not a bundle's report"));
  if (version != kPageVersion) return false;
  if (page == BundlePage(survey.head, survey.tally, log.checkpoint.origin, log.checkpoint.size)) {
    return true;
  }
  return Fault(absl::StrCat(kReportPath, ": it does not say what the log of this bundle says"));
}

}  // namespace

bool IsBundle(const LogSource& source) {
  return !absl::IsNotFound(source.Read(std::string(kBundlePath)).status());
}

absl::StatusOr<CheckedBundle> CheckBundle(const LogSource& source, const VerifierKey& key,
                                          LogChecks checks) {
  ASSIGN_OR_RETURN(const std::string text, source.Read(std::string(kBundlePath)));
  const absl::StatusOr<v1::BundleHead> head = ParseBundleHead(text);
  if (!head.ok()) return Fault(absl::StrCat(kBundlePath, ": ", head.status().message()));
  Survey survey(*head);
  checks.on_entry = [&survey, others = std::move(checks.on_entry)](
                        uint64_t index, absl::string_view entry) -> absl::Status {
    ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, ParseEntry(entry));
    survey.Add(index, leaf);
    return others ? others(index, entry) : absl::OkStatus();
  };
  ASSIGN_OR_RETURN(VerifiedLog log, VerifySource(source, key, std::move(checks)));
  RETURN_IF_ERROR(CheckExportEntry(survey));
  RETURN_IF_ERROR(Openings(source, &survey).Check(log.checkpoint.size));
  RETURN_IF_ERROR(CheckPolicies(source, survey.tally));
  ASSIGN_OR_RETURN(const bool report, CheckPage(source, survey, log));
  return CheckedBundle{*head, std::move(log), survey.tally, report};
}

std::string BundleConclusion(const CheckedBundle& bundle) {
  return absl::StrCat(
      "; the bundle opens ", bundle.tally.opened,
      " of the period's entries with the very values "
      "that they committed to when they were written",
      bundle.tally.erased > 0
          ? absl::StrCat(", ", bundle.tally.erased, " more were erased, as the log itself says,")
          : "",
      " and none is left out; entry ", bundle.head.export_index(), " says that it was taken out; ",
      bundle.tally.policy_digests.size(),
      " version(s) of the policies decided in the period and are here as they were",
      bundle.report_checked ? "" : "; report.html is of another version and was not compared");
}

nlohmann::ordered_json DescribeBundle(const CheckedBundle& bundle) {
  std::vector<std::string> digests;
  for (const std::string& digest : bundle.tally.policy_digests) digests.push_back(ToHex(digest));
  return {{"entries", bundle.tally.entries},
          {"opened", bundle.tally.opened},
          {"erased", bundle.tally.erased},
          {"export_entry", bundle.head.export_index()},
          {"policies", digests},
          {"report_checked", bundle.report_checked}};
}

}  // namespace sluss
