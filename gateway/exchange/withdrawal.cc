#include "gateway/exchange/withdrawal.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr size_t kOfficerBytes = 32;

// What the answer says of the messages, in both languages.
struct Counted {
  uint64_t count;
  const char* one_sv;
  const char* many_sv;
  const char* one_en;
  const char* many_en;
};

void SayCount(const Counted& counted, std::string* sv, std::string* en) {
  const bool one = counted.count == 1;
  absl::StrAppend(sv, sv->empty() ? "" : " ", counted.count, one ? " meddelande " : " meddelanden ",
                  one ? counted.one_sv : counted.many_sv);
  absl::StrAppend(en, en->empty() ? "" : " ", counted.count, one ? " message " : " messages ",
                  one ? counted.one_en : counted.many_en);
}

absl::StatusOr<Withdrawal> ParseWhat(const v1::WithdrawRequest& request) {
  Withdrawal withdrawal;
  switch (request.what_case()) {
    case v1::WithdrawRequest::kConsentId: {
      ASSIGN_OR_RETURN(withdrawal.consent_id,
                       ParseId16<ConsentId>(request.consent_id(), "consent_id"));
      break;
    }
    case v1::WithdrawRequest::kMessageId: {
      ASSIGN_OR_RETURN(withdrawal.message_id,
                       ParseId16<MessageId>(request.message_id(), "message_id"));
      if (request.party_size() + request.category_size() > 0) {
        return absl::InvalidArgumentError(
            "`party` and `category` are parts of a consent: a message is taken back whole");
      }
      break;
    }
    case v1::WithdrawRequest::WHAT_NOT_SET:
      return absl::InvalidArgumentError("`consent_id` or `message_id` must say what is withdrawn");
  }
  withdrawal.party = {request.party().begin(), request.party().end()};
  withdrawal.category = {request.category().begin(), request.category().end()};
  withdrawal.on_behalf_of = request.on_behalf_of();
  return withdrawal;
}

}  // namespace

absl::StatusOr<Withdrawal> ParseWithdrawal(const AgencyId& caller,
                                           const v1::WithdrawRequest& request) {
  ASSIGN_OR_RETURN(Withdrawal withdrawal, ParseWhat(request));
  withdrawal.caller = caller;
  if (request.officer().size() != kOfficerBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("`officer` must be 32 bytes, not ", request.officer().size()));
  }
  if (request.on_behalf_of() != "guardian" && request.on_behalf_of() != "child" &&
      request.on_behalf_of() != "party") {
    return absl::InvalidArgumentError("`on_behalf_of` must be guardian, child or party");
  }
  withdrawal.officer = request.officer();
  return withdrawal;
}

absl::StatusOr<Withdrawal> ParseOfficialWithdrawal(absl::string_view official,
                                                   const v1::WithdrawRequest& request) {
  ASSIGN_OR_RETURN(Withdrawal withdrawal, ParseWhat(request));
  if (withdrawal.consent_id.empty()) {
    return absl::PermissionDeniedError("`message_id`: a message is taken back by its sender");
  }
  if (!request.officer().empty()) {
    return absl::InvalidArgumentError("`officer` is left out: the certificate names the officer");
  }
  if (request.on_behalf_of() != "guardian" && request.on_behalf_of() != "child") {
    return absl::InvalidArgumentError("`on_behalf_of` must be guardian or child");
  }
  withdrawal.official = std::string(official);
  return withdrawal;
}

LeafDraft WithdrawalLeaf(const Withdrawal& request) {
  LeafDraft leaf;
  leaf.clear.set_kind(v1::WITHDRAWAL);
  leaf.clear.set_sender(request.caller.value());
  leaf.clear.set_outcome(request.on_behalf_of);
  v1::OpenedField officer;
  officer.set_tag(static_cast<uint32_t>(CommitTag::kOfficer));
  officer.set_value(request.caller.empty() ? request.official : request.officer);
  leaf.committed.push_back(std::move(officer));
  return leaf;
}

void SayCounts(const v1::ConsentStep& step, v1::WithdrawResponse* response) {
  std::string sv, en;
  SayCount(
      {step.stopped(), "stoppades och lämnas aldrig ut.", "stoppades och lämnas aldrig ut.",
       "was stopped and will never be handed out.", "were stopped and will never be handed out."},
      &sv, &en);
  if (step.trimmed() > 0) {
    SayCount({step.trimmed(), "lämnas ut utan det som återkallats.",
              "lämnas ut utan det som återkallats.", "leaves without what was withdrawn.",
              "leave without what was withdrawn."},
             &sv, &en);
  }
  if (step.recalled() > 0) {
    SayCount({step.recalled(), "återkallades hos mottagaren, som ska förstöra det.",
              "återkallades hos mottagaren, som ska förstöra dem.",
              "was recalled from the recipient, who is to destroy it.",
              "were recalled from the recipients, who are to destroy them."},
             &sv, &en);
  }
  SayCount({step.already_gone(), "hade redan lämnats ut.", "hade redan lämnats ut.",
            "had already been handed out.", "had already been handed out."},
           &sv, &en);
  response->set_text_sv(sv);
  response->set_text_en(en);
}

}  // namespace sluss
