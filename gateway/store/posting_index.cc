#include "gateway/store/posting_index.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr int64_t kApplicationId = 0x534c5849;  // "SLXI"
constexpr int64_t kVersion = 2;
// A run is read as a whole, and ten and more fit a page.
constexpr size_t kMostRestBytes = 200;
constexpr size_t kMostKnown = 256;
constexpr absl::Duration kPatience = absl::Seconds(5);

constexpr char kSchema[] = R"sql(
  BEGIN IMMEDIATE;
  CREATE TABLE run (
    key INTEGER NOT NULL,
    first INTEGER NOT NULL,
    rest BLOB NOT NULL,
    PRIMARY KEY (key, first)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE reach (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    size INTEGER NOT NULL,
    last_entry BLOB NOT NULL
  ) STRICT;
  INSERT INTO reach (one, size, last_entry) VALUES (1, 0, x'');
  PRAGMA application_id = 0x534c5849;
  PRAGMA user_version = 2;
  COMMIT;
)sql";

// Copied back seldom: every copy asks the disk for a sync, and the ledger waits for the same disk.
constexpr char kSettings[] = R"sql(
  PRAGMA synchronous = NORMAL;
  PRAGMA cache_size = -8192;
  PRAGMA wal_autocheckpoint = 4000;
  PRAGMA journal_size_limit = 33554432;
  PRAGMA trusted_schema = OFF;
  PRAGMA cell_size_check = ON;
)sql";

absl::Status CheckIsIndex(SqliteConnection* connection) {
  ASSIGN_OR_RETURN(const int64_t application, ReadNumber(connection, "PRAGMA application_id"));
  ASSIGN_OR_RETURN(const int64_t version, ReadNumber(connection, "PRAGMA user_version"));
  if (application != kApplicationId || version != kVersion) {
    return absl::FailedPreconditionError("not an index of this version");
  }
  ASSIGN_OR_RETURN(const std::string verdict, ReadText(connection, "PRAGMA quick_check(1)"));
  return verdict == "ok" ? absl::OkStatus() : absl::DataLossError(verdict);
}

// 0 where there is none.
uint64_t FileId(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

absl::Status Create(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    return absl::UnavailableError(absl::StrCat("search index `", path, "` cannot be made (",
                                               std::strerror(errno),
                                               "): name a file in a directory of the gateway's "
                                               "own in `search.index`"));
  }
  close(file);
  ASSIGN_OR_RETURN(const auto connection, SqliteConnection::Open(path, kPatience));
  RETURN_IF_ERROR(ReadText(connection.get(), "PRAGMA journal_mode = WAL").status());
  return connection->Execute(kSchema);
}

// A stretch of a key's positions, as it is kept; `last` where somebody has found it out.
struct Run {
  uint64_t first = 0;
  std::string rest = {};
  uint64_t last = 0;
};

void PutDistance(uint64_t distance, std::string* rest) {
  for (; distance >= 0x80; distance >>= 7) rest->push_back(static_cast<char>(distance | 0x80));
  rest->push_back(static_cast<char>(distance));
}

// In order, until `take` says false. DATA_LOSS for bytes that are no run: a distance that is cut
// off or longer than a number, none, or one that leads out of the numbers of positions.
template <typename Take>
absl::Status ForEach(const Run& run, Take take) {
  constexpr int kLastShift = 56;  // positions are below 2^63
  uint64_t at = run.first;
  if (!take(at)) return absl::OkStatus();
  for (size_t i = 0; i < run.rest.size();) {
    uint64_t distance = 0;
    for (int shift = 0;; shift += 7) {
      if (i == run.rest.size() || shift > kLastShift) {
        return absl::DataLossError("search index: a run is damaged");
      }
      const auto byte = static_cast<uint8_t>(run.rest[i++]);
      distance |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    if (distance == 0 || distance > INT64_MAX - at) {
      return absl::DataLossError("search index: a run is damaged");
    }
    at += distance;
    if (!take(at)) return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<uint64_t>> PositionsOf(const Run& run) {
  std::vector<uint64_t> positions;
  positions.reserve(1 + run.rest.size());
  RETURN_IF_ERROR(ForEach(run, [&](uint64_t at) {
    positions.push_back(at);
    return true;
  }));
  return positions;
}

Run RunOf(const Query& query) { return {static_cast<uint64_t>(query.IntAt(0)), query.BytesAt(1)}; }

// The last run of the key that begins at or before `position`.
absl::StatusOr<std::optional<Run>> LastRun(SqliteConnection* connection, uint64_t key,
                                           uint64_t position) {
  Query query = connection->Prepare(
      "SELECT first, rest FROM run WHERE key = ? AND first <= ? ORDER BY first DESC LIMIT 1");
  query.Int(static_cast<int64_t>(key)).Int(static_cast<int64_t>(position));
  ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row) return std::optional<Run>();
  return std::optional<Run>(RunOf(query));
}

}  // namespace

absl::Status PostingIndex::Remove(const std::string& path) {
  for (const char* suffix : {"-wal", "-shm", "-journal", ""}) {
    const std::string file = absl::StrCat(path, suffix);
    if (unlink(file.c_str()) == 0 || errno == ENOENT) continue;
    return absl::UnavailableError(absl::StrCat("search index `", file, "` cannot be deleted (",
                                               std::strerror(errno),
                                               "): name another file in `search.index`"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<PostingIndex>> PostingIndex::OpenExisting(const std::string& path) {
  const uint64_t id = FileId(path);
  ASSIGN_OR_RETURN(std::unique_ptr<SqliteConnection> writer,
                   SqliteConnection::Open(path, kPatience));
  RETURN_IF_ERROR(writer->Execute(kSettings));
  RETURN_IF_ERROR(CheckIsIndex(writer.get()));
  ASSIGN_OR_RETURN(std::unique_ptr<SqliteConnection> reader,
                   SqliteConnection::Open(path, kPatience));
  RETURN_IF_ERROR(reader->Execute("PRAGMA query_only = ON"));
  std::unique_ptr<PostingIndex> index(
      new PostingIndex(path, id, std::move(writer), std::move(reader)));
  RETURN_IF_ERROR(index->Reach().status());
  if (!index->IsInPlace()) return absl::AbortedError("the index was replaced while it was opened");
  return index;
}

absl::StatusOr<std::unique_ptr<PostingIndex>> PostingIndex::Open(const std::string& path,
                                                                 bool* begun_anew) {
  const bool existed = FileId(path) != 0;
  if (begun_anew != nullptr) *begun_anew = false;
  if (existed) {
    absl::StatusOr<std::unique_ptr<PostingIndex>> index = OpenExisting(path);
    if (index.ok() || absl::IsUnavailable(index.status())) return index;
    if (begun_anew != nullptr) *begun_anew = true;
  }
  RETURN_IF_ERROR(Remove(path));
  RETURN_IF_ERROR(Create(path));
  return OpenExisting(path);
}

bool PostingIndex::IsInPlace() const { return FileId(path_) == file_id_; }

absl::Status PostingIndex::Append(Next next, Next end) {
  const auto key = static_cast<int64_t>(next->key);
  ASSIGN_OR_RETURN(std::optional<Run> known, LastRun(writer_.get(), next->key, INT64_MAX));
  Run run;
  if (known.has_value()) {
    run = *std::move(known);
    ASSIGN_OR_RETURN(const std::vector<uint64_t> positions, PositionsOf(run));
    run.last = positions.back();
    if (next->position <= run.last) {
      return absl::InternalError("search index: a position came after a later one");
    }
  }
  bool changed = false;
  const auto write = [&]() -> absl::Status {
    if (!changed) return absl::OkStatus();
    Query put = writer_->Prepare("INSERT OR REPLACE INTO run (key, first, rest) VALUES (?, ?, ?)");
    return put.Int(key).Int(static_cast<int64_t>(run.first)).Blob(run.rest).Run();
  };
  bool begun = known.has_value();
  for (; next != end; ++next) {
    if (!begun || run.rest.size() >= kMostRestBytes) {
      RETURN_IF_ERROR(write());
      run = {next->position, "", next->position};
      begun = true;
    } else {
      PutDistance(next->position - run.last, &run.rest);
      run.last = next->position;
    }
    changed = true;
  }
  return write();
}

absl::Status PostingIndex::Write(const std::vector<Posting>& postings, const IndexReach& after) {
  for (Next next = postings.begin(); next != postings.end();) {
    const Next end = std::find_if(next, postings.end(),
                                  [&](const Posting& one) { return one.key != next->key; });
    RETURN_IF_ERROR(Append(next, end));
    next = end;
  }
  Query reach = writer_->Prepare("UPDATE reach SET size = ?, last_entry = ?");
  reach.Int(static_cast<int64_t>(after.size)).Blob(after.last_entry);
  return reach.Run();
}

// In the order of the tree, so that every page is written once a group.
absl::Status PostingIndex::Add(std::vector<Posting> postings, const IndexReach& after) {
  std::sort(postings.begin(), postings.end(), [](const Posting& a, const Posting& b) {
    return std::pair(static_cast<int64_t>(a.key), a.position) <
           std::pair(static_cast<int64_t>(b.key), b.position);
  });
  postings.erase(std::unique(postings.begin(), postings.end()), postings.end());
  RETURN_IF_ERROR(writer_->Execute("BEGIN IMMEDIATE"));
  absl::Status status = Write(postings, after);
  if (status.ok()) status = writer_->Execute("COMMIT");
  if (!status.ok() && writer_->in_transaction()) (void)writer_->Execute("ROLLBACK");
  return status;
}

absl::StatusOr<IndexReach> PostingIndex::Reach() const {
  MutexLock lock(&reading_);
  Query query = reader_->Prepare("SELECT size, last_entry FROM reach");
  ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row) return absl::DataLossError("search index: it does not say how far it reaches");
  return IndexReach{static_cast<uint64_t>(query.IntAt(0)), query.BytesAt(1)};
}

absl::StatusOr<std::vector<uint64_t>> PostingIndex::RunAt(uint64_t key, uint64_t position) const {
  ASSIGN_OR_RETURN(const std::optional<Run> run, LastRun(reader_.get(), key, position));
  if (!run.has_value()) return std::vector<uint64_t>();
  return PositionsOf(*run);
}

const std::vector<uint64_t>* PostingIndex::Known(uint64_t key, uint64_t position) const {
  const auto known = known_.find(key);
  if (known == known_.end()) return nullptr;
  const std::vector<uint64_t>& run = known->second;
  return run.front() <= position && position <= run.back() ? &run : nullptr;
}

const std::vector<uint64_t>& PostingIndex::Keep(uint64_t key, std::vector<uint64_t> run) const {
  if (known_.size() >= kMostKnown) known_.clear();
  return known_[key] = std::move(run);
}

absl::StatusOr<std::optional<uint64_t>> PostingIndex::AtOrAfter(uint64_t key,
                                                                uint64_t position) const {
  MutexLock lock(&reading_);
  if (const std::vector<uint64_t>* const known = Known(key, position)) {
    return *std::lower_bound(known->begin(), known->end(), position);
  }
  ASSIGN_OR_RETURN(std::vector<uint64_t> run, RunAt(key, position));
  if (run.empty() || run.back() < position) {
    Query query = reader_->Prepare(
        "SELECT first, rest FROM run WHERE key = ? AND first > ? ORDER BY first LIMIT 1");
    query.Int(static_cast<int64_t>(key)).Int(static_cast<int64_t>(position));
    ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return std::nullopt;
    ASSIGN_OR_RETURN(run, PositionsOf(RunOf(query)));
  }
  const std::vector<uint64_t>& kept = Keep(key, std::move(run));
  return *std::lower_bound(kept.begin(), kept.end(), position);
}

absl::StatusOr<std::optional<uint64_t>> PostingIndex::AtOrBefore(uint64_t key,
                                                                 uint64_t position) const {
  MutexLock lock(&reading_);
  if (const std::vector<uint64_t>* const known = Known(key, position)) {
    return *std::prev(std::upper_bound(known->begin(), known->end(), position));
  }
  ASSIGN_OR_RETURN(std::vector<uint64_t> run, RunAt(key, position));
  if (run.empty()) return std::nullopt;
  const std::vector<uint64_t>& kept = Keep(key, std::move(run));
  return *std::prev(std::upper_bound(kept.begin(), kept.end(), position));
}

absl::StatusOr<uint64_t> PostingIndex::Count(uint64_t key, uint64_t from, uint64_t to) const {
  if (from >= to) return 0;
  MutexLock lock(&reading_);
  // From the run in which `from` would lie.
  ASSIGN_OR_RETURN(const std::optional<Run> begin, LastRun(reader_.get(), key, from));
  Query query = reader_->Prepare(
      "SELECT first, rest FROM run WHERE key = ? AND first >= ? AND first < ? ORDER BY first");
  query.Int(static_cast<int64_t>(key))
      .Int(static_cast<int64_t>(begin.has_value() ? begin->first : from))
      .Int(static_cast<int64_t>(to));
  uint64_t count = 0;
  for (;;) {
    ASSIGN_OR_RETURN(const bool row, query.Step());
    if (!row) return count;
    RETURN_IF_ERROR(ForEach(RunOf(query), [&](uint64_t at) {
      if (at >= from && at < to) ++count;
      return at < to;
    }));
  }
}

}  // namespace sluss
