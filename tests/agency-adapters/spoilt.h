// A good record with one thing wrong, for tables of bad input.
#ifndef SLUSS_TESTS_AGENCY_ADAPTERS_SPOILT_H_
#define SLUSS_TESTS_AGENCY_ADAPTERS_SPOILT_H_

#include <ostream>
#include <string>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"

namespace sluss::testing {

struct Spoilt {
  const char* name;
  const char* find;         // in the good record
  const char* replacement;  // what stands there instead
  const char* error;        // part of what the reader must say
};

inline void PrintTo(const Spoilt& spoilt, std::ostream* out) { *out << spoilt.name; }

inline std::string SpoiltName(const ::testing::TestParamInfo<Spoilt>& info) {
  return info.param.name;
}

// A row whose `find` is not in the record tests nothing, so it fails.
inline std::string Spoil(const std::string& good, const Spoilt& spoilt) {
  EXPECT_THAT(good, ::testing::HasSubstr(spoilt.find));
  return absl::StrReplaceAll(good, {{spoilt.find, spoilt.replacement}});
}

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_AGENCY_ADAPTERS_SPOILT_H_
