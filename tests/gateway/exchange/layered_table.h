// A table with uncommitted changes laid over it.
#ifndef SLUSS_TESTS_GATEWAY_EXCHANGE_LAYERED_TABLE_H_
#define SLUSS_TESTS_GATEWAY_EXCHANGE_LAYERED_TABLE_H_

#include <map>
#include <optional>
#include <utility>

namespace sluss::testing {

template <typename Key, typename Row>
using Table = std::map<Key, Row>;

// Reads see the changes; the table itself does not until Apply. `base` outlives this.
template <typename Key, typename Row>
class LayeredTable {
 public:
  explicit LayeredTable(Table<Key, Row>* base) : base_(base) {}

  const Row* Find(const Key& key) const {
    if (const auto changed = changes_.find(key); changed != changes_.end()) {
      return changed->second.has_value() ? &*changed->second : nullptr;
    }
    const auto found = base_->find(key);
    return found == base_->end() ? nullptr : &found->second;
  }
  void Put(const Key& key, Row row) { changes_.insert_or_assign(key, std::move(row)); }
  void Erase(const Key& key) { changes_.insert_or_assign(key, std::nullopt); }

  // In the order of the keys, from `from` on; `visit` returns false to stop.
  template <typename Visit>
  void Scan(const Key& from, Visit visit) const {
    auto base = base_->lower_bound(from);
    auto changed = changes_.lower_bound(from);
    while (base != base_->end() || changed != changes_.end()) {
      const bool take_change =
          changed != changes_.end() && (base == base_->end() || !(base->first < changed->first));
      if (!take_change) {
        if (!visit(base->first, base->second)) return;
        ++base;
        continue;
      }
      if (base != base_->end() && !(changed->first < base->first)) ++base;
      if (changed->second.has_value() && !visit(changed->first, *changed->second)) return;
      ++changed;
    }
  }

  void Apply() {
    for (auto& [key, row] : changes_) {
      if (row.has_value()) {
        base_->insert_or_assign(key, *std::move(row));
      } else {
        base_->erase(key);
      }
    }
    changes_.clear();
  }

 private:
  Table<Key, Row>* base_;
  std::map<Key, std::optional<Row>> changes_;
};

template <typename Row, typename Key>
std::optional<Row> Copy(const LayeredTable<Key, Row>& table, const Key& key) {
  const Row* const row = table.Find(key);
  return row == nullptr ? std::nullopt : std::make_optional(*row);
}

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_EXCHANGE_LAYERED_TABLE_H_
