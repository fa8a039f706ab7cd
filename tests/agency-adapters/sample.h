// Samples of deploy/samples with their tokens filled in for a fixed day and child, and the mapping
// files of deploy/config: what quickstart uses is what the tests read.
#ifndef SLUSS_TESTS_AGENCY_ADAPTERS_SAMPLE_H_
#define SLUSS_TESTS_AGENCY_ADAPTERS_SAMPLE_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/base/text_file.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "proto/mapping.pb.h"

namespace sluss::testing {

// A number of Skatteverket's test series (birth numbers 980-999, given to nobody).
inline constexpr char kChildNumber[] = "201103149801";
inline constexpr char kConsentId[] = "00112233445566778899aabbccddeeff";
inline constexpr char kReplyTo[] = "ffeeddccbbaa99887766554433221100";

// `name` as "child-psychiatry/care-need": the template without ".json.template".
inline std::string Sample(const std::string& name) {
  const auto text =
      ReadFile(absl::StrCat(SLUSS_SOURCE_DIR, "/deploy/samples/", name, ".json.template"));
  EXPECT_TRUE(text.ok()) << text.status();
  return absl::StrReplaceAll(*text, {{"@AGE@", kChildNumber},
                                     {"@MESSAGE_ID@", "m-1"},
                                     {"@CONSENT_ID@", kConsentId},
                                     {"@REPLY_TO@", kReplyTo},
                                     {"@NOW@", "2026-03-02T07:30:00Z"},
                                     {"@NOW_LOCAL@", "2026-03-02T08:30:00"},
                                     {"@TODAY@", "2026-03-02"}});
}

inline nlohmann::json SampleJson(const std::string& name) {
  return nlohmann::json::parse(Sample(name));
}

// `name` as "child-psychiatry".
inline v1::MappingConfig SampleMapping(const std::string& name) {
  v1::MappingConfig mapping;
  const auto file = TextFile::Load(
      absl::StrCat(SLUSS_SOURCE_DIR, "/deploy/config/", name, "-mapping.txtpb"), &mapping);
  EXPECT_TRUE(file.ok()) << file.status();
  return mapping;
}

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_AGENCY_ADAPTERS_SAMPLE_H_
