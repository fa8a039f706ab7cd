// Open ePlatform's integration callback: the SOAP 1.1 calls by which the platform is told what
// became of a flow instance. Each function gives the whole request as UTF-8 XML.
//
// Source: the platform's IntegrationCallback service (document/literal, soapAction ""), elements in
// the order of its schema. Texts lose control characters that XML cannot hold. Pure.
#ifndef SLUSS_AGENCY_ADAPTERS_SCHOOL_CALLBACK_H_
#define SLUSS_AGENCY_ADAPTERS_SCHOOL_CALLBACK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "proto/content.pb.h"

namespace sluss {

// Who speaks for the receiving system, and about which flow instance.
struct CallbackTarget {
  int32_t flow_instance_id = 0;
  std::string external_id;      // our message id in hex; empty: left out
  std::string external_system;  // goes with external_id
  std::string user_id;
};

std::string ConfirmDeliveryCall(const CallbackTarget& target, bool delivered,
                                absl::string_view log_message);
std::string SetStatusCall(const CallbackTarget& target, absl::string_view status_alias);
std::string AddMessageCall(const CallbackTarget& target, absl::Time added, absl::string_view text,
                           const std::vector<v1::Attachment>& attachments);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_SCHOOL_CALLBACK_H_
