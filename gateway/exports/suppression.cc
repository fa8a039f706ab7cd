#include "gateway/exports/suppression.h"

#include <algorithm>
#include <optional>
#include <queue>
#include <utility>

namespace sluss {
namespace {

constexpr uint64_t kNever = UINT64_MAX;

// One step of a change: a cell that is raised, or lowered where it stays above 0.
struct Step {
  size_t cell;
  bool raised;
};

int StartOf(const Cell& cell, bool raised) { return raised ? cell.from : cell.to; }
int EndOf(const Cell& cell, bool raised) { return raised ? cell.to : cell.from; }

// What it costs to let a cell change: nothing where it is withheld already.
uint64_t Cost(const Cell& cell, bool withheld, bool raised) {
  if (!raised && cell.value < 2) return kNever;  // a withheld cell is known to be above 0
  if (withheld) return 0;
  return cell.known || cell.value == 0 ? kNever : cell.value;
}

// The cheapest change of others that balances one more in `cell`; empty where there is none that
// costs at most `most`.
std::optional<std::vector<Step>> Balance(const std::vector<Cell>& cells,
                                         const std::vector<bool>& withheld, size_t cell,
                                         uint64_t most) {
  int nodes = 0;
  for (const Cell& one : cells) nodes = std::max({nodes, one.from + 1, one.to + 1});
  std::vector<std::vector<Step>> steps(nodes);
  for (size_t i = 0; i < cells.size(); ++i) {
    if (i == cell) continue;
    for (const bool raised : {true, false}) {
      if (Cost(cells[i], withheld[i], raised) == kNever) continue;
      steps[StartOf(cells[i], raised)].push_back({i, raised});
    }
  }
  std::vector<uint64_t> cost(nodes, kNever);
  std::vector<std::optional<Step>> arrived(nodes);
  using Reached = std::pair<uint64_t, int>;
  std::priority_queue<Reached, std::vector<Reached>, std::greater<>> queue;
  const int start = cells[cell].to, goal = cells[cell].from;
  cost[start] = 0;
  queue.push({0, start});
  while (!queue.empty()) {
    const auto [so_far, node] = queue.top();
    queue.pop();
    if (so_far > cost[node]) continue;
    if (node == goal) break;
    for (const Step& step : steps[node]) {
      const uint64_t next = so_far + Cost(cells[step.cell], withheld[step.cell], step.raised);
      const int end = EndOf(cells[step.cell], step.raised);
      if (next > most || next >= cost[end]) continue;
      cost[end] = next;
      arrived[end] = step;
      queue.push({next, end});
    }
  }
  if (cost[goal] == kNever) return std::nullopt;
  std::vector<Step> path;
  for (int node = goal; node != start;) {
    const Step step = *arrived[node];
    path.push_back(step);
    node = StartOf(cells[step.cell], step.raised);
  }
  return path;
}

}  // namespace

bool IsDetermined(const std::vector<Cell>& cells, const std::vector<bool>& withheld, size_t cell) {
  if (Balance(cells, withheld, cell, /*most=*/0).has_value()) return false;
  // Or one less of it, by the same change the other way round.
  if (cells[cell].value < 2) return true;
  std::vector<Cell> turned = cells;
  std::swap(turned[cell].from, turned[cell].to);
  return !Balance(turned, withheld, cell, /*most=*/0).has_value();
}

Suppressed Suppress(const std::vector<Cell>& cells) {
  Suppressed result;
  result.withheld.resize(cells.size());
  for (size_t i = 0; i < cells.size(); ++i) {
    result.withheld[i] = !cells[i].known && cells[i].value > 0 && cells[i].value < kSmallestShown;
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < cells.size(); ++i) {
      if (!result.withheld[i] || !IsDetermined(cells, result.withheld, i)) continue;
      const auto path = Balance(cells, result.withheld, i, kNever - 1);
      if (!path.has_value()) {
        result.whole = true;
        return result;
      }
      for (const Step& step : *path) result.withheld[step.cell] = true;
      changed = true;
    }
  }
  return result;
}

}  // namespace sluss
