// What a gateway hands to an officer who takes a bundle away.
//
//   1. The period's entries are counted; the period ends at the latest with the newest entry, so
//      that nothing is added to it later.
//   2. An EXPORT entry names procedure, period, agency and count, and commits to the officer. Only
//      when it is durable does anything leave.
//   3. Head, then the openings of one entry after the other; the log's files one by one.
//
// Memory does not grow with the period. Errors: INVALID_ARGUMENT names the field; UNAVAILABLE: try
// again; DATA_LOSS: an opening that does not open its entry, or a damaged store.
#ifndef SLUSS_GATEWAY_EXPORTS_BUNDLE_EXPORT_H_
#define SLUSS_GATEWAY_EXPORTS_BUNDLE_EXPORT_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/exchange/ledger.h"
#include "gateway/exchange/opening_reader.h"
#include "gateway/exchange/store.h"
#include "proto/export.pb.h"

namespace sluss {

// The pointed-to objects outlive the export.
struct BundleExportParts {
  const StoreView* store;
  Ledger* ledger;
  const OpeningReader* openings;
  std::string verifier_key;  // as text
};

// Thread-safe.
class BundleExport {
 public:
  explicit BundleExport(BundleExportParts parts) : parts_(std::move(parts)) {}

  // `officer` as the certificate names one: "officer/dan". `take` gets the head first; CANCELLED
  // where it returns false.
  absl::Status Run(absl::string_view officer, const v1::ExportBundleRequest& request,
                   absl::FunctionRef<bool(const v1::BundlePart&)> take) const;

  // A file of the log or a version of the policies, by its path in the bundle. NOT_FOUND where
  // there is none.
  absl::StatusOr<std::string> ReadFile(const v1::ReadLogFileRequest& request) const;

 private:
  const BundleExportParts parts_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXPORTS_BUNDLE_EXPORT_H_
