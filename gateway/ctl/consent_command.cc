#include "gateway/ctl/consent_command.h"

#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/random.h"
#include "gateway/crypto/sha256.h"
#include "gateway/ctl/gateway_connection.h"
#include "gateway/documents/withdrawal_receipt.h"
#include "gateway/rpc/status.h"
#include "policy/command_support.h"
#include "proto/gateway.grpc.pb.h"

namespace sluss {
namespace {

constexpr size_t kSaltBytes = 32;

struct Options {
  GatewayArguments gateway;
  std::string consent, stands, falls, reason, officer, html;
  std::vector<std::string> parties, categories;
  std::string on_behalf_of = "guardian";
  uint64_t entry = 0;
  bool json = false;
};

template <typename Request, typename Response>
using Method = grpc::Status (v1::Gateway::Stub::*)(grpc::ClientContext*, const Request&, Response*);

template <typename Request, typename Response>
absl::StatusOr<Response> Ask(const Options& options, Method<Request, Response> method,
                             const Request& request) {
  ASSIGN_OR_RETURN(const auto channel, ConnectToGateway(options.gateway));
  const auto stub = v1::Gateway::NewStub(channel);
  Response response;
  RETURN_IF_ERROR(
      FromGrpc((stub.get()->*method)(Within(std::chrono::seconds(30)).get(), request, &response)));
  return response;
}

std::string IdBytes(const char* option, const std::string& hex) {
  absl::StatusOr<std::string> bytes = FromHex(hex);
  if (bytes.ok() && bytes->size() == 16) return *bytes;
  Fail(kUnreadable, absl::InvalidArgumentError(absl::StrCat(option, " must be 32 hex digits")));
}

// ---- Showing ------------------------------------------------------------------------------------

std::string When(int64_t time_us) {
  return absl::FormatCivilTime(ToSwedishTime(absl::FromUnixMicros(time_us)));
}

std::string Day(int64_t time_us) {
  return absl::FormatCivilTime(SwedishDay(absl::FromUnixMicros(time_us)));
}

std::string StateText(v1::ConsentState state) { return v1::ConsentState_Name(state); }

void PrintStep(const v1::ConsentStep& step) {
  std::cout << "  " << When(step.time_us()) << "  entry " << step.log_index() << "  "
            << v1::ConsentStepKind_Name(step.kind())
            << (step.agency().empty() ? " by an officer of the exchange"
                                      : absl::StrCat(" by ", step.agency()));
  if (!step.on_behalf_of().empty()) std::cout << " for " << step.on_behalf_of();
  if (step.party_size() + step.category_size() > 0) {
    std::cout << ": " << absl::StrJoin(step.party(), ", ")
              << (step.party_size() > 0 && step.category_size() > 0 ? ", " : "")
              << absl::StrJoin(step.category(), ", ");
  }
  if (!step.other_consent().empty()) std::cout << ", the other is " << ToHex(step.other_consent());
  if (step.stopped() + step.trimmed() + step.recalled() + step.already_gone() > 0) {
    std::cout << "; " << step.stopped() << " stopped, " << step.trimmed() << " trimmed, "
              << step.recalled() << " recalled, " << step.already_gone() << " already gone";
  }
  std::cout << "\n";
}

void PrintRecord(const v1::ConsentVersion& version) {
  v1::ConsentRecord record;
  if (!record.ParseFromString(version.record())) return;
  std::cout << "version " << version.version() << "  " << ToHex(version.consent_id()) << "  "
            << StateText(version.state()) << "\n  " << record.form() << ", " << record.purpose()
            << ", " << Day(record.valid_from_us()) << " to before " << Day(record.valid_to_us())
            << ", deposited by " << record.depositor() << "\n";
  for (const v1::ConsentParty& party : record.party()) {
    std::cout << "  party " << party.agency() << ": " << absl::StrJoin(party.function(), ", ")
              << "\n";
  }
  std::cout << "  yes to " << absl::StrJoin(record.category(), ", ");
  if (record.refused_category_size() > 0) {
    std::cout << "; no to " << absl::StrJoin(record.refused_category(), ", ");
  }
  std::cout << "\n  secrecy is lifted by the consent; the processing rests on article "
            << record.gdpr().article_6()
            << (record.gdpr().article_9().empty()
                    ? ""
                    : absl::StrCat(" and ", record.gdpr().article_9()))
            << " GDPR\n";
  for (const v1::ConsentGrant& grant : record.grant()) {
    std::cout << "  " << v1::Grantor_Name(grant.grantor())
              << (grant.granted() ? " said yes" : " said no") << ", " << grant.channel() << "\n";
  }
}

void PrintConsent(const v1::GetConsentResponse& response) {
  std::cout << StateText(response.state()) << "\n";
  for (const v1::ConsentVersion& version : response.version()) {
    PrintRecord(version);
    for (const std::string& party : version.withdrawn_party()) {
      std::cout << "  taken back for " << party << "\n";
    }
    for (const std::string& category : version.withdrawn_category()) {
      std::cout << "  taken back for " << category << "\n";
    }
    for (const std::string& other : version.contradicted_by()) {
      std::cout << "  contradicts " << ToHex(other) << ", not decided: the stricter one holds\n";
    }
    for (const v1::ConsentStep& step : version.step()) PrintStep(step);
  }
}

v1::GetConsentResponse Get(const Options& options) {
  v1::GetConsentRequest request;
  request.set_consent_id(IdBytes("--consent", options.consent));
  return OrExit(
      kNo,
      Ask(options,
          Method<v1::GetConsentRequest, v1::GetConsentResponse>(&v1::Gateway::Stub::GetConsent),
          request));
}

void Show(const Options& options) {
  const v1::GetConsentResponse response = Get(options);
  if (options.json) {
    PrintJson(response);
  } else {
    PrintConsent(response);
  }
}

// ---- Paper --------------------------------------------------------------------------------------

// The page in a file where one is named, the text on standard output in any case.
void Print(const Options& options, const WithdrawalReceipt& receipt) {
  if (!options.html.empty()) {
    std::ofstream file(options.html, std::ios::binary | std::ios::trunc);
    file << WithdrawalHtml(receipt);
    file.close();
    if (!file) {
      Fail(kUnreadable,
           absl::InternalError(absl::StrCat("`", options.html,
                                            "` cannot be written: the withdrawal "
                                            "itself stands, see `slussctl consent receipt`")));
    }
  }
  std::cout << WithdrawalText(receipt);
}

void Withdraw(const Options& options) {
  v1::WithdrawRequest request;
  request.set_consent_id(IdBytes("--consent", options.consent));
  request.set_on_behalf_of(options.on_behalf_of);
  request.mutable_party()->Assign(options.parties.begin(), options.parties.end());
  request.mutable_category()->Assign(options.categories.begin(), options.categories.end());
  if (!options.officer.empty()) {
    request.set_officer(OrExit(kUnreadable, FromHex(options.officer)));
  }
  WithdrawalReceipt receipt;
  receipt.consent = options.consent;
  receipt.response = OrExit(
      kNo,
      Ask(options, Method<v1::WithdrawRequest, v1::WithdrawResponse>(&v1::Gateway::Stub::Withdraw),
          request));
  if (options.json) {
    PrintJson(receipt.response);
  } else {
    Print(options, receipt);
  }
}

bool IsWithdrawal(const v1::ConsentStep& step) {
  return step.kind() == v1::CONSENT_WITHDRAWN || step.kind() == v1::CONSENT_PART_WITHDRAWN ||
         (step.kind() == v1::CONSENT_DECIDED && step.stopped() + step.recalled() > 0);
}

void Receipt(const Options& options) {
  const v1::GetConsentResponse response = Get(options);
  const v1::ConsentStep* found = nullptr;
  for (const v1::ConsentVersion& version : response.version()) {
    for (const v1::ConsentStep& step : version.step()) {
      if (options.entry == 0 ? IsWithdrawal(step) : step.log_index() == options.entry)
        found = &step;
    }
  }
  if (found == nullptr) {
    Fail(kNo, absl::NotFoundError("no withdrawal of this consent is recorded: see `slussctl "
                                  "consent show`"));
  }
  Print(options,
        ReceiptOfStep(options.consent, *found, response.version(response.version_size() - 1)));
}

// ---- Deciding -----------------------------------------------------------------------------------

void Decide(const Options& options) {
  const std::string salt = RandomBytes(kSaltBytes);
  v1::DecideConsentRequest request;
  request.set_stands(IdBytes("--stands", options.stands));
  request.set_falls(IdBytes("--falls", options.falls));
  request.set_reason_digest(std::string(AsStringView(Sha256({salt, options.reason}))));
  const v1::DecideConsentResponse response =
      OrExit(kNo, Ask(options,
                      Method<v1::DecideConsentRequest, v1::DecideConsentResponse>(
                          &v1::Gateway::Stub::DecideConsent),
                      request));
  if (options.json) {
    PrintJson(response);
    return;
  }
  PrintStep(response.step());
  std::cout
      << "entry " << response.receipt().index()
      << "; keep with your reason, which opens its digest (SHA-256 of salt and reason):\n  salt "
      << ToHex(salt) << "\n";
}

CLI::App* AddCommand(CLI::App* consent, const char* name, const char* help,
                     const std::shared_ptr<Options>& options, void (*run)(const Options&)) {
  CLI::App* command = consent->add_subcommand(name, help);
  AddGatewayOptions(command, &options->gateway);
  command->callback([options, run] { run(*options); });
  return command;
}

CLI::Option* AddConsentOption(CLI::App* command, Options* options) {
  return command->add_option("--consent", options->consent, "Id of any version, 32 hex digits")
      ->required();
}

}  // namespace

void AddConsentCommands(CLI::App& app) {
  CLI::App* consent = app.add_subcommand("consent", "Consents: show, take back, receipt, decide");
  consent->require_subcommand(1);
  const auto options = std::make_shared<Options>();

  CLI::App* show =
      AddCommand(consent, "show", "What stands of a consent, and its history", options, Show);
  AddConsentOption(show, options.get());
  show->add_flag("--json", options->json, "Print the answer as JSON");

  CLI::App* withdraw =
      AddCommand(consent, "withdraw", "Take a consent back, or a part of it, and print the receipt",
                 options, Withdraw);
  AddConsentOption(withdraw, options.get());
  withdraw->add_option("--party", options->parties, "Only for this agency; may be repeated");
  withdraw->add_option("--category", options->categories, "Only this category; may be repeated");
  withdraw->add_option("--on-behalf-of", options->on_behalf_of, "guardian, child or party")
      ->capture_default_str();
  withdraw->add_option("--officer", options->officer,
                       "With an agency's certificate: its pseudonym of the officer, 64 hex digits");
  withdraw->add_option("--html", options->html, "Write the receipt as a page to this file");
  withdraw->add_flag("--json", options->json, "Print the answer as JSON");

  CLI::App* receipt =
      AddCommand(consent, "receipt", "Print the receipt of a withdrawal again", options, Receipt);
  AddConsentOption(receipt, options.get());
  receipt->add_option("--entry", options->entry, "Of this entry of the log; without it the newest");
  receipt->add_option("--html", options->html, "Write the receipt as a page to this file");

  CLI::App* decide =
      AddCommand(consent, "decide", "Which of two contradicting consents stands; officers only",
                 options, Decide);
  decide->add_option("--stands", options->stands, "Id of the consent that stands")->required();
  decide->add_option("--falls", options->falls, "Id of the one that ends")->required();
  decide->add_option("--reason", options->reason, "Why; only a salted digest of it leaves")
      ->required();
  decide->add_flag("--json", options->json, "Print the answer as JSON");
}

}  // namespace sluss
