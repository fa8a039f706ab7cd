// That no withheld cell can be computed back: against every table that a reader could think of.
#include "gateway/exports/suppression.h"

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"

namespace sluss {
namespace {

using Rows = std::vector<std::vector<uint64_t>>;

// Cells row by row, then row totals, column totals and the total.
std::vector<Cell> TableOf(const Rows& rows, bool total_known) {
  const int height = static_cast<int>(rows.size()), width = static_cast<int>(rows[0].size());
  const int top = height + width, bottom = top + 1;
  std::vector<Cell> cells;
  std::vector<uint64_t> columns(width);
  uint64_t total = 0;
  for (int r = 0; r < height; ++r) {
    for (int c = 0; c < width; ++c) {
      cells.push_back({r, height + c, rows[r][c]});
      columns[c] += rows[r][c];
      total += rows[r][c];
    }
  }
  for (int r = 0; r < height; ++r) {
    uint64_t sum = 0;
    for (const uint64_t value : rows[r]) sum += value;
    cells.push_back({top, r, sum});
  }
  for (int c = 0; c < width; ++c) cells.push_back({height + c, bottom, columns[c]});
  cells.push_back({bottom, top, total, total_known});
  return cells;
}

// Values that each withheld cell can have, by trying all within `reach` of the truth: the published
// ones are known, the others are at least 1. Knows nothing of networks but that nodes balance. Ends
// when every withheld cell has been seen with two values.
std::vector<std::set<uint64_t>> Possible(const std::vector<Cell>& cells,
                                         const std::vector<bool>& withheld, uint64_t reach) {
  std::vector<size_t> open;
  std::map<int, int64_t> balance;
  std::map<int, int> left;  // withheld cells at a node that have no value yet
  const auto put = [&](const Cell& cell, int64_t value) {
    balance[cell.from] -= value;
    balance[cell.to] += value;
  };
  for (size_t i = 0; i < cells.size(); ++i) {
    if (withheld[i]) {
      open.push_back(i);
      ++left[cells[i].from];
      ++left[cells[i].to];
    } else {
      put(cells[i], static_cast<int64_t>(cells[i].value));
    }
  }
  std::vector<std::set<uint64_t>> possible(cells.size());
  std::vector<uint64_t> values(cells.size());
  const auto enough = [&] {
    return std::all_of(open.begin(), open.end(), [&](size_t i) { return possible[i].size() >= 2; });
  };
  const std::function<void(size_t)> try_all = [&](size_t next) {
    if (next == open.size()) {
      for (const size_t i : open) possible[i].insert(values[i]);
      return;
    }
    const Cell& cell = cells[open[next]];
    --left[cell.from];
    --left[cell.to];
    const uint64_t least = cell.value > reach ? cell.value - reach : 1;
    for (uint64_t value = least; value <= cell.value + reach && !enough(); ++value) {
      put(cell, static_cast<int64_t>(value));
      const bool right = (left[cell.from] > 0 || balance[cell.from] == 0) &&
                         (left[cell.to] > 0 || balance[cell.to] == 0);
      values[open[next]] = value;
      if (right) try_all(next + 1);
      put(cell, -static_cast<int64_t>(value));
    }
    ++left[cell.from];
    ++left[cell.to];
  };
  try_all(0);
  return possible;
}

std::string Text(const Rows& rows) {
  std::string text;
  for (const auto& row : rows) {
    for (const uint64_t value : row) absl::StrAppend(&text, value, " ");
    text += "/ ";
  }
  return text;
}

// Every small cell is withheld, none that is withheld is determined; tells how many tables could
// not be published at all.
void CheckTable(const Rows& rows, bool total_known, int* whole) {
  const std::vector<Cell> cells = TableOf(rows, total_known);
  const Suppressed result = Suppress(cells);
  if (result.whole) {
    ++*whole;
    return;
  }
  for (size_t i = 0; i < cells.size(); ++i) {
    if (!cells[i].known && cells[i].value > 0 && cells[i].value < kSmallestShown) {
      EXPECT_TRUE(result.withheld[i]) << Text(rows) << " cell " << i;
    }
    if (cells[i].value == 0) {
      EXPECT_FALSE(result.withheld[i]);
    }
  }
  const auto possible = Possible(cells, result.withheld, /*reach=*/1);
  for (size_t i = 0; i < cells.size(); ++i) {
    if (!result.withheld[i]) continue;
    EXPECT_GE(possible[i].size(), 2u) << Text(rows) << "cell " << i << " is determined";
  }
}

TEST(SuppressionTest, ASingleSmallCellTakesAnotherWithIt) {
  // One list with its total: 2, 9, 30.
  const std::vector<Cell> cells = {{0, 1, 2}, {0, 1, 9}, {0, 1, 30}, {1, 0, 41, true}};
  const Suppressed result = Suppress(cells);
  EXPECT_FALSE(result.whole);
  EXPECT_EQ(result.withheld, (std::vector<bool>{true, true, false, false}));
}

TEST(SuppressionTest, NothingSmallNothingWithheld) {
  const Suppressed result = Suppress({{0, 1, 5}, {0, 1, 0}, {0, 1, 30}, {1, 0, 35}});
  EXPECT_EQ(result.withheld, std::vector<bool>(4, false));
}

// Each is known to be at least 1, so that five of them in 5 are all 1.
TEST(SuppressionTest, WhatIsKnownToBeAboveNothingCanDetermine) {
  std::vector<Cell> cells(5, Cell{0, 1, 1});
  cells.push_back({1, 0, 5, true});
  EXPECT_TRUE(Suppress(cells).whole);
  cells.back().known = false;
  const Suppressed result = Suppress(cells);
  EXPECT_FALSE(result.whole);
  EXPECT_TRUE(result.withheld.back());
}

TEST(SuppressionTest, EverySmallTableOfTwoByTwo) {
  int whole = 0, tables = 0;
  for (uint64_t a = 0; a < 8; ++a) {
    for (uint64_t b = 0; b < 8; ++b) {
      for (uint64_t c = 0; c < 8; ++c) {
        for (uint64_t d = 0; d < 8; ++d) {
          const uint64_t total = a + b + c + d;
          if (total < kSmallestShown) continue;  // then nothing is published
          CheckTable({{a, b}, {c, d}}, /*total_known=*/true, &whole);
          ++tables;
        }
      }
    }
  }
  EXPECT_LT(whole, tables / 3) << "too much is withheld to be of use";
}

TEST(SuppressionTest, RandomTablesOfThreeByThree) {
  std::mt19937 random(7);
  int whole = 0;
  for (int i = 0; i < 400; ++i) {
    Rows rows(3, std::vector<uint64_t>(3));
    uint64_t total = 0;
    for (auto& row : rows) {
      for (uint64_t& value : row) total += value = random() % 3 == 0 ? 0 : random() % 9;
    }
    if (total < kSmallestShown) continue;
    CheckTable(rows, i % 2 == 0, &whole);
  }
  EXPECT_LT(whole, 100);
}

// A list of reasons under a total that is itself a part of a larger one.
TEST(SuppressionTest, ListsUnderLists) {
  std::mt19937 random(11);
  for (int i = 0; i < 300; ++i) {
    // 0: decisions, 1: bottom, 2: denials by reason
    std::vector<Cell> cells = {{0, 1, random() % 12}};  // permitted
    uint64_t denied = 0;
    for (int reason = 0; reason < 3; ++reason) {
      cells.push_back({2, 1, random() % 7});
      denied += cells.back().value;
    }
    cells.push_back({0, 2, denied});
    cells.push_back({1, 0, denied + cells[0].value, true});
    if (cells.back().value < kSmallestShown) continue;
    const Suppressed result = Suppress(cells);
    if (result.whole) continue;
    const auto possible = Possible(cells, result.withheld, /*reach=*/1);
    for (size_t c = 0; c < cells.size(); ++c) {
      if (result.withheld[c]) {
        EXPECT_GE(possible[c].size(), 2u);
      }
    }
  }
}

// Withholding the small ones alone would not do: the test can fail.
TEST(SuppressionTest, TheOracleSeesWhatIsDetermined) {
  const std::vector<Cell> cells = TableOf({{2, 9}, {8, 30}}, true);
  std::vector<bool> only_small(cells.size());
  only_small[0] = true;
  EXPECT_EQ(Possible(cells, only_small, /*reach=*/60)[0], std::set<uint64_t>{2});
  EXPECT_TRUE(IsDetermined(cells, only_small, 0));
}

}  // namespace
}  // namespace sluss
