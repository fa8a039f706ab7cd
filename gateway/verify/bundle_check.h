// An officer's bundle: the log in it, and that everything beside the log is what the log says.
//
// What success means, beyond the log's own: the log has an entry of this very export; each entry of
// the period that commits to something is opened by values that hash to what stands in it, or said
// to be erased by an entry of the log; every version of the policies that decided in the period is
// there; the report's figures are those of the log. What it does not mean: that the opened values
// were true when they were entered.
#ifndef SLUSS_GATEWAY_VERIFY_BUNDLE_CHECK_H_
#define SLUSS_GATEWAY_VERIFY_BUNDLE_CHECK_H_

#include <string>

#include "absl/status/statusor.h"
#include "gateway/tlog/verifier.h"
#include "gateway/verify/bundle_layout.h"
#include "gateway/verify/bundle_page.h"
#include "gateway/verify/log_source.h"
#include "nlohmann/json.hpp"

namespace sluss {

struct CheckedBundle {
  v1::BundleHead head;
  VerifiedLog log;
  BundleTally tally;
  bool report_checked = false;  // its page is one that this program writes
};

// Whether the source is a bundle, and not a log alone.
bool IsBundle(const LogSource& source);

// Reads the log once and the entries of the period twice. Errors are sentences that name the first
// bad row, `opening of entry 17, field "officer": ...`; their codes are those of VerifyLog.
absl::StatusOr<CheckedBundle> CheckBundle(const LogSource& source, const VerifierKey& key,
                                          LogChecks checks = {});

// What a reader may conclude of the bundle, after the log's own conclusion.
std::string BundleConclusion(const CheckedBundle& bundle);
nlohmann::ordered_json DescribeBundle(const CheckedBundle& bundle);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_VERIFY_BUNDLE_CHECK_H_
