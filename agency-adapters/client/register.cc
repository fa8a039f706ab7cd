#include "agency-adapters/client/register.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/sha256.h"

namespace sluss {
namespace {

constexpr size_t kMaxRegisterBytes = size_t{1} << 30;
constexpr size_t kIdBytes = 32;
constexpr size_t kCheckDigits = 8;

std::string Check(absl::string_view line) {
  return ToHex(AsStringView(Sha256({line}))).substr(0, kCheckDigits);
}

std::string Line(char sign, const RegisterRow& row) {
  const std::string body = absl::StrCat(absl::string_view(&sign, 1), " ", ToHex(row.tag), " ",
                                        ToHex(row.nym), " ", ToHex(row.case_ref), " ");
  return absl::StrCat(body, Check(body), "\n");
}

struct ParsedLine {
  bool removal = false;
  RegisterRow row;
};

std::optional<ParsedLine> ParseLine(absl::string_view line) {
  if (line.size() < kCheckDigits) return std::nullopt;
  const absl::string_view body = line.substr(0, line.size() - kCheckDigits);
  if (line.substr(body.size()) != Check(body)) return std::nullopt;
  const std::vector<std::string> part = absl::StrSplit(body, ' ');
  if (part.size() != 5 || (part[0] != "+" && part[0] != "-")) return std::nullopt;
  const auto tag = FromHex(part[1]), nym = FromHex(part[2]), case_ref = FromHex(part[3]);
  if (!tag.ok() || !nym.ok() || !case_ref.ok() || tag->size() != kIdBytes) return std::nullopt;
  return ParsedLine{.removal = part[0] == "-",
                    .row = {.tag = *tag, .nym = *nym, .case_ref = *case_ref}};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Register>> Register::Open(FileSystem* files,
                                                         const std::string& directory,
                                                         uint32_t key_set) {
  ASSIGN_OR_RETURN(DurableDir durable, DurableDir::Open(files, directory));
  std::unique_ptr<Register> opened(
      new Register(std::move(durable), files, absl::StrCat("register-", key_set, ".log")));
  MutexLock lock(&opened->mutex_);
  RETURN_IF_ERROR(opened->Load());
  return opened;
}

absl::Status Register::Load() {
  const absl::StatusOr<std::string> bytes = directory_.Get(name_, kMaxRegisterBytes);
  if (absl::IsNotFound(bytes.status())) return directory_.Put(name_, "");
  RETURN_IF_ERROR(bytes.status());
  absl::string_view rest = *bytes;
  for (int number = 1; !rest.empty(); ++number) {
    const size_t end = rest.find('\n');
    torn_ = end == absl::string_view::npos;
    if (torn_) return absl::OkStatus();
    const std::optional<ParsedLine> line = ParseLine(rest.substr(0, end));
    if (!line.has_value()) {
      return absl::DataLossError(absl::StrCat("`", directory_.path(), "/", name_, "` line ", number,
                                              " is damaged: move the file away, the ",
                                              "register is then enrolled anew"));
    }
    if (line->removal) {
      Drop(line->row.tag);
    } else {
      Apply(line->row);
    }
    rest.remove_prefix(end + 1);
  }
  return absl::OkStatus();
}

void Register::Apply(const RegisterRow& row) {
  Drop(row.tag);
  tag_of_nym_[row.nym] = row.tag;
  by_tag_[row.tag] = row;
}

void Register::Drop(const std::string& tag) {
  const auto found = by_tag_.find(tag);
  if (found == by_tag_.end()) return;
  tag_of_nym_.erase(found->second.nym);
  by_tag_.erase(found);
}

absl::Status Register::Append(const std::string& lines) {
  if (torn_) RETURN_IF_ERROR(Rewrite());
  const absl::Status status = files_->AppendSynced(directory_.path() + "/" + name_, lines);
  torn_ = !status.ok();
  return status;
}

absl::Status Register::Rewrite() {
  std::string lines;
  for (const auto& [tag, row] : by_tag_) lines += Line('+', row);
  return directory_.Put(name_, lines);
}

absl::Status Register::Put(const std::vector<RegisterRow>& rows) {
  std::string lines;
  for (const RegisterRow& row : rows) {
    if (row.tag.size() != kIdBytes || row.nym.size() != kIdBytes) {
      return absl::InvalidArgumentError("register row: tag and nym must be 32 bytes");
    }
    lines += Line('+', row);
  }
  if (lines.empty()) return absl::OkStatus();
  MutexLock lock(&mutex_);
  RETURN_IF_ERROR(Append(lines));
  for (const RegisterRow& row : rows) Apply(row);
  return absl::OkStatus();
}

absl::Status Register::Remove(const std::vector<std::string>& tags) {
  if (tags.empty()) return absl::OkStatus();
  std::string lines;
  for (const std::string& tag : tags) lines += Line('-', {.tag = tag, .nym = "", .case_ref = ""});
  MutexLock lock(&mutex_);
  RETURN_IF_ERROR(Append(lines));
  for (const std::string& tag : tags) Drop(tag);
  return absl::OkStatus();
}

std::optional<std::string> Register::CaseOf(absl::string_view nym) const {
  MutexLock lock(&mutex_);
  const auto tag = tag_of_nym_.find(std::string(nym));
  if (tag == tag_of_nym_.end()) return std::nullopt;
  return by_tag_.at(tag->second).case_ref;
}

std::optional<RegisterRow> Register::RowOf(absl::string_view tag) const {
  MutexLock lock(&mutex_);
  const auto found = by_tag_.find(std::string(tag));
  if (found == by_tag_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> Register::Tags() const {
  MutexLock lock(&mutex_);
  std::vector<std::string> tags;
  tags.reserve(by_tag_.size());
  for (const auto& [tag, row] : by_tag_) tags.push_back(tag);
  return tags;
}

size_t Register::size() const {
  MutexLock lock(&mutex_);
  return by_tag_.size();
}

}  // namespace sluss
