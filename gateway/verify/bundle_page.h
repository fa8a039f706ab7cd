// report.html of an officer's bundle: what is in it, in figures and plain words, and how it is
// checked. Made again by whoever verifies the bundle, so that its figures cannot say anything else
// than the log.
#ifndef SLUSS_GATEWAY_VERIFY_BUNDLE_PAGE_H_
#define SLUSS_GATEWAY_VERIFY_BUNDLE_PAGE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "proto/export.pb.h"
#include "proto/record.pb.h"

namespace sluss {

// Of the entries that a bundle is about. Memory grows with agencies, rules and versions, not with
// entries. Not thread-safe.
class BundleTally {
 public:
  explicit BundleTally(const v1::BundleHead& head) : head_(head) {}

  // The next entry of the log, whether the bundle is about it or not.
  void Add(const v1::AuditLeaf& leaf);
  void AddOpening(const v1::EntryOpening& opening);

  using Counts = std::map<std::string, uint64_t>;
  uint64_t entries = 0;
  uint64_t to_open = 0;  // entries that commit to a field that is asked for
  uint64_t opened = 0;
  uint64_t erased = 0;
  Counts kinds;
  Counts verdicts;                       // of decisions
  Counts pairs;                          // "a -> b": handed over
  Counts denials;                        // by reason
  std::set<std::string> policy_digests;  // that decided

 private:
  const v1::BundleHead head_;
};

// The version of what BundlePage writes: another one writes another page of the same bundle.
inline constexpr absl::string_view kPageVersion = "sluss-bundle-page/1";

// `origin`, `size`: of the log. Swedish, then English; no script, nothing from outside.
std::string BundlePage(const v1::BundleHead& head, const BundleTally& tally,
                       absl::string_view origin, uint64_t size);
// Which version wrote a page; empty where it does not say.
std::string PageVersion(absl::string_view page);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_VERIFY_BUNDLE_PAGE_H_
