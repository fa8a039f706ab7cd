// The answer to a citizen who asks what was told about her or him (GDPR Art. 15), in plain Swedish
// and English.
//
// From values: names no officer, no other person and no content. What a row may say of protected
// persons and of entries that are held back is settled here, in one place. Pure; thread-safe.
#ifndef SLUSS_GATEWAY_DOCUMENTS_ACCESS_REPORT_H_
#define SLUSS_GATEWAY_DOCUMENTS_ACCESS_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gateway/documents/printed_page.h"
#include "proto/policy.pb.h"
#include "proto/record.pb.h"

namespace sluss {

// What became of a message, as far as the log knows.
enum class Fate {
  kDenied,  // nothing was told
  kOnTheWay,
  kDelivered,  // handed out; whether it was kept is the recipient's to say
  kReceived,
  kStopped,   // before it was handed out
  kRecalled,  // handed out, and called back
  kRefused,   // the recipient could not accept it
  kExpired,
};

struct ReportedDisclosure {
  v1::AuditLeaf decision;
  Fate fate = Fate::kOnTheWay;
  absl::Time fate_at;                // of the entry that says so
  std::vector<std::string> passed;   // data categories, as they were handed out in the end
  std::optional<std::string> proof;  // where the row's proof lies, or the entry's number
};

struct AccessReport {
  absl::Time made;
  int64_t from_us = 0;
  int64_t to_us = 0;
  std::vector<ReportedDisclosure> disclosures;  // those that may be told
  bool protected_identity = false;
  // Told only where the officer has found that it may be (dataskyddslagen 5:1).
  std::optional<uint64_t> withheld;
  // Entries of the period, of everybody, which nobody can look into any more.
  uint64_t unread = 0;
  // Those of them whose keys nobody has kept, and from when to when they are.
  uint64_t unreached = 0;
  int64_t unreached_from_us = 0, unreached_to_us = 0;
  std::string contact;  // whom to ask; the officer's own words
  std::string log;      // its origin
};

// `vocabulary` names agencies, purposes, paragraphs and categories in both languages; what it does
// not know is shown as the log has it.
PrintedPage AccessReportPage(const AccessReport& report, const v1::Vocabulary& vocabulary);

// From what the log says of the message after its decision, in order.
ReportedDisclosure Reported(const v1::AuditLeaf& decision, const std::vector<v1::AuditLeaf>& later);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_DOCUMENTS_ACCESS_REPORT_H_
