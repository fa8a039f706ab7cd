// withdrawal-race: as many withdrawals as deliveries, all in flight at once, against a running
// gateway that somebody kills and starts again meanwhile (withdrawal_race_test.py).
//
// The school registers a consent for each message, submits the messages and takes the consents back
// in another order, each at its own moment; the police hold a stream and acknowledge, some at once,
// some late. Every call is repeated until it is answered, as an adapter does. Prints one JSON
// object: what each message came to, as its parties saw it.
#include <atomic>
#include <chrono>
#include <functional>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/mutex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/consent.h"
#include "gateway/crypto/personal_number.h"
#include "gateway/crypto/random.h"
#include "gateway/crypto/seal.h"
#include "gateway/rpc/status.h"
#include "nlohmann/json.hpp"
#include "tests/benchmarks/load/consent.h"
#include "tests/benchmarks/load/party.h"
#include "tests/testing/officers.h"

namespace sluss {
namespace {

// A published test identity.
constexpr absl::string_view kTestNumber = "201105249807";
constexpr int kThreads = 8;
constexpr uint32_t kWindow = 256;
constexpr std::chrono::seconds kPatience(240);  // for one call, restarts and all

using Steady = std::chrono::steady_clock;

struct Arguments {
  std::string school, police;
  size_t count = 1000;
  uint32_t seed = 4711;
};

// What is known of one message and its consent.
struct Case {
  std::string message_id;
  std::string consent_id;
  v1::Envelope envelope;
  bool submitted = false;  // before the withdrawal was answered
  v1::Verdict verdict = v1::VERDICT_UNSPECIFIED;
  Steady::time_point withdrawn{};  // answered
  std::string listed;              // in the first answer: "stopped", "recalled", "gone", ""
  bool answered_again = false;     // the first answer was lost
  // Of the police, under Police::mutex.
  int received = 0;
  int received_late = 0;  // after the withdrawal's answer
  int recalls = 0;
  bool acknowledged = false;
};

[[noreturn]] void Fail(absl::string_view text) {
  std::cerr << "withdrawal-race: " << text << "\n";
  std::_Exit(1);
}

template <typename T>
T OrFail(absl::StatusOr<T> result) {
  if (!result.ok()) Fail(result.status().message());
  return *std::move(result);
}

bool WorthRepeating(grpc::StatusCode code) {
  return code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::DEADLINE_EXCEEDED ||
         code == grpc::StatusCode::RESOURCE_EXHAUSTED || code == grpc::StatusCode::CANCELLED;
}

// Repeats one call until it is answered. How often it was asked.
template <typename Method, typename Request, typename Response>
grpc::Status Call(v1::Gateway::Stub& stub, Method method, const Request& request,
                  Response* response, int* attempts) {
  const auto until = Steady::now() + kPatience;
  for (*attempts = 1;; ++*attempts) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    const grpc::Status status = (stub.*method)(&context, request, response);
    if (!WorthRepeating(status.error_code()) || Steady::now() > until) return status;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

template <typename Method, typename Request, typename Response>
void MustCall(v1::Gateway::Stub& stub, Method method, const Request& request, Response* response,
              int* attempts, const char* what) {
  const grpc::Status status = Call(stub, method, request, response, attempts);
  if (!status.ok()) Fail(absl::StrCat(what, ": ", status.error_message()));
}

// ---- The school ---------------------------------------------------------------------------------

std::string Digest(char byte) { return std::string(32, byte); }

void EnrolOfficer(const Party& school, v1::Gateway::Stub& stub) {
  const absl::Time now = absl::Now();
  const v1::EnrolOfficersRequest request =
      testing::RegisterOf(school.secrets, static_cast<uint64_t>(absl::ToUnixMicros(now)),
                          {testing::EnrolledFor(school.secrets, Digest('o'), {"counsellor"},
                                                now - absl::Hours(1), now + absl::Hours(24))});
  v1::EnrolOfficersResponse response;
  int attempts = 0;
  MustCall(stub, &v1::Gateway::Stub::EnrolOfficers, request, &response, &attempts, "officers");
}

v1::ConsentRecord Record(const Party& school, const Party& police) {
  v1::ConsentRecord record = ConsentOfADay();
  AddParty(school.config.agency(), "counsellor", &record);
  AddParty(police.config.agency(), "police-officer", &record);
  record.set_purpose("COLLABORATION");
  record.set_form("SSPF");
  for (const char* category : {"CONTACT", "NARRATIVE", "PLAN", "IDENTITY_ESCROW"}) {
    record.add_category(category);
  }
  record.set_received_by(Digest('o'));
  record.set_received_role("counsellor");
  return record;
}

v1::Envelope Seal(const Party& school, const Party& police, const CanonicalNumber& number,
                  const std::string& message_id, ConsentWitness witness) {
  Outgoing outgoing;
  v1::Header& header = outgoing.header;
  header.set_message_id(message_id);
  header.set_recipient(police.config.agency());
  header.set_purpose("COLLABORATION");
  header.set_legal_basis("OSL-12-2");
  header.set_urgency(v1::NORMAL);
  header.set_created_us(absl::ToUnixMicros(absl::Now()));
  header.mutable_age()->set_from(12);
  header.mutable_age()->set_below(15);
  v1::Attestation& attestation = *header.add_attestation();
  attestation.set_officer(Digest('o'));
  attestation.set_role("counsellor");
  attestation.set_reason_digest(Digest('r'));
  outgoing.parts = {{"CONTACT", "c"}, {"NARRATIVE", "n"}, {"PLAN", "p"}};
  outgoing.number = number;
  outgoing.escrow_identity = true;
  outgoing.consents.push_back(std::move(witness));
  v1::Envelope envelope = OrFail(SealEnvelope(outgoing, school.secrets, *school.directory));
  testing::SignByOfficers(&envelope);
  return envelope;
}

// Registers the consent and seals the message.
void Prepare(const Party& school, const Party& police, v1::Gateway::Stub& stub, Case* one) {
  const CanonicalNumber number = OrFail(CanonicalNumber::Parse(kTestNumber));
  SealedConsent consent =
      OrFail(SealConsent(Record(school, police), number, school.secrets, *school.directory));
  one->consent_id = consent.witness.consent_id().value();
  one->message_id = RandomBytes(16);
  v1::RegisterConsentResponse registered;
  int attempts = 0;
  MustCall(stub, &v1::Gateway::Stub::RegisterConsent, consent.request, &registered, &attempts,
           "consent");
  one->envelope = Seal(school, police, number, one->message_id, std::move(consent.witness));
}

void Submit(v1::Gateway::Stub& stub, Case* one) {
  v1::SubmitRequest request;
  *request.mutable_envelope() = one->envelope;
  v1::SubmitResponse response;
  const auto until = Steady::now() + kPatience;
  for (;;) {  // each attempt says when it was made
    request.set_sent_us(absl::ToUnixMicros(absl::Now()));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    const grpc::Status status = stub.Submit(&context, request, &response);
    if (status.ok()) break;
    if (!WorthRepeating(status.error_code()) || Steady::now() > until) {
      Fail(absl::StrCat("submit: ", status.error_message()));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  one->verdict = response.decision().verdict();
}

const char* ListedIn(const v1::WithdrawResponse& response) {
  if (response.stopped_size() > 0) return "stopped";
  if (response.recalled_size() > 0) return "recalled";
  return response.already_gone_size() > 0 ? "gone" : "";
}

// ---- The police ---------------------------------------------------------------------------------

class Police {
 public:
  Police(const Party& party, std::vector<Case>* cases) : party_(party) {
    for (Case& one : *cases) by_message_[one.message_id] = &one;
  }

  // Holds a stream, and another one when it ends, until Stop.
  void Run() {
    std::vector<std::thread> workers;
    for (int i = 0; i < kThreads; ++i) workers.emplace_back([this, i] { Acknowledge(i); });
    while (!stopping_) {
      const auto stub = OrFail(ConnectParty(party_, party_.config.gateway_address()));
      grpc::ClientContext context;
      {
        MutexLock lock(&mutex_);
        stream_ = &context;
        if (stopping_) context.TryCancel();
      }
      v1::FetchRequest request;
      request.set_window(kWindow);
      const auto stream = stub->Fetch(&context, request);
      v1::Delivery delivery;
      while (stream->Read(&delivery)) Take(delivery);
      (void)stream->Finish();
      {
        MutexLock lock(&mutex_);
        stream_ = nullptr;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    {
      MutexLock lock(&mutex_);
      changed_.NotifyAll();
    }
    for (std::thread& worker : workers) worker.join();
  }

  void Stop() {
    MutexLock lock(&mutex_);
    stopping_ = true;
    if (stream_ != nullptr) stream_->TryCancel();
    changed_.NotifyAll();
  }

  // Held by whoever reads or writes what a case says of the police.
  Mutex mutex;

 private:
  void Take(const v1::Delivery& delivery) {
    const auto now = Steady::now();
    if (const auto found = by_message_.find(delivery.message_id()); found != by_message_.end()) {
      MutexLock lock(&mutex);
      Case& one = *found->second;
      if (delivery.has_recall()) ++one.recalls;
      if (delivery.has_notification() && ++one.received == 1 &&
          one.withdrawn != Steady::time_point{} && one.withdrawn < now) {
        ++one.received_late;
      }
    }
    MutexLock lock(&mutex_);
    queue_.push_back(delivery);
    changed_.NotifyOne();
  }

  void Acknowledge(int worker) {
    std::mt19937 random(worker);
    const auto stub = OrFail(ConnectParty(party_, party_.config.gateway_address()));
    for (;;) {
      v1::Delivery delivery;
      {
        MutexLock lock(&mutex_);
        while (queue_.empty() && !stopping_) changed_.Wait(&mutex_);
        if (queue_.empty()) return;
        delivery = std::move(queue_.front());
        queue_.erase(queue_.begin());
      }
      // Some at once, some when their consent may be gone.
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 60));
      v1::AcknowledgeRequest request;
      request.set_delivery_id(delivery.delivery_id());
      if (delivery.has_recall()) request.set_reason_code("destroyed");
      v1::AcknowledgeResponse response;
      int attempts = 0;
      const grpc::Status status =
          Call(*stub, &v1::Gateway::Stub::Acknowledge, request, &response, &attempts);
      const auto found = by_message_.find(delivery.message_id());
      if (found == by_message_.end() || !delivery.has_notification()) continue;
      MutexLock lock(&mutex);
      if (status.ok()) found->second->acknowledged = true;
    }
  }

  const Party& party_;
  std::map<std::string, Case*> by_message_;
  Mutex mutex_;
  CondVar changed_;
  std::vector<v1::Delivery> queue_ ABSL_GUARDED_BY(mutex_);
  grpc::ClientContext* stream_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::atomic<bool> stopping_{false};
};

// ---- The race -----------------------------------------------------------------------------------

// One thread's share of the cases at a time, in the given order.
void Spread(const std::vector<size_t>& order, const std::function<void(size_t)>& work) {
  std::atomic<size_t> next{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (size_t at = next++; at < order.size(); at = next++) work(order[at]);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

void Withdraw(v1::Gateway::Stub& stub, Police& police, Case* one) {
  v1::WithdrawRequest request;
  request.set_consent_id(one->consent_id);
  request.set_officer(Digest('o'));
  request.set_on_behalf_of("guardian");
  v1::WithdrawResponse response;
  int attempts = 0;
  MustCall(stub, &v1::Gateway::Stub::Withdraw, request, &response, &attempts, "withdraw");
  MutexLock lock(&police.mutex);
  one->withdrawn = Steady::now();
  one->listed = ListedIn(response);
  one->answered_again = attempts > 1;
}

// Until it has ended and, where it was called back, the recipient's word has come.
v1::GetStatusResponse Settled(v1::Gateway::Stub& stub, const Case& one) {
  v1::GetStatusRequest request;
  request.set_message_id(one.message_id);
  const auto until = Steady::now() + kPatience;
  for (;;) {
    v1::GetStatusResponse response;
    int attempts = 0;
    MustCall(stub, &v1::Gateway::Stub::GetStatus, request, &response, &attempts, "status");
    const bool ended = response.state() != v1::QUEUED && response.state() != v1::CLAIMED &&
                       response.recall() != "pending";
    if (ended || Steady::now() > until) return response;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

nlohmann::ordered_json Told(const Case& one, const v1::GetStatusResponse& status) {
  return {{"message", ToHex(one.message_id)},
          {"consent", ToHex(one.consent_id)},
          {"verdict", v1::Verdict_Name(one.verdict)},
          {"state", v1::MessageState_Name(status.state())},
          {"recall", status.recall()},
          {"listed", one.listed},
          {"answeredAgain", one.answered_again},
          {"received", one.received},
          {"receivedLate", one.received_late},
          {"recalls", one.recalls},
          {"acknowledged", one.acknowledged}};
}

void Race(const Arguments& arguments) {
  const Party school = OrFail(LoadParty(arguments.school));
  const Party police_party = OrFail(LoadParty(arguments.police));
  const auto stub = OrFail(ConnectParty(school, school.config.gateway_address()));
  EnrolOfficer(school, *stub);
  std::vector<Case> cases(arguments.count);
  std::vector<size_t> order(arguments.count);
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  Spread(order, [&](size_t i) { Prepare(school, police_party, *stub, &cases[i]); });
  std::cerr << "ready" << std::endl;  // the killing may begin

  Police police(police_party, &cases);
  std::thread receiving([&] { police.Run(); });
  std::vector<size_t> withdrawing = order;
  std::mt19937 random(arguments.seed);
  // The same order but for neighbours, so that a withdrawal meets its message on its way.
  for (size_t i = 0; i + 24 < withdrawing.size(); ++i) {
    std::swap(withdrawing[i], withdrawing[i + random() % 24]);
  }
  std::thread submitting([&] { Spread(order, [&](size_t i) { Submit(*stub, &cases[i]); }); });
  Spread(withdrawing, [&](size_t i) { Withdraw(*stub, police, &cases[i]); });
  submitting.join();

  nlohmann::ordered_json told = nlohmann::ordered_json::array();
  for (Case& one : cases) {
    const v1::GetStatusResponse status = Settled(*stub, one);
    MutexLock lock(&police.mutex);
    told.push_back(Told(one, status));
  }
  police.Stop();
  receiving.join();
  std::cout << told.dump() << std::endl;
}

}  // namespace
}  // namespace sluss

int main(int argc, char** argv) {
  sluss::Arguments arguments;
  CLI::App app("Withdrawals against deliveries in flight");
  app.add_option("--school", arguments.school, "Adapter configuration")->required();
  app.add_option("--police", arguments.police, "Adapter configuration")->required();
  app.add_option("--count", arguments.count, "Messages, and withdrawals")->capture_default_str();
  app.add_option("--seed", arguments.seed, "Of the order")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  sluss::Race(arguments);
  return 0;
}
