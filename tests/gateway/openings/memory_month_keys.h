// Month keys in memory that can fail.
#ifndef SLUSS_TESTS_GATEWAY_OPENINGS_MEMORY_MONTH_KEYS_H_
#define SLUSS_TESTS_GATEWAY_OPENINGS_MEMORY_MONTH_KEYS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/mutex.h"
#include "gateway/crypto/random.h"
#include "gateway/openings/month_keys.h"

namespace sluss::testing {

// Which calls fail while set.
struct KeyFaults {
  bool make = false;
  bool destroy = false;
};

class MemoryMonthKeys : public MonthKeys {
 public:
  void SetFaults(KeyFaults faults) {
    MutexLock lock(&mutex_);
    faults_ = faults;
  }
  // Lost, as with the disk: nobody destroyed it.
  void Lose(const OpeningMonth& month) {
    MutexLock lock(&mutex_);
    keys_.erase(month);
  }
  // As from a backup of the directory.
  std::map<OpeningMonth, std::string> Copy() const {
    MutexLock lock(&mutex_);
    return keys_;
  }
  void Restore(std::map<OpeningMonth, std::string> keys) {
    MutexLock lock(&mutex_);
    keys_ = std::move(keys);
  }

  absl::StatusOr<SecretBytes> Read(const OpeningMonth& month) const override {
    MutexLock lock(&mutex_);
    const auto at = keys_.find(month);
    if (at != keys_.end()) return SecretBytes(at->second, InsecureSecretAccess::Get());
    return absl::NotFoundError(absl::StrCat("no file of `", OpeningMonthText(month), "`"));
  }
  absl::StatusOr<SecretBytes> Make(const OpeningMonth& month) override {
    MutexLock lock(&mutex_);
    if (faults_.make) return absl::UnavailableError("the disk of the keys is full");
    if (keys_.contains(month)) return absl::AlreadyExistsError("there is a key");
    keys_[month] = RandomBytes(32);
    return SecretBytes(keys_[month], InsecureSecretAccess::Get());
  }
  absl::Status Destroy(const OpeningMonth& month) override {
    MutexLock lock(&mutex_);
    if (faults_.destroy) return absl::UnavailableError("the disk of the keys does not answer");
    keys_.erase(month);
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<OpeningMonth>> List() const override {
    MutexLock lock(&mutex_);
    std::vector<OpeningMonth> months;
    for (const auto& [month, key] : keys_) months.push_back(month);
    return months;
  }

 private:
  mutable Mutex mutex_;
  std::map<OpeningMonth, std::string> keys_ ABSL_GUARDED_BY(mutex_);
  KeyFaults faults_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_OPENINGS_MEMORY_MONTH_KEYS_H_
