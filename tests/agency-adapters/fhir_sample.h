// The care-need sample of child psychiatry, read and taken apart.
#ifndef SLUSS_TESTS_AGENCY_ADAPTERS_FHIR_SAMPLE_H_
#define SLUSS_TESTS_AGENCY_ADAPTERS_FHIR_SAMPLE_H_

#include <string>

#include "agency-adapters/child-psychiatry/fhir_format.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/agency-adapters/sample.h"

namespace sluss::testing {

inline constexpr char kCareNeed[] = "child-psychiatry/care-need";

inline absl::StatusOr<v1::NeutralNotification> ReadFhir(const std::string& bytes) {
  auto format = MakeFhirFormat(SampleMapping("child-psychiatry"));
  return (*format)->Read({.name = "in.json", .bytes = bytes});
}

// Where the parts of the care-need sample are.
inline nlohmann::json& Resource(nlohmann::json& bundle, const std::string& type) {
  for (nlohmann::json& entry : bundle["entry"]) {
    if (entry["resource"]["resourceType"] == type) return entry["resource"];
  }
  ADD_FAILURE() << "no " << type;
  return bundle;
}
inline nlohmann::json& Header(nlohmann::json& b) { return Resource(b, "MessageHeader"); }
inline nlohmann::json& Communication(nlohmann::json& b) { return Resource(b, "Communication"); }
inline nlohmann::json& Patient(nlohmann::json& b) { return Resource(b, "Patient"); }

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_AGENCY_ADAPTERS_FHIR_SAMPLE_H_
