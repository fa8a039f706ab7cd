// sluss-verify: checks an exported disclosure log, or one receipt, offline and without trusting the
// gateway. Links neither the store nor gRPC.
//
// Exit codes: 0 verified; 1 the log or the receipt is not what it claims to be; 2 nothing could be
// verified (arguments, key, unreadable file).
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/crypto/timestamp.h"
#include "gateway/tlog/cosignature.h"
#include "gateway/tlog/proof_file.h"
#include "gateway/tlog/tile.h"
#include "gateway/tlog/verifier.h"
#include "gateway/tlog/verify_receipts.h"
#include "gateway/tlog/witness_policy.h"
#include "nlohmann/json.hpp"
#include "proto/notification.pb.h"

namespace sluss {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVerified = 0;
constexpr int kNotVerified = 1;
constexpr int kCannotVerify = 2;

struct Arguments {
  std::string directory;
  std::string receipt;
  std::string leaf;
  std::string key;
  std::string key_file;
  std::vector<std::string> witnesses;
  std::string witness_policy;
  std::string timestamp_authority;
  std::string receipts;
  std::string receipts_since;
  std::string message;
  bool json = false;
};

struct Key {
  VerifierKey key;
  bool from_the_log_itself = false;
};

absl::StatusOr<Key> LoadKey(const Arguments& arguments) {
  if (!arguments.key.empty()) {
    ASSIGN_OR_RETURN(VerifierKey key, VerifierKey::Parse(arguments.key));
    return Key{std::move(key)};
  }
  const bool own = arguments.key_file.empty();
  if (own && arguments.directory.empty()) {
    return absl::InvalidArgumentError("a receipt needs the log's key: give --key or --key-file");
  }
  const std::string path =
      own ? absl::StrCat(arguments.directory, "/", kVerifierKeyPath) : arguments.key_file;
  absl::StatusOr<std::string> text = ReadFile(path, /*max_bytes=*/4096);
  if (!text.ok() && own) {
    return absl::InvalidArgumentError("give the log's key with --key or --key-file");
  }
  RETURN_IF_ERROR(text.status());
  ASSIGN_OR_RETURN(VerifierKey key, VerifierKey::Parse(absl::StripAsciiWhitespace(*text)));
  return Key{std::move(key), own};
}

// Who must have seen the checkpoint.
struct Witnesses {
  std::vector<WitnessKey> all;          // each of these
  std::optional<WitnessPolicy> policy;  // and a quorum of this
};

absl::StatusOr<Witnesses> LoadWitnesses(const Arguments& arguments, const VerifierKey& log) {
  Witnesses witnesses;
  std::vector<WitnessKey>& keys = witnesses.all;
  for (const std::string& text : arguments.witnesses) {
    ASSIGN_OR_RETURN(WitnessKey key, WitnessKey::Parse(text));
    keys.push_back(std::move(key));
  }
  if (arguments.witness_policy.empty()) return witnesses;
  ASSIGN_OR_RETURN(const std::string text, ReadFile(arguments.witness_policy));
  absl::StatusOr<WitnessPolicy> policy = WitnessPolicy::Parse(text);
  if (!policy.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(arguments.witness_policy, ": ", policy.status().message()));
  }
  const auto& logs = policy->logs();
  const bool known = std::any_of(logs.begin(), logs.end(), [&](const VerifierKey& one) {
    return one.ToString() == log.ToString();
  });
  if (!logs.empty() && !known) {
    return absl::InvalidArgumentError(absl::StrCat(
        arguments.witness_policy, ": its `log` lines do not name the key ", log.Label()));
  }
  witnesses.policy = *std::move(policy);
  return witnesses;
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone());
}

// Which witnesses of the policy saw the note, as the end of a conclusion. PERMISSION_DENIED where
// they are no quorum.
absl::StatusOr<std::string> SeenByQuorum(const WitnessPolicy& policy, const Note& note) {
  const std::map<std::string, absl::Time> seen = policy.SeenBy(note);
  std::set<std::string> labels;
  std::vector<std::string> names;
  absl::Time earliest = absl::InfiniteFuture();
  for (const PolicyWitness& witness : policy.witnesses()) {
    const auto at = seen.find(witness.key.Label());
    if (at == seen.end()) continue;
    labels.insert(at->first);
    names.push_back(absl::StrCat("`", witness.name, "`"));
    earliest = std::min(earliest, at->second);
  }
  const std::string who = names.empty() ? "none" : absl::StrJoin(names, ", ");
  if (!policy.IsQuorum(labels)) {
    return absl::PermissionDeniedError(
        absl::StrCat("of the policy's witnesses ", who,
                     " cosigned the checkpoint, which is no quorum: ", policy.Describe()));
  }
  if (names.empty()) return std::string();
  return absl::StrCat("; a quorum (", who, ") saw it from ", TimeText(earliest),
                      " on and no other history before");
}

// When each witness saw the checkpoint, as the end of a conclusion. The log's own signature on it
// has been verified.
absl::StatusOr<std::string> SeenBy(const Witnesses& witnesses, absl::string_view checkpoint) {
  ASSIGN_OR_RETURN(const Note note, ParseNote(checkpoint));
  std::string text;
  for (const WitnessKey& witness : witnesses.all) {
    ASSIGN_OR_RETURN(const absl::Time time, witness.Verify(note));
    absl::StrAppend(&text, "; `", witness.name(), "` saw it at ", TimeText(time),
                    " and no other history before");
  }
  if (!witnesses.policy) return text;
  ASSIGN_OR_RETURN(const std::string quorum, SeenByQuorum(*witnesses.policy, note));
  return text + quorum;
}

struct Receipt {
  ProofFile proof;
  std::string leaf;
};

// A LogReceipt as the gateway answered it, or a proof file with the entry beside it.
absl::StatusOr<Receipt> LoadReceipt(const Arguments& arguments) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(arguments.receipt));
  Receipt receipt;
  std::string proof = bytes;
  if (absl::StartsWith(bytes, "c2sp.org/tlog-proof@")) {
    ASSIGN_OR_RETURN(receipt.proof, ParseProofFile(bytes));
    if (!arguments.leaf.empty()) {
      ASSIGN_OR_RETURN(receipt.leaf, ReadFile(arguments.leaf, kMaxEntryBytes));
    } else if (receipt.proof.extra) {  // as agencies keep it
      receipt.leaf = *receipt.proof.extra;
    } else {
      return absl::InvalidArgumentError("a proof file needs its entry: give --leaf FILE");
    }
    return receipt;
  } else {
    v1::LogReceipt message;
    if (!message.ParseFromString(bytes)) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", arguments.receipt, "` is neither a receipt nor a proof file"));
    }
    receipt.leaf = message.leaf();
    proof = message.proof();
  }
  ASSIGN_OR_RETURN(receipt.proof, ParseProofFile(proof));
  return receipt;
}

absl::StatusOr<VerifiedLog> VerifyDirectory(const std::string& directory, const VerifierKey& key,
                                            LogChecks checks = {}) {
  const size_t largest_bundle = kTileWidth * (2 + kMaxEntryBytes);
  const auto read = [&](const std::string& path) {
    return ReadFile(absl::StrCat(directory, "/", path), largest_bundle);
  };
  return VerifyLog(read, key, std::move(checks));
}

// The last stamp of an exported log.
struct Stamp {
  Checkpoint checkpoint;  // proved by the tree alone
  absl::Time at;
  uint64_t count = 0;
};

// Each stamp is verified; the last one over at most `size` entries is to be held against the log
// (there may be later ones, over checkpoints that no quorum has seen yet). Nothing where no
// authority is given. NOT_FOUND where there is no stamp.
absl::StatusOr<std::optional<Stamp>> LoadStamps(const Arguments& arguments, uint64_t size) {
  if (arguments.timestamp_authority.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const std::string authority, ReadFile(arguments.timestamp_authority));
  std::optional<Stamp> last;
  for (uint64_t number = 0;; ++number) {
    const std::string path = StampedCheckpointPath(number);
    const absl::StatusOr<std::string> note = ReadFile(absl::StrCat(arguments.directory, "/", path));
    if (absl::IsNotFound(note.status()) && last) return last;
    if (absl::IsNotFound(note.status())) return absl::NotFoundError(path + " is missing");
    RETURN_IF_ERROR(note.status());
    ASSIGN_OR_RETURN(const std::string response,
                     ReadFile(absl::StrCat(arguments.directory, "/", TimestampPath(number))));
    const absl::StatusOr<absl::Time> at = VerifyTimestampOf(*note, response, authority);
    if (!at.ok()) {
      return absl::PermissionDeniedError(
          absl::StrCat(TimestampPath(number), ": ", at.status().message()));
    }
    ASSIGN_OR_RETURN(const Note parsed, ParseNote(*note));
    ASSIGN_OR_RETURN(Checkpoint checkpoint, ParseCheckpointText(parsed.text));
    if (last && checkpoint.size <= last->checkpoint.size) {
      return absl::PermissionDeniedError(absl::StrCat(path, ": it is older than the stamp before"));
    }
    if (checkpoint.size > size && last) return last;
    last = Stamp{std::move(checkpoint), *at, number + 1};
  }
}

// The last stamp's checkpoint is the beginning of the log.
absl::StatusOr<std::string> Stamped(const Arguments& arguments, const VerifierKey& key,
                                    const Checkpoint& checkpoint) {
  ASSIGN_OR_RETURN(const std::optional<Stamp> stamp, LoadStamps(arguments, checkpoint.size));
  if (!stamp) return std::string();
  if (stamp->checkpoint.origin != checkpoint.origin) {
    return absl::PermissionDeniedError("what was timestamped is another log");
  }
  RETURN_IF_ERROR(VerifyDirectory(arguments.directory, key,
                                  {.seen = {{stamp->checkpoint, "the stamped checkpoint"}}})
                      .status());
  return absl::StrCat("; an authority stamped its first ", stamp->checkpoint.size, " entries at ",
                      TimeText(stamp->at), ", the last of ", stamp->count, " timestamps");
}

// What else was asked about the log.
struct Beside {
  std::optional<KeptReceipts> receipts;
  std::optional<MessageStory> message;
};

// Receipts are by the log's key, or by one that followed from it, which only the log can tell.
absl::Status CheckSigners(const Arguments& arguments, const VerifierKey& key,
                          const KeptReceipts& receipts) {
  const absl::Status by_key = receipts.CheckSignatures(key, {});
  if (by_key.ok() || arguments.directory.empty()) return by_key;
  ASSIGN_OR_RETURN(const VerifiedLog log, VerifyDirectory(arguments.directory, key));
  return receipts.CheckSignatures(key, log.history.key_changes());
}

absl::StatusOr<Beside> LoadBeside(const Arguments& arguments, const VerifierKey& key) {
  Beside beside;
  if (!arguments.message.empty()) {
    ASSIGN_OR_RETURN(beside.message, MessageStory::Of(arguments.message));
  }
  if (arguments.receipts.empty()) return beside;
  absl::Time since = absl::InfinitePast();
  if (!arguments.receipts_since.empty() &&
      !absl::ParseTime("%Y-%m-%d", arguments.receipts_since, absl::UTCTimeZone(), &since,
                       /*err=*/nullptr)) {
    return absl::InvalidArgumentError("`--receipts-since`: give a day as YYYY-MM-DD");
  }
  ASSIGN_OR_RETURN(beside.receipts, LoadReceipts(arguments.receipts, since));
  RETURN_IF_ERROR(CheckSigners(arguments, key, *beside.receipts));
  return beside;
}

// What was asked for wrongly could not be verified; what was found wrong is not verified.
int CodeOf(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::StartsWith(status.message(), "`--") ? kCannotVerify
                                                                               : kNotVerified;
}

LogChecks ChecksOf(Beside* beside, const std::optional<Checkpoint>& seen) {
  LogChecks checks;
  if (beside->receipts) checks.seen = beside->receipts->Seen();
  if (seen) checks.seen.push_back({*seen});
  checks.on_entry = [beside](uint64_t index, absl::string_view entry) {
    if (beside->receipts) RETURN_IF_ERROR(beside->receipts->OnEntry(index, entry));
    return beside->message ? beside->message->OnEntry(index, entry) : absl::OkStatus();
  };
  return checks;
}

std::string BesideConclusion(const Beside& beside) {
  std::string text;
  if (beside.receipts) absl::StrAppend(&text, "; ", ReceiptsConclusion(*beside.receipts, true));
  if (beside.message) absl::StrAppend(&text, "; ", beside.message->Conclusion());
  return text;
}

void AddBeside(const Beside& beside, Json* json) {
  if (beside.receipts) (*json)["receipts"] = ReceiptsJson(*beside.receipts);
  if (beside.message) (*json)["message"] = beside.message->ToJson();
}

Json Describe(const VerifiedLog& log) {
  Json gateways = Json::object();
  for (const auto& [gateway, counter] : log.history.counters()) gateways[gateway] = counter;
  Json kinds = Json::object();
  for (const auto& [kind, count] : log.history.kinds()) kinds[kind] = count;
  Json json = {{"origin", log.checkpoint.origin},
               {"size", log.checkpoint.size},
               {"signer", log.signer.Label()},
               {"entries_by_gateway", gateways},
               {"entries_by_kind", kinds}};
  if (log.checkpoint.size > 0) {
    const absl::TimeZone utc = absl::UTCTimeZone();
    json["first_time"] = absl::FormatTime(absl::RFC3339_full, log.history.first_time(), utc);
    json["last_time"] = absl::FormatTime(absl::RFC3339_full, log.history.last_time(), utc);
  }
  return json;
}

std::string LogConclusion(const VerifiedLog& log, const Key& key, bool receipt) {
  std::string text = absl::StrCat(
      "the log `", log.checkpoint.origin, "` is whole: its ", log.checkpoint.size,
      " entries are exactly those that the holder of the key ", log.signer.Label(),
      " signed, no gateway's count has a gap, and nothing was delivered that was not first "
      "permitted");
  if (log.signer.Label() != key.key.Label()) {
    absl::StrAppend(&text, "; that key followed ", key.key.Label(), ", as the log itself says");
  }
  if (receipt) absl::StrAppend(&text, "; the entry of the receipt is among them");
  if (key.from_the_log_itself) {
    absl::StrAppend(&text,
                    "; the key came with the log, so compare it with one that you were given "
                    "otherwise: ",
                    key.key.ToString());
  }
  return text;
}

int Finish(const Arguments& arguments, int code, absl::string_view conclusion, Json json) {
  if (arguments.json) {
    json["verified"] = code == kVerified;
    json[code == kVerified ? "conclusion" : "fault"] = std::string(conclusion);
    std::cout << json.dump() << std::endl;
  } else {
    (code == kVerified ? std::cout : std::cerr) << (code == kVerified      ? "verified: "
                                                    : code == kNotVerified ? "NOT verified: "
                                                                           : "cannot verify: ")
                                                << conclusion << std::endl;
  }
  return code;
}

int Run(const Arguments& arguments) {
  const auto end = [&](int code, absl::string_view conclusion, Json json = Json::object()) {
    return Finish(arguments, code, conclusion, std::move(json));
  };
  if (!arguments.directory.empty() && !std::filesystem::is_directory(arguments.directory)) {
    return end(kCannotVerify, absl::StrCat("`", arguments.directory, "` is not a directory"));
  }
  const absl::StatusOr<Key> key = LoadKey(arguments);
  if (!key.ok()) return end(kCannotVerify, key.status().message());

  const absl::StatusOr<Witnesses> witnesses = LoadWitnesses(arguments, key->key);
  if (!witnesses.ok()) return end(kCannotVerify, witnesses.status().message());

  std::optional<Checkpoint> seen;
  if (!arguments.receipt.empty()) {
    const absl::StatusOr<Receipt> receipt = LoadReceipt(arguments);
    if (!receipt.ok()) return end(kCannotVerify, receipt.status().message());
    const auto checkpoint = VerifyProofFile(receipt->proof, receipt->leaf, key->key);
    if (!checkpoint.ok()) return end(kNotVerified, checkpoint.status().message());
    seen = *checkpoint;
    if (arguments.directory.empty()) {
      const auto by = SeenBy(*witnesses, receipt->proof.checkpoint);
      if (!by.ok()) return end(kNotVerified, by.status().message());
      return end(
          kVerified,
          absl::StrCat("entry ", receipt->proof.index, " is this one in the log `", seen->origin,
                       "` of ", seen->size, " entries that the holder of the key ",
                       key->key.Label(), " signed", *by),
          {{"origin", seen->origin}, {"size", seen->size}, {"index", receipt->proof.index}});
    }
  }
  absl::StatusOr<Beside> beside = LoadBeside(arguments, key->key);
  if (!beside.ok()) return end(CodeOf(beside.status()), beside.status().message());
  if (arguments.directory.empty()) {
    return end(kVerified, ReceiptsConclusion(*beside->receipts, /*with_log=*/false),
               {{"receipts", ReceiptsJson(*beside->receipts)}});
  }
  const auto log = VerifyDirectory(arguments.directory, key->key, ChecksOf(&*beside, seen));
  if (!log.ok()) return end(kNotVerified, log.status().message());
  if (beside->receipts && !beside->receipts->gap().ok()) {
    return end(kNotVerified, beside->receipts->gap().message());
  }
  const auto by = SeenBy(*witnesses, log->note);
  if (!by.ok()) return end(kNotVerified, by.status().message());
  const auto stamped = Stamped(arguments, key->key, log->checkpoint);
  if (!stamped.ok()) return end(kNotVerified, stamped.status().message());
  Json json = Describe(*log);
  AddBeside(*beside, &json);
  return end(kVerified,
             absl::StrCat(LogConclusion(*log, *key, seen.has_value()), *by, *stamped,
                          BesideConclusion(*beside)),
             std::move(json));
}

}  // namespace
}  // namespace sluss

int main(int argc, char** argv) {
  sluss::Arguments arguments;
  CLI::App app(
      "Checks an exported disclosure log, or one receipt, offline.\n"
      "Exit code 0: verified. 1: not what it claims to be. 2: could not be verified.");
  auto* directory =
      app.add_option("directory", arguments.directory, "the exported log (checkpoint, tile/...)");
  auto* receipt = app.add_option("--receipt", arguments.receipt,
                                 "a receipt as an agency keeps it, or a .tlog-proof file; with a "
                                 "directory, that log must contain it");
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
      ->needs(directory);
  auto* receipts = app.add_option("--receipts", arguments.receipts,
                                  "a directory of receipts as agencies keep them: each must be of "
                                  "this log, and each disclosure "
                                  "that the log tells of these agencies must have one");
  app.add_option("--receipts-since", arguments.receipts_since,
                 "YYYY-MM-DD: what happened before needs no receipt")
      ->needs(receipts);
  app.add_option("--message", arguments.message,
                 "a message id: what the log tells of it, or that it tells nothing")
      ->needs(directory);
  app.add_flag("--json", arguments.json, "print one JSON object");
  try {
    app.parse(argc, argv);
    if (directory->empty() && receipt->empty() && receipts->empty()) {
      throw CLI::RequiredError("a directory, --receipt or --receipts");
    }
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? sluss::kVerified : sluss::kCannotVerify;
  }
  return sluss::Run(arguments);
}
