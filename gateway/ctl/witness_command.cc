#include "gateway/ctl/witness_command.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/rpc/status.h"
#include "gateway/tlog/witness_policy.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"
#include "proto/log_admin.grpc.pb.h"

namespace sluss {
namespace {

constexpr int kNoAnswer = 1;
constexpr int kBadFile = 2;
constexpr int kLate = 3;
constexpr int kRefusing = 4;

struct Arguments {
  GatewayArguments gateway;
  std::string policy, name, key, url, group;
  bool json = false;
};

[[noreturn]] void Fail(int code, const absl::Status& status) {
  std::cerr << "slussctl: " << status.message() << "\n";
  throw CLI::RuntimeError(code);
}

std::string TimeText(int64_t us) {
  return absl::FormatTime(absl::RFC3339_sec, absl::FromUnixMicros(us), absl::UTCTimeZone());
}

std::string Lines(const v1::LogStanding& standing) {
  std::string text = absl::StrCat("entries                ", standing.size(),
                                  "\npublished              ", standing.published_size(), " in ",
                                  standing.published_checkpoints(), " checkpoints\n");
  if (standing.witness_age() != v1::LOG_AGE_UNSPECIFIED) {
    absl::StrAppend(&text, "seen by a quorum       ", standing.witnessed_size(),
                    "\nwaiting for a quorum   ", standing.waiting_seconds(), " s\n");
  }
  for (const v1::LogWitness& witness : standing.witness()) {
    absl::StrAppend(
        &text, "witness ", witness.name(), "  ", witness.key(), "  ",
        witness.size() == 0
            ? "nothing cosigned"
            : absl::StrCat("cosigned ", witness.size(), " at ", TimeText(witness.cosigned_us())),
        witness.fault().empty() ? "" : absl::StrCat("  last attempt: ", witness.fault()), "\n");
  }
  if (standing.timestamp_age() != v1::LOG_AGE_UNSPECIFIED) {
    absl::StrAppend(&text, "timestamps             ", standing.timestamps());
    if (standing.timestamps() > 0) {
      absl::StrAppend(&text, ", the last over ", standing.stamped_size(), " entries at ",
                      TimeText(standing.stamped_us()));
    }
    absl::StrAppend(&text,
                    standing.timestamp_fault().empty()
                        ? ""
                        : absl::StrCat("  last attempt: ", standing.timestamp_fault()),
                    "\n");
  }
  return text;
}

void Print(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  std::string json;
  (void)google::protobuf::util::MessageToJsonString(message, &json, options);
  std::cout << json;
}

void Status(const Arguments& arguments) {
  const absl::StatusOr<v1::LogStanding> standing = AskForStanding(arguments.gateway);
  if (!standing.ok()) Fail(kNoAnswer, standing.status());
  if (arguments.json) {
    Print(*standing);
  } else {
    std::cout << Lines(*standing);
  }
  const std::string warning = StandingWarning(*standing);
  if (warning.empty()) return;
  std::cerr << "slussctl: " << warning << "\n";
  const bool refusing = standing->witness_age() == v1::LOG_AGE_REFUSING ||
                        standing->timestamp_age() == v1::LOG_AGE_REFUSING;
  throw CLI::RuntimeError(refusing ? kRefusing : kLate);
}

absl::StatusOr<WitnessPolicy> Parse(const std::string& path, const std::string& text) {
  absl::StatusOr<WitnessPolicy> policy = WitnessPolicy::Parse(text);
  if (policy.ok()) return policy;
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", policy.status().message()));
}

absl::Status List(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(arguments.policy));
  ASSIGN_OR_RETURN(const WitnessPolicy policy, Parse(arguments.policy, text));
  nlohmann::ordered_json json = {{"quorum", policy.Describe()},
                                 {"logs", nlohmann::ordered_json::array()},
                                 {"witnesses", nlohmann::ordered_json::array()}};
  for (const VerifierKey& log : policy.logs()) json["logs"].push_back(log.ToString());
  for (const PolicyWitness& one : policy.witnesses()) {
    json["witnesses"].push_back(
        {{"name", one.name}, {"key", one.key.ToString()}, {"url", one.url}});
  }
  if (arguments.json) {
    std::cout << json.dump(2) << "\n";
    return absl::OkStatus();
  }
  for (const VerifierKey& log : policy.logs()) std::cout << "log      " << log.Label() << "\n";
  for (const PolicyWitness& one : policy.witnesses()) {
    std::cout << "witness  " << one.name << "  " << one.key.Label() << "  "
              << (one.url.empty() ? "(no url: not asked)" : one.url) << "\n";
  }
  std::cout << "quorum   " << policy.Describe() << "\n";
  return absl::OkStatus();
}

// The witness stands after the witnesses that are there, so before every group, and in its group.
absl::StatusOr<std::string> WithWitness(const std::string& text, const Arguments& arguments) {
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  const auto begins = [](const std::string& line, absl::string_view word) {
    const std::vector<std::string> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    return !words.empty() && words[0] == word;
  };
  const auto place = std::find_if(lines.begin(), lines.end(), [&](const std::string& line) {
    return begins(line, "group") || begins(line, "quorum");
  });
  lines.insert(place,
               absl::StrCat("witness ", arguments.name, " ", arguments.key, " ", arguments.url));
  if (!arguments.group.empty()) {
    const auto group = std::find_if(lines.begin(), lines.end(), [&](const std::string& line) {
      const std::vector<std::string> words =
          absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
      return words.size() > 1 && words[0] == "group" && words[1] == arguments.group;
    });
    if (group == lines.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("there is no group `", arguments.group, "` in ", arguments.policy));
    }
    const size_t comment = std::min(group->find('#'), group->size());
    group->insert(comment, absl::StrCat(" ", arguments.name, comment < group->size() ? " " : ""));
  }
  return absl::StrCat(absl::StrJoin(lines, "\n"), "\n");
}

absl::Status Add(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(arguments.policy));
  RETURN_IF_ERROR(Parse(arguments.policy, text).status());
  ASSIGN_OR_RETURN(const std::string changed, WithWitness(text, arguments));
  ASSIGN_OR_RETURN(const WitnessPolicy policy, Parse(arguments.policy, changed));
  const std::string aside = absl::StrCat(arguments.policy, ".new");
  std::ofstream file(aside, std::ios::binary | std::ios::trunc);
  file << changed;
  file.close();
  if (!file || std::rename(aside.c_str(), arguments.policy.c_str()) != 0) {
    return absl::UnavailableError(absl::StrCat("cannot write `", arguments.policy, "`"));
  }
  std::cout << "quorum   " << policy.Describe() << "\n"
            << "restart the gateway, and hand the file to those who verify\n";
  return absl::OkStatus();
}

void OfFile(CLI::App* command, const std::shared_ptr<Arguments>& arguments,
            absl::Status (*run)(const Arguments&)) {
  command->add_option("--policy", arguments->policy, "witness policy file (C2SP tlog-policy)")
      ->required();
  command->callback([arguments, run] {
    if (const absl::Status status = run(*arguments); !status.ok()) Fail(kBadFile, status);
  });
}

void AddStatus(CLI::App* parent, const std::shared_ptr<Arguments>& arguments) {
  CLI::App* const status = parent->add_subcommand(
      "status",
      "what was published, seen by a quorum, and what each witness answered last\n"
      "Exit code 3: late; 4: the gateway takes duty reports only");
  AddGatewayOptions(status, &arguments->gateway);
  status->add_flag("--json", arguments->json, "one JSON object");
  status->callback([arguments] { Status(*arguments); });
}

}  // namespace

absl::StatusOr<v1::LogStanding> AskForStanding(const GatewayArguments& gateway) {
  ASSIGN_OR_RETURN(const auto channel, ConnectToGateway(gateway));
  v1::LogStanding standing;
  RETURN_IF_ERROR(FromGrpc(v1::LogAdmin::NewStub(channel)->GetStanding(
      Within(std::chrono::seconds(10)).get(), v1::GetStandingRequest(), &standing)));
  return standing;
}

std::string StandingWarning(const v1::LogStanding& standing) {
  constexpr char kOnlyDuty[] = ": the gateway takes duty reports only";
  std::vector<std::string> warnings;
  if (standing.witness_age() >= v1::LOG_AGE_LATE) {
    warnings.push_back(absl::StrCat("no quorum of witnesses has seen the log for ",
                                    standing.waiting_seconds(), " s",
                                    standing.witness_age() == v1::LOG_AGE_REFUSING ? kOnlyDuty : "",
                                    "; see `slussctl witness status`"));
  }
  if (standing.timestamp_age() >= v1::LOG_AGE_LATE) {
    warnings.push_back(absl::StrCat(
        "the log is not timestamped (",
        standing.timestamp_fault().empty() ? "none has come yet" : standing.timestamp_fault(), ")",
        standing.timestamp_age() == v1::LOG_AGE_REFUSING ? kOnlyDuty : ""));
  }
  return absl::StrJoin(warnings, "; ");
}

void AddWitnessCommands(CLI::App& app) {
  CLI::App* const witness = app.add_subcommand("witness", "who outside watches the log");
  witness->require_subcommand(1);
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* const list =
      witness->add_subcommand("list",
                              "the witnesses and quorum of a policy file\n"
                              "Example: slussctl witness list --policy witnesses.policy");
  OfFile(list, arguments, List);
  list->add_flag("--json", arguments->json, "one JSON object");
  CLI::App* const add = witness->add_subcommand(
      "add",
      "add a witness to a policy file\n"
      "Example: slussctl witness add --policy witnesses.policy --name sundby \\\n"
      "    --key 'witness.sundby.example/1+c8f1...' --url https://witness.sundby.example:8446 "
      "--group two-of-three");
  OfFile(add, arguments, Add);
  add->add_option("--name", arguments->name, "its name in the file")->required();
  add->add_option("--key", arguments->key, "what `sluss-witness init` printed")->required();
  add->add_option("--url", arguments->url, "its prefix, https://")->required();
  add->add_option("--group", arguments->group, "a group of the file that it joins");
  AddStatus(witness, arguments);
  AddStatus(app.get_subcommand("log"), arguments);
}

}  // namespace sluss
