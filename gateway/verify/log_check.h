// The log itself: whose key, whether it is whole, whether an authority stamped it.
#ifndef SLUSS_GATEWAY_VERIFY_LOG_CHECK_H_
#define SLUSS_GATEWAY_VERIFY_LOG_CHECK_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/tlog/verifier.h"
#include "gateway/verify/log_source.h"
#include "nlohmann/json.hpp"

namespace sluss {

struct LogKey {
  VerifierKey key;
  bool from_the_log_itself = false;  // proves nothing about who signed
};

// `text`, else `file`, else what lies in `source`, which may be null. INVALID_ARGUMENT where there
// is none.
absl::StatusOr<LogKey> LoadKey(const std::string& text, const std::string& file,
                               const LogSource* source);

// VerifyLog over a source.
absl::StatusOr<VerifiedLog> VerifySource(const LogSource& source, const VerifierKey& key,
                                         LogChecks checks = {});

// What sees each entry as LogChecks asks for it, parsed.
using EntryVisitor = std::function<absl::Status(uint64_t index, const v1::AuditLeaf& leaf)>;
LogChecks Visiting(EntryVisitor visit);

// By when an authority saw how much of the log, as the end of a conclusion; empty where no file of
// an authority is given. PERMISSION_DENIED where a stamp is not the authority's, or of another log.
absl::StatusOr<std::string> Stamped(const LogSource& source, const VerifierKey& key,
                                    const Checkpoint& checkpoint, const std::string& authority);

nlohmann::ordered_json Describe(const VerifiedLog& log);
// What a reader may conclude. `receipt`: that the entry of one was found in it.
std::string LogConclusion(const VerifiedLog& log, const LogKey& key, bool receipt);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_VERIFY_LOG_CHECK_H_
