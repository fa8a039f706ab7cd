// An SDK message from the agency's own system as a neutral notification.
#ifndef SLUSS_AGENCY_ADAPTERS_POLICE_SDK_NOTIFICATION_H_
#define SLUSS_AGENCY_ADAPTERS_POLICE_SDK_NOTIFICATION_H_

#include <string>

#include "absl/status/statusor.h"
#include "agency-adapters/common/mapping.h"
#include "agency-adapters/common/sdk_message.h"
#include "proto/content.pb.h"

namespace sluss {

// The record's id in the agency's system: the message id, followed by ";" and the envelope's id
// where the two differ.
struct SdkRecordId {
  std::string message;
  std::string envelope;

  std::string Text() const;
  static SdkRecordId Parse(const std::string& text);
};

// Takes the notification from sluss-notification.json where the message has it. Otherwise from what
// the message itself states (text, files, reference, conversation), marked `unstructured`, with
// purpose, legal basis and officers unset: nothing is guessed from text. Faults are SdkErrors.
absl::StatusOr<v1::NeutralNotification> NotificationFromSdk(const SdkEnvelope& envelope,
                                                            const Mapping& mapping);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_POLICE_SDK_NOTIFICATION_H_
