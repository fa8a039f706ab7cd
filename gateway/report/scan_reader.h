// What the officer's tool makes of a scan: every proof is verified, and only here, in memory, is a
// row compared with the citizen's pseudonym. No gRPC.
#ifndef SLUSS_GATEWAY_REPORT_SCAN_READER_H_
#define SLUSS_GATEWAY_REPORT_SCAN_READER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/crypto/key_archive.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/crypto/pseudonym.h"
#include "gateway/crypto/scan_hop.h"
#include "proto/access.pb.h"

namespace sluss {

// A decision about the citizen, as it came.
struct FoundRow {
  uint64_t index = 0;
  std::string leaf;
  std::string value;
  std::string salt;
};

// Of one scan, over as many calls as it took. Not thread-safe.
class ScanReader {
 public:
  // `wanted`: the domain's nyms of the citizen's numbers. `keys` and `archive`, the domain's own of
  // earlier generations, outlive the reader; a null archive has none.
  ScanReader(const AgencyRing* keys, std::vector<Nym> wanted,
             const AgencyArchive* archive = nullptr);

  // A call begins, under the order with this digest (CheckedScanOrder::digest).
  void Begin(std::string order_digest);
  // The next part. INVALID_ARGUMENT or PERMISSION_DENIED name what is wrong with it: a row out of
  // order or not committed to, a hop whose proof does not hold. Then nothing of the scan is to be
  // trusted.
  absl::Status Take(const v1::ScanPart& part);

  // Of the first call.
  const std::optional<v1::ScanBegun>& begun() const { return begun_; }
  const std::optional<v1::ScanDone>& done() const { return done_; }
  // Where the next call begins: everything below was told.
  uint64_t next_index() const { return next_index_; }

  const std::vector<FoundRow>& found() const { return found_; }
  // Every row by its index, and of those that could not be looked into, why: "erased", "keys-gone",
  // "damaged", "own-keys-gone" where the domain's are not given here, and "invalid" for what no hop
  // can transform.
  const std::map<uint64_t, std::string>& unread() const { return unread_; }
  const std::vector<uint64_t>& compared() const { return compared_; }

 private:
  struct Batch;

  // Null where there are none of the directory of this name.
  const AgencyKeys* KeysOf(absl::string_view directory) const;
  absl::Status TakeBatch(const v1::ScanBatch& batch);
  absl::Status CheckRows(const v1::ScanBatch& batch, Batch* out) const;
  absl::Status CheckHops(const v1::ScanBatch& batch, Batch* out) const;
  void Compare(const v1::ScanBatch& batch, const Batch& read);

  const AgencyRing* keys_;
  const AgencyArchive* archive_;
  std::vector<Nym> wanted_;
  std::string order_digest_;
  std::optional<v1::ScanBegun> begun_;
  std::optional<v1::ScanDone> done_;
  uint64_t next_index_ = 0;
  std::vector<FoundRow> found_;
  std::map<uint64_t, std::string> unread_;
  std::vector<uint64_t> compared_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_REPORT_SCAN_READER_H_
