#include "gateway/ctl/preflight_command.h"

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/ctl/gateway_connection.h"
#include "gateway/rpc/status.h"
#include "policy/command_support.h"
#include "proto/gateway.grpc.pb.h"

namespace sluss {
namespace {

struct Options {
  GatewayArguments gateway;
  v1::PreflightRequest request;
  std::vector<std::string> categories, roles, consents;
  uint32_t age_from = 0, age_below = 0;
  bool reason = false, weighing = false, protected_identity = false;
  bool english = false;
  bool json = false;
};

absl::StatusOr<v1::PreflightResponse> Ask(const Options& options) {
  ASSIGN_OR_RETURN(const auto channel, ConnectToGateway(options.gateway));
  v1::PreflightRequest request = options.request;
  request.mutable_category()->Add(options.categories.begin(), options.categories.end());
  request.mutable_officer_role()->Add(options.roles.begin(), options.roles.end());
  for (const std::string& consent : options.consents) {
    ASSIGN_OR_RETURN(*request.add_consent_id(), FromHex(consent));
  }
  request.set_reason(options.reason);
  request.set_weighing(options.weighing);
  request.set_protected_identity(options.protected_identity);
  request.mutable_age()->set_from(options.age_from);
  request.mutable_age()->set_below(options.age_below);
  v1::PreflightResponse response;
  RETURN_IF_ERROR(FromGrpc(v1::Gateway::NewStub(channel)->Preflight(
      Within(std::chrono::seconds(30)).get(), request, &response)));
  return response;
}

void PrintDecision(const v1::Decision& decision, bool english) {
  std::cout << v1::Verdict_Name(decision.verdict()).substr(std::string("VERDICT_").size()) << " on "
            << decision.decision_day() << ", policy " << decision.policy_version() << "\n"
            << (english ? decision.reason_en() : decision.reason_sv()) << "\n";
  for (const v1::CategoryDecision& category : decision.category()) {
    std::cout << (category.permitted() ? "  + " : "  - ") << category.category() << "  "
              << absl::StrJoin(category.paragraph(), ", ") << "  "
              << (english ? category.reason_en() : category.reason_sv()) << "\n";
    for (const v1::Missing& missing : category.missing()) {
      std::cout << "      rule `" << missing.rule() << "` needs " << missing.column() << ": "
                << missing.needed() << "\n";
    }
  }
}

void Run(const Options& options) {
  const v1::PreflightResponse response = OrExit(kNo, Ask(options));
  const bool list = options.request.recipient().empty();
  if (options.json) {
    PrintJson(response);
  } else if (list) {
    for (const v1::MatrixEntry& entry : response.may_send()) {
      std::cout << (options.english ? entry.sentence_en() : entry.sentence_sv()) << "\n";
    }
  } else {
    PrintDecision(response.decision(), options.english);
  }
  const bool something = list ? !response.may_send().empty()
                              : response.decision().verdict() == v1::VERDICT_PERMIT ||
                                    response.decision().verdict() == v1::VERDICT_PARTIAL;
  if (!something) Exit(kNo);
}

}  // namespace

void AddPreflightCommand(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("preflight", "What an agency may send, and what is missing");
  const auto options = std::make_shared<Options>();
  AddGatewayOptions(command, &options->gateway);
  v1::PreflightRequest& request = options->request;
  command->add_option("--recipient", *request.mutable_recipient(),
                      "Agency; without it, what may be sent to whom is listed");
  command->add_option("--purpose", *request.mutable_purpose(), "Purpose");
  command->add_option("--basis", *request.mutable_legal_basis(), "Paragraph that is cited");
  command->add_option("--category", options->categories, "Data categories");
  command->add_option("--role", options->roles, "Role of each attesting officer");
  command->add_option("--consent", options->consents, "Ids of consents, hex");
  command->add_option("--age-from", options->age_from, "Lower end of the age interval, years");
  command->add_option("--age-below", options->age_below, "Upper end, not included");
  command->add_flag("--reason", options->reason, "Every officer gives a reason");
  command->add_flag("--weighing", options->weighing, "There is a written weighing");
  command->add_flag("--protected-identity", options->protected_identity,
                    "The person's identity is protected");
  command->add_option("--on", *request.mutable_as_of(), "Day YYYY-MM-DD; without it today");
  command->add_flag("--english", options->english, "Sentences in English");
  command->add_flag("--json", options->json, "Print the answer as JSON");
  command->callback([options] { Run(*options); });
}

}  // namespace sluss
