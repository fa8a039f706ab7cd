// Reads an export of the agency's case register.
//
//   number,case_ref[,given_name,family_name]
// UTF-8 with or without byte order mark; comma or semicolon, as the header row shows; fields may be
// quoted ("" for a quote inside); LF or CRLF; empty lines are skipped. The columns may stand in any
// order and the names of the children are read past: the register keeps none.
//
// Every fault is in the one INVALID_ARGUMENT, a line each, at most 20 of them:
//   register.csv:17: column `number`: the check digit is wrong
// No fault quotes a field. Rows are checked as a whole before any is enrolled.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_REGISTER_CSV_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_REGISTER_CSV_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"

namespace sluss {

struct CsvRow {
  std::string number;  // 12 digits
  std::string case_ref;
};

// `name` is the file name shown in errors; `today` settles the century of ten-digit numbers.
absl::StatusOr<std::vector<CsvRow>> ReadRegisterCsv(absl::string_view name, absl::string_view text,
                                                    absl::CivilDay today);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_REGISTER_CSV_H_
