// slussctl: the tool of administrators and officers. Each command lives beside what it shows.
//
// Exit codes: 0 done; 1 refused, or found wrong; 2 could not be asked (the call, a file, a
// connection).
#include "CLI/CLI.hpp"
#include "gateway/crypto/keys_command.h"
#include "gateway/crypto/officers_command.h"
#include "gateway/crypto/sha256.h"
#include "gateway/ctl/access_report_command.h"
#include "gateway/ctl/bundle_command.h"
#include "gateway/ctl/consent_command.h"
#include "gateway/ctl/openings_command.h"
#include "gateway/ctl/policy_life_command.h"
#include "gateway/ctl/preflight_command.h"
#include "gateway/ctl/review_command.h"
#include "gateway/ctl/search_command.h"
#include "gateway/ctl/status_command.h"
#include "gateway/ctl/witness_command.h"
#include "gateway/exports/export_command.h"
#include "gateway/exports/report_command.h"
#include "gateway/publication/log_command.h"
#include "policy/analysis/analysis_command.h"
#include "policy/edit_command.h"
#include "policy/mutation/mutation_command.h"
#include "policy/page_command.h"
#include "policy/policy_command.h"

int main(int argc, char** argv) {
  CLI::App app("slussctl: administer a Sluss exchange");
  app.require_subcommand(1);
  sluss::AddKeysCommands(app);
  sluss::AddOfficersCommands(app);
  sluss::AddLogCommands(app);
  sluss::AddPolicyCommands(app, sluss::Sha256String);
  sluss::AddEditCommands(app);
  sluss::AddPageCommand(app, sluss::Sha256String);
  sluss::AddAnalysisCommands(app, sluss::Sha256String);
  sluss::AddMutationCommand(app, sluss::Sha256String);
  sluss::AddPolicyLifeCommands(app);
  sluss::AddPreflightCommand(app);
  sluss::AddConsentCommands(app);
  sluss::AddStatusCommand(app);
  sluss::AddWitnessCommands(app);
  sluss::AddBundleCommand(app);
  sluss::AddEntriesCommand(app);
  sluss::AddReportCommands(app);
  sluss::AddAccessReportCommand(app);
  sluss::AddSearchCommand(app);
  sluss::AddReviewCommands(app);
  sluss::AddOpeningsCommands(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::RuntimeError& error) {  // a command's own code
    return app.exit(error);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return 0;
}
