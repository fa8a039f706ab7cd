// sluss-verify: checks an exported disclosure log, an officer's bundle, a citizen's access report
// or one receipt, offline and without trusting the gateway. Links neither the store nor gRPC.
//
// Exit codes: 0 verified; 1 it is not what it claims to be; 2 nothing could be verified (arguments,
// key, unreadable file).
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "gateway/verify/access_report_check.h"
#include "gateway/verify/beside.h"
#include "gateway/verify/bundle_check.h"
#include "gateway/verify/log_check.h"
#include "gateway/verify/log_source.h"
#include "gateway/verify/receipt_file.h"
#include "gateway/verify/report.h"
#include "gateway/verify/seen_by.h"

namespace sluss {
namespace {

struct Arguments {
  std::string log;
  std::string receipt;
  std::string report;
  std::string leaf;
  std::string key;
  std::string key_file;
  std::vector<std::string> witnesses;
  std::string witness_policy;
  std::string timestamp_authority;
  BesideArguments beside;
  bool json = false;
};

Conclusion CannotVerify(const absl::Status& status) {
  return {Finding::kCannotVerify, std::string(status.message())};
}

Conclusion NotVerified(const absl::Status& status) {
  return {Finding::kNotVerified, std::string(status.message())};
}

Conclusion ReceiptAlone(const Receipt& receipt, const Checkpoint& checkpoint, const LogKey& key,
                        const Witnesses& witnesses) {
  const auto by = SeenBy(witnesses, receipt.proof.checkpoint);
  if (!by.ok()) return NotVerified(by.status());
  return {
      Finding::kVerified,
      absl::StrCat("entry ", receipt.proof.index, " is this one in the log `", checkpoint.origin,
                   "` of ", checkpoint.size, " entries that the holder of the key ",
                   key.key.Label(), " signed", *by),
      {{"origin", checkpoint.origin}, {"size", checkpoint.size}, {"index", receipt.proof.index}}};
}

Conclusion WholeLog(const Arguments& arguments, const LogSource& source, const LogKey& key,
                    const Witnesses& witnesses, Beside* beside,
                    const std::optional<Checkpoint>& seen) {
  std::optional<CheckedBundle> bundle;
  std::optional<VerifiedLog> log;
  if (IsBundle(source)) {
    absl::StatusOr<CheckedBundle> checked = CheckBundle(source, key.key, ChecksOf(beside, seen));
    if (!checked.ok()) return NotVerified(checked.status());
    log = checked->log;
    bundle.emplace(*std::move(checked));
  } else {
    absl::StatusOr<VerifiedLog> checked = VerifySource(source, key.key, ChecksOf(beside, seen));
    if (!checked.ok()) return NotVerified(checked.status());
    log = *std::move(checked);
  }
  if (beside->receipts && !beside->receipts->gap().ok()) {
    return NotVerified(beside->receipts->gap());
  }
  const auto by = SeenBy(witnesses, log->note);
  if (!by.ok()) return NotVerified(by.status());
  const auto stamped = Stamped(source, key.key, log->checkpoint, arguments.timestamp_authority);
  if (!stamped.ok()) return NotVerified(stamped.status());
  Conclusion outcome{Finding::kVerified,
                     absl::StrCat(LogConclusion(*log, key, seen.has_value()),
                                  bundle ? BundleConclusion(*bundle) : "", *by, *stamped,
                                  BesideConclusion(*beside)),
                     Describe(*log)};
  if (bundle) outcome.figures["bundle"] = DescribeBundle(*bundle);
  AddBeside(*beside, &outcome.figures);
  return outcome;
}

// The folder that goes with a citizen's report, or that of all that was handed out.
std::string ProofsOf(const std::string& report) {
  const std::string within = report + "/proofs";
  return std::filesystem::is_directory(within) ? within : report;
}

Conclusion CitizensReport(const Arguments& arguments) {
  const absl::StatusOr<std::unique_ptr<LogSource>> source =
      OpenLogSource(ProofsOf(arguments.report));
  if (!source.ok()) return CannotVerify(source.status());
  const absl::StatusOr<LogKey> key = LoadKey(arguments.key, arguments.key_file, source->get());
  if (!key.ok()) return CannotVerify(key.status());
  const absl::StatusOr<Witnesses> witnesses =
      LoadWitnesses(arguments.witnesses, arguments.witness_policy, key->key);
  if (!witnesses.ok()) return CannotVerify(witnesses.status());
  const auto read = [&](const std::string& path) -> absl::StatusOr<std::string> {
    absl::StatusOr<std::string> bytes = (*source)->Read(path);
    if (absl::IsNotFound(bytes.status())) return absl::NotFoundError("is missing");
    return bytes;
  };
  const absl::StatusOr<VerifiedReport> report = VerifyReport(read, key->key);
  if (!report.ok()) return NotVerified(report.status());
  const auto by = SeenBy(*witnesses, report->note);
  if (!by.ok()) return NotVerified(by.status());
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (size_t i = 0; i < report->rows.size(); ++i) {
    rows.push_back(ReportRowAsLine(i + 1, report->rows[i]));
    if (!arguments.json) std::cout << rows.back().get<std::string>() << "\n";
  }
  return {Finding::kVerified,
          absl::StrCat(ReportConclusion(*report, key->key), *by,
                       key->from_the_log_itself
                           ? absl::StrCat("; the key came with the report, so compare it with one "
                                          "that you were given otherwise: ",
                                          key->key.ToString())
                           : ""),
          {{"origin", report->checkpoint.origin},
           {"size", report->checkpoint.size},
           {"rows", std::move(rows)}}};
}

Conclusion Verify(const Arguments& arguments) {
  if (!arguments.report.empty()) return CitizensReport(arguments);
  std::unique_ptr<LogSource> source;
  if (!arguments.log.empty()) {
    absl::StatusOr<std::unique_ptr<LogSource>> opened = OpenLogSource(arguments.log);
    if (!opened.ok()) {
      return absl::IsNotFound(opened.status()) ? CannotVerify(opened.status())
                                               : NotVerified(opened.status());
    }
    source = *std::move(opened);
  }
  const absl::StatusOr<LogKey> key = LoadKey(arguments.key, arguments.key_file, source.get());
  if (!key.ok()) return CannotVerify(key.status());
  const absl::StatusOr<Witnesses> witnesses =
      LoadWitnesses(arguments.witnesses, arguments.witness_policy, key->key);
  if (!witnesses.ok()) return CannotVerify(witnesses.status());

  std::optional<Checkpoint> seen;
  if (!arguments.receipt.empty()) {
    const absl::StatusOr<Receipt> receipt = LoadReceipt(arguments.receipt, arguments.leaf);
    if (!receipt.ok()) return CannotVerify(receipt.status());
    const auto checkpoint = VerifyProofFile(receipt->proof, receipt->leaf, key->key);
    if (!checkpoint.ok()) return NotVerified(checkpoint.status());
    if (source == nullptr) return ReceiptAlone(*receipt, *checkpoint, *key, *witnesses);
    seen = *checkpoint;
  }
  absl::StatusOr<Beside> beside = LoadBeside(arguments.beside, key->key, source.get());
  if (!beside.ok()) {
    return AskedWrongly(beside.status()) ? CannotVerify(beside.status())
                                         : NotVerified(beside.status());
  }
  if (source == nullptr) {
    return {Finding::kVerified,
            ReceiptsConclusion(*beside->receipts, /*with_log=*/false),
            {{"receipts", ReceiptsJson(*beside->receipts)}}};
  }
  return WholeLog(arguments, *source, *key, *witnesses, &*beside, seen);
}

}  // namespace
}  // namespace sluss

int main(int argc, char** argv) {
  sluss::Arguments arguments;
  CLI::App app(
      "Checks an exported disclosure log, an officer's bundle, or one receipt, offline.\n"
      "Exit code 0: verified. 1: not what it claims to be. 2: could not be verified.\n"
      "Example: sluss-verify bundle.zip --key 'log.sluss.example/gw1+e8f3fc57+...'");
  auto* log = app.add_option("log", arguments.log,
                             "the exported log (checkpoint, tile/...): a directory, or a zip of "
                             "one; with bundle.json in it, an officer's bundle");
  auto* receipt = app.add_option("--receipt", arguments.receipt,
                                 "a receipt as an agency keeps it, or a .tlog-proof file; with a "
                                 "log, that log must contain it");
  auto* report = app.add_option("--report", arguments.report,
                                "the folder of a citizen's access report: each of its rows must be "
                                "in the log as it lies there")
                     ->excludes(log)
                     ->excludes(receipt);
  app.add_option("--leaf", arguments.leaf, "the entry that a .tlog-proof file proves");
  auto* key = app.add_option("--key", arguments.key, "the log's verifier key");
  app.add_option("--key-file", arguments.key_file,
                 "a file with the log's verifier key; without either, the one that lies in the "
                 "directory is used, which proves nothing about who signed")
      ->excludes(key);
  app.add_option("--witness", arguments.witnesses,
                 "the key of a witness that must have cosigned the checkpoint; may be repeated");
  app.add_option("--witness-policy", arguments.witness_policy,
                 "a policy file (C2SP tlog-policy): a quorum must have cosigned the checkpoint");
  app.add_option(
         "--timestamp-authority", arguments.timestamp_authority,
         "PEM of who certifies the timestamping authority: the log's timestamps must verify")
      ->needs(log);
  auto* receipts = app.add_option("--receipts", arguments.beside.receipts,
                                  "a directory of receipts as agencies keep them: each must be of "
                                  "this log, and each disclosure "
                                  "that the log tells of these agencies must have one");
  app.add_option("--receipts-since", arguments.beside.receipts_since,
                 "YYYY-MM-DD: what happened before needs no receipt")
      ->needs(receipts);
  app.add_option("--message", arguments.beside.message,
                 "a message id: what the log tells of it, or that it tells nothing")
      ->needs(log);
  app.add_flag("--json", arguments.json, "print one JSON object");
  try {
    app.parse(argc, argv);
    if (log->empty() && receipt->empty() && receipts->empty() && report->empty()) {
      throw CLI::RequiredError("a log, --receipt, --receipts or --report");
    }
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? static_cast<int>(sluss::Finding::kVerified)
                                : static_cast<int>(sluss::Finding::kCannotVerify);
  }
  return sluss::Finish(sluss::Verify(arguments), arguments.json);
}
