#include "gateway/ctl/openings_command.h"

#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/crypto/random.h"
#include "gateway/crypto/sha256.h"
#include "gateway/ctl/gateway_connection.h"
#include "gateway/openings/erasure_journal.h"
#include "gateway/openings/logged_erasures.h"
#include "gateway/rpc/status.h"
#include "gateway/tlog/opening_class.h"
#include "google/protobuf/util/json_util.h"
#include "proto/openings.grpc.pb.h"

namespace sluss {
namespace {

constexpr int kRefused = 1;
constexpr int kNotAsked = 2;
constexpr size_t kSaltBytes = 32;
constexpr size_t kIdBytes = 16;

struct Options {
  GatewayArguments gateway;
  std::vector<uint64_t> entries;
  std::vector<std::string> classes;
  std::string from, to, hold, reason, keys_dir, month, key;
  bool due = false;
  bool json = false;
};

[[noreturn]] void Fail(const absl::Status& status) {
  std::cerr << "slussctl: " << status.message() << "\n";
  const bool asked = absl::IsPermissionDenied(status) || absl::IsFailedPrecondition(status) ||
                     absl::IsNotFound(status) || absl::IsInvalidArgument(status) ||
                     absl::IsDataLoss(status);
  throw CLI::RuntimeError(asked ? kRefused : kNotAsked);
}

template <typename Request, typename Response>
using Method = grpc::Status (v1::Openings::Stub::*)(grpc::ClientContext*, const Request&,
                                                    Response*);

template <typename Request, typename Response>
Response Ask(const Options& options, Method<Request, Response> method, const Request& request) {
  const auto channel = ConnectToGateway(options.gateway);
  if (!channel.ok()) {
    std::cerr << "slussctl: " << channel.status().message() << "\n";
    throw CLI::RuntimeError(kNotAsked);
  }
  const auto stub = v1::Openings::NewStub(*channel);
  Response response;
  const absl::Status status =
      FromGrpc((stub.get()->*method)(Within(std::chrono::minutes(5)).get(), request, &response));
  if (!status.ok()) Fail(status);
  return response;
}

void PrintJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  (void)google::protobuf::util::MessageToJsonString(message, &json, options);
  std::cout << json;
}

// The digest that leaves; the salt goes to standard error with --json, so that it is never lost.
std::string DigestOfReason(const Options& options, std::string* salt) {
  *salt = RandomBytes(kSaltBytes);
  return std::string(AsStringView(Sha256({*salt, options.reason})));
}

void PrintSalt(const Options& options, const std::string& salt) {
  (options.json ? std::cerr : std::cout)
      << "keep with your reason, which opens its digest (SHA-256 of salt and reason):\n  salt "
      << ToHex(salt) << "\n";
}

std::string HoldText(const v1::LegalHold& hold) {
  return absl::StrCat(
      ToHex(hold.hold()), "  ", hold.from_month(), " to ", hold.to_month(), "  ",
      absl::StrJoin(hold.opening_class(), ", "), "  since ",
      absl::FormatTime("%Y-%m-%d", absl::FromUnixMicros(hold.since_us()), absl::UTCTimeZone()),
      ", entry ", hold.log_index());
}

void Erase(const Options& options) {
  v1::EraseRequest request;
  request.mutable_index()->Add(options.entries.begin(), options.entries.end());
  request.set_due(options.due);
  std::string salt;
  request.set_reason_digest(DigestOfReason(options, &salt));
  const auto response =
      Ask<v1::EraseRequest, v1::EraseResponse>(options, &v1::Openings::Stub::Erase, request);
  if (options.json) {
    PrintJson(response);
  } else {
    std::cout << "erased what opened " << response.erased() << " entries";
    if (response.month_size() > 0)
      std::cout << " (" << absl::StrJoin(response.month(), ", ") << ")";
    std::cout << "; entry " << response.receipt().index() << " of the log says so\n";
    if (response.not_there_size() > 0) {
      std::cout << "nothing opened " << absl::StrJoin(response.not_there(), ", ") << " before\n";
    }
    std::cout << (response.traces_gone() ? "no file of the database holds a trace\n"
                                         : "the last traces go within seconds\n");
  }
  PrintSalt(options, salt);
}

void Hold(const Options& options) {
  v1::HoldRequest request;
  request.mutable_opening_class()->Assign(options.classes.begin(), options.classes.end());
  request.set_from_month(options.from);
  request.set_to_month(options.to.empty() ? options.from : options.to);
  std::string salt;
  request.set_reason_digest(DigestOfReason(options, &salt));
  const auto response =
      Ask<v1::HoldRequest, v1::HoldResponse>(options, &v1::Openings::Stub::Hold, request);
  if (options.json) {
    PrintJson(response);
  } else {
    std::cout << "held " << HoldText(response.hold()) << "\n";
  }
  PrintSalt(options, salt);
}

void Release(const Options& options) {
  v1::EndHoldRequest request;
  const absl::StatusOr<std::string> hold = FromHex(options.hold);
  if (!hold.ok() || hold->size() != kIdBytes) {
    Fail(absl::InvalidArgumentError("--hold must be 32 hex digits"));
  }
  request.set_hold(*hold);
  std::string salt;
  request.set_reason_digest(DigestOfReason(options, &salt));
  const auto response =
      Ask<v1::EndHoldRequest, v1::HoldResponse>(options, &v1::Openings::Stub::EndHold, request);
  if (options.json) {
    PrintJson(response);
  } else {
    std::cout << "ended " << HoldText(response.hold()) << "; entry " << response.receipt().index()
              << " of the log says so\n";
  }
  PrintSalt(options, salt);
}

void List(const Options& options) {
  const auto standing = Ask<v1::ListOpeningsRequest, v1::OpeningsStanding>(
      options, &v1::Openings::Stub::List, v1::ListOpeningsRequest());
  if (options.json) {
    PrintJson(standing);
    return;
  }
  for (const v1::OpeningsOfClass& one : standing.of_class()) {
    std::cout << one.opening_class() << "  " << one.openings() << " entries can be opened";
    if (!one.oldest_month().empty()) std::cout << ", the oldest of " << one.oldest_month();
    std::cout << "; kept " << one.keep_months() << " months, so erased before "
              << one.erased_before() << "\n";
  }
  for (int i = 0; i < standing.month_size(); ++i) {
    std::cout << "  " << standing.month(i) << "  " << standing.openings(i) << "\n";
  }
  for (const std::string& month : standing.waiting_month()) {
    std::cout << "waits for an officer (`slussctl log erase --due`): " << month << "\n";
  }
  for (const v1::LegalHold& hold : standing.hold()) std::cout << "held  " << HoldText(hold) << "\n";
}

// Written where the gateway reads it when it starts.
void LostKey(const Options& options) {
  const absl::Status status = [&]() -> absl::Status {
    JournalledErasure lost;
    ASSIGN_OR_RETURN(lost.month, ParseOpeningMonth(options.month));
    lost.at = absl::Now();
    lost.procedure = RandomBytes(kIdBytes);
    lost.end = options.entries.front();
    ASSIGN_OR_RETURN(const auto journal, OpenErasureJournalFile(options.keys_dir));
    return journal->Append(lost);
  }();
  if (!status.ok()) Fail(status);
  std::cout << "the gateway erases what the key of " << options.month
            << " opened when it starts: nobody could open it any more\n";
}

// Also written where the gateway reads it when it starts.
void FromLog(const Options& options) {
  const auto added = [&]() -> absl::StatusOr<size_t> {
    ASSIGN_OR_RETURN(const VerifierKey key, VerifierKey::Parse(options.key));
    const auto read = [&](const std::string& path) {
      return ReadFile(absl::StrCat(options.from, "/", path));
    };
    ASSIGN_OR_RETURN(const std::vector<JournalledErasure> erasures, ErasuresInLog(read, key));
    ASSIGN_OR_RETURN(const auto journal, OpenErasureJournalFile(options.keys_dir));
    return AddToJournal(erasures, journal.get());
  }();
  if (!added.ok()) Fail(added.status());
  if (options.json) {
    std::cout << "{\"added\": " << *added << "}\n";
  } else {
    std::cout << *added << " erasures were not in the journal; the gateway carries them out when "
              << "it starts\n";
  }
}

CLI::App* AddCommand(CLI::App* log, const char* name, const char* help,
                     const std::shared_ptr<Options>& options, void (*run)(const Options&)) {
  CLI::App* const command = log->add_subcommand(name, help);
  AddGatewayOptions(command, &options->gateway);
  command->callback([options, run] { run(*options); });
  command->add_flag("--json", options->json, "one JSON object");
  return command;
}

void AddReason(CLI::App* command, Options* options) {
  command->add_option("--reason", options->reason, "why; only a salted digest of it leaves")
      ->required();
}

}  // namespace

void AddOpeningsCommands(CLI::App& app) {
  CLI::App* const log = app.get_subcommand("log");
  const auto options = std::make_shared<Options>();

  CLI::App* const erase = AddCommand(
      log, "erase",
      "destroy what opens entries of the log; the entries stay\n"
      "Example: slussctl log erase --entry 4711 --reason \"Dataskyddsombudet 2026-114\" ...",
      options, Erase);
  erase->add_option("--entry", options->entries, "of this entry; may be repeated, at most 256");
  erase->add_flag("--due", options->due,
                  "of all months that are kept no longer and wait for an officer");
  AddReason(erase, options.get());

  CLI::App* const hold = AddCommand(log, "hold",
                                    "keep months from being erased, until the hold is released\n"
                                    "Example: slussctl log hold --from 2026-01 --to 2026-06 "
                                    "--class disclosure --reason \"...\" ...",
                                    options, Hold);
  hold->add_option("--from", options->from, "first month, as 2026-01")->required();
  hold->add_option("--to", options->to, "last month; without it, the first");
  hold->add_option("--class", options->classes,
                   "disclosure, oversight or operation; may be repeated; without it, all");
  AddReason(hold, options.get());

  CLI::App* const release =
      AddCommand(log, "release",
                 "end a legal hold\n"
                 "Example: slussctl log release --hold 3f... --reason \"...\" ...",
                 options, Release);
  release->add_option("--hold", options->hold, "its id: see `slussctl log openings`")->required();
  AddReason(release, options.get());

  AddCommand(log, "openings",
             "which entries can be opened, how long they are kept, and what is held\n"
             "Example: slussctl log openings --json ...",
             options, List);

  CLI::App* const erasures = log->add_subcommand(
      "erasures",
      "on the gateway's machine, while it is stopped: write what an export of the log says was\n"
      "erased into a journal that was lost\n"
      "Example: slussctl log erasures --from tiles --key \"$(cat tiles/verifier-key)\" "
      "--keys-dir openings");
  erasures->callback([options] { FromLog(*options); });
  erasures->add_option("--from", options->from, "an exported or published log")->required();
  erasures->add_option("--key", options->key, "the log's verifier key")->required();
  erasures->add_option("--keys-dir", options->keys_dir, "the gateway's `openings.keys_dir`")
      ->required();
  erasures->add_flag("--json", options->json, "one JSON object");

  CLI::App* const lost = log->add_subcommand(
      "lost-key",
      "on the gateway's machine, while it is stopped: the key file of a month is lost for good\n"
      "Example: slussctl log lost-key --keys-dir openings --month disclosure/2026-11 --size 4711");
  lost->callback([options] { LostKey(*options); });
  lost->add_option("--keys-dir", options->keys_dir, "the gateway's `openings.keys_dir`")
      ->required();
  lost->add_option("--month", options->month, "class and month, as disclosure/2026-11")->required();
  lost->add_option("--size", options->entries,
                   "how many entries the log has: what comes later is opened by another key")
      ->required()
      ->expected(1);
}

}  // namespace sluss
