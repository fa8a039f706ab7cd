#include "gateway/verify/verify_receipts.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"

namespace sluss {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr size_t kMaxReceiptBytes = size_t{1} << 16;
constexpr size_t kIdBytes = 16;

absl::StatusOr<std::vector<fs::path>> ReceiptsBelow(const std::string& directory) {
  std::vector<fs::path> paths;
  std::error_code error;
  fs::recursive_directory_iterator at(directory, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const bool receipt = absl::EndsWith(at->path().string(), kReceiptSuffix);
    if (receipt && at->is_regular_file(error)) paths.push_back(at->path());
  }
  if (error) {
    return absl::NotFoundError(absl::StrCat("`", directory, "` cannot be read: ", error.message()));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string TimeOf(const v1::AuditLeaf& leaf) {
  return absl::FormatTime(absl::RFC3339_sec, absl::FromUnixMicros(leaf.time_us()),
                          absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<KeptReceipts> LoadReceipts(const std::string& directory, absl::Time since) {
  ASSIGN_OR_RETURN(const std::vector<fs::path> paths, ReceiptsBelow(directory));
  if (paths.empty()) {
    return absl::NotFoundError(
        absl::StrCat("`", directory, "` holds no receipts (*", kReceiptSuffix, ")"));
  }
  KeptReceipts receipts(since);
  for (const fs::path& path : paths) {
    ASSIGN_OR_RETURN(const std::string text, ReadFile(path.string(), kMaxReceiptBytes));
    ASSIGN_OR_RETURN(KeptReceipt receipt,
                     ReadReceiptFile(fs::relative(path, directory).string(), text));
    RETURN_IF_ERROR(receipts.Add(std::move(receipt)));
  }
  RETURN_IF_ERROR(receipts.CheckCounters());
  return receipts;
}

std::string ReceiptsConclusion(const KeptReceipts& receipts, bool with_log) {
  if (!with_log) {
    return absl::StrCat("each of the ", receipts.size(),
                        " receipts proves an entry that was signed for, and no two contradict "
                        "each other; whether the log still has them, only the log tells: give its "
                        "directory too");
  }
  std::string text = absl::StrCat("all ", receipts.size(), " receipts are of it");
  for (const auto& [agency, count] : receipts.counts()) {
    absl::StrAppend(&text, "; `", agency, "` sent ", count.sent, " and took ", count.received,
                    " by it, and has a receipt of each");
  }
  return text;
}

Json ReceiptsJson(const KeptReceipts& receipts) {
  Json agencies = Json::object();
  for (const auto& [agency, count] : receipts.counts()) {
    agencies[agency] = {{"sent", count.sent}, {"received", count.received}};
  }
  return {{"files", receipts.size()}, {"agencies", agencies}};
}

absl::StatusOr<MessageStory> MessageStory::Of(absl::string_view id) {
  const absl::StatusOr<std::string> bytes = FromHex(id);
  if (!bytes.ok() || bytes->size() != kIdBytes) {
    return absl::InvalidArgumentError("`--message`: give the message id, 32 hexadecimal digits");
  }
  return MessageStory(*bytes);
}

absl::Status MessageStory::OnEntry(uint64_t index, absl::string_view entry) {
  ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, ParseEntry(entry));
  if (leaf.message_id() != id_) return absl::OkStatus();
  Json step = {
      {"entry", index}, {"time", TimeOf(leaf)}, {"kind", v1::RecordKind_Name(leaf.kind())}};
  if (!leaf.verdict().empty()) step["verdict"] = leaf.verdict();
  if (!leaf.outcome().empty()) step["outcome"] = leaf.outcome();
  steps_.push_back(std::move(step));
  return absl::OkStatus();
}

std::string MessageStory::Conclusion() const {
  const std::string id = ToHex(id_);
  if (steps_.empty()) return absl::StrCat("it tells nothing of the message ", id);
  std::string text = absl::StrCat("of the message ", id, " it tells ");
  const char* separator = "";
  for (const Json& step : steps_) {
    absl::StrAppend(
        &text, separator, step["kind"].get<std::string>(),
        step.contains("verdict") ? absl::StrCat(" (", step["verdict"].get<std::string>(), ")") : "",
        " at ", step["time"].get<std::string>(), " in entry ", step["entry"].get<uint64_t>());
    separator = ", ";
  }
  return text;
}

}  // namespace sluss
