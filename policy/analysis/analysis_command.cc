#include "policy/analysis/analysis_command.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "CLI/Validators.hpp"
#include "gateway/base/clock.h"
#include "gateway/base/text_file.h"
#include "policy/analysis/analysis_text.h"
#include "policy/analysis/conflicts.h"
#include "policy/analysis/coverage.h"
#include "policy/analysis/dead_rules.h"
#include "policy/analysis/diff.h"
#include "policy/analysis/gaps.h"
#include "policy/analysis/invariants.h"
#include "policy/analysis/matrix.h"
#include "policy/analysis/recorded_file.h"
#include "policy/analysis/replay.h"
#include "policy/command_support.h"
#include "policy/policy_cases.h"

namespace sluss {
namespace {

struct Options : SetOptions {
  std::string language = "sv";
  std::string old_policies, new_policies, new_catalogue;
  std::string recorded, invariants, on;
  std::vector<std::string> cases, only;
  size_t boxes = DiffOptions().most_boxes;

  Language lang() const { return language == "en" ? Language::kEnglish : Language::kSwedish; }
};

std::vector<v1::Facts> RecordedFacts(const std::string& path) {
  std::vector<v1::Facts> facts;
  if (path.empty()) return facts;
  const absl::Status status = ReadRecorded(
      path, [&](const v1::RecordedDecision& recorded) { facts.push_back(recorded.facts()); });
  if (!status.ok()) Fail(kUnreadable, status);
  return facts;
}

template <typename Message>
void Print(const Options& options, const Message& message,
           std::string (*text)(const Message&, Language)) {
  if (options.json) {
    PrintJson(message);
  } else {
    std::cout << text(message, options.lang());
  }
}

void Diff(const Options& options) {
  const auto before = LoadSet(options, options.old_policies);
  Options after_options = options;
  if (!options.new_catalogue.empty()) after_options.catalogue = options.new_catalogue;
  const auto after = LoadSet(after_options, options.new_policies);
  const std::vector<v1::Facts> recorded = RecordedFacts(options.recorded);
  DiffOptions diff_options;
  diff_options.most_boxes = options.boxes;
  diff_options.recorded = recorded;
  const v1::PolicyDiff diff = OrExit(kUnreadable, DiffPolicies(*before, *after, diff_options));
  Print(options, diff, DiffText);
  const bool same = diff.newly_permitted().situations() == 0 &&
                    diff.newly_denied().situations() == 0 &&
                    diff.terms_changed().situations() == 0 && diff.purpose().empty();
  if (!same) Exit(kNo);
}

std::vector<v1::Facts> Cases(const Options& options) {
  std::vector<v1::Facts> facts;
  std::vector<std::string> files = options.cases;
  // Policies may be a single file, which has no cases beside it.
  if (const auto beside = FindPolicyCases(options.policies); files.empty() && beside.ok()) {
    files = *beside;
  }
  for (const std::string& path : files) {
    const std::string text = OrExit(kUnreadable, ReadFile(path));
    for (v1::Facts& one : OrExit(kUnreadable, CaseFacts({path, text}))) {
      facts.push_back(std::move(one));
    }
  }
  return facts;
}

void Analyze(const Options& options) {
  const auto set = LoadSet(options);
  const auto wanted = [&options](absl::string_view part) {
    return options.only.empty() ||
           std::find(options.only.begin(), options.only.end(), part) != options.only.end();
  };
  v1::Analysis analysis;
  analysis.set_version(set->version());
  analysis.set_digest(set->digest());
  if (wanted("dead")) *analysis.mutable_dead() = OrExit(kUnreadable, FindDeadRules(*set));
  if (wanted("conflicts")) *analysis.mutable_conflicts() = FindConflicts(*set);
  if (wanted("gaps")) *analysis.mutable_gaps() = OrExit(kUnreadable, FindGaps(*set));
  if (wanted("invariants") && !options.invariants.empty()) {
    const std::string text = OrExit(kUnreadable, ReadFile(options.invariants));
    const v1::InvariantSet invariants =
        OrExit(kUnreadable, ParseInvariants(*set, {options.invariants, text}));
    *analysis.mutable_invariants() = OrExit(kUnreadable, CheckInvariants(*set, invariants));
  }
  if (wanted("coverage")) {
    *analysis.mutable_coverage() =
        MeasureCoverage(*set, Cases(options), RecordedFacts(options.recorded));
  }
  Print(options, analysis, AnalysisText);
  const auto& results = analysis.invariants().result();
  const bool broken =
      std::any_of(results.begin(), results.end(),
                  [](const v1::InvariantResult& result) { return !result.holds(); });
  if (broken || !analysis.dead().rule().empty()) Exit(kNo);
}

void PrintMatrix(const Options& options) {
  const auto set = LoadSet(options);
  const std::string day =
      options.on.empty() ? absl::FormatCivilTime(SwedishDay(SystemClock()->Now())) : options.on;
  const v1::Matrix matrix = OrExit(kUnreadable, MakeMatrix(*set, day));
  Print(options, matrix, MatrixText);
  if (matrix.entry().empty()) Exit(kNo);
}

void ReplayRecorded(const Options& options) {
  const auto set = LoadSet(options);
  Replayer replayer(*set, ReplayOptions());
  const absl::Status status = ReadRecorded(
      options.recorded, [&](const v1::RecordedDecision& recorded) { replayer.Add(recorded); });
  if (!status.ok()) Fail(kUnreadable, status);
  const v1::Replay replay = replayer.Result();
  Print(options, replay, ReplayText);
  if (replay.alike() != replay.recorded() || !replay.difference().empty()) Exit(kNo);
}

void AddLanguage(CLI::App* command, Options* options) {
  command->add_option("--lang", options->language, "Language of the sentences")
      ->check(CLI::IsMember({"sv", "en"}))
      ->capture_default_str();
}

// `diff` names two sets, so that --policies has no place in it.
void AddDiffCommand(CLI::App& app, const Sha256Function& sha256) {
  auto options = std::make_shared<Options>();
  options->sha256 = sha256;
  CLI::App* command = PolicyCommand(app)->add_subcommand(
      "diff", "Show exactly which disclosures an edit newly permits and newly denies");
  command->add_option("old", options->old_policies, "Directory or file of policies")->required();
  command->add_option("new", options->new_policies, "The same after the edit")->required();
  command->add_option("--catalogue", options->catalogue,
                      "Directory of vocabulary and walls; without it the one beside each set");
  command->add_option("--new-catalogue", options->new_catalogue,
                      "The catalogue of the new set, where it is another");
  command->add_option("--recorded", options->recorded,
                      "Recorded decisions: how many fall into each box");
  command->add_option("--boxes", options->boxes, "Most boxes listed of each kind of change")
      ->capture_default_str();
  command->add_flag("--json", options->json, "Print the answer as JSON");
  AddLanguage(command, options.get());
  command->callback([options] { Diff(*options); });
}

}  // namespace

void AddAnalysisCommands(CLI::App& app, const Sha256Function& sha256) {
  AddDiffCommand(app, sha256);
  const auto analyze = AddSetCommand<Options>(
      app, "analyze", "Find dead rules, conflicts, gaps, broken invariants and unused rules",
      sha256, Analyze);
  AddLanguage(analyze.command, analyze.values.get());
  analyze.command->add_option("--invariants", analyze.values->invariants,
                              "File of invariants (sluss.v1.InvariantSet)");
  analyze.command->add_option("--cases", analyze.values->cases,
                              "Case files; without any, *.cases.txtpb beside the policies");
  analyze.command->add_option("--recorded", analyze.values->recorded, "Recorded decisions");
  analyze.command->add_option("--only", analyze.values->only, "Only these parts")
      ->check(CLI::IsMember({"dead", "conflicts", "gaps", "invariants", "coverage"}));
  const auto matrix = AddSetCommand<Options>(
      app, "matrix", "Show who may tell whom what, with the least conditions", sha256, PrintMatrix);
  AddLanguage(matrix.command, matrix.values.get());
  matrix.command->add_option("--on", matrix.values->on, "Day YYYY-MM-DD; without it today");
  const auto replay = AddSetCommand<Options>(
      app, "replay", "Decide recorded notifications again under this set", sha256, ReplayRecorded);
  AddLanguage(replay.command, replay.values.get());
  replay.command
      ->add_option("--recorded", replay.values->recorded,
                   "Recorded decisions: JSON lines, or *.binpb delimited (sluss.v1."
                   "RecordedDecision)")
      ->required();
}

}  // namespace sluss
