#include "gateway/ctl/access_report_command.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/crypto/key_ring_files.h"
#include "gateway/crypto/random.h"
#include "gateway/crypto/sha256.h"
#include "gateway/ctl/gateway_connection.h"
#include "gateway/ctl/progress_bar.h"
#include "gateway/ctl/scan_call.h"
#include "gateway/documents/access_report.h"
#include "gateway/documents/page_pdf.h"
#include "gateway/report/report_bundle.h"
#include "gateway/report/report_rows.h"
#include "gateway/rpc/certificate.h"
#include "gateway/rpc/peer.h"
#include "gateway/rpc/status.h"
#include "gateway/tlog/proof_file.h"
#include "gateway/tlog/verifier.h"
#include "gateway/verify/log_source.h"
#include "nlohmann/json.hpp"
#include "policy/policy_set.h"
#include "proto/access.grpc.pb.h"
#include "proto/policy_admin.grpc.pb.h"

namespace sluss {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kRefused = 1;
constexpr int kCannotAsk = 2;
constexpr size_t kIdBytes = 16;
constexpr size_t kMostNumbers = 4;

struct Arguments {
  GatewayArguments gateway;
  KeyPaths keys, beside;
  std::vector<std::pair<std::string, std::string>> archive;
  std::string number_file, from, to, out, log, contact;
  bool protected_identity = false, tell_withheld = false, json = false;
};

int CodeOf(const absl::Status& status) {
  const bool asked = absl::IsPermissionDenied(status) || absl::IsInvalidArgument(status) ||
                     absl::IsDataLoss(status) || absl::IsFailedPrecondition(status) ||
                     absl::IsResourceExhausted(status) || absl::IsInternal(status);
  return asked ? kRefused : kCannotAsk;
}

// From a file or standard input: what stands on a command line is seen by everybody on the machine.
absl::StatusOr<std::vector<CanonicalNumber>> ReadNumbers(const std::string& path) {
  std::string text;
  if (path == "-") {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
  } else {
    absl::StatusOr<std::string> file = ReadFile(path, /*max_bytes=*/4096);
    if (!file.ok()) return absl::NotFoundError(file.status().message());
    text = *std::move(file);
  }
  std::vector<CanonicalNumber> numbers;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (line.empty()) continue;
    absl::StatusOr<CanonicalNumber> number = CanonicalNumber::Parse(line);
    if (!number.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("the number file, line ", numbers.size() + 1,
                                                     ": ", number.status().message(),
                                                     ": write twelve digits, YYYYMMDDNNNC"));
    }
    numbers.push_back(*std::move(number));
  }
  std::fill(text.begin(), text.end(), '\0');
  if (!numbers.empty() && numbers.size() <= kMostNumbers) return numbers;
  return absl::InvalidArgumentError(absl::StrCat(
      "the number file has ", numbers.size(),
      " numbers: a report is about one person, who has 1 to ", kMostNumbers, " of them"));
}

struct Period {
  int64_t from_us = 0, to_us = 0;
};

// Both days are of the period. Without `--to` it ends where the officer's own log ends, at
// `log_end`: what the log does not show yet is of a later report.
absl::StatusOr<Period> PeriodOf(const Arguments& arguments, absl::Time now, absl::Time log_end) {
  absl::CivilDay from, to = SwedishDay(now);
  if (!absl::ParseCivilTime(arguments.from, &from) ||
      (!arguments.to.empty() && !absl::ParseCivilTime(arguments.to, &to))) {
    return absl::InvalidArgumentError("`--from` and `--to` are days: YYYY-MM-DD");
  }
  absl::Time end = std::min(StartOfSwedishDay(to + 1), now);
  if (arguments.to.empty()) end = std::min(end, log_end + absl::Microseconds(1));
  const absl::Time begin = StartOfSwedishDay(from);
  if (begin < end) return Period{absl::ToUnixMicros(begin), absl::ToUnixMicros(end)};
  return absl::InvalidArgumentError(
      "`--to`, or the end of the log, is before `--from`: the period is empty");
}

absl::StatusOr<std::string> OfficerOf(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const std::string pem, ReadFile(arguments.gateway.tls.certificate()));
  ASSIGN_OR_RETURN(const Certificate certificate, Certificate::FirstOfChain(pem));
  const std::vector<std::string> uris = certificate.Uris();
  if (uris.size() != 1) return absl::InvalidArgumentError("the certificate names nobody");
  ASSIGN_OR_RETURN(const Peer self, ParsePeerUri(uris.front()));
  return self.name;
}

// Names and paragraphs as they are in force.
absl::StatusOr<v1::Vocabulary> AskForVocabulary(const std::shared_ptr<grpc::Channel>& channel) {
  v1::GetActiveRequest request;
  request.set_with_files(true);
  v1::ActivePolicy active;
  RETURN_IF_ERROR(FromGrpc(v1::PolicyAdmin::NewStub(channel)->GetActive(
      Within(std::chrono::seconds(30)).get(), request, &active)));
  const auto sources = [](const auto& files) {
    std::vector<PolicySource> all;
    for (const v1::PolicyFile& file : files) all.push_back({file.name(), file.text()});
    return all;
  };
  ASSIGN_OR_RETURN(const auto set, PolicySet::Load(sources(active.catalogue()),
                                                   sources(active.policy()), Sha256String));
  return set->bundle().vocabulary();
}

// The log that the officer has, verified as a whole.
struct OwnLog {
  VerifiedLog verified;
  LogFileReader files;
};

absl::StatusOr<OwnLog> OpenLog(const std::string& path, const KeyDirectory& keys) {
  if (absl::StrContains(path, "://")) {
    return absl::InvalidArgumentError(absl::StrCat(
        "`--log` is a directory or a bundle: fetch the log first, deploy/fetch-log ", path, " log"));
  }
  ASSIGN_OR_RETURN(std::shared_ptr<const LogSource> source, OpenLogSource(path));
  const LogFileReader::Read read = [source = std::move(source)](const std::string& file) {
    return source->Read(file);
  };
  ASSIGN_OR_RETURN(const VerifierKey key, VerifierKey::Parse(keys.log().verifier_key()));
  absl::StatusOr<VerifiedLog> verified = VerifyLog(read, key);
  if (!verified.ok()) {
    return absl::Status(
        absl::IsNotFound(verified.status()) ? absl::StatusCode::kNotFound
                                            : absl::StatusCode::kDataLoss,
        absl::StrCat("the log in `", path, "`: ", verified.status().message()));
  }
  const uint64_t size = verified->checkpoint.size;
  return OwnLog{*std::move(verified), LogFileReader(read, size)};
}

// The gateway has told the world that this scan was made.
absl::Status CheckScanReceipt(const v1::LogReceipt& receipt, const std::string& procedure,
                              const VerifierKey& key) {
  ASSIGN_OR_RETURN(const ProofFile proof, ParseProofFile(receipt.proof()));
  RETURN_IF_ERROR(VerifyProofFile(proof, receipt.leaf(), key).status());
  ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, ParseEntry(receipt.leaf()));
  if (leaf.kind() == v1::ACCESS_SCAN && leaf.procedure() == procedure) return absl::OkStatus();
  return absl::DataLossError("the scan's receipt is not of this scan");
}

// Everything that a report is made of.
struct Made {
  std::string procedure;
  Period period;
  ScanReader scan;
  Searched searched;
  v1::Vocabulary vocabulary;
};

Json UnreadCounts(const ScanReader& scan) {
  Json counts = Json::object();
  for (const auto& [index, why] : scan.unread()) {
    counts[why] = counts.value(why, uint64_t{0}) + 1;
  }
  return counts;
}

std::string DayOf(int64_t us) {
  return absl::FormatCivilTime(SwedishDay(absl::FromUnixMicros(us)));
}

// To whoever runs the command: a report that does not reach back is not what the citizen asked for.
void TellUnreached(const Made& made) {
  const Unreached& unreached = made.searched.unreached;
  if (unreached.count == 0) return;
  const auto own = std::count_if(made.scan.unread().begin(), made.scan.unread().end(),
                                 [](const auto& row) { return row.second == "own-keys-gone"; });
  std::cerr << "slussctl: " << unreached.count << " entries from " << DayOf(unreached.first_us)
            << " to " << DayOf(unreached.last_us)
            << " were not searched, as the report says: their keys are not there any more";
  if (own > 0) {
    std::cerr << "; of " << own
              << " they are the domain's own: name the secrets of that time with --archive";
  }
  std::cerr << "\n";
}

Json IndexesOf(const std::vector<Disclosure>& disclosures) {
  Json indexes = Json::array();
  for (const Disclosure& one : disclosures) indexes.push_back(one.decision.index);
  return indexes;
}

// The officer's own record: what was searched, what was not told and why. Stays with the officer.
Json RecordOf(const Made& made, const OwnLog& log, const std::vector<Disclosure>& told,
              const std::vector<Disclosure>& withheld) {
  Json unread = Json::array();
  for (const auto& [index, why] : made.scan.unread()) {
    unread.push_back({{"index", index}, {"why", why}});
  }
  return {{"format", "sluss-access-record/1"},
          {"procedure", ToHex(made.procedure)},
          {"from_us", made.period.from_us},
          {"to_us", made.period.to_us},
          {"log", log.verified.checkpoint.origin},
          {"log_size", log.verified.checkpoint.size},
          {"scan_begun_entry", made.scan.begun()->receipt().index()},
          {"scan_done_entry", made.scan.done()->receipt().index()},
          {"decisions", made.searched.decisions},
          {"compared", made.scan.compared().size()},
          {"without_number", made.searched.without_number},
          {"unreached", made.searched.unreached.count},
          {"told", IndexesOf(told)},
          {"withheld", IndexesOf(withheld)},
          {"unread", std::move(unread)}};
}

AccessReport ReportOf(const Arguments& arguments, const Made& made, const OwnLog& log,
                      const std::vector<Disclosure>& told, size_t withheld, absl::Time now) {
  AccessReport report;
  report.made = now;
  report.from_us = made.period.from_us;
  report.to_us = made.period.to_us;
  report.protected_identity = arguments.protected_identity;
  if (arguments.tell_withheld) report.withheld = withheld;
  report.unread = made.scan.unread().size();
  report.unreached = made.searched.unreached.count;
  report.unreached_from_us = made.searched.unreached.first_us;
  report.unreached_to_us = made.searched.unreached.last_us;
  report.contact = arguments.contact;
  report.log = log.verified.checkpoint.origin;
  for (const Disclosure& one : told) {
    std::vector<v1::AuditLeaf> later;
    for (const LogRow& row : one.later) later.push_back(row.parsed);
    ReportedDisclosure shown = Reported(one.decision.parsed, later);
    if (!arguments.protected_identity) {
      shown.proof = absl::StrCat("proofs/entries/", one.decision.index, ".tlog-proof");
    }
    report.disclosures.push_back(std::move(shown));
  }
  return report;
}

// Under another name until it is whole.
absl::Status WriteAll(const Arguments& arguments, const Made& made, OwnLog* log, absl::Time now) {
  std::vector<Disclosure> told, withheld;
  for (const Disclosure& one : made.searched.disclosures) {
    (one.WithheldAt(now) ? withheld : told).push_back(one);
  }
  const std::string part = arguments.out + ".part";
  std::error_code fault;
  fs::remove_all(part, fault);
  for (const char* const folder : {"", "/citizen", "/officer"}) {
    if (!fs::create_directory(part + folder, fault)) {
      return absl::UnavailableError(
          absl::StrCat("cannot make `", part, folder, "`: ", fault.message()));
    }
    fs::permissions(part + folder, fs::perms::owner_all, fault);
  }
  const BundleLog bundle = {&log->files, log->verified.note, log->verified.checkpoint.origin,
                            log->verified.signer.ToString()};
  // Of a protected person the entries themselves would tell where she or he is.
  RETURN_IF_ERROR(WriteProofs(arguments.protected_identity ? made.searched.disclosures : withheld,
                              bundle, part + "/officer"));
  if (!arguments.protected_identity) {
    RETURN_IF_ERROR(WriteProofs(told, bundle, part + "/citizen"));
  }
  const PrintedPage page = AccessReportPage(
      ReportOf(arguments, made, *log, told, withheld.size(), now), made.vocabulary);
  RETURN_IF_ERROR(WriteReportFile(part + "/citizen/report.html", PageHtml(page)));
  RETURN_IF_ERROR(WritePagePdf(page, now, part + "/citizen/report.pdf"));
  fs::permissions(part + "/citizen/report.pdf", fs::perms::owner_read | fs::perms::owner_write,
                  fault);
  const Json record = RecordOf(made, *log, told, withheld);
  RETURN_IF_ERROR(WriteReportFile(part + "/officer/record.json", record.dump(1) + "\n"));
  fs::rename(part, arguments.out, fault);
  if (fault) {
    return absl::UnavailableError(
        absl::StrCat("cannot give `", arguments.out, "` its name: ", fault.message()));
  }
  const Json summary = {{"out", arguments.out},
                        {"procedure", ToHex(made.procedure)},
                        {"disclosures", told.size()},
                        {"withheld", withheld.size()},
                        {"compared", made.scan.compared().size()},
                        {"without_number", made.searched.without_number},
                        {"unread", UnreadCounts(made.scan)},
                        {"remaining", made.scan.done()->remaining()}};
  TellUnreached(made);
  if (arguments.json) {
    std::cout << summary.dump() << "\n";
    return absl::OkStatus();
  }
  std::cout << told.size() << " disclosures in " << arguments.out << "/citizen, " << withheld.size()
            << " held back\n"
            << made.scan.compared().size() << " entries were compared, "
            << made.scan.unread().size() << " cannot be looked into any more "
            << UnreadCounts(made.scan).dump() << "\n";
  return absl::OkStatus();
}

absl::Status CheckOut(const Arguments& arguments) {
  if (!fs::exists(arguments.out)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("`", arguments.out, "` is there already: name a directory that is not"));
}

absl::StatusOr<ScanReader> Scan(const Arguments& arguments, const AgencyRing& keys,
                                const std::shared_ptr<grpc::Channel>& channel,
                                const AgencyArchive& archive,
                                const std::vector<CanonicalNumber>& numbers, const Made& made) {
  const auto access = v1::Access::NewStub(channel);
  ASSIGN_OR_RETURN(std::vector<Nym> wanted, EnrolForReport(access.get(), keys, numbers));
  ScanReader reader(&keys, std::move(wanted), &archive);
  ProgressBar bar(&std::cerr, ::isatty(STDERR_FILENO) == 1, "scanning");
  ScanCall call;
  ASSIGN_OR_RETURN(call.officer, OfficerOf(arguments));
  call.procedure = made.procedure;
  call.from_us = made.period.from_us;
  call.to_us = made.period.to_us;
  call.progress = [&bar](const ScanReader& scan) {
    const uint64_t first = scan.begun()->first_index();
    bar.Show(scan.next_index() - first, scan.begun()->end_index() - first, SystemClock()->Now());
  };
  call.again = [&bar](const absl::Status& why) {
    bar.End();
    std::cerr << "slussctl: the connection was lost (" << why.message()
              << "); going on where it broke\n";
  };
  const absl::Status scanned = RunScan(access.get(), keys, call, &reader);
  bar.End();
  if (absl::IsUnavailable(scanned) || absl::IsDeadlineExceeded(scanned)) {
    return absl::UnavailableError(absl::StrCat(
        scanned.message(), ": no report was made; run the command again when the gateway answers"));
  }
  RETURN_IF_ERROR(scanned);
  return reader;
}

absl::Status Access(const Arguments& arguments) {
  const absl::Time now = SystemClock()->Now();
  RETURN_IF_ERROR(CheckOut(arguments));
  ASSIGN_OR_RETURN(const std::vector<CanonicalNumber> numbers, ReadNumbers(arguments.number_file));
  ASSIGN_OR_RETURN(const AgencyRing keys, LoadAgencyRing(arguments.keys, arguments.beside));
  std::vector<KeyPaths> kept;
  for (const auto& [keys_dir, key_directory] : arguments.archive) {
    kept.push_back({keys_dir, key_directory});
  }
  ASSIGN_OR_RETURN(const AgencyArchive archive, LoadAgencyArchive(keys, kept));
  ASSIGN_OR_RETURN(OwnLog log, OpenLog(arguments.log, keys.current().directory()));
  Made made = {RandomBytes(kIdBytes), {}, ScanReader(&keys, {}), {}, {}};
  ASSIGN_OR_RETURN(made.period, PeriodOf(arguments, now, log.verified.history.last_time()));
  ASSIGN_OR_RETURN(const auto channel, ConnectToGateway(arguments.gateway));
  ASSIGN_OR_RETURN(made.vocabulary, AskForVocabulary(channel));
  ASSIGN_OR_RETURN(made.scan, Scan(arguments, keys, channel, archive, numbers, made));
  for (const v1::LogReceipt* const receipt :
       {&made.scan.begun()->receipt(), &made.scan.done()->receipt()}) {
    RETURN_IF_ERROR(CheckScanReceipt(*receipt, made.procedure, log.verified.signer));
  }
  ASSIGN_OR_RETURN(made.searched,
                   HoldAgainstLog(made.scan, made.period.from_us, made.period.to_us, &log.files));
  return WriteAll(arguments, made, &log, now);
}

void Run(const Arguments& arguments) {
  const absl::Status status = Access(arguments);
  if (status.ok()) return;
  std::error_code ignored;
  fs::remove_all(arguments.out + ".part", ignored);
  std::cerr << "slussctl: " << status.message() << "\n";
  throw CLI::RuntimeError(CodeOf(status));
}

}  // namespace

void AddAccessReportCommand(CLI::App& app) {
  CLI::App* const report = app.get_subcommand("report");
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* const access = report->add_subcommand(
      "access",
      "a citizen's access report: HTML, PDF and proofs (GDPR Art. 15)\n"
      "Searches the log for one person's disclosures without telling anybody which they are.\n"
      "DIR/citizen is handed out; DIR/officer stays with the officer.\n"
      "Example: slussctl report access --number-file number.txt --from 2026-01-01 --log log \\\n"
      "    --out case-17 --keys-dir dpo-keys --key-directory key-directory.txtpb \\\n"
      "    --contact 'dataskyddsombudet i Sundby, dso@sundby.example' --gateway ... \n"
      "Exit code 1: refused or not right; 2: could not ask");
  AddGatewayOptions(access, &arguments->gateway);
  access
      ->add_option("--number-file", arguments->number_file,
                   "file with the person's number, 12 digits, a second one on a second line; -: "
                   "standard input")
      ->required();
  access->add_option("--from", arguments->from, "first day, YYYY-MM-DD")->required();
  access->add_option("--to", arguments->to,
                     "last day; without it, until where the log in --log ends");
  access->add_option("--out", arguments->out, "directory to make")->required();
  access
      ->add_option("--log", arguments->log,
                   "the whole log as files: deploy/fetch-log, slussctl log export, what the "
                   "gateway publishes, or an officer's bundle, the zip as it is")
      ->required();
  access->add_option("--keys-dir", arguments->keys.keys_dir, "the access domain's secrets")
      ->required();
  access->add_option("--key-directory", arguments->keys.key_directory, "the exchange's")
      ->required();
  auto* const beside = access->add_option("--beside-keys-dir", arguments->beside.keys_dir,
                                          "the domain's secrets of the generation before");
  access
      ->add_option("--beside-key-directory", arguments->beside.key_directory,
                   "and the key directory of that")
      ->needs(beside);
  access->add_option(
      "--archive", arguments->archive,
      "KEYS_DIR KEY_DIRECTORY: the domain's secrets of an earlier generation and the "
      "directory of that; once for each");
  access->add_option("--contact", arguments->contact, "whom the citizen may ask, in print")
      ->required();
  access->add_flag("--protected", arguments->protected_identity,
                   "the person's identity is protected: no place, no day, no proofs in the report");
  access->add_flag("--tell-withheld", arguments->tell_withheld,
                   "the report says how many entries are held back");
  access->add_flag("--json", arguments->json, "one JSON object");
  access->callback([arguments] { Run(*arguments); });
}

}  // namespace sluss
