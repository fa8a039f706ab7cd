// sluss-verify: checks an exported disclosure log, or one receipt, offline and without trusting the
// gateway. Links neither the store nor gRPC.
//
// Exit codes: 0 verified; 1 the log or the receipt is not what it claims to be; 2 nothing could be
// verified (arguments, key, unreadable file).
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/tlog/cosignature.h"
#include "gateway/tlog/proof_file.h"
#include "gateway/tlog/tile.h"
#include "gateway/tlog/verifier.h"
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

absl::StatusOr<std::vector<WitnessKey>> LoadWitnesses(const Arguments& arguments) {
  std::vector<WitnessKey> keys;
  for (const std::string& text : arguments.witnesses) {
    ASSIGN_OR_RETURN(WitnessKey key, WitnessKey::Parse(text));
    keys.push_back(std::move(key));
  }
  return keys;
}

// When each witness saw the checkpoint, as the end of a conclusion. The log's own signature on it
// has been verified.
absl::StatusOr<std::string> SeenBy(const std::vector<WitnessKey>& witnesses,
                                   absl::string_view checkpoint) {
  ASSIGN_OR_RETURN(const Note note, ParseNote(checkpoint));
  std::string text;
  for (const WitnessKey& witness : witnesses) {
    ASSIGN_OR_RETURN(const absl::Time time, witness.Verify(note));
    absl::StrAppend(&text, "; `", witness.name(), "` saw it at ",
                    absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone()),
                    " and no other history before");
  }
  return text;
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
    if (arguments.leaf.empty()) {
      return absl::InvalidArgumentError("a proof file needs its entry: give --leaf FILE");
    }
    ASSIGN_OR_RETURN(receipt.leaf, ReadFile(arguments.leaf, kMaxEntryBytes));
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
                                            const std::optional<Checkpoint>& earlier) {
  const size_t largest_bundle = kTileWidth * (2 + kMaxEntryBytes);
  const auto read = [&](const std::string& path) {
    return ReadFile(absl::StrCat(directory, "/", path), largest_bundle);
  };
  return VerifyLog(read, key, earlier);
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

  const absl::StatusOr<std::vector<WitnessKey>> witnesses = LoadWitnesses(arguments);
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
  const auto log = VerifyDirectory(arguments.directory, key->key, seen);
  if (!log.ok()) return end(kNotVerified, log.status().message());
  const auto by = SeenBy(*witnesses, log->note);
  if (!by.ok()) return end(kNotVerified, by.status().message());
  return end(kVerified, LogConclusion(*log, *key, seen.has_value()) + *by, Describe(*log));
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
  app.add_flag("--json", arguments.json, "print one JSON object");
  try {
    app.parse(argc, argv);
    if (directory->empty() && receipt->empty()) {
      throw CLI::RequiredError("a directory or --receipt");
    }
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? sluss::kVerified : sluss::kCannotVerify;
  }
  return sluss::Run(arguments);
}
