// Which positions of the log have which key: an inverted index in an SQLite file of its own, beside
// the database and no part of it.
//
//   run (key, first, rest)      in this order; nothing else but how far the index reaches
//
// A run is a stretch of one key's positions in order: the first as a number, then a string of bytes
// with the distance of each to the one before it, low seven bits first (as protobuf's varints), up
// to kMostRestBytes of them. What is new is put at the end of the key's last run, so a key that is
// in every third entry takes a byte and some a position, and one that is seldom a row of its own.
//
// The file holds nothing that cannot be made anew, so nothing in it is ever repaired: whatever is
// not a whole index of this version is thrown away by Open and begun anew. Committed with
// synchronous=NORMAL: a loss of power may take the last commits, never the order of those before
// them, so an index is at worst shorter than it was, and says so.
#ifndef SLUSS_GATEWAY_STORE_POSTING_INDEX_H_
#define SLUSS_GATEWAY_STORE_POSTING_INDEX_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/base/mutex.h"
#include "gateway/store/sqlite.h"

namespace sluss {

struct Posting {
  uint64_t key = 0;
  uint64_t position = 0;

  friend auto operator<=>(const Posting&, const Posting&) = default;
};

// How far an index reaches, and of which log it is.
struct IndexReach {
  uint64_t size = 0;       // positions below are indexed
  std::string last_entry;  // SHA-256 of the entry before `size`; empty where it is 0
};

// One thread may add while others read. Errors of the calls are those of SqliteStatus: UNAVAILABLE
// passes (full disk, lock), after any other the index is of no further use.
class PostingIndex {
 public:
  // Checks the pages of an existing file, about a second a gigabyte. `begun_anew`, where given,
  // tells whether a file was there and was thrown away. UNAVAILABLE: the file can be neither used
  // nor made.
  static absl::StatusOr<std::unique_ptr<PostingIndex>> Open(const std::string& path,
                                                            bool* begun_anew = nullptr);
  // Deletes the file, which nobody may have open.
  static absl::Status Remove(const std::string& path);

  // Whether the file is still the one that was opened.
  bool IsInPlace() const;

  // Of positions at or above the reach; in any order, the same twice counts once. One transaction.
  // INTERNAL for a position below what its key has.
  absl::Status Add(std::vector<Posting> postings, const IndexReach& after);

  absl::StatusOr<IndexReach> Reach() const;
  // The lowest position of the key that is not below `position`, and the highest not above it.
  absl::StatusOr<std::optional<uint64_t>> AtOrAfter(uint64_t key, uint64_t position) const;
  absl::StatusOr<std::optional<uint64_t>> AtOrBefore(uint64_t key, uint64_t position) const;
  // Of the key in [from, to).
  absl::StatusOr<uint64_t> Count(uint64_t key, uint64_t from, uint64_t to) const;

 private:
  PostingIndex(std::string path, uint64_t file_id, std::unique_ptr<SqliteConnection> writer,
               std::unique_ptr<SqliteConnection> reader)
      : path_(std::move(path)),
        file_id_(file_id),
        writer_(std::move(writer)),
        reader_(std::move(reader)) {}

  static absl::StatusOr<std::unique_ptr<PostingIndex>> OpenExisting(const std::string& path);
  absl::Status Write(const std::vector<Posting>& postings, const IndexReach& after);
  // Of one key: `next` to `end`, in order, each once.
  using Next = std::vector<Posting>::const_iterator;
  absl::Status Append(Next next, Next end);
  // The positions of that run of the key which begins last at or before `position`; none: empty.
  absl::StatusOr<std::vector<uint64_t>> RunAt(uint64_t key, uint64_t position) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(reading_);
  // Of the run that was read of the key last, if it reaches from below `position` to above it.
  const std::vector<uint64_t>* Known(uint64_t key, uint64_t position) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(reading_);
  const std::vector<uint64_t>& Keep(uint64_t key, std::vector<uint64_t> run) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(reading_);

  const std::string path_;
  const uint64_t file_id_;  // the file's number in its file system
  const std::unique_ptr<SqliteConnection> writer_;

  mutable Mutex reading_;
  const std::unique_ptr<SqliteConnection> reader_ ABSL_PT_GUARDED_BY(reading_);
  // The run that was read last of each key: a search goes to and fro between the same few. What it
  // says stays true: runs only grow, at their end.
  mutable absl::flat_hash_map<uint64_t, std::vector<uint64_t>> known_ ABSL_GUARDED_BY(reading_);
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_STORE_POSTING_INDEX_H_
