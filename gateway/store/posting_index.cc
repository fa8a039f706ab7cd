#include "gateway/store/posting_index.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr int64_t kApplicationId = 0x534c5849;  // "SLXI"
constexpr int64_t kVersion = 1;
constexpr absl::Duration kPatience = absl::Seconds(5);

constexpr char kSchema[] = R"sql(
  BEGIN IMMEDIATE;
  CREATE TABLE posting (
    key INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (key, position)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE reach (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    size INTEGER NOT NULL,
    last_entry BLOB NOT NULL
  ) STRICT;
  INSERT INTO reach (one, size, last_entry) VALUES (1, 0, x'');
  PRAGMA application_id = 0x534c5849;
  PRAGMA user_version = 1;
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

absl::StatusOr<std::string> ReadText(SqliteConnection* connection, const char* sql) {
  Query query = connection->Prepare(sql);
  ASSIGN_OR_RETURN(const bool row, query.Step());
  return row ? query.BytesAt(0) : std::string();
}

absl::StatusOr<int64_t> ReadNumber(SqliteConnection* connection, const char* sql) {
  Query query = connection->Prepare(sql);
  ASSIGN_OR_RETURN(const bool row, query.Step());
  return row ? query.IntAt(0) : 0;
}

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

absl::Status PostingIndex::Write(const std::vector<Posting>& postings, const IndexReach& after) {
  for (const Posting& posting : postings) {
    Query query = writer_->Prepare("INSERT OR IGNORE INTO posting (key, position) VALUES (?, ?)");
    query.Int(static_cast<int64_t>(posting.key)).Int(static_cast<int64_t>(posting.position));
    RETURN_IF_ERROR(query.Run());
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

absl::StatusOr<std::optional<uint64_t>> PostingIndex::Seek(const char* sql, uint64_t key,
                                                           uint64_t position) const {
  MutexLock lock(&reading_);
  Query query = reader_->Prepare(sql);
  query.Int(static_cast<int64_t>(key)).Int(static_cast<int64_t>(position));
  ASSIGN_OR_RETURN(const bool row, query.Step());
  if (!row) return std::nullopt;
  return static_cast<uint64_t>(query.IntAt(0));
}

absl::StatusOr<std::optional<uint64_t>> PostingIndex::AtOrAfter(uint64_t key,
                                                                uint64_t position) const {
  return Seek(
      "SELECT position FROM posting WHERE key = ? AND position >= ? ORDER BY position LIMIT 1", key,
      position);
}

absl::StatusOr<std::optional<uint64_t>> PostingIndex::AtOrBefore(uint64_t key,
                                                                 uint64_t position) const {
  return Seek(
      "SELECT position FROM posting WHERE key = ? AND position <= ? ORDER BY position DESC LIMIT 1",
      key, position);
}

absl::StatusOr<uint64_t> PostingIndex::Count(uint64_t key, uint64_t from, uint64_t to) const {
  MutexLock lock(&reading_);
  Query query = reader_->Prepare(
      "SELECT count(*) FROM posting WHERE key = ? AND position >= ? AND position < ?");
  query.Int(static_cast<int64_t>(key))
      .Int(static_cast<int64_t>(from))
      .Int(static_cast<int64_t>(to));
  ASSIGN_OR_RETURN(const bool row, query.Step());
  return row ? static_cast<uint64_t>(query.IntAt(0)) : 0;
}

}  // namespace sluss
