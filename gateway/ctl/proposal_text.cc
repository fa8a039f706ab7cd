#include "gateway/ctl/proposal_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/base/clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/policies/approval.h"
#include "proto/analysis.pb.h"

namespace sluss {
namespace {

// "in force" of POLICY_IN_FORCE.
std::string StateText(v1::ProposalState state) {
  const std::string name = v1::ProposalState_Name(state).substr(std::string("POLICY_").size());
  return absl::StrReplaceAll(absl::AsciiStrToLower(name), {{"_", " "}});
}

template <typename Sentence>
void AddSentence(const char* mark, const Sentence& sentence, bool english, std::string* text) {
  absl::StrAppend(text, "  ", mark, " ", english ? sentence.sentence_en() : sentence.sentence_sv(),
                  "\n");
}

void AddList(const char* title, const char* mark, const v1::ChangeList& list, bool english,
             std::string* text) {
  if (list.change().empty()) return;
  absl::StrAppend(text, title, "\n");
  for (const v1::Change& change : list.change()) AddSentence(mark, change, english, text);
  if (list.situations_unlisted() > 0) {
    absl::StrAppend(text, "  and ", list.situations_unlisted(),
                    " situations more that are not listed\n");
  }
}

void AddDiff(const v1::PolicyDiff& diff, bool english, std::string* text) {
  absl::StrAppend(text, english ? diff.summary_en() : diff.summary_sv(), "\n");
  AddList("newly permitted", "+", diff.newly_permitted(), english, text);
  AddList("newly denied", "-", diff.newly_denied(), english, text);
  AddList("only what it brings with it changed", "~", diff.terms_changed(), english, text);
  for (const v1::PurposeChange& change : diff.purpose()) AddSentence("!", change, english, text);
}

void AddPersons(const v1::Proposal& proposal, std::string* text) {
  absl::StrAppend(text, "proposed           ", SwedishTimeText(proposal.proposed_us()), " by ",
                  proposal.author(), "\n");
  if (proposal.approved_us() != 0) {
    absl::StrAppend(text, "approved           ", SwedishTimeText(proposal.approved_us()), " by ",
                    proposal.approver(), "\n");
  }
  if (proposal.effective_us() != 0) {
    absl::StrAppend(text, "in force from      ", SwedishTimeText(proposal.effective_us()), "\n");
  }
}

}  // namespace

std::string SwedishTimeText(int64_t us) {
  return absl::StrReplaceAll(absl::FormatCivilTime(ToSwedishTime(absl::FromUnixMicros(us))),
                             {{"T", " "}});
}

absl::StatusOr<std::string> ProposalAsText(const v1::Proposal& proposal, bool english) {
  v1::PolicyDiff diff;
  if (!diff.ParseFromString(proposal.diff()) || diff.before_digest() != proposal.base_digest() ||
      diff.after_digest() != proposal.digest() ||
      ApprovalDigest(proposal) != proposal.approval_digest()) {
    return absl::DataLossError(
        "the gateway shows a difference that is not that of the versions and the digest it names: "
        "do not approve it, and call its operator");
  }
  std::string text;
  if (proposal.number() == 0) {
    absl::StrAppend(&text, "checked, not proposed\n");
  } else {
    absl::StrAppend(&text, "proposal ", proposal.number(), ": ", StateText(proposal.state()),
                    proposal.rollback() ? ", a rollback" : "", "\n");
    AddPersons(proposal, &text);
  }
  absl::StrAppend(&text, "replaces version   ", proposal.base_version(), " (",
                  ToHex(proposal.base_digest()), ")\nby version         ", proposal.version(), " (",
                  ToHex(proposal.digest()), ")\nvocabulary         ", proposal.vocabulary_version(),
                  proposal.vocabulary_changed() ? ", CHANGED" : ", unchanged", "\n");
  absl::StrAppend(&text, "cases              ", proposal.cases(), "\ninvariants         ",
                  proposal.invariants(), "\n");
  if (!proposal.note().empty())
    absl::StrAppend(&text, "note               ", proposal.note(), "\n");
  absl::StrAppend(&text, "\n");
  AddDiff(diff, english, &text);
  absl::StrAppend(&text, "\ndigest to approve  ", ToHex(proposal.approval_digest()), "\n");
  return text;
}

std::string HistoryAsText(const v1::PolicyHistory& history) {
  std::string text;
  for (const v1::PolicyActivation& one : history.activation()) {
    absl::StrAppend(&text, "activation ", one.number(), "  ", SwedishTimeText(one.since_us()),
                    " - ", one.until_us() == 0 ? "now" : SwedishTimeText(one.until_us()),
                    "  version ", one.version(), "  ", ToHex(one.digest()), "  ");
    if (one.proposal() == 0) {
      absl::StrAppend(&text, "imported from files");
    } else {
      absl::StrAppend(&text, one.rollback() ? "rollback, " : "", "proposal ", one.proposal(),
                      " by ", one.author(), ", approved by ", one.approver());
    }
    absl::StrAppend(&text, "  entry ", one.log_index(), "\n");
  }
  for (const v1::Proposal& one : history.proposal()) {
    absl::StrAppend(&text, "proposal ", one.number(), "  ", SwedishTimeText(one.proposed_us()),
                    "  ", StateText(one.state()), "  version ", one.version(), "  ",
                    ToHex(one.digest()), "  by ", one.author());
    if (!one.approver().empty()) absl::StrAppend(&text, ", approved by ", one.approver());
    absl::StrAppend(&text, "\n");
  }
  return text;
}

}  // namespace sluss
