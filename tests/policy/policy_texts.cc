#include "tests/policy/policy_texts.h"

#include <openssl/evp.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace sluss::testing {
namespace {

// "  <field>: <value>" unless `columns` speaks of the field.
void AddColumn(absl::string_view field, absl::string_view value, absl::string_view columns,
               std::string* rule) {
  const std::string padded = absl::StrCat(" ", columns);
  if (padded.find(absl::StrCat(" ", field, ":")) != std::string::npos) return;
  absl::StrAppend(rule, " ", field, ": ", value);
}

std::string RuleText(absl::string_view id, absl::string_view columns,
                     const std::vector<std::pair<const char*, const char*>>& defaults) {
  std::string rule = absl::StrCat("rule {\n  id: \"", id, "\" ", columns);
  for (const auto& [field, value] : defaults) AddColumn(field, value, columns, &rule);
  return absl::StrCat(rule, "\n}\n");
}

}  // namespace

const char kSmallCatalogue[] = R"(version: "v1"
paragraph { id: "LAW-1" citation: "1 § lagen" short_citation: "1 §" summary_sv: "s" summary_en: "s" source: "made up" standing: VERIFIED }
paragraph { id: "LAW-2" citation: "2 § lagen" short_citation: "2 §" summary_sv: "s" summary_en: "s" source: "made up" standing: VERIFIED in_force { to: "2025-07-01" } }
paragraph { id: "LAW-3" citation: "3 § lagen" short_citation: "3 §" summary_sv: "s" summary_en: "s" source: "made up" standing: VERIFIED in_force { from: "2025-07-01" } }
category { id: "A" name_sv: "uppgift a" name_en: "item a" }
category { id: "B" name_sv: "uppgift b" name_en: "item b" }
category { id: "C" name_sv: "uppgift c" name_en: "item c" }
category_group { id: "AB" member: ["A", "B"] }
purpose { id: "CARE" name_sv: "vård" name_en: "care" }
purpose { id: "ALL" name_sv: "allt" name_en: "all" whole: true }
purpose { id: "NEED" name_sv: "behov" name_en: "need" needs_category: "A" }
agency_kind { kind: "school" name_sv: "skolan" name_en: "school" secrecy_cover: "WEAK" cover_basis: "LAW-1" }
agency_kind { kind: "social" name_sv: "socialtjänsten" name_en: "social services" secrecy_cover: "STRONG" }
agency_kind { kind: "police" name_sv: "Polisen" name_en: "the police" secrecy_cover: "STRONG" }
agency_kind { kind: "bup" name_sv: "BUP" name_en: "child psychiatry" secrecy_cover: "STRONG" }
agency_kind { kind: "club" name_sv: "klubben" name_en: "the club" secrecy_cover: "NONE" }
agency_group { id: "carers" member: ["social/*", "bup/*"] }
role { id: "chief" name_sv: "chef" name_en: "a chief" }
role { id: "clerk" name_sv: "handläggare" name_en: "a clerk" }
)";

std::string Sha256(absl::string_view bytes) {
  std::string digest(32, '\0');
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
                 EVP_sha256(), nullptr) != 1) {
    return "";
  }
  return digest;
}

absl::StatusOr<std::shared_ptr<const PolicySet>> LoadShipped() {
  ASSIGN_OR_RETURN(const auto catalogue, ReadPolicySources(SLUSS_SOURCE_DIR "/policy/catalogue"));
  ASSIGN_OR_RETURN(const auto policies, ReadPolicySources(SLUSS_SOURCE_DIR "/policy/templates"));
  return PolicySet::Load(catalogue, policies, Sha256);
}

absl::StatusOr<std::shared_ptr<const PolicySet>> LoadSmall(absl::string_view rules,
                                                           absl::string_view more) {
  const std::vector<PolicySource> catalogue = {
      {"catalogue.txtpb", absl::StrCat(kSmallCatalogue, more)}};
  const std::vector<PolicySource> policies = {
      {"rules.txtpb", absl::StrCat("id: \"test\" version: \"7\"\n", rules)}};
  return PolicySet::Load(catalogue, policies, Sha256);
}

std::string Permit(absl::string_view id, absl::string_view columns) {
  return RuleText(id, columns,
                  {{"effect", "PERMIT"},
                   {"sender", "\"*\""},
                   {"recipient", "\"*\""},
                   {"purpose", "\"ANY\""},
                   {"legal_basis", "\"LAW-1\""},
                   {"category", "\"ANY\""},
                   {"sender_role", "\"ANY\""},
                   {"consent", "NOT_REQUIRED"},
                   {"age_unknown", "true"}});
}

std::string Forbid(absl::string_view id, absl::string_view columns) {
  return RuleText(id, columns,
                  {{"effect", "FORBID"},
                   {"sender", "\"*\""},
                   {"recipient", "\"*\""},
                   {"purpose", "\"ANY\""},
                   {"legal_basis", "\"LAW-1\""},
                   {"category", "\"ANY\""},
                   {"sender_role", "\"ANY\""},
                   {"reason_sv", "\"det är förbjudet\""},
                   {"reason_en", "\"it is forbidden\""}});
}

}  // namespace sluss::testing
