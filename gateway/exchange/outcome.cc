#include "gateway/exchange/outcome.h"

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/random.h"

namespace sluss {
namespace {

constexpr size_t kIdBytes = 16;

struct Sentence {
  absl::string_view sv;
  absl::string_view en;
};

Sentence SentenceOf(v1::MessageState state) {
  switch (state) {
    case v1::ACKNOWLEDGED:
      return {"Mottagaren har tagit emot meddelandet.", "The recipient has received the message."};
    case v1::REFUSED_BY_RECIPIENT:
      return {"Mottagaren kunde inte ta emot meddelandet. Ta kontakt på annat sätt.",
              "The recipient could not accept the message. Make contact in another way."};
    case v1::STOPPED:
      return {"Meddelandet stoppades innan det lämnades ut.",
              "The message was stopped before it was handed out."};
    case v1::DENIED_AT_DELIVERY:
      return {"Meddelandet lämnades inte ut, eftersom det inte längre var tillåtet.",
              "The message was not handed out, because it was no longer permitted."};
    case v1::EXPIRED_UNDELIVERED:
      return {
          "Mottagaren tog inte emot meddelandet i tid, och det är raderat här. Ring mottagaren "
          "eller socialjouren, vid fara 112.",
          "The recipient did not receive the message in time, and it is erased here. Phone the "
          "recipient or the social emergency service; 112 in danger."};
    case v1::RECALLED:
      return {"Meddelandet återkallades hos mottagaren, som ska förstöra det.",
              "The message was recalled from the recipient, who is to destroy it."};
    default:
      return {"", ""};
  }
}

Sentence RecallSentence(absl::string_view code) {
  if (code == "destroyed") {
    return {"Mottagaren har förstört det återkallade meddelandet.",
            "The recipient has destroyed the recalled message."};
  }
  if (code == "not-received") {
    return {"Mottagaren hade inte tagit emot det återkallade meddelandet.",
            "The recipient had not received the recalled message."};
  }
  return {
      "Mottagarens verksamhetssystem hade redan hämtat det återkallade meddelandet. "
      "Någon där ska förstöra det: ta kontakt.",
      "The recipient's own system had taken the recalled message already. Somebody there is to "
      "destroy it: make contact."};
}

std::string Joined(absl::string_view sentence, absl::string_view reason) {
  return reason.empty() ? std::string(sentence) : absl::StrCat(sentence, " ", reason);
}

}  // namespace

v1::Outcome OutcomeOf(v1::MessageState state, absl::string_view reason_code,
                      absl::string_view reason_sv, absl::string_view reason_en) {
  const Sentence sentence = SentenceOf(state);
  v1::Outcome outcome;
  outcome.set_state(state);
  outcome.set_reason_code(std::string(reason_code));
  outcome.set_text_sv(Joined(sentence.sv, reason_sv));
  outcome.set_text_en(Joined(sentence.en, reason_en));
  outcome.set_phone_now(state == v1::EXPIRED_UNDELIVERED);
  return outcome;
}

v1::Outcome PhoneNow(v1::MessageState state) {
  v1::Outcome outcome;
  outcome.set_state(state);
  outcome.set_reason_code("not-acknowledged");
  outcome.set_text_sv(
      "Mottagaren har inte kvitterat meddelandet i tid. Ring nu: mottagaren eller socialjouren, "
      "vid "
      "fara 112.");
  outcome.set_text_en(
      "The recipient has not acknowledged the message in time. Phone now: the recipient or the "
      "social emergency service; 112 in danger.");
  outcome.set_phone_now(true);
  return outcome;
}

v1::Outcome TrimmedOutcome(absl::string_view reason_code) {
  v1::Outcome outcome;
  outcome.set_state(v1::QUEUED);
  outcome.set_reason_code(std::string(reason_code));
  outcome.set_text_sv(
      "Meddelandet lämnas ut utan de uppgifter som samtycket inte längre omfattar.");
  outcome.set_text_en("The message leaves without what the consent no longer covers.");
  return outcome;
}

v1::Outcome RecallEnded(absl::string_view code) {
  const Sentence sentence = RecallSentence(code);
  v1::Outcome outcome;
  outcome.set_state(v1::RECALLED);
  outcome.set_reason_code(absl::StrCat("recall-", code));
  outcome.set_text_sv(std::string(sentence.sv));
  outcome.set_text_en(std::string(sentence.en));
  return outcome;
}

absl::Status TellSender(Recorder& recorder, const MessageRow& row, const v1::Outcome& outcome) {
  recorder.Wake(row.sender);
  return recorder.store().EnqueueOutcome(row.sender, DeliveryId(RandomBytes(kIdBytes)), row.id,
                                         outcome);
}

void ForgetPseudonym(MessageRow* row) {
  if (row->pseudonym == PseudonymState::kWanted) row->pseudonym = PseudonymState::kNone;
  row->details.clear_nym_ciphertext();
  row->details.clear_gateway_hop();
  row->details.clear_keyholder_hop();
}

absl::Status EndMessage(Recorder& recorder, MessageRow row, const Entry& because,
                        const v1::Outcome& outcome) {
  row.state = outcome.state();
  row.deadline = recorder.ForgetAt(row.state);
  row.details.set_reason_code(outcome.reason_code());
  row.details.set_latest_event(because.event().value());
  row.details.set_latest_index(because.index());
  row.details.clear_officer();
  const bool nym_follows = row.state == v1::ACKNOWLEDGED && row.details.left_without_nym();
  if (!nym_follows) ForgetPseudonym(&row);
  Transaction& store = recorder.store();
  RETURN_IF_ERROR(store.UpdateMessage(row, because));
  RETURN_IF_ERROR(store.ErasePayload(row.id));
  RETURN_IF_ERROR(store.RemoveItem(row.delivery_id));
  return TellSender(recorder, row, outcome);
}

}  // namespace sluss
