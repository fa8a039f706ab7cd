#include "gateway/base/clock.h"

#include <cstdlib>
#include <iostream>

namespace sluss {
namespace {

absl::TimeZone Stockholm() {
  static const absl::TimeZone zone = [] {
    absl::TimeZone loaded;
    if (!absl::LoadTimeZone("Europe/Stockholm", &loaded)) {
      // Deciding by another day than the law's is worse than not starting.
      std::cerr << "time zone Europe/Stockholm is missing: install the package tzdata\n";
      std::abort();
    }
    return loaded;
  }();
  return zone;
}

}  // namespace

absl::CivilDay SwedishDay(absl::Time time) { return absl::ToCivilDay(time, Stockholm()); }

absl::Time StartOfSwedishDay(absl::CivilDay day) { return absl::FromCivil(day, Stockholm()); }

absl::Time FromSwedishTime(absl::CivilSecond local) { return absl::FromCivil(local, Stockholm()); }

absl::CivilSecond ToSwedishTime(absl::Time time) { return absl::ToCivilSecond(time, Stockholm()); }

}  // namespace sluss
