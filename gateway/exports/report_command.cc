#include "gateway/exports/report_command.h"

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "gateway/base/clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/sha256.h"
#include "gateway/exports/art30.h"
#include "gateway/exports/export_command.h"
#include "gateway/exports/output.h"
#include "gateway/exports/particulars.h"
#include "gateway/exports/statistics.h"
#include "gateway/policies/version.h"
#include "gateway/store/open_store.h"
#include "policy/policy_set.h"

namespace sluss {
namespace {

struct Arguments {
  EntryArguments entries;
  std::string policies, catalogue, day;
  std::string format;
  std::string language = "sv";
  bool json = false;
};

absl::Status Write(const std::string& path, const std::string& text) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Output> output, Output::Open(path));
  output->Write(text);
  return output->Close();
}

absl::Status Statistics(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const EntryQuery query, QueryOf(arguments.entries));
  ASSIGN_OR_RETURN(const std::unique_ptr<EntrySource> source, OpenEntries(arguments.entries));
  RuleBook rules([&](const std::string& digest) { return source->PolicyVersion(digest); });
  StatisticsTally tally;
  RETURN_IF_ERROR(source->ForEach(query, [&](uint64_t, const v1::AuditLeaf& leaf) {
    tally.Add(leaf, &rules);
    return absl::OkStatus();
  }));
  const std::vector<StatisticsTable> tables = PublishStatistics(tally);
  const std::string period =
      absl::StrCat(arguments.entries.from.empty() ? "..." : arguments.entries.from, " - ",
                   arguments.entries.to.empty() ? "..." : arguments.entries.to);
  const StatisticsLanguage language =
      arguments.language == "en" ? StatisticsLanguage::kEnglish : StatisticsLanguage::kSwedish;
  const std::string& format = arguments.json ? "json" : arguments.format;
  return Write(arguments.entries.out, format == "json" ? StatisticsAsJson(tables, period)
                                      : format == "csv"
                                          ? StatisticsAsCsv(tables)
                                          : StatisticsAsText(tables, period, language));
}

absl::StatusOr<std::shared_ptr<const PolicySet>> PoliciesOf(const Arguments& arguments) {
  if (arguments.entries.database.empty()) {
    ASSIGN_OR_RETURN(const std::vector<PolicySource> catalogue,
                     ReadPolicySources(arguments.catalogue));
    ASSIGN_OR_RETURN(const std::vector<PolicySource> policies,
                     ReadPolicySources(arguments.policies));
    return PolicySet::Load(catalogue, policies, Sha256String);
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<StoreView> view,
                   OpenStoreView(arguments.entries.database));
  ASSIGN_OR_RETURN(const auto activations, view->Activations(UINT64_MAX, 1));
  if (activations.empty()) {
    return absl::FailedPreconditionError("no version of the policies is in force in this database");
  }
  return LoadVersion(*view, activations[0].digest());
}

absl::Status Art30(const Arguments& arguments) {
  if (arguments.entries.database.empty() == arguments.policies.empty() ||
      arguments.policies.empty() != arguments.catalogue.empty()) {
    return absl::InvalidArgumentError("give `--database`, or `--policies` with `--catalogue`");
  }
  ASSIGN_OR_RETURN(const v1::Particulars particulars,
                   LoadParticulars(arguments.entries.particulars));
  ASSIGN_OR_RETURN(const std::shared_ptr<const PolicySet> set, PoliciesOf(arguments));
  const std::string day = arguments.day.empty()
                              ? absl::FormatCivilTime(SwedishDay(SystemClock()->Now()))
                              : arguments.day;
  absl::CivilDay parsed;
  if (!absl::ParseCivilTime(day, &parsed) || absl::FormatCivilTime(parsed) != day) {
    return absl::InvalidArgumentError("`day` is no day: write it as 2026-11-01");
  }
  const Art30Record record =
      MakeArt30(set->bundle(), set->version(), ToHex(set->digest()), particulars, day);
  return Write(arguments.entries.out, arguments.json || arguments.format == "json"
                                          ? Art30AsJson(record)
                                          : Art30AsHtml(record));
}

CLI::App* AddCommand(CLI::App* parent, const char* name, const char* description,
                     const std::shared_ptr<Arguments>& arguments,
                     absl::Status (*run)(const Arguments&)) {
  CLI::App* const command = parent->add_subcommand(name, description);
  command->callback([arguments, run] {
    const absl::Status status = run(*arguments);
    if (!status.ok()) FailExport(status);
  });
  command->add_flag("--json", arguments->json, "the same as --format json");
  return command;
}

}  // namespace

void AddReportCommands(CLI::App& app) {
  // Other reports may be there already.
  const std::vector<CLI::App*> there =
      app.get_subcommands([](CLI::App* command) { return command->get_name() == "report"; });
  CLI::App* const report =
      there.empty() ? app.add_subcommand("report", "what officers and authorities ask for")
                    : there[0];
  report->require_subcommand(1);
  const auto about = std::make_shared<Arguments>();
  CLI::App* const statistics = AddCommand(
      report, "statistics",
      "disclosures by rule, pair, category and ground; denials; clocks; reviews\n"
      "Small cells are withheld, and so much beside them that they cannot be computed back:\n"
      "publish fixed periods, since overlapping ones are not protected from each other.\n"
      "Exit codes: 0 written; 1 the log is not what it claims to be; 2 could not be read.\n"
      "Example: slussctl report statistics --log november.zip --log-key '...' \\\n"
      "    --from 2026-11-01 --to 2026-12-01 --language en",
      about, Statistics);
  AddEntryOptions(statistics, &about->entries);
  statistics->add_option("--format", about->format, "text, json or csv")
      ->check(CLI::IsMember({"text", "json", "csv"}));
  statistics->add_option("--language", about->language, "sv or en, of text")
      ->check(CLI::IsMember({"sv", "en"}))
      ->capture_default_str();

  const auto record = std::make_shared<Arguments>();
  CLI::App* const art30 =
      AddCommand(report, "art30",
                 "the record of processing activities, from the policies in force\n"
                 "What a lawyer must confirm says so; names of controllers and officers come from\n"
                 "--particulars, and say so where they are not given.\n"
                 "Exit codes: 0 written; 1 a stored version is damaged; 2 could not be read.\n"
                 "Example: slussctl report art30 --database sluss.db --particulars names.txtpb "
                 "--out art30.html",
                 record, Art30);
  art30->add_option(
      "--database", record->entries.database,
      "the version in force in a gateway's: an SQLite file or a URI postgresql://...");
  art30->add_option("--policies", record->policies,
                    "policy files instead; `slussctl policy active --out` gets those in force");
  art30->add_option("--catalogue", record->catalogue, "the catalogue that they are written in");
  art30->add_option("--particulars", record->entries.particulars,
                    "see deploy/config/particulars.txtpb");
  art30->add_option("--day", record->day, "the law of this day, YYYY-MM-DD; none: today");
  art30->add_option("--out", record->entries.out, "the file to write; none: standard output");
  art30->add_option("--format", record->format, "html or json")
      ->check(CLI::IsMember({"html", "json"}));
}

}  // namespace sluss
