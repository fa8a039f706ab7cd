#include "gateway/openings/erasure_journal.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/base/hex.h"
#include "gateway/base/mutex.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/crypto/private_file.h"
#include "gateway/crypto/sha256.h"

namespace sluss {
namespace {

constexpr char kName[] = "erasures.journal";
constexpr char kTitle[] = "sluss-erasures/v1\n";
constexpr size_t kIdBytes = 16;
constexpr size_t kCheckDigits = 16;
constexpr size_t kMostBytes = 256 << 20;

absl::Status Wrong(absl::string_view what) { return absl::InvalidArgumentError(what); }

// The end of a line: what tells a torn or altered one.
std::string CheckOf(absl::string_view text) {
  return ToHex(AsStringView(Sha256({text}))).substr(0, kCheckDigits);
}

absl::StatusOr<std::string> ParseId(absl::string_view hex) {
  const absl::StatusOr<std::string> bytes = FromHex(hex);
  if (!bytes.ok() || bytes->size() != kIdBytes) return Wrong("an id is not 32 hex digits");
  return bytes;
}

absl::StatusOr<ErasedEntry> ParseEntry(absl::string_view word) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(word, absl::MaxSplits(':', 1));
  ErasedEntry entry;
  if (!absl::SimpleAtoi(parts.first, &entry.index)) return Wrong("an index is not a number");
  ASSIGN_OR_RETURN(std::string event, ParseId(parts.second));
  entry.event = EventId(std::move(event));
  return entry;
}

class ErasureJournalFile final : public ErasureJournal {
 public:
  explicit ErasureJournalFile(std::string directory) : directory_(std::move(directory)) {}

  absl::Status Append(const JournalledErasure& erasure) override {
    MutexLock lock(&mutex_);
    if (torn_) RETURN_IF_ERROR(Repair());
    torn_ = true;
    RETURN_IF_ERROR(AppendPrivateFile(directory_, kName, FormatErasure(erasure)));
    torn_ = false;
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<JournalledErasure>> Read() const override {
    MutexLock lock(&mutex_);
    ASSIGN_OR_RETURN(const std::string text, Text());
    std::vector<JournalledErasure> erasures;
    int number = 1;
    for (absl::string_view line : absl::StrSplit(Body(text), '\n', absl::SkipEmpty())) {
      ++number;
      absl::StatusOr<JournalledErasure> erasure = ParseErasure(line);
      if (!erasure.ok()) {
        return absl::DataLossError(absl::StrCat("`", directory_, "/", kName, "` line ", number,
                                                ": ", erasure.status().message(),
                                                "; restore the directory from its own backup"));
      }
      erasures.push_back(*std::move(erasure));
    }
    return erasures;
  }

  // Takes off a torn last line.
  absl::Status Repair() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    ASSIGN_OR_RETURN(const std::string text, Text());
    const size_t end = text.rfind('\n') + 1;
    if (end != text.size()) {
      RETURN_IF_ERROR(ReplacePrivateFile(directory_, kName, text.substr(0, end)));
    }
    torn_ = false;
    return absl::OkStatus();
  }

  absl::Status OpenOrMake() {
    MutexLock lock(&mutex_);
    const absl::Status there = AppendPrivateFile(directory_, kName, "");
    if (absl::IsNotFound(there)) return WritePrivateFile(directory_, kName, kTitle);
    RETURN_IF_ERROR(there);
    RETURN_IF_ERROR(RemoveHalfWritten(directory_, kName));
    return Repair();
  }

 private:
  absl::StatusOr<std::string> Text() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const std::string path = absl::StrCat(directory_, "/", kName);
    ASSIGN_OR_RETURN(std::string text, ReadFile(path, kMostBytes));
    if (absl::StartsWith(text, kTitle)) return text;
    return absl::DataLossError(absl::StrCat(
        "`", path, "` is no journal of erasures: restore the directory from its own backup"));
  }

  // The whole lines after the title.
  static absl::string_view Body(absl::string_view text) {
    text.remove_prefix(absl::string_view(kTitle).size());
    return text.substr(0, text.rfind('\n') + 1);
  }

  const std::string directory_;
  mutable Mutex mutex_;
  bool torn_ ABSL_GUARDED_BY(mutex_) = false;  // the last write failed
};

}  // namespace

std::string FormatErasure(const JournalledErasure& erasure) {
  std::string text =
      absl::StrCat(absl::ToUnixMicros(erasure.at), " ", ToHex(erasure.procedure), " ");
  if (erasure.month.has_value()) {
    absl::StrAppend(&text, "month ", OpeningMonthText(*erasure.month), " below ", erasure.end, " ");
  } else {
    absl::StrAppend(&text, "entries ");
    for (const ErasedEntry& entry : erasure.entries) {
      absl::StrAppend(&text, entry.index, ":", ToHex(entry.event.value()), " ");
    }
  }
  return absl::StrCat(text, CheckOf(text), "\n");
}

absl::StatusOr<JournalledErasure> ParseErasure(absl::string_view line) {
  absl::ConsumeSuffix(&line, "\n");
  const size_t last = line.rfind(' ');
  if (last == absl::string_view::npos ||
      CheckOf(line.substr(0, last + 1)) != std::string(line.substr(last + 1))) {
    return Wrong("its check does not fit");
  }
  const std::vector<absl::string_view> words = absl::StrSplit(line.substr(0, last), ' ');
  JournalledErasure erasure;
  int64_t at = 0;
  if (words.size() < 4 || !absl::SimpleAtoi(words[0], &at)) return Wrong("is no erasure");
  erasure.at = absl::FromUnixMicros(at);
  ASSIGN_OR_RETURN(erasure.procedure, ParseId(words[1]));
  if (words[2] == "month") {
    if (words.size() != 6 || words[4] != "below" || !absl::SimpleAtoi(words[5], &erasure.end)) {
      return Wrong("is no erasure of a month");
    }
    ASSIGN_OR_RETURN(erasure.month, ParseOpeningMonth(words[3]));
    return erasure;
  }
  if (words[2] != "entries") return Wrong("is neither of entries nor of a month");
  for (size_t i = 3; i < words.size(); ++i) {
    ASSIGN_OR_RETURN(ErasedEntry entry, ParseEntry(words[i]));
    erasure.entries.push_back(std::move(entry));
  }
  return erasure;
}

absl::StatusOr<std::unique_ptr<ErasureJournal>> OpenErasureJournalFile(
    const std::string& directory) {
  auto journal = std::make_unique<ErasureJournalFile>(directory);
  RETURN_IF_ERROR(journal->OpenOrMake());
  return journal;
}

}  // namespace sluss
