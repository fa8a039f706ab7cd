#include "gateway/ctl/policy_life_command.h"

#include <iostream>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "gateway/base/clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/ctl/gateway_connection.h"
#include "gateway/ctl/policy_files.h"
#include "gateway/ctl/proposal_text.h"
#include "gateway/rpc/status.h"
#include "google/protobuf/util/json_util.h"
#include "policy/command_support.h"
#include "proto/policy_admin.grpc.pb.h"

namespace sluss {
namespace {

constexpr int kDigestAskedFor = 3;
// The exact difference of very large sets takes its time.
constexpr std::chrono::seconds kPatience(120);

struct Options {
  GatewayArguments gateway;
  DraftPaths draft;
  uint64_t number = 0;
  uint64_t before = 0;
  uint32_t limit = 0;
  std::string digest, at, from, to, out, note;
  bool check = false;
  bool english = false;
  bool json = false;
};

std::unique_ptr<v1::PolicyAdmin::Stub> Stub(const Options& options) {
  return v1::PolicyAdmin::NewStub(OrExit(kUnreadable, ConnectToGateway(options.gateway)));
}

// One call; leaves the program where the gateway refuses.
template <typename Request, typename Response>
Response Call(const Options& options,
              grpc::Status (v1::PolicyAdmin::Stub::*method)(grpc::ClientContext*, const Request&,
                                                            Response*),
              const Request& request) {
  Response response;
  const grpc::Status status =
      ((*Stub(options)).*method)(Within(kPatience).get(), request, &response);
  if (!status.ok()) Fail(kNo, FromGrpc(status));
  return response;
}

void Show(const Options& options, const v1::Proposal& proposal) {
  // What does not fit together is not printed as JSON either.
  const std::string text = OrExit(kNo, ProposalAsText(proposal, options.english));
  if (options.json) {
    PrintJson(proposal);
  } else {
    std::cout << text;
  }
}

v1::Proposal Fetch(const Options& options) {
  v1::GetProposalRequest request;
  request.set_number(options.number);
  return Call(options, &v1::PolicyAdmin::Stub::GetProposal, request);
}

v1::ActivePolicy FetchActive(const Options& options, bool with_files) {
  v1::GetActiveRequest request;
  request.set_with_files(with_files);
  return Call(options, &v1::PolicyAdmin::Stub::GetActive, request);
}

void Active(const Options& options) {
  const v1::ActivePolicy active = FetchActive(options, !options.out.empty());
  if (!options.out.empty()) {
    if (const absl::Status written = WriteVersion(active, options.out); !written.ok()) {
      Fail(kUnreadable, written);
    }
  }
  if (options.json) {
    PrintJson(active.activation());
    return;
  }
  const v1::PolicyActivation& now = active.activation();
  std::cout << "version            " << now.version() << "\nvocabulary         "
            << now.vocabulary_version() << "\nsha256             " << ToHex(now.digest())
            << "\nin force since     " << SwedishTimeText(now.since_us()) << "\n";
}

void Propose(const Options& options) {
  v1::ProposeRequest request = OrExit(kUnreadable, ReadDraft(options.draft));
  request.set_note(options.note);
  request.set_check_only(options.check);
  if (request.base_digest().empty()) {
    request.set_base_digest(FetchActive(options, false).activation().digest());
  }
  Show(options, Call(options, &v1::PolicyAdmin::Stub::Propose, request));
}

void ShowOne(const Options& options) { Show(options, Fetch(options)); }

void Approve(const Options& options) {
  const v1::Proposal shown = Fetch(options);
  if (options.digest.empty()) {
    Show(options, shown);
    std::cerr << "not approved: read what it changes, then give --digest "
              << ToHex(shown.approval_digest()) << "\n";
    throw CLI::RuntimeError(kDigestAskedFor);
  }
  // What is approved is what can be shown, and what does not fit together is not approved.
  const std::string text = OrExit(kNo, ProposalAsText(shown, options.english));
  v1::ApproveRequest request;
  request.set_number(options.number);
  *request.mutable_approval_digest() = OrExit(kUnreadable, FromHex(options.digest));
  if (!options.json) std::cout << text;
  const v1::Proposal approved = Call(options, &v1::PolicyAdmin::Stub::Approve, request);
  if (options.json) {
    PrintJson(approved);
  } else {
    std::cout << "approved\n";
  }
}

absl::StatusOr<int64_t> TimeOf(std::string text) {
  if (text.empty()) return 0;
  if (const size_t space = text.find(' '); space != std::string::npos) text[space] = 'T';
  absl::CivilSecond civil;
  if (absl::ParseLenientCivilTime(text, &civil)) return absl::ToUnixMicros(FromSwedishTime(civil));
  return absl::InvalidArgumentError(
      "--at must be a Swedish time such as \"2026-03-01 00:00\" or \"2026-03-01\"");
}

void Activate(const Options& options) {
  v1::ActivateRequest request;
  request.set_number(options.number);
  request.set_at_us(OrExit(kUnreadable, TimeOf(options.at)));
  const v1::Proposal proposal = Call(options, &v1::PolicyAdmin::Stub::Activate, request);
  if (options.json) {
    PrintJson(proposal);
    return;
  }
  std::cout << (proposal.state() == v1::POLICY_SCHEDULED ? "scheduled for " : "in force since ")
            << SwedishTimeText(proposal.effective_us()) << "\n";
}

void Withdraw(const Options& options) {
  v1::WithdrawProposalRequest request;
  request.set_number(options.number);
  const v1::Proposal proposal = Call(options, &v1::PolicyAdmin::Stub::Withdraw, request);
  if (options.json) {
    PrintJson(proposal);
  } else {
    std::cout << "withdrawn\n";
  }
}

void Rollback(const Options& options) {
  v1::GetHistoryRequest ask;
  ask.set_before(options.number + 1);
  ask.set_limit(1);
  const v1::PolicyHistory found = Call(options, &v1::PolicyAdmin::Stub::GetHistory, ask);
  if (found.activation().empty() || found.activation(0).number() != options.number) {
    Fail(kNo, absl::NotFoundError(absl::StrCat("--to: there is no activation ", options.number,
                                               ": see `slussctl policy history`")));
  }
  v1::RollbackRequest request;
  request.set_digest(found.activation(0).digest());
  request.set_note(options.note);
  request.set_check_only(options.check);
  Show(options, Call(options, &v1::PolicyAdmin::Stub::Rollback, request));
}

void History(const Options& options) {
  v1::GetHistoryRequest request;
  request.set_before(options.before);
  request.set_limit(options.limit);
  const v1::PolicyHistory history = Call(options, &v1::PolicyAdmin::Stub::GetHistory, request);
  if (options.json) {
    PrintJson(history);
  } else {
    std::cout << HistoryAsText(history);
  }
}

// One RecordedDecision as JSON a line.
void Recorded(const Options& options) {
  v1::GetRecordedRequest request;
  request.set_from_day(options.from);
  request.set_to_day(options.to);
  const auto stub = Stub(options);
  const auto context = Within(std::chrono::minutes(30));
  const auto reader = stub->GetRecorded(context.get(), request);
  google::protobuf::util::JsonPrintOptions print;
  print.preserve_proto_field_names = true;
  std::string lines;
  uint64_t count = 0;
  for (v1::RecordedDecision one; reader->Read(&one); ++count) {
    if (!google::protobuf::util::MessageToJsonString(one, &lines, print).ok()) Exit(kUnreadable);
    lines.push_back('\n');
  }
  if (const grpc::Status status = reader->Finish(); !status.ok()) Fail(kNo, FromGrpc(status));
  if (const absl::Status written = WriteFile(options.out, lines); !written.ok()) {
    Fail(kUnreadable, written);
  }
  std::cout << count << " decisions written to " << options.out << "\n";
}

struct Command {
  CLI::App* app;
  std::shared_ptr<Options> options;

  Command& Number() {
    app->add_option("number", options->number, "Number of the proposal")->required();
    return *this;
  }
  Command& Note() {
    app->add_option("--note", options->note, "Why; about the policy, never about a person");
    app->add_flag("--check", options->check, "Only check and show; keep nothing");
    return *this;
  }
  Command& English() {
    app->add_flag("--english", options->english, "Sentences in English");
    return *this;
  }
};

Command Add(CLI::App& app, const char* name, const char* help, void (*run)(const Options&)) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = PolicyCommand(app)->add_subcommand(name, help);
  AddGatewayOptions(command, &options->gateway);
  command->add_flag("--json", options->json, "Print the answer as JSON");
  command->callback([options, run] { run(*options); });
  return {command, options};
}

void AddPropose(CLI::App& app) {
  Command command =
      Add(app, "propose", "Hand in a draft for approval; shows what it changes", Propose);
  command.Note().English();
  DraftPaths& draft = command.options->draft;
  command.app->add_option("--policies", draft.policies, "Directory or file of all policies")
      ->required()
      ->check(CLI::ExistingPath);
  command.app->add_option("--catalogue", draft.catalogue,
                          "Another catalogue; `catalogue` below the policies is found");
  command.app->add_option("--cases", draft.cases,
                          "Test cases; *.cases.txtpb beside the policies are found");
  command.app->add_option("--invariants", draft.invariants,
                          "Invariants; those in `invariants` below the policies are found");
  command.app->add_option("--base", draft.base,
                          "Digest of the version it was drafted against; without it that of "
                          "`base.digest` beside the policies, or of what is in force");
}

}  // namespace

void AddPolicyLifeCommands(CLI::App& app) {
  Command active = Add(app, "active", "What is in force at a gateway", Active);
  active.app->add_option("--out", active.options->out, "New directory for its files, to edit");
  AddPropose(app);
  Add(app, "show", "A proposal with what it changes", ShowOne).Number().English();
  Command approve = Add(app, "approve", "Approve what somebody else proposed", Approve);
  approve.Number().English();
  approve.app->add_option("--digest", approve.options->digest,
                          "The digest that was shown; without it nothing is approved");
  Command activate = Add(app, "activate", "Bring an approved proposal into force", Activate);
  activate.Number();
  activate.app->add_option("--at", activate.options->at,
                           "Swedish time \"2026-03-01 00:00\"; without it now");
  Add(app, "withdraw", "End a proposal that is not in force", Withdraw).Number();
  Command rollback = Add(app, "rollback", "Propose a version again that was in force", Rollback);
  rollback.Note().English();
  rollback.app->add_option("--to", rollback.options->number, "Number of its activation")
      ->required();
  Command history = Add(app, "history", "Activations and proposals, newest first", History);
  history.app->add_option("--before", history.options->before, "Only numbers below this one");
  history.app->add_option("--limit", history.options->limit, "How many of each; 50 unless told");
  Command recorded = Add(app, "recorded", "What was decided, for `policy replay`", Recorded);
  recorded.app->add_option("--from", recorded.options->from, "First day, YYYY-MM-DD");
  recorded.app->add_option("--to", recorded.options->to, "Day after the last, YYYY-MM-DD");
  recorded.app->add_option("--out", recorded.options->out, "File to write")->required();
}

}  // namespace sluss
