// The school's format with the sample mapping, and the sample records.
#ifndef SLUSS_TESTS_AGENCY_ADAPTERS_SCHOOL_SAMPLES_H_
#define SLUSS_TESTS_AGENCY_ADAPTERS_SCHOOL_SAMPLES_H_

#include <memory>
#include <string>

#include "agency-adapters/school/open_eplatform_format.h"
#include "gateway/base/text_file.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {

inline const FakeClock& TestClock() {
  static const FakeClock clock(FromSwedishTime(absl::CivilSecond(2026, 2, 16, 14, 0, 0)));
  return clock;
}

inline v1::MappingConfig SchoolMapping() {
  v1::MappingConfig config;
  EXPECT_OK(TextFile::Load(SLUSS_SOURCE_DIR "/deploy/config/school-mapping.txtpb", &config));
  return config;
}

inline std::unique_ptr<NativeFormat> School() {
  auto format = MakeOpenEplatformFormat(SchoolMapping(), &TestClock());
  EXPECT_OK(format);
  return *std::move(format);
}

inline std::string Sample(const std::string& name) {
  auto bytes = ReadFile(SLUSS_SOURCE_DIR "/deploy/samples/school/" + name);
  EXPECT_OK(bytes);
  return *std::move(bytes);
}

inline absl::StatusOr<v1::NeutralNotification> ReadBytes(const std::string& bytes) {
  return School()->Read({"form.xml", bytes});
}

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_AGENCY_ADAPTERS_SCHOOL_SAMPLES_H_
