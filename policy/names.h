// Names of one kind, numbered, with the nearest known name for one that is not known.
#ifndef SLUSS_POLICY_NAMES_H_
#define SLUSS_POLICY_NAMES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sluss {

// Numbers from 0 in the order of adding.
class NameTable {
 public:
  // `kind` as errors call it: "category".
  explicit NameTable(std::string kind) : kind_(std::move(kind)) {}

  // The number of `name`, added where it is new.
  uint32_t Add(absl::string_view name);
  std::optional<uint32_t> Find(absl::string_view name) const;
  // The same, sooner where it is the number `likely`: names mostly come in one order.
  std::optional<uint32_t> Find(absl::string_view name, uint32_t likely) const;
  const std::string& name(uint32_t number) const { return names_[number]; }
  size_t size() const { return names_.size(); }

  // "unknown category `HELTH`: did you mean `HEALTH`?"
  std::string Unknown(absl::string_view name) const;

 private:
  std::string kind_;
  // A table of its own, because facts are looked up name by name in every decision: a name of at
  // most 16 bytes is compared as two words.
  struct Slot {
    uint64_t first = 0, last = 0;  // bytes of the name
    uint32_t size = 0;
    uint32_t number_plus_one = 0;  // 0 for a free slot
  };
  std::optional<uint32_t> Find(const Slot& key, absl::string_view name) const;
  static Slot KeyOf(absl::string_view name);
  bool Holds(const Slot& slot, const Slot& key, absl::string_view name) const;
  // Where `name` is, or where it would be put.
  size_t Probe(const Slot& key, absl::string_view name) const;
  void Grow();

  std::vector<std::string> names_;
  std::vector<Slot> keys_;                          // of names_
  std::vector<Slot> slots_ = std::vector<Slot>(8);  // at least half are free
};

// "unknown <kind> `<name>`", and the nearest of `known` where one is near: at most a third of its
// letters wrong.
std::string UnknownName(absl::string_view kind, absl::string_view name,
                        const std::vector<std::string>& known);

}  // namespace sluss

#endif  // SLUSS_POLICY_NAMES_H_
