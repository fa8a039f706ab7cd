#include "gateway/ctl/bundle_command.h"

#include <grpcpp/support/sync_stream.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/ctl/gateway_connection.h"
#include "gateway/exports/bundle_writer.h"
#include "gateway/exports/day.h"
#include "gateway/rpc/status.h"
#include "gateway/tlog/note.h"
#include "gateway/verify/bundle_check.h"
#include "gateway/verify/log_source.h"
#include "nlohmann/json.hpp"
#include "proto/export.grpc.pb.h"

namespace sluss {
namespace {

constexpr int kRefused = 1;   // or what came does not verify
constexpr int kNotAsked = 2;  // arguments, connection
constexpr std::chrono::seconds kLongestFile{30};
constexpr std::chrono::hours kLongestBundle{12};

struct Arguments {
  GatewayArguments gateway;
  std::string out, from, to, agency, log_key;
  std::vector<std::string> fields;
  bool json = false;
};

// The parts as a gateway hands them out.
class GatewayFeed final : public BundleFeed {
 public:
  GatewayFeed(std::unique_ptr<v1::LogExport::Stub> stub, const v1::ExportBundleRequest& request)
      : stub_(std::move(stub)),
        context_(Within(kLongestBundle)),
        reader_(stub_->ExportBundle(context_.get(), request)) {}
  ~GatewayFeed() override {
    if (finished_) return;
    context_->TryCancel();
    reader_->Finish();
  }

  absl::StatusOr<v1::BundleHead> Head() override {
    ASSIGN_OR_RETURN(const std::optional<v1::BundlePart> part, Next());
    if (!part.has_value() || !part->has_head()) {
      return absl::DataLossError("the gateway's answer has no head");
    }
    size_ = part->head().size();
    return part->head();
  }

  absl::StatusOr<std::optional<v1::EntryOpening>> NextOpening() override {
    ASSIGN_OR_RETURN(const std::optional<v1::BundlePart> part, Next());
    if (!part.has_value()) return std::nullopt;
    return part->entry();
  }

  absl::StatusOr<std::string> ReadFile(const std::string& path) override {
    v1::ReadLogFileRequest request;
    request.set_path(path);
    request.set_size(size_);
    v1::LogFile file;
    const absl::Status status =
        FromGrpc(stub_->ReadLogFile(Within(kLongestFile).get(), request, &file));
    if (status.ok()) return std::move(*file.mutable_content());
    return absl::Status(status.code(), absl::StrCat(path, ": ", status.message()));
  }

 private:
  absl::StatusOr<std::optional<v1::BundlePart>> Next() {
    if (finished_) return std::nullopt;
    v1::BundlePart part;
    if (reader_->Read(&part)) return part;
    finished_ = true;
    RETURN_IF_ERROR(FromGrpc(reader_->Finish()));
    return std::nullopt;
  }

  const std::unique_ptr<v1::LogExport::Stub> stub_;
  const std::unique_ptr<grpc::ClientContext> context_;
  const std::unique_ptr<grpc::ClientReader<v1::BundlePart>> reader_;
  uint64_t size_ = 0;
  bool finished_ = false;
};

[[noreturn]] void Fail(int code, const absl::Status& status) {
  std::cerr << "slussctl: " << status.message() << "\n";
  throw CLI::RuntimeError(code);
}

absl::StatusOr<v1::ExportBundleRequest> RequestOf(const Arguments& arguments) {
  v1::ExportBundleRequest request;
  ASSIGN_OR_RETURN(const DayPeriod period, ParseDayPeriod(arguments.from, arguments.to));
  request.set_from_us(period.from_us);
  request.set_to_us(period.to_us);
  request.set_agency(arguments.agency);
  for (const std::string& field : arguments.fields) {
    const uint32_t tag = CommitmentTag(field);
    if (tag == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("`--field ", field, "` is none: officer, reasons, weighings, manifest ..."));
    }
    request.add_tag(tag);
  }
  return request;
}

// What came is what it should be, before anybody relies on it.
absl::StatusOr<CheckedBundle> Check(const std::string& path, const std::string& log_key,
                                    const std::string& own_key) {
  ASSIGN_OR_RETURN(const VerifierKey key, VerifierKey::Parse(log_key.empty() ? own_key : log_key));
  ASSIGN_OR_RETURN(const std::unique_ptr<LogSource> source, OpenLogSource(path));
  return CheckBundle(*source, key);
}

void Print(const Arguments& arguments, const CheckedBundle& bundle) {
  if (arguments.json) {
    nlohmann::ordered_json json = DescribeBundle(bundle);
    json["bundle"] = arguments.out;
    json["procedure"] = ToHex(bundle.head.procedure());
    json["log_size"] = bundle.log.checkpoint.size;
    std::cout << json << "\n";
    return;
  }
  std::cout << arguments.out << ": " << bundle.tally.entries << " entries of the period, "
            << bundle.tally.opened << " opened, " << bundle.tally.erased
            << " erased; verified; taken out by entry " << bundle.head.export_index()
            << "\nIt holds personal data: keep it as a confidential document.\n";
}

// Under its name only when it has been verified.
void Run(const Arguments& arguments) {
  const auto request = RequestOf(arguments);
  if (!request.ok()) Fail(kNotAsked, request.status());
  std::error_code ignored;
  if (std::filesystem::exists(arguments.out, ignored)) {
    Fail(kNotAsked, absl::AlreadyExistsError(absl::StrCat(
                        "`", arguments.out, "` is there already: choose another name")));
  }
  const auto channel = ConnectToGateway(arguments.gateway);
  if (!channel.ok()) Fail(kNotAsked, channel.status());

  const std::string aside = arguments.out + ".part";
  std::filesystem::remove(aside, ignored);
  GatewayFeed feed(v1::LogExport::NewStub(*channel), *request);
  const auto written = WriteBundle(&feed, aside);
  if (!written.ok()) {
    Fail(absl::IsUnavailable(written.status()) ? kNotAsked : kRefused, written.status());
  }
  const auto checked = Check(aside, arguments.log_key, written->head.verifier_key());
  if (!checked.ok()) {
    std::filesystem::remove(aside, ignored);
    Fail(kRefused, absl::Status(checked.status().code(),
                                absl::StrCat("what the gateway handed out does not verify: ",
                                             checked.status().message())));
  }
  std::error_code error;
  std::filesystem::rename(aside, arguments.out, error);
  if (error) Fail(kNotAsked, absl::UnavailableError(error.message()));
  Print(arguments, *checked);
}

}  // namespace

void AddBundleCommand(CLI::App& app) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* const command = app.get_subcommand("log")->add_subcommand(
      "bundle",
      "take a period's openings away, with the whole log: one zip for sluss-verify\n"
      "The log says that you did. Needs a certificate of sluss://role/officer/NAME.\n"
      "Exit codes: 0 written and verified; 1 refused, or it does not verify; 2 could not ask.\n"
      "Example: slussctl log bundle --out november.zip --from 2026-11-01 --to 2026-12-01 \\\n"
      "    --agency school/ekbacken --gateway gw:8440 --name gateway/gw1 --certificate dan.crt "
      "...");
  AddGatewayOptions(command, &arguments->gateway);
  command->add_option("--out", arguments->out, "the zip to write")->required();
  command->add_option("--from", arguments->from, "the first day, YYYY-MM-DD, Swedish")->required();
  command->add_option("--to", arguments->to, "the day after the last; none: until now");
  command->add_option("--agency", arguments->agency, "only entries that name it");
  command->add_option("--field", arguments->fields,
                      "open these only: officer, further-officers, reasons, weighings, manifest, "
                      "age, number, criteria, note; none: all but number");
  command->add_option("--log-key", arguments->log_key,
                      "the log's verifier key, as you were given it");
  command->add_flag("--json", arguments->json, "one JSON object");
  command->callback([arguments] { Run(*arguments); });
}

}  // namespace sluss
