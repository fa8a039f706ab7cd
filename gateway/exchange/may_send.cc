#include "gateway/exchange/may_send.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "policy/analysis/matrix.h"

namespace sluss {
namespace {

template <typename Strings>
bool Holds(const Strings& strings, const std::string& value) {
  return std::find(strings.begin(), strings.end(), value) != strings.end();
}

// By itself or in a group, as a sender of any rule or wall.
bool IsNamed(const PolicySet& set, const std::string& agency) {
  const v1::Vocabulary& vocabulary = set.bundle().vocabulary();
  for (const v1::Group& group : vocabulary.agency_group()) {
    if (Holds(group.member(), agency)) return true;
  }
  for (const v1::Rule& wall : vocabulary.wall()) {
    if (Holds(wall.sender(), agency)) return true;
  }
  for (const v1::Policy& policy : set.bundle().policy()) {
    for (const v1::Rule& rule : policy.rule()) {
      if (Holds(rule.sender(), agency)) return true;
    }
  }
  return false;
}

}  // namespace

std::vector<v1::MatrixEntry> EntriesOf(const v1::Matrix& matrix, const PolicySet& set,
                                       const AgencyId& caller) {
  const std::string sender =
      IsNamed(set, caller.value()) ? caller.value() : absl::StrCat(AgencyKind(caller), "/*");
  std::vector<v1::MatrixEntry> entries;
  for (const v1::MatrixEntry& entry : matrix.entry()) {
    if (entry.sender() == sender) entries.push_back(entry);
  }
  return entries;
}

absl::StatusOr<std::shared_ptr<const v1::Matrix>> MatrixOfDay::Get(
    std::shared_ptr<const PolicySet> set, const std::string& day) {
  MutexLock lock(&mutex_);  // whoever comes while it is made waits for it
  if (matrix_ == nullptr || set != set_ || day != day_) {
    ASSIGN_OR_RETURN(v1::Matrix matrix, MakeMatrix(*set, day));
    matrix_ = std::make_shared<const v1::Matrix>(std::move(matrix));
    set_ = std::move(set);
    day_ = day;
  }
  return matrix_;
}

}  // namespace sluss
