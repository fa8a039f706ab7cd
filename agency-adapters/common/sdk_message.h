// DIGG's SDK message (MessageWithAttachments version 3) in its XHE envelope, as values.
//
// SDK carries text and files between functions at authorities; it has no fields for a case. This is
// the codec's vocabulary, for any agency whose system speaks SDK: sdk_reader.h, sdk_writer.h,
// sdk_receipt.h. Source: DIGG, SDK message specification 1.5.2, XSD, Schematron and XHE profile.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_SDK_MESSAGE_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_SDK_MESSAGE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sluss {

inline constexpr absl::string_view kSdkMessageNamespace =
    "urn:riv:infrastructure:messaging:MessageWithAttachments:3";
inline constexpr absl::string_view kSdkFunctionRoot =
    "urn:riv:infrastructure:messaging:functionalAddress";
inline constexpr absl::string_view kSdkPartyScheme = "iso6523-actorid-upis";
inline constexpr size_t kSdkMaxLabel = 256;  // characters

// A function at an authority. Messages are addressed to functions, never to persons.
struct SdkParty {
  std::string id;        // "0203:domain.example"
  std::string function;  // functional address
  std::string label;     // for people; may be empty
};

// A root (an OID, or "dnr") and what it identifies.
struct SdkReference {
  std::string root;
  std::string extension;
};

struct SdkFile {
  std::string file_name;
  std::string content_type;
  std::string content;  // decoded
};

struct SdkMessage {
  std::string message_id;         // UUID
  std::string conversation_id;    // UUID
  std::string ref_to_message_id;  // UUID; empty where it answers nothing
  absl::Time created;
  std::string label;
  bool confidential = true;
  std::string generating_system;
  SdkParty sender;
  SdkParty recipient;
  std::vector<SdkReference> reference;  // of the recipient's attention
  std::vector<std::string> text;
  std::vector<SdkFile> file;
};

struct SdkEnvelope {
  std::string id;  // UUID
  absl::Time created;
  std::string federation;
  std::string from;  // "0203:domain.example"
  std::string to;
  std::string handling_service;  // the recipient's functional address
  SdkMessage message;
};

// 16 bytes as a UUID, and back: a message id of ours is a message id of SDK.
std::string UuidFromBytes(absl::string_view bytes16);
bool IsUuid(absl::string_view text);

// An xs:dateTime with its zone; false for anything else.
bool ParseSdkTime(const std::string& text, absl::Time* time);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_SDK_MESSAGE_H_
