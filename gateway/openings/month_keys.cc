#include "gateway/openings/month_keys.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/aead.h"
#include "gateway/crypto/private_file.h"
#include "gateway/crypto/random.h"

namespace sluss {
namespace {

constexpr char kSuffix[] = ".key";

std::string FileName(const OpeningMonth& month) {
  return absl::StrCat(ClassName(month.opening_class), "-", MonthText(month.month), kSuffix);
}

// None where the name is another's.
absl::StatusOr<OpeningMonth> MonthOfFile(absl::string_view name) {
  if (!absl::ConsumeSuffix(&name, kSuffix)) return absl::NotFoundError("no key");
  std::string text(name);
  const size_t dash = text.find('-');
  if (dash != std::string::npos) text[dash] = '/';
  return ParseOpeningMonth(text);
}

class MonthKeyFiles final : public MonthKeys {
 public:
  explicit MonthKeyFiles(std::string directory) : directory_(std::move(directory)) {}

  absl::StatusOr<SecretBytes> Read(const OpeningMonth& month) const override {
    ASSIGN_OR_RETURN(const SecretBytes text, ReadPrivateFile(directory_, FileName(month)));
    const auto access = InsecureSecretAccess::Get();
    const auto bytes = FromHex(absl::StripAsciiWhitespace(text.Get(access)));
    if (!bytes.ok() || bytes->size() != kAeadKeySize) {
      return absl::DataLossError(absl::StrCat("`", directory_, "/", FileName(month),
                                              "` holds no key: restore it from its own backup"));
    }
    return SecretBytes(*bytes, access);
  }

  absl::StatusOr<SecretBytes> Make(const OpeningMonth& month) override {
    const auto access = InsecureSecretAccess::Get();
    SecretBytes key = RandomSecret(kAeadKeySize);
    RETURN_IF_ERROR(WritePrivateFile(directory_, FileName(month), ToHex(key.Get(access)) + "\n"));
    return key;
  }

  absl::Status Destroy(const OpeningMonth& month) override {
    return DestroyPrivateFile(directory_, FileName(month));
  }

  absl::StatusOr<std::vector<OpeningMonth>> List() const override {
    std::vector<OpeningMonth> months;
    std::error_code error;
    for (const auto& file : std::filesystem::directory_iterator(directory_, error)) {
      const absl::StatusOr<OpeningMonth> month = MonthOfFile(file.path().filename().string());
      if (month.ok()) months.push_back(*month);
    }
    if (error) {
      return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot list `", directory_, "`"));
    }
    std::sort(months.begin(), months.end());
    return months;
  }

 private:
  const std::string directory_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<MonthKeys>> OpenMonthKeyFiles(const std::string& directory) {
  RETURN_IF_ERROR(MakePrivateDirectory(directory));
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(directory, error)) {
    const std::string name = file.path().filename().string();
    if (absl::StartsWith(name, ".") && absl::StrContains(name, kSuffix)) {
      RETURN_IF_ERROR(DestroyPrivateFile(directory, name));
    }
  }
  return std::make_unique<MonthKeyFiles>(directory);
}

}  // namespace sluss
