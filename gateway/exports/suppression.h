// Small cells of published tables: what may point at a person is withheld, and so much beside it
// that it cannot be computed back from what is published.
//
// A table is a network: each cell is an arc between two nodes, and at every node but those given as
// free what comes in goes out again. So a table of rows and columns with their totals is
//
//   total: bottom -> top    row total: top -> row    cell: row -> column    column total: column ->
//   bottom
//
// and one list with a total the same with a single step. Whether a withheld cell is determined by
// the published ones is then asked exactly: it is not, if and only if its value may be raised by
// one and others changed so that every node still balances and every withheld cell stays above 0.
// (Who reads knows that what is withheld is not 0; that it is 1 to 4 is not known, since others are
// withheld to protect it and look the same.)
//
// Non-promise: tables of overlapping periods are not protected from each other. Publish fixed ones.
#ifndef SLUSS_GATEWAY_EXPORTS_SUPPRESSION_H_
#define SLUSS_GATEWAY_EXPORTS_SUPPRESSION_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluss {

inline constexpr uint64_t kSmallestShown = 5;  // below this, unless it is 0, a cell is withheld

struct Cell {
  int from = 0;  // nodes, numbered from 0
  int to = 0;
  uint64_t value = 0;
  bool known = false;  // published elsewhere: never withheld
};

struct Suppressed {
  std::vector<bool> withheld;  // of each cell
  // No choice of cells protects the small ones: the table is not published at all.
  bool whole = false;
};

// Pure. The cells balance at every node. Withholds as little as it finds, the smallest first.
Suppressed Suppress(const std::vector<Cell>& cells);

// Whether the published cells determine this withheld one.
bool IsDetermined(const std::vector<Cell>& cells, const std::vector<bool>& withheld, size_t cell);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXPORTS_SUPPRESSION_H_
