// slussctl: the tool of administrators and officers. Each command lives beside what it shows.
#include "CLI/CLI.hpp"
#include "gateway/crypto/keys_command.h"
#include "gateway/crypto/officers_command.h"
#include "gateway/crypto/sha256.h"
#include "gateway/ctl/consent_command.h"
#include "gateway/ctl/policy_life_command.h"
#include "gateway/ctl/preflight_command.h"
#include "gateway/ctl/status_command.h"
#include "gateway/ctl/witness_command.h"
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
  CLI11_PARSE(app, argc, argv);
  return 0;
}
