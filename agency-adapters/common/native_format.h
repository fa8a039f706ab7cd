// The seam between an agency's own format and the neutral notification.
//
// One NativeFormat is made from one agency's mapping file and used for every record of that agency.
// It turns bytes into values and values into bytes: it opens no file, sends nothing and keeps
// nothing between calls, so a record read twice gives the same notification twice. Duplicates,
// sealing and durability are the caller's.
//
// Errors: INVALID_ARGUMENT names the native field at fault and the cure, RESOURCE_EXHAUSTED means
// that the record is over kMaxNativeBytes, FAILED_PRECONDITION that the mapping file lacks
// something. No error quotes what a field holds.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_NATIVE_FORMAT_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_NATIVE_FORMAT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/content.pb.h"

namespace sluss {

// The largest native record that is read: SDK's limit for a whole message, and ours for all.
inline constexpr size_t kMaxNativeBytes = 30 * 1024 * 1024;

// One file as the agency's system wrote it or shall receive it. `name` has no directory.
struct NativeFile {
  std::string name;
  std::string bytes;
};

// What became of a notification that this agency sent.
enum class SentEvent {
  kAccepted,   // decided, recorded and queued
  kPartial,    // the same, but some categories were not permitted
  kDenied,     // the rules do not permit it
  kInvalid,    // the native record could not be read; text_en names the field
  kDelivered,  // the recipient has acknowledged it
  kRefused,    // the recipient's adapter could not accept it
  kStopped,    // withdrawn before delivery
  kExpired,    // not fetched in time
  kFeedback,   // the recipient's answer (SoL 19:6); `feedback` says which
  kPhoneNow,   // urgent and nobody listens: phone
};

struct SentOutcome {
  std::string native_id;  // of the record that was read; empty when it was not readable
  SentEvent event = SentEvent::kInvalid;
  std::string text_sv;  // one sentence for the person who reported
  std::string text_en;
  std::vector<std::string> paragraphs;  // "SoL 19 kap. 1 §"
  std::vector<std::string> passed;      // data categories
  std::vector<std::string> withheld;
  std::string message_id_hex;  // empty before there is one
  v1::FeedbackStatus feedback = v1::FEEDBACK_STATUS_UNSPECIFIED;
};

// Thread-safe; all methods are const.
class NativeFormat {
 public:
  virtual ~NativeFormat() = default;

  // ALREADY_EXISTS: the file is a good receipt for something that Write gave, so there is nothing
  // to send; ABORTED: it is a receipt by which the agency's system rejected it, and says why.
  //
  // Fills native_id, recipient, purpose, legal_basis, urgency, phoned_first, created_us, officer,
  // consent_id, reply_to, correction, protected_identity, identity and compartment. Nothing is
  // guessed: what the record does not say stays unset.
  virtual absl::StatusOr<v1::NeutralNotification> Read(const NativeFile& file) const = 0;

  // The notification as files for the agency's own system.
  virtual absl::StatusOr<std::vector<NativeFile>> Write(
      const v1::DeliveredNotification& delivered) const = 0;

  // Receipts, callbacks and errors in the native form; an empty list where the format has no form
  // for the event.
  virtual absl::StatusOr<std::vector<NativeFile>> WriteOutcome(
      const SentOutcome& outcome) const = 0;
};

// RESOURCE_EXHAUSTED naming the limit when `file` is over kMaxNativeBytes; INVALID_ARGUMENT when it
// is empty. Every Read begins with it.
absl::Status CheckNativeSize(const NativeFile& file);

// 1 to 64 letters, digits, '-' and '.' (FHIR's `id`): an id that is safe in a file name too.
bool IsPlainId(absl::string_view text);

// Whether a notification of this purpose is about a child: a consultation, a situation picture and
// feedback travel without one.
bool HasSubject(absl::string_view purpose);

// What every notification must have when a format has read it: native id, recipient, purpose, legal
// basis, day, an officer with name, role and reason (a record is never forwarded by itself), some
// content, and the child's number where the purpose has a subject; a message that answers or
// corrects names what it is about. INVALID_ARGUMENT names the neutral field. Every Read ends with
// it.
absl::Status CheckComplete(const v1::NeutralNotification& notification);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_NATIVE_FORMAT_H_
