// What a citizen's scan costs: each party's part of a batch of 256 entries, and all of it together.
// Items are entries. Aim (audit-log.md): 1,500 entries a second with all proofs on two cores:
//   scan_benchmark --benchmark_filter=Whole
#include <memory>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "gateway/crypto/access.h"
#include "gateway/crypto/scan_hop.h"
#include "gateway/tlog/commitment.h"
#include "tests/testing/parties.h"

namespace sluss::testing {
namespace {

constexpr char kOrder[] = "an order's digest";
constexpr uint32_t kAccessTag = 7;

// One batch as the log has it, and what becomes of it.
struct Scene {
  Scene() : parties({kSchool, kDataProtection}) {
    const Point& joint = parties.directory().access_domain()->joint;
    for (size_t i = 0; i < kMaxScanBatch; ++i) {
      rows.emplace_back(
          Must(EncryptNumber(Number(i % 7 == 0 ? kChild : kOtherChild), joint)).ciphertext);
      encoded.push_back(EncodeAccessValue(parties.directory().short_name(), rows.back()->Encode()));
      v1::Commitment& commitment = *leaves.emplace_back().add_commitment();
      commitment.set_tag(kAccessTag);
      commitment.set_digest(CommitmentOf(salt, kAccessTag, encoded.back()));
    }
    first = Must(parties.gateway().HopForScan(kOrder, rows));
    second = Must(parties.keyholder().HopForScan(kOrder, first.after));
  }

  Parties parties;
  std::string salt = std::string(32, 's');
  std::vector<MaybeCiphertext> rows;
  std::vector<std::string> encoded;
  std::vector<v1::AuditLeaf> leaves;
  ScanHop first, second;
};

const Scene& TheScene() {
  static const auto* const scene = new Scene;
  return *scene;
}

std::vector<std::string> Encoded(const std::vector<MaybeCiphertext>& ciphertexts) {
  std::vector<std::string> encoded;
  for (const MaybeCiphertext& one : ciphertexts) encoded.push_back(one->Encode());
  return encoded;
}

std::vector<MaybeCiphertext> Decoded(const std::vector<std::string>& encoded) {
  std::vector<MaybeCiphertext> decoded;
  for (const std::string& one : encoded) decoded.emplace_back(Must(NymCiphertext::Decode(one)));
  return decoded;
}

void Count(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kMaxScanBatch));
}

void Hop(benchmark::State& state) {
  const Scene& scene = TheScene();
  for (auto unused : state) {
    benchmark::DoNotOptimize(Must(scene.parties.gateway().HopForScan(kOrder, scene.rows)));
  }
  Count(state);
}
BENCHMARK(Hop)->Unit(benchmark::kMillisecond);

void Verify(benchmark::State& state) {
  const Scene& scene = TheScene();
  for (auto unused : state) {
    const absl::Status status =
        VerifyScanHop({HolderRole::kGateway, scene.parties.directory(), kOrder}, scene.rows,
                      scene.first.after, scene.first.proof);
    if (!status.ok()) state.SkipWithError("does not verify");
  }
  Count(state);
}
BENCHMARK(Verify)->Unit(benchmark::kMillisecond);

// What all three parties do with a batch, with every decoding on the way between them.
void Whole(benchmark::State& state) {
  const Scene& scene = TheScene();
  const KeyDirectory& directory = scene.parties.directory();
  const AgencySecrets& secrets = scene.parties.secrets(kDataProtection);
  const Nym wanted = CloseNym(secrets, Must(DecryptElement(secrets, *scene.second.after[0])));
  for (auto unused : state) {
    // The gateway, from the openings.
    std::vector<MaybeCiphertext> rows;
    for (const std::string& value : scene.encoded) {
      rows.emplace_back(Must(NymCiphertext::Decode(Must(DecodeAccessValue(value)).ciphertext)));
    }
    const ScanHop first = Must(scene.parties.gateway().HopForScan(kOrder, rows));
    const std::vector<std::string> sent = Encoded(first.after);
    // The key holder.
    const ScanHop second = Must(scene.parties.keyholder().HopForScan(kOrder, Decoded(sent)));
    const std::vector<std::string> answered = Encoded(second.after);
    // The officer.
    std::vector<MaybeCiphertext> before;
    for (size_t i = 0; i < scene.encoded.size(); ++i) {
      if (!CheckCommitment(scene.leaves[i], kAccessTag, scene.salt, scene.encoded[i]).ok()) {
        state.SkipWithError("is not committed to");
      }
      before.emplace_back(
          Must(NymCiphertext::Decode(Must(DecodeAccessValue(scene.encoded[i])).ciphertext)));
    }
    const std::vector<MaybeCiphertext> by_gateway = Decoded(sent);
    const std::vector<MaybeCiphertext> by_both = Decoded(answered);
    if (!VerifyScanHop({HolderRole::kGateway, directory, kOrder}, before, by_gateway, first.proof)
             .ok() ||
        !VerifyScanHop({HolderRole::kKeyholder, directory, kOrder}, by_gateway, by_both,
                       second.proof)
             .ok()) {
      state.SkipWithError("does not verify");
    }
    size_t found = 0;
    for (const MaybeCiphertext& one : by_both) {
      found += CloseNym(secrets, Must(DecryptElement(secrets, *one))) == wanted;
    }
    if (found != (kMaxScanBatch + 6) / 7) state.SkipWithError("found another number of rows");
  }
  Count(state);
}
BENCHMARK(Whole)->Unit(benchmark::kMillisecond)->Threads(1)->Threads(2)->UseRealTime();

}  // namespace
}  // namespace sluss::testing

BENCHMARK_MAIN();
