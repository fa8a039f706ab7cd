#include "gateway/tlog/witness.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gateway/base/status_macros.h"
#include "gateway/tlog/cosignature.h"
#include "gateway/tlog/strict_text.h"

namespace sluss {
namespace {

constexpr size_t kMostKeys = 2;
constexpr size_t kMostProof = 63;
constexpr size_t kMostRequest = 16 << 10;
constexpr char kSizeType[] = "text/x.tlog.size";

struct Request {
  uint64_t old_size = 0;
  std::vector<Hash> proof;
  std::string note;
};

std::optional<Request> ParseRequest(absl::string_view text) {
  if (text.size() > kMostRequest) return std::nullopt;
  Request request;
  std::optional<absl::string_view> line = TakeLine(&text);
  if (!line || !absl::ConsumePrefix(&*line, "old ")) return std::nullopt;
  const std::optional<uint64_t> old_size = ParseDecimal(*line);
  if (!old_size) return std::nullopt;
  request.old_size = *old_size;
  while ((line = TakeLine(&text)) && !line->empty()) {
    const std::optional<Hash> hash = ParseHash(*line);
    if (!hash || request.proof.size() == kMostProof) return std::nullopt;
    request.proof.push_back(*hash);
  }
  if (!line) return std::nullopt;
  request.note = std::string(text);
  return request;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Witness>> Witness::Create(std::string name, SigningKey key,
                                                         const std::vector<VerifierKey>& logs,
                                                         WitnessMemory* memory,
                                                         const Clock* clock) {
  RETURN_IF_ERROR(CheckKeyName(name));
  std::unique_ptr<Witness> witness(new Witness(std::move(name), std::move(key), memory, clock));
  for (const VerifierKey& log : logs) {
    Keys& keys = witness->logs_[log.name()];
    keys.push_back(log);
    if (keys.size() <= kMostKeys) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("more than two keys for the log `", log.name(),
                     "`: one and, while it is changed over, its successor"));
  }
  return witness;
}

std::string Witness::verifier_key() const {
  return WitnessKey::Make(name_, key_.public_key()).value().ToString();
}

WitnessAnswer Witness::Refuse(int http_status, absl::string_view text) const {
  return {.http_status = http_status, .body = absl::StrCat(text, "\n")};
}

absl::StatusOr<Checkpoint> Witness::Open(const std::string& note, const Keys& keys) {
  absl::StatusOr<Checkpoint> opened = OpenCheckpoint(note, keys.back());
  for (size_t i = 0; i + 1 < keys.size() && !opened.ok(); ++i) {
    opened = OpenCheckpoint(note, keys[i]);
  }
  return opened;
}

// Signed by the log when it was kept: what cannot be read again is damage.
absl::StatusOr<Checkpoint> Witness::LastOf(const std::string& origin) {
  ASSIGN_OR_RETURN(const std::string note, memory_->Last(origin));
  if (note.empty()) return Checkpoint{origin, 0, EmptyRoot()};
  absl::StatusOr<Checkpoint> last = Open(note, logs_.at(origin));
  if (last.ok()) return last;
  return absl::DataLossError(absl::StrCat("what is kept of `", origin,
                                          "` is damaged: ", last.status().message(),
                                          "; restore it, or retire this witness"));
}

WitnessAnswer Witness::SplitView(const std::string& log, const std::string& note, int http_status,
                                 absl::string_view body) {
  if (const absl::Status kept = memory_->KeepEvidence(log, note); !kept.ok()) {
    return Refuse(500, kept.message());
  }
  WitnessAnswer answer = Refuse(http_status, body);
  answer.split_view = true;
  return answer;
}

WitnessAnswer Witness::AddCheckpoint(absl::string_view text) {
  const std::optional<Request> request = ParseRequest(text);
  if (!request)
    return Refuse(400, "the body is `old <size>`, a proof, an empty line, a checkpoint");
  const absl::StatusOr<Note> note = ParseNote(request->note);
  if (!note.ok()) return Refuse(400, note.status().message());
  const absl::StatusOr<Checkpoint> said = ParseCheckpointText(note->text);
  if (!said.ok()) return Refuse(400, said.status().message());
  const auto log = logs_.find(said->origin);
  if (log == logs_.end()) return Refuse(404, "this log is not watched here");
  const absl::Status by_log = Open(request->note, log->second).status();
  if (!by_log.ok()) return Refuse(403, by_log.message());
  if (request->old_size > said->size) return Refuse(400, "`old` is above the checkpoint's size");

  MutexLock lock(&mutex_);
  const absl::StatusOr<Checkpoint> last = LastOf(said->origin);
  if (!last.ok()) return Refuse(500, last.status().message());
  if (request->old_size != last->size) {
    WitnessAnswer conflict = Refuse(409, absl::StrCat(last->size));
    conflict.content_type = kSizeType;
    return conflict;
  }
  if (said->size == last->size && said->root != last->root) {
    WitnessAnswer conflict = SplitView(log->first, request->note, 409, absl::StrCat(last->size));
    if (conflict.http_status == 409) conflict.content_type = kSizeType;
    return conflict;
  }
  const absl::Status follows =
      VerifyConsistency(last->size, last->root, said->size, said->root, request->proof);
  if (!follows.ok()) return Refuse(422, follows.message());
  if (said->size != last->size) {
    const absl::Status kept = memory_->Keep(said->origin, request->note);
    if (!kept.ok()) return Refuse(500, kept.message());
  }
  return {.body = Cosign(note->text, name_, key_, clock_->Now())};
}

absl::StatusOr<std::map<std::string, uint64_t>> Witness::Sizes() {
  std::map<std::string, uint64_t> sizes;
  MutexLock lock(&mutex_);
  for (const auto& [origin, log] : logs_) {
    ASSIGN_OR_RETURN(const Checkpoint last, LastOf(origin));
    sizes[origin] = last.size;
  }
  return sizes;
}

}  // namespace sluss
