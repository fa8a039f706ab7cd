#include "policy/policy_set.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "policy/canonical.h"
#include "policy/catalogue.h"
#include "policy/faults.h"
#include "policy/policy_text.h"
#include "policy/rule_compiler.h"
#include "policy/rule_table.h"
#include "policy/set_checks.h"
#include "policy/text_scan.h"
#include "policy/vocabulary.h"

namespace sluss {
namespace {

constexpr size_t kMostRules = 100'000;
constexpr size_t kDigestBytes = 32;

constexpr absl::string_view kTable = ".tsv", kText = ".txtpb", kCases = ".cases.txtpb";

// A policy as text or as a table.
struct PolicyFile {
  std::optional<TextFile> text;
  TablePlaces cells;
  v1::Policy policy;

  Place Top() const {
    if (text.has_value()) return Place(&*text, policy.GetDescriptor());
    return Place(&cells, policy.GetDescriptor());
  }
};

absl::StatusOr<PolicyFile> ReadPolicy(const PolicySource& source) {
  PolicyFile file;
  if (absl::EndsWith(source.name, kTable)) {
    ASSIGN_OR_RETURN(PolicyDocument document, ParsePolicyTable(source, &file.cells));
    file.policy = std::move(document.policy);
    return file;
  }
  ASSIGN_OR_RETURN(file.text, TextFile::Parse(source.name, source.text, &file.policy));
  return file;
}

// At most so many: every rule of a table has a line.
size_t CountRules(const PolicySource& source) {
  if (!absl::EndsWith(source.name, kTable)) return ScanPolicyText(source.text).rules;
  return static_cast<size_t>(std::count(source.text.begin(), source.text.end(), '\n'));
}

}  // namespace

// The steps of one load, in their order; each goes on only where the one before found no fault.
class PolicyLoader {
 public:
  PolicyLoader() : set_(new PolicySet) {}

  absl::Status ReadCatalogue(std::span<const PolicySource> sources);
  absl::Status ReadPolicies(std::span<const PolicySource> sources);
  absl::Status CompileRules();
  absl::Status CheckRules();
  absl::StatusOr<std::shared_ptr<const PolicySet>> Finish(const Sha256Function& sha256);

 private:
  void CompileWalls(const CatalogueFile& file, RuleCompiler* compiler);
  void CompilePolicy(const PolicyFile& file, RuleCompiler* compiler);
  // The id of a rule stands in decisions and in the log: one rule an id in the whole set.
  void Declare(const v1::Rule& rule, const Place& place);
  // Rules outlive the files: from here on they point into the canonical bundle.
  void MoveSources();

  std::shared_ptr<PolicySet> set_;
  Faults faults_;
  std::vector<CatalogueFile> catalogue_;
  std::vector<PolicyFile> policies_;
  std::unique_ptr<const VocabularyIndex> names_;
  std::unique_ptr<AgencyNodes> nodes_;
  std::vector<CompiledRule> rules_;                         // walls and policies
  std::vector<CompiledRule> duties_;                        // the catalogue's
  absl::flat_hash_map<std::string, std::string> declared_;  // rule id to place
};

absl::Status PolicyLoader::ReadCatalogue(std::span<const PolicySource> sources) {
  for (const PolicySource& source : sources) {
    v1::Vocabulary vocabulary;
    absl::StatusOr<TextFile> text = TextFile::Parse(source.name, source.text, &vocabulary);
    if (!text.ok()) return text.status();
    catalogue_.push_back({*std::move(text), std::move(vocabulary)});
  }
  if (catalogue_.empty()) return absl::InvalidArgumentError("the catalogue has no files");
  CheckCatalogue(catalogue_, &faults_);
  RETURN_IF_ERROR(faults_.ToStatus());
  for (const CatalogueFile& file : catalogue_) {
    set_->bundle_.mutable_vocabulary()->MergeFrom(file.vocabulary);
  }
  SortCanonically(set_->bundle_.mutable_vocabulary());
  names_ = std::make_unique<VocabularyIndex>(&set_->bundle_.vocabulary());
  nodes_ = std::make_unique<AgencyNodes>(names_->kinds().size());
  return absl::OkStatus();
}

absl::Status PolicyLoader::ReadPolicies(std::span<const PolicySource> sources) {
  size_t rules = 0;
  std::set<std::string> ids, versions;
  // Counted before anything is parsed: parsed, a million rules would be gigabytes.
  for (const PolicySource& source : sources) rules += CountRules(source);
  if (rules > kMostRules) {
    return absl::ResourceExhaustedError(absl::StrCat(
        rules, " rules in ", sources.size(), " files; the limit of a policy set is ", kMostRules));
  }
  for (const PolicySource& source : sources) {
    ASSIGN_OR_RETURN(PolicyFile file, ReadPolicy(source));
    const v1::Policy& policy = file.policy;
    if (policy.id().empty() || policy.version().empty()) {
      faults_.Add(source.name, "a policy needs `id` and `version`");
    }
    if (!ids.insert(policy.id()).second) {
      faults_.Add(file.text.has_value() ? file.text->Where("id") : source.name,
                  absl::StrCat("policy `", policy.id(), "` is loaded twice"));
    }
    versions.insert(policy.version());
    policies_.push_back(std::move(file));
  }
  set_->version_ = absl::StrJoin(versions, "+");
  return faults_.ToStatus();
}

void PolicyLoader::Declare(const v1::Rule& rule, const Place& place) {
  const auto [at, inserted] = declared_.try_emplace(rule.id(), place.At("id"));
  if (inserted) return;
  faults_.Add(place.At("id"),
              absl::StrCat("rule `", rule.id(), "` is declared twice: first at ", at->second));
}

void PolicyLoader::CompileWalls(const CatalogueFile& file, RuleCompiler* compiler) {
  const v1::Vocabulary& vocabulary = file.vocabulary;
  const Place top(&file.text, vocabulary.GetDescriptor());
  for (int i = 0; i < vocabulary.wall_size(); ++i) {
    const v1::Rule& wall = vocabulary.wall(i);
    const Place place = top.Nested("wall", i);
    Declare(wall, place);
    if (wall.effect() != v1::FORBID) faults_.Add(place.At("effect"), "a wall is a FORBID");
    rules_.push_back(compiler->Compile(wall, place));
  }
  for (int i = 0; i < vocabulary.duty_size(); ++i) {
    const v1::Rule& duty = vocabulary.duty(i);
    const Place place = top.Nested("duty", i);
    Declare(duty, place);
    if (duty.effect() != v1::PERMIT || !duty.duty()) {
      faults_.Add(place.At("effect"), "a duty is a PERMIT with `duty: true`");
    }
    duties_.push_back(compiler->Compile(duty, place));
  }
}

void PolicyLoader::CompilePolicy(const PolicyFile& file, RuleCompiler* compiler) {
  const Place top = file.Top();
  for (int i = 0; i < file.policy.rule_size(); ++i) {
    const Place place = top.Nested("rule", i);
    Declare(file.policy.rule(i), place);
    rules_.push_back(compiler->Compile(file.policy.rule(i), place));
  }
}

absl::Status PolicyLoader::CompileRules() {
  RuleCompiler compiler(names_.get(), nodes_.get(), &faults_);
  for (const CatalogueFile& file : catalogue_) CompileWalls(file, &compiler);
  for (const PolicyFile& file : policies_) CompilePolicy(file, &compiler);
  return faults_.ToStatus();
}

void PolicyLoader::MoveSources() {
  absl::flat_hash_map<std::string, const v1::Rule*> by_id;
  const v1::PolicyBundle& bundle = set_->bundle_;
  for (const v1::Rule& wall : bundle.vocabulary().wall()) by_id[wall.id()] = &wall;
  for (const v1::Rule& duty : bundle.vocabulary().duty()) by_id[duty.id()] = &duty;
  for (const v1::Policy& policy : bundle.policy()) {
    for (const v1::Rule& rule : policy.rule()) by_id[rule.id()] = &rule;
  }
  for (std::vector<CompiledRule>* rules : {&rules_, &duties_}) {
    for (CompiledRule& rule : *rules) rule.source = by_id.at(rule.source->id());
  }
}

absl::Status PolicyLoader::CheckRules() {
  for (const PolicyFile& file : policies_) *set_->bundle_.add_policy() = file.policy;
  SortCanonically(&set_->bundle_);
  MoveSources();
  std::sort(rules_.begin(), rules_.end(), [](const CompiledRule& a, const CompiledRule& b) {
    return a.source->id() < b.source->id();
  });
  const SetChecks checks(names_.get(), nodes_.get(), &faults_);
  checks.CheckDuties(duties_, rules_);
  checks.CheckObligations(rules_);
  std::set<const v1::Rule*> walls;
  for (const v1::Rule& wall : set_->bundle_.vocabulary().wall()) walls.insert(&wall);
  checks.CheckWalls(walls, rules_);
  return faults_.ToStatus();
}

absl::StatusOr<std::shared_ptr<const PolicySet>> PolicyLoader::Finish(
    const Sha256Function& sha256) {
  set_->canonical_bytes_ = CanonicalBytes(set_->bundle_);
  set_->digest_ = sha256(set_->canonical_bytes_);
  if (set_->digest_.size() != kDigestBytes) {
    return absl::InternalError("the digest of a policy set must have 32 bytes");
  }
  std::set<uint32_t> limits;
  for (const CompiledRule& rule : rules_) {
    if (rule.row.age_from != 0) limits.insert(rule.row.age_from);
    if (rule.row.age_below != kNoAge) limits.insert(rule.row.age_below);
  }
  set_->age_limits_.assign(limits.begin(), limits.end());
  set_->table_ = std::make_unique<RuleTable>(std::move(rules_), *std::move(nodes_),
                                             set_->bundle_.vocabulary(), names_->categories());
  set_->names_ = std::move(names_);
  return std::shared_ptr<const PolicySet>(std::move(set_));
}

absl::StatusOr<std::shared_ptr<const PolicySet>> PolicySet::Load(
    std::span<const PolicySource> catalogue, std::span<const PolicySource> policies,
    const Sha256Function& sha256) {
  PolicyLoader loader;
  RETURN_IF_ERROR(loader.ReadCatalogue(catalogue));
  RETURN_IF_ERROR(loader.ReadPolicies(policies));
  RETURN_IF_ERROR(loader.CompileRules());
  RETURN_IF_ERROR(loader.CheckRules());
  return loader.Finish(sha256);
}

PolicySet::PolicySet() = default;
PolicySet::~PolicySet() = default;

absl::StatusOr<std::vector<PolicySource>> ReadPolicySources(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    ASSIGN_OR_RETURN(std::string text, ReadFile(path));
    return std::vector<PolicySource>{{path, std::move(text)}};
  }
  std::set<std::string> names;
  for (std::filesystem::directory_iterator at(path, error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().string();
    const bool text = absl::EndsWith(name, kText) && !absl::EndsWith(name, kCases);
    if (text || absl::EndsWith(name, kTable)) names.insert(name);
  }
  if (error) {
    return absl::PermissionDeniedError(absl::StrCat("cannot read `", path, "`: ", error.message()));
  }
  if (names.empty())
    return absl::NotFoundError(absl::StrCat("`", path, "` holds no *.txtpb or *.tsv file"));
  std::vector<PolicySource> sources;
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(std::string text, ReadFile(name));
    sources.push_back({name, std::move(text)});
  }
  return sources;
}

}  // namespace sluss
