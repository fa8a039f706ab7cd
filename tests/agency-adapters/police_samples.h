// The police's format with the sample mapping, and the sample records.
#ifndef SLUSS_TESTS_AGENCY_ADAPTERS_POLICE_SAMPLES_H_
#define SLUSS_TESTS_AGENCY_ADAPTERS_POLICE_SAMPLES_H_

#include <memory>
#include <string>

#include "agency-adapters/police/sdk_format.h"
#include "gateway/base/text_file.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {

inline const FakeClock& TestClock() {
  static const FakeClock clock(absl::FromUnixSeconds(1771230600));
  return clock;
}

inline v1::MappingConfig PoliceMapping() {
  v1::MappingConfig config;
  EXPECT_OK(TextFile::Load(SLUSS_SOURCE_DIR "/deploy/config/police-mapping.txtpb", &config));
  return config;
}

inline std::unique_ptr<NativeFormat> Police(const v1::MappingConfig& config = PoliceMapping()) {
  auto format = MakeSdkFormat(config, &TestClock());
  EXPECT_OK(format);
  return *std::move(format);
}

inline std::string Sample(const std::string& name) {
  auto bytes = ReadFile(SLUSS_SOURCE_DIR "/deploy/samples/police/" + name);
  EXPECT_OK(bytes);
  return *std::move(bytes);
}

inline absl::StatusOr<v1::NeutralNotification> ReadBytes(const std::string& bytes) {
  return Police()->Read({"message.xml", bytes});
}

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_AGENCY_ADAPTERS_POLICE_SAMPLES_H_
