// sluss-sample TEMPLATE OUT [NAME=VALUE...]: makes a native record from a sample.
//
// Samples hold tokens, @NAME@, because a record that is right today has another day and another
// child's age next year:
//   @AGE@, @AGE...@   a personnummer; AGE=15 makes one of a child who is 15 today. AGE=15:984 takes
//                     the birth number 984. Birth numbers 980-999 are Skatteverket's for tests and
//                     are given to nobody.
//   @NOW@, @TODAY@    the time with zone, 2026-03-02T07:30:00Z, and the Swedish day
//   @NOW_LOCAL@       the Swedish time without zone, 2026-03-02T08:30:00
//   others            as given: MESSAGE_ID=..., CONSENT_ID=..., REPLY_TO=...
// A token without a value is an error, and so is a value that could end the text it stands in.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"

namespace sluss {
namespace {

using Values = std::map<std::string, std::string>;

char LuhnDigit(absl::string_view nine) {
  int sum = 0;
  for (size_t i = 0; i < nine.size(); ++i) {
    const int product = (nine[i] - '0') * (i % 2 == 0 ? 2 : 1);
    sum += product / 10 + product % 10;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

// A test personnummer of somebody whose last birthday was 45 days ago.
absl::StatusOr<std::string> TestNumber(absl::string_view value, absl::CivilDay today) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(value, absl::MaxSplits(':', 1));
  int age = 0;
  int birth_number = 980;
  if (!absl::SimpleAtoi(parts.first, &age) || age < 0 || age > 99 ||
      (!parts.second.empty() && !absl::SimpleAtoi(parts.second, &birth_number)) ||
      birth_number < 980 || birth_number > 999) {
    return absl::InvalidArgumentError("an age is 0 to 99, or age:birth number with 980 to 999");
  }
  const absl::CivilDay birthday = today - 45;
  const absl::CivilDay born(birthday.year() - age, birthday.month(), birthday.day());
  const std::string twelve =
      absl::StrFormat("%04d%02d%02d%03d", born.year(), born.month(), born.day(), birth_number);
  return absl::StrCat(twelve, std::string(1, LuhnDigit(absl::string_view(twelve).substr(2))));
}

bool IsPlain(absl::string_view value) {
  for (const char c : value) {
    if (!absl::ascii_isalnum(c) && !absl::StrContains(" .:+/_-", std::string(1, c))) return false;
  }
  return true;
}

absl::StatusOr<Values> ReadValues(int argc, char** argv, absl::Time now) {
  const absl::CivilDay today = SwedishDay(now);
  Values values = {{"NOW", absl::FormatTime("%Y-%m-%d%ET%H:%M:%SZ", now, absl::UTCTimeZone())},
                   {"TODAY", absl::FormatCivilTime(today)},
                   {"NOW_LOCAL", absl::FormatCivilTime(ToSwedishTime(now))}};
  for (int i = 3; i < argc; ++i) {
    std::pair<std::string, std::string> value = absl::StrSplit(argv[i], absl::MaxSplits('=', 1));
    if (!IsPlain(value.second)) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", value.first, "`: letters, digits and ' .:+/_-' only"));
    }
    if (absl::StartsWith(value.first, "AGE")) {
      ASSIGN_OR_RETURN(value.second, TestNumber(value.second, today));
    }
    values[value.first] = value.second;
  }
  return values;
}

// Tokens are upper-case names between '@'; any other '@' stays.
absl::StatusOr<std::string> Fill(absl::string_view text, const Values& values) {
  std::string out;
  while (!text.empty()) {
    const size_t at = text.find('@');
    absl::StrAppend(&out, text.substr(0, at));
    if (at == absl::string_view::npos) break;
    text.remove_prefix(at + 1);
    const size_t end = text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    if (end == 0 || end == absl::string_view::npos || text[end] != '@') {
      out.push_back('@');
      continue;
    }
    const auto value = values.find(std::string(text.substr(0, end)));
    if (value == values.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the sample needs ", text.substr(0, end), "=..."));
    }
    absl::StrAppend(&out, value->second);
    text.remove_prefix(end + 1);
  }
  return out;
}

absl::Status Run(int argc, char** argv) {
  if (argc < 3) return absl::InvalidArgumentError("usage: sluss-sample TEMPLATE OUT NAME=VALUE...");
  ASSIGN_OR_RETURN(const std::string text, ReadFile(argv[1]));
  ASSIGN_OR_RETURN(const Values values, ReadValues(argc, argv, SystemClock()->Now()));
  ASSIGN_OR_RETURN(const std::string record, Fill(text, values));
  std::ofstream out(argv[2], std::ios::binary);
  out << record;
  out.close();
  if (!out) return absl::UnavailableError(absl::StrCat("cannot write `", argv[2], "`"));
  return absl::OkStatus();
}

}  // namespace
}  // namespace sluss

int main(int argc, char** argv) {
  const absl::Status status = sluss::Run(argc, argv);
  if (!status.ok()) std::cerr << "sluss-sample: " << status.message() << "\n";
  return status.ok() ? EXIT_SUCCESS : EXIT_FAILURE;
}
