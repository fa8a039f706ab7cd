#include "policy/policy_cases.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/base/status_macros.h"
#include "google/protobuf/util/json_util.h"
#include "policy/decide.h"
#include "policy/faults.h"
#include "proto/policy.pb.h"

namespace sluss {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::RepeatedPtrField;

// The base, with every field that `own` sets in place of the base's.
absl::StatusOr<v1::Facts> Overlay(const v1::Facts& base, const v1::PolicyCase& policy_case) {
  v1::Facts facts = base;
  const auto* reflection = facts.GetReflection();
  for (const std::string& name : policy_case.unset()) {
    const FieldDescriptor* field = facts.GetDescriptor()->FindFieldByName(name);
    if (field == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("`unset`: facts have no `", name, "`"));
    }
    reflection->ClearField(&facts, field);
  }
  std::vector<const FieldDescriptor*> own;
  reflection->ListFields(policy_case.facts(), &own);
  for (const FieldDescriptor* field : own) reflection->ClearField(&facts, field);
  facts.MergeFrom(policy_case.facts());
  return facts;
}

// A file of cases, in either format.
class CaseFile {
 public:
  static absl::StatusOr<CaseFile> Parse(const PolicySource& file) {
    CaseFile parsed(file.name);
    if (!absl::EndsWith(file.name, ".json")) {
      ASSIGN_OR_RETURN(parsed.text_, TextFile::Parse(file.name, file.text, &parsed.cases_));
      return parsed;
    }
    const auto status = google::protobuf::util::JsonStringToMessage(file.text, &parsed.cases_);
    if (status.ok()) return parsed;
    return absl::InvalidArgumentError(absl::StrCat(file.name, ": ", std::string(status.message())));
  }

  const v1::PolicyCases& cases() const { return cases_; }
  std::string Where(int index) const {
    return text_.has_value() ? text_->Where("case", index)
                             : absl::StrCat(name_, ": case ", index + 1);
  }

 private:
  explicit CaseFile(std::string name) : name_(std::move(name)) {}

  std::string name_;
  std::optional<TextFile> text_;
  v1::PolicyCases cases_;
};

std::set<std::string> SetOf(const RepeatedPtrField<std::string>& values) {
  return {values.begin(), values.end()};
}

std::set<std::string> Owed(const RepeatedPtrField<v1::Obligation>& obligations) {
  std::set<std::string> owed;
  for (const v1::Obligation& obligation : obligations) owed.insert(obligation.ShortDebugString());
  return owed;
}

void AddOwed(const v1::PolicyCase& expected, const v1::Decision& decision,
             std::vector<std::string>* differences) {
  if (expected.obligation().empty() && !expected.no_obligation()) return;
  const std::set<std::string> wanted = Owed(expected.obligation());
  const std::set<std::string> owed = Owed(decision.obligation());
  if (wanted == owed) return;
  differences->push_back(absl::StrCat("owed is [", absl::StrJoin(owed, ", "), "], not [",
                                      absl::StrJoin(wanted, ", "), "]"));
}

// What of `decision` differs from the case, in words.
std::vector<std::string> Differences(const v1::PolicyCase& expected, const v1::Decision& decision) {
  std::vector<std::string> differences;
  std::set<std::string> permitted, rules, paragraphs;
  for (const v1::CategoryDecision& category : decision.category()) {
    if (category.permitted()) permitted.insert(category.category());
    rules.insert(category.rule().begin(), category.rule().end());
    paragraphs.insert(category.paragraph().begin(), category.paragraph().end());
  }
  if (expected.verdict() != decision.verdict()) {
    differences.push_back(absl::StrCat("the verdict is ", v1::Verdict_Name(decision.verdict()),
                                       ", not ", v1::Verdict_Name(expected.verdict()), " (",
                                       decision.reason_en(), ")"));
  }
  if (SetOf(expected.permitted()) != permitted) {
    differences.push_back(absl::StrCat("permitted are [", absl::StrJoin(permitted, ", "),
                                       "], not [", absl::StrJoin(SetOf(expected.permitted()), ", "),
                                       "]"));
  }
  AddOwed(expected, decision, &differences);
  const auto names_all = [&](const RepeatedPtrField<std::string>& wanted,
                             const std::set<std::string>& given, absl::string_view what) {
    for (const std::string& one : wanted) {
      if (given.count(one) != 0) continue;
      differences.push_back(
          absl::StrCat(what, " `", one, "` is not named, but [", absl::StrJoin(given, ", "), "]"));
    }
  };
  names_all(expected.paragraph(), paragraphs, "paragraph");
  names_all(expected.rule(), rules, "rule");
  if (!expected.reason_code().empty() && expected.reason_code() != decision.reason_code()) {
    differences.push_back(absl::StrCat("the reason code is `", decision.reason_code(), "`, not `",
                                       expected.reason_code(), "`"));
  }
  if (!absl::StrContains(decision.reason_sv(), expected.reason_has())) {
    differences.push_back(absl::StrCat("the reason `", decision.reason_sv(), "` does not hold `",
                                       expected.reason_has(), "`"));
  }
  return differences;
}

}  // namespace

absl::StatusOr<CaseReport> RunPolicyCases(const PolicySet& set, const PolicySource& file) {
  ASSIGN_OR_RETURN(const CaseFile parsed, CaseFile::Parse(file));
  const v1::PolicyCases& cases = parsed.cases();
  if (cases.case_().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(file.name, ": holds no `case`"));
  }
  CaseReport report;
  for (const v1::PolicyCase& one : cases.case_()) {
    const std::string where = absl::StrCat(parsed.Where(report.cases++), ": `", one.name(), "`: ");
    const absl::StatusOr<v1::Facts> facts = Overlay(cases.base(), one);
    if (!facts.ok()) {
      report.failures.push_back(absl::StrCat(where, facts.status().message()));
      continue;
    }
    for (const std::string& difference : Differences(one, Decide(set, *facts))) {
      report.failures.push_back(absl::StrCat(where, difference));
    }
  }
  return report;
}

absl::StatusOr<std::vector<v1::Facts>> CaseFacts(const PolicySource& file) {
  v1::PolicyCases cases;
  RETURN_IF_ERROR(TextFile::Parse(file.name, file.text, &cases).status());
  std::vector<v1::Facts> facts;
  for (const v1::PolicyCase& one : cases.case_()) {
    ASSIGN_OR_RETURN(v1::Facts own, Overlay(cases.base(), one));
    facts.push_back(std::move(own));
  }
  return facts;
}

absl::StatusOr<NamedSet> SetNamedBy(const PolicySource& file) {
  ASSIGN_OR_RETURN(const CaseFile parsed, CaseFile::Parse(file));
  const std::filesystem::path here = std::filesystem::path(file.name).parent_path();
  NamedSet named;
  for (const std::string& path : parsed.cases().policies()) {
    named.policies.push_back((here / path).lexically_normal().string());
  }
  if (!parsed.cases().catalogue().empty()) {
    named.catalogue = (here / parsed.cases().catalogue()).lexically_normal().string();
  }
  return named;
}

absl::StatusOr<std::vector<std::string>> FindPolicyCases(const std::string& directory) {
  std::error_code error;
  std::vector<std::string> paths;
  for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    const std::string path = at->path().string();
    if (absl::EndsWith(path, ".cases.txtpb")) paths.push_back(path);
  }
  if (error) {
    return absl::NotFoundError(absl::StrCat("cannot read `", directory, "`: ", error.message()));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace sluss
