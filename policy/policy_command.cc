#include "policy/policy_command.h"

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gateway/base/clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "google/protobuf/util/json_util.h"
#include "policy/command_support.h"
#include "policy/decide.h"
#include "policy/policy_cases.h"
#include "policy/rule_sentence.h"

namespace sluss {
namespace {

struct DecideOptions : SetOptions {
  std::string facts, on;
};

struct TestOptions : SetOptions {
  std::vector<std::string> files;
};

v1::PolicyCheckReport ReportOf(const PolicySet& set) {
  v1::PolicyCheckReport report;
  for (const v1::Policy& policy : set.bundle().policy()) {
    report.set_rules(report.rules() + static_cast<uint32_t>(policy.rule_size()));
  }
  report.set_walls(static_cast<uint32_t>(set.bundle().vocabulary().wall_size()));
  report.set_policy_version(set.version());
  report.set_vocabulary_version(set.vocabulary_version());
  report.set_sha256(ToHex(set.digest()));
  return report;
}

void Check(const SetOptions& options) {
  const auto set = TryLoadSet(options);
  if (options.json) {
    v1::PolicyCheckReport report;
    if (set.ok()) {
      report = ReportOf(**set);
    } else {
      for (const absl::string_view fault : absl::StrSplit(set.status().message(), '\n')) {
        report.add_fault(std::string(fault));
      }
    }
    PrintJson(report);
    if (!set.ok()) Exit(kNo);
    return;
  }
  const v1::PolicyCheckReport report = ReportOf(*OrExit(kNo, set));
  std::cout << report.rules() << " rules and " << report.walls() << " walls\npolicy version     "
            << report.policy_version() << "\nvocabulary version " << report.vocabulary_version()
            << "\nsha256             " << report.sha256() << "\n";
}

absl::StatusOr<v1::Facts> ReadFacts(const DecideOptions& options) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(options.facts));
  v1::Facts facts;
  const auto status = google::protobuf::util::JsonStringToMessage(text, &facts);
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(options.facts, ": ", std::string(status.message())));
  }
  if (!options.on.empty()) facts.set_day(options.on);
  if (facts.day().empty()) {
    facts.set_day(absl::FormatCivilTime(SwedishDay(SystemClock()->Now())));
  }
  return facts;
}

std::string VerdictText(v1::Verdict verdict) {
  return v1::Verdict_Name(verdict).substr(std::string("VERDICT_").size());
}

void PrintDecision(const v1::Decision& decision) {
  std::cout << VerdictText(decision.verdict()) << " on " << decision.decision_day() << "\n"
            << decision.reason_sv() << "\n"
            << decision.reason_en() << "\n";
  for (const v1::CategoryDecision& category : decision.category()) {
    std::cout << (category.permitted() ? "  + " : "  - ") << category.category() << " ["
              << absl::StrJoin(category.rule(), ", ") << "] " << category.reason_en() << "\n";
    for (const v1::Missing& missing : category.missing()) {
      std::cout << "      `" << missing.rule() << "` needs " << missing.column() << ": "
                << missing.needed() << "\n";
    }
  }
}

void DecideOne(const DecideOptions& options) {
  const auto set = LoadSet(options);
  const v1::Facts facts = OrExit(kUnreadable, ReadFacts(options));
  if (const absl::Status fault = CheckFacts(*set, facts); !fault.ok()) Fail(kUnreadable, fault);
  const v1::Decision decision = Decide(*set, facts);
  if (options.json) {
    PrintJson(decision);
  } else {
    PrintDecision(decision);
  }
  if (decision.verdict() == v1::VERDICT_DENY) Exit(kNo);
}

// The set that a case file names, else the one of the command line, which is loaded once.
class CaseSets {
 public:
  explicit CaseSets(const SetOptions& options) : options_(options) {}

  std::shared_ptr<const PolicySet> For(const PolicySource& file) {
    const NamedSet named = OrExit(kUnreadable, SetNamedBy(file));
    if (named.policies.empty() && named.catalogue.empty()) return Common(file.name);
    SetOptions own = options_;
    if (!named.catalogue.empty()) own.catalogue = named.catalogue;
    if (named.policies.empty()) return LoadSet(own);
    return OrExit(kNo, TryLoadSet(own, named.policies));
  }

 private:
  std::shared_ptr<const PolicySet> Common(const std::string& file) {
    if (options_.policies.empty()) {
      Fail(kUnreadable, absl::InvalidArgumentError(absl::StrCat(
                            file, ": names no `policies`, and neither does --policies")));
    }
    if (common_ == nullptr) common_ = LoadSet(options_);
    return common_;
  }

  const SetOptions& options_;
  std::shared_ptr<const PolicySet> common_;
};

void Test(const TestOptions& options) {
  if (options.files.empty() && options.policies.empty()) {
    Fail(kUnreadable,
         absl::InvalidArgumentError("name case files, or a directory with --policies"));
  }
  const std::vector<std::string> files =
      options.files.empty() ? OrExit(kUnreadable, FindPolicyCases(options.policies))
                            : options.files;
  CaseSets sets(options);
  v1::PolicyTestReport report;
  report.set_files(static_cast<uint32_t>(files.size()));
  for (const std::string& path : files) {
    const PolicySource file = {path, OrExit(kUnreadable, ReadFile(path))};
    const auto set = sets.For(file);
    const CaseReport cases = OrExit(kUnreadable, RunPolicyCases(*set, file));
    report.set_cases(report.cases() + static_cast<uint32_t>(cases.cases));
    for (const std::string& failure : cases.failures) report.add_failure(failure);
  }
  if (options.json) {
    PrintJson(report);
  } else {
    for (const std::string& failure : report.failure()) std::cerr << failure << "\n";
    std::cout << report.cases() << " cases in " << report.files() << " files, "
              << report.failure_size() << " failures\n";
  }
  if (report.failure_size() > 0 || report.cases() == 0) Exit(kNo);
}

// Every rule as its sentence, or with facts the decision and the rules that it names.
void Explain(const DecideOptions& options) {
  if (!options.facts.empty()) return DecideOne(options);
  const auto set = LoadSet(options);
  v1::RuleSentences sentences;
  const v1::Vocabulary& vocabulary = set->bundle().vocabulary();
  const auto add = [&](const std::string& policy, const v1::Rule& rule) {
    const Text text = RuleSentence(vocabulary, rule);
    v1::RuleInWords* words = sentences.add_rule();
    words->set_policy(policy);
    words->set_rule(rule.id());
    words->set_sv(text.sv);
    words->set_en(text.en);
  };
  for (const v1::Rule& wall : vocabulary.wall()) add("", wall);
  for (const v1::Policy& policy : set->bundle().policy()) {
    for (const v1::Rule& rule : policy.rule()) add(policy.id(), rule);
  }
  if (options.json) return PrintJson(sentences);
  for (const v1::RuleInWords& words : sentences.rule()) {
    std::cout << words.rule() << " (" << (words.policy().empty() ? "wall" : words.policy())
              << ")\n  " << words.sv() << "\n  " << words.en() << "\n";
  }
}

}  // namespace

void AddPolicyCommands(CLI::App& app, const Sha256Function& sha256) {
  AddSetCommand<SetOptions>(app, "check",
                            "Load the set; show every fault with its line, or version and digest",
                            sha256, Check)
      .command->footer("Example: slussctl policy check --policies policy/templates");

  const auto decide = AddSetCommand<DecideOptions>(app, "decide", "Decide one question and say why",
                                                   sha256, DecideOne);
  constexpr char kFacts[] = "Facts as JSON (sluss.v1.Facts)";
  constexpr char kOn[] = "Decision day YYYY-MM-DD; without it the facts' day, or today";
  decide.command->add_option("--facts", decide.values->facts, kFacts)->required();
  decide.command->add_option("--on", decide.values->on, kOn);
  decide.command->footer(
      "Example: slussctl policy decide --policies policy/templates --on 2026-02-10 \\\n"
      "           --facts facts.json --json");

  const auto explain = AddSetCommand<DecideOptions>(
      app, "explain", "Every rule as a sentence in Swedish and English; with --facts a decision",
      sha256, Explain);
  explain.command->add_option("--facts", explain.values->facts, kFacts);
  explain.command->add_option("--on", explain.values->on, kOn);
  explain.command->footer("Example: slussctl policy explain --policies policy/templates");

  const auto test = AddSetCommand<TestOptions>(app, "test", "Run test cases", sha256, Test);
  test.command->get_option("--policies")->required(false);
  test.command->add_option("files", test.values->files,
                           "Case files, text or .json; without any, *.cases.txtpb beside the "
                           "policies. A file may name its own catalogue and policies");
  test.command->footer(
      "Examples: slussctl policy test --policies policy/templates\n"
      "          slussctl policy test lawyers-table.json");
}

}  // namespace sluss
