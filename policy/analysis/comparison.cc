#include "policy/analysis/comparison.h"

#include <algorithm>

namespace sluss {
namespace {

// Beyond it memory, and not patience, is at stake: a state takes some hundred bytes.
constexpr size_t kMostSteps = 20'000'000;

constexpr uint64_t Key(uint32_t high, uint32_t low) { return uint64_t{high} << 32 | low; }

void SortStates(std::vector<uint32_t>* state) {
  std::sort(state->begin(), state->end());
  size_t kept = 0;
  for (const uint32_t entry : *state) {  // one rest once, with the sides of all
    if (kept > 0 && (*state)[kept - 1] >> 2 == entry >> 2) {
      (*state)[kept - 1] |= entry;
    } else {
      (*state)[kept++] = entry;
    }
  }
  state->resize(kept);
}

}  // namespace

struct Comparison::Search {
  const AtomBox* within;
  Cell cell{};
  std::array<absl::flat_hash_set<State>, kAxes> alike;  // states where nothing was found
};

uint32_t Comparison::SetNumber(size_t axis, const AtomSet& set) {
  const auto [at, inserted] =
      set_numbers_[axis].try_emplace(set, static_cast<uint32_t>(sets_[axis].size()));
  if (inserted) sets_[axis].push_back(set);
  return at->second;
}

uint32_t Comparison::EndNumber(const RuleBox& rule) {
  const uint32_t terms =
      rule.forbid() || !terms_compared_ ? 0 : terms_.NumberOf(*rule.rule->source);
  const auto [at, inserted] = end_numbers_.try_emplace(Key(rule.forbid() ? 1 : 0, terms),
                                                       static_cast<uint32_t>(ends_.size()));
  if (inserted) ends_.push_back({0, 0, true, rule.forbid(), terms});
  return at->second;
}

uint32_t Comparison::Add(const RuleBox& rule) {
  uint32_t next = EndNumber(rule);
  for (size_t axis = kAxes; axis-- > 0;) {
    const Rest& below = axis + 1 == kAxes ? ends_[next] : rests_[axis + 1][next];
    const uint32_t set = SetNumber(axis, rule.box[axis]);
    const bool free = below.free && rule.box[axis] == space_.All(static_cast<Axis>(axis));
    const auto [at, inserted] =
        rest_numbers_[axis].try_emplace(Key(set, next), static_cast<uint32_t>(rests_[axis].size()));
    if (inserted) rests_[axis].push_back({set, next, free, below.forbid, below.terms});
    next = at->second;
  }
  return next;
}

bool Comparison::Simplify(size_t axis, State* state) const {
  uint32_t permitted = 0, denied = 0;
  for (const uint32_t entry : *state) {
    const Rest& rest = RestOf(axis, entry);
    if (!rest.forbid) permitted |= entry & kBoth;
    if (rest.forbid && rest.free) denied |= entry & kBoth;
  }
  const uint32_t open = permitted & ~denied;  // sides where something may still pass
  if (open == 0) return false;
  bool differ = false;
  size_t kept = 0;
  for (const uint32_t entry : *state) {
    const uint32_t sides = entry & open;
    if (sides == 0) continue;
    (*state)[kept++] = (entry & ~kBoth) | sides;
    differ |= sides != kBoth;
  }
  state->resize(kept);
  if (!differ) return false;
  // A permit of everything below makes others with the same terms superfluous.
  for (size_t i = 0; i < state->size(); ++i) {
    const Rest& wide = RestOf(axis, (*state)[i]);
    if (!wide.free || wide.forbid) continue;
    const uint32_t sides = (*state)[i] & kBoth;
    for (size_t j = 0; j < state->size(); ++j) {
      const Rest& rest = RestOf(axis, (*state)[j]);
      if (j != i && !rest.forbid && rest.terms == wide.terms) (*state)[j] &= ~sides;
    }
  }
  state->erase(std::remove_if(state->begin(), state->end(),
                              [](uint32_t entry) { return (entry & kBoth) == 0; }),
               state->end());
  return std::any_of(state->begin(), state->end(),
                     [](uint32_t entry) { return (entry & kBoth) != kBoth; });
}

AtomSet Comparison::Live(size_t axis, const State& state, uint32_t context) const {
  AtomSet live(space_.size(static_cast<Axis>(axis)));
  for (const uint32_t entry : state) {
    if ((entry & kBoth) != kBoth) live |= sets_[axis][RestOf(axis, entry).set];
  }
  if (context == 0) return live;
  const auto before = static_cast<Axis>(axis - 1);
  return live & space_.Partners(before, AtomSet::Only(space_.size(before), context - 1));
}

uint32_t Comparison::ContextOf(size_t axis, const AtomSet& atoms) const {
  if (axis == kYoungestAxis) return atoms.First() + 1;
  return axis == kOfficersAxis && atoms.First() == 0 ? 1 : 0;
}

std::vector<AtomSet> Comparison::Forced(size_t axis, const AtomSet& live) const {
  std::vector<AtomSet> parts;
  const size_t size = space_.size(static_cast<Axis>(axis));
  if (axis == kYoungestAxis) {
    live.ForEach([&](uint32_t atom) { parts.push_back(AtomSet::Only(size, atom)); });
  } else if (axis == kOfficersAxis) {
    const AtomSet none = AtomSet::Only(size, 0);
    parts = {live & none, live - none};
  } else {
    parts = {live};
  }
  return parts;
}

// Refines one part after the other by each set that occurs in the state.
std::vector<Comparison::Class> Comparison::Part(size_t axis, const State& state,
                                                const AtomSet& live) const {
  constexpr uint32_t kNone = ~0u;
  std::vector<uint32_t> class_of(space_.size(static_cast<Axis>(axis)), kNone);
  uint32_t classes = 0;
  for (const AtomSet& part : Forced(axis, live)) {
    part.ForEach([&](uint32_t atom) { class_of[atom] = classes; });
    ++classes;
  }
  std::vector<uint32_t> sets;
  for (const uint32_t entry : state) sets.push_back(RestOf(axis, entry).set);
  std::sort(sets.begin(), sets.end());
  sets.erase(std::unique(sets.begin(), sets.end()), sets.end());
  std::vector<uint32_t> split;  // by old class: the new one of its atoms that the set holds
  for (const uint32_t set : sets) {
    split.assign(classes, kNone);
    (sets_[axis][set] & live).ForEach([&](uint32_t atom) {
      uint32_t& to = split[class_of[atom]];
      if (to == kNone) to = classes++;
      class_of[atom] = to;
    });
  }
  std::vector<Class> parts(classes);
  live.ForEach([&](uint32_t atom) {
    AtomSet& atoms = parts[class_of[atom]].atoms;
    if (atoms == AtomSet()) atoms = AtomSet(class_of.size());
    atoms.Add(atom);
  });
  std::vector<std::vector<uint32_t>> classes_of_set(sets.size());
  for (uint32_t i = 0; i < classes; ++i) {
    if (parts[i].atoms == AtomSet()) continue;
    const uint32_t atom = parts[i].atoms.First();
    for (size_t s = 0; s < sets.size(); ++s) {
      if (sets_[axis][sets[s]].Has(atom)) classes_of_set[s].push_back(i);
    }
  }
  for (const uint32_t entry : state) {
    const Rest& rest = RestOf(axis, entry);
    const size_t s = std::lower_bound(sets.begin(), sets.end(), rest.set) - sets.begin();
    for (const uint32_t i : classes_of_set[s]) {
      parts[i].state.push_back(rest.next << 2 | (entry & kBoth));
    }
  }
  parts.erase(std::remove_if(parts.begin(), parts.end(),
                             [](const Class& part) { return part.state.empty(); }),
              parts.end());
  for (Class& part : parts) SortStates(&part.state);
  std::sort(parts.begin(), parts.end(),
            [](const Class& a, const Class& b) { return a.atoms.First() < b.atoms.First(); });
  return parts;
}

uint32_t Comparison::Value(const State& state) {
  std::array<bool, 2> forbidden{};
  std::array<std::vector<uint32_t>, 2> terms;
  for (const uint32_t entry : state) {
    for (const uint32_t side : {0, 1}) {
      if ((entry >> side & 1) == 0) continue;
      const Rest& end = ends_[entry >> 2];
      if (end.forbid) {
        forbidden[side] = true;
      } else {
        terms[side].push_back(end.terms);
      }
    }
  }
  const bool before = !forbidden[0] && !terms[0].empty();
  const bool after = !forbidden[1] && !terms[1].empty();
  if (before != after) return after ? kNewlyPermitted : kNewlyDenied;
  if (!before || !terms_compared_) return kNothing;
  const uint32_t was = terms_.Merge(std::move(terms[0])), is = terms_.Merge(std::move(terms[1]));
  if (was == is) return kNothing;
  const auto [at, inserted] = change_numbers_.try_emplace(
      Key(was, is), kFirstTermsChange + static_cast<uint32_t>(changes_.size()));
  if (inserted) changes_.push_back({was, is});
  return at->second;
}

NodeId Comparison::BuildNode(size_t axis, State state, uint32_t context, Diagram* diagram) {
  if (axis == kAxes) return Value(state);
  if (!Simplify(axis, &state) || steps_ > kMostSteps) return kNothing;
  State key = state;
  key.push_back(context);
  if (const auto built = built_[axis].find(key); built != built_[axis].end()) return built->second;
  ++steps_;
  Edges edges;
  for (Class& part : Part(axis, state, Live(axis, state, context))) {
    const uint32_t next_context = ContextOf(axis, part.atoms);
    const NodeId child = BuildNode(axis + 1, std::move(part.state), next_context, diagram);
    if (child != kNothing) edges.push_back({std::move(part.atoms), child});
  }
  const NodeId node = diagram->Node(axis, std::move(edges));
  built_[axis].emplace(std::move(key), node);
  return node;
}

NodeId Comparison::Build(const std::vector<Entry>& entries, Diagram* diagram) {
  if (built_in_ != diagram) {
    for (auto& built : built_) built.clear();
    built_in_ = diagram;
  }
  State state;
  for (const Entry& entry : entries) state.push_back(entry.rule << 2 | entry.sides);
  SortStates(&state);
  return BuildNode(0, std::move(state), 0, diagram);
}

bool Comparison::FindCell(size_t axis, State state, uint32_t context, Search* search) {
  if (axis == kAxes) return Value(state) != kNothing;
  if (!Simplify(axis, &state) || ++steps_ > kMostSteps) return false;
  State key = state;
  key.push_back(context);
  if (search->alike[axis].contains(key)) return false;
  const AtomSet live = Live(axis, state, context) & (*search->within)[axis];
  for (Class& part : Part(axis, state, live)) {
    search->cell[axis] = part.atoms.First();
    if (FindCell(axis + 1, std::move(part.state), ContextOf(axis, part.atoms), search)) return true;
  }
  search->alike[axis].insert(std::move(key));
  return false;
}

std::optional<Cell> Comparison::Find(const std::vector<Entry>& entries, const AtomBox& within) {
  Search search;
  search.within = &within;
  State state;
  for (const Entry& entry : entries) state.push_back(entry.rule << 2 | entry.sides);
  SortStates(&state);
  if (!FindCell(0, std::move(state), 0, &search)) return std::nullopt;
  return search.cell;
}

std::pair<v1::Terms, v1::Terms> Comparison::TermsOf(uint32_t value) const {
  const auto& [before, after] = changes_[value - kFirstTermsChange];
  return {terms_.merged(before), terms_.merged(after)};
}

absl::Status Comparison::status() const {
  if (steps_ <= kMostSteps) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      "the rules are too entangled to be compared exactly: split the set, or give fewer rules "
      "lists of many agencies, ages and roles at once");
}

}  // namespace sluss
