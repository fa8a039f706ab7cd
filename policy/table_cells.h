// The columns of a decision table: each between one field of a rule and the text of one cell.
#ifndef SLUSS_POLICY_TABLE_CELLS_H_
#define SLUSS_POLICY_TABLE_CELLS_H_

#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/policy.pb.h"

namespace sluss {

struct TableColumn {
  absl::string_view name;
  // INVALID_ARGUMENT for what no cell can hold: it would be read back as something else.
  absl::StatusOr<std::string> (*write)(const v1::Rule& rule);
  // Sets the field from a cell that is not empty. INVALID_ARGUMENT says what was expected.
  absl::Status (*read)(absl::string_view text, v1::Rule* rule);
};

// In the order of a table; the first is `id`.
std::span<const TableColumn> TableColumns();

}  // namespace sluss

#endif  // SLUSS_POLICY_TABLE_CELLS_H_
