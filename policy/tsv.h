// Tab-separated text as spreadsheets write it, read into cells that know their place.
#ifndef SLUSS_POLICY_TSV_H_
#define SLUSS_POLICY_TSV_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sluss {

struct TsvCell {
  std::string text;
  int line = 0, column = 0;  // where it begins, from 1, in bytes
};

// Rows without any text are left out, and so are empty cells at the end of a row. A byte-order mark
// is skipped; lines end in LF, CRLF or CR. A cell that begins with a quote goes on to the next
// single one; two stand for one. INVALID_ARGUMENT for a quote that is not closed, text behind
// one, or text in another encoding than UTF-8, with `name` and place.
absl::StatusOr<std::vector<std::vector<TsvCell>>> ReadTsv(absl::string_view name,
                                                          absl::string_view text);

// `text` as a cell: in quotes where it must be.
std::string TsvText(absl::string_view text);

}  // namespace sluss

#endif  // SLUSS_POLICY_TSV_H_
