// The Swedish words for what a notification holds, as its readers meet them in text and forms.
// Pure tables; the returned views live for ever.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_SWEDISH_WORDS_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_SWEDISH_WORDS_H_

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace sluss {

// "Orosanmälan" for "PROTECTION": what a person calls a notification of this purpose. "Meddelande"
// for a purpose without a word. Names nobody, so it may stand in a clear label.
absl::string_view PurposeInSwedish(absl::string_view purpose);

// "Hälsa" for "HEALTH"; the category itself when it has no word.
absl::string_view CategoryInSwedish(absl::string_view category);

// "Varför nu" for Narrative.why_now; the field's own name when it has no word.
absl::string_view FieldInSwedish(const google::protobuf::FieldDescriptor& field);

// "ja" for YES; the value's own name when it has no word.
absl::string_view ValueInSwedish(const google::protobuf::EnumValueDescriptor& value);

// "Våld i hemmet" for "V1" (codes of concern); the code itself when it has no word.
absl::string_view ConcernInSwedish(absl::string_view code);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_SWEDISH_WORDS_H_
