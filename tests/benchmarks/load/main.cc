// sluss-load: drives a running gateway and key holder from a sending and a receiving agency, and an
// empty relay over the same TLS in the same run. Prints one JSON line. See run-load beside it.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <iostream>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "gateway/base/clock.h"
#include "gateway/base/text_file.h"
#include "gateway/rpc/peer_verifier.h"
#include "gateway/rpc/server.h"
#include "nlohmann/json.hpp"
#include "tests/benchmarks/load/ends.h"
#include "tests/benchmarks/load/measure.h"
#include "tests/benchmarks/load/relay.h"

namespace sluss {
namespace {

struct Arguments {
  std::string sender, receiver, gateway_tls;
  pid_t gateway_pid = 0, keyholder_pid = 0;
  size_t messages = 4000;
  int in_flight = 32;
  std::string disk_dir;
  bool queue_only = false;
  bool consent = false;
};

[[noreturn]] void Fail(absl::string_view text) {
  std::cerr << "sluss-load: " << text << "\n";
  _exit(1);
}

Party Load(const std::string& path) {
  absl::StatusOr<Party> party = LoadParty(path);
  if (!party.ok()) Fail(party.status().message());
  return *std::move(party);
}

// Every role runs in a process of its own, made before gRPC starts a thread in it.
pid_t Fork(const std::function<void()>& role) {
  const pid_t child = fork();
  if (child < 0) Fail("fork failed");
  if (child == 0) {
    role();
    _exit(0);
  }
  return child;
}

// Waits for the child and returns its CPU time in microseconds.
int64_t Join(pid_t child) {
  rusage usage;
  if (wait4(child, nullptr, 0, &usage) != child) Fail("wait4 failed");
  const auto microseconds = [](const timeval& time) {
    return int64_t{time.tv_sec} * 1'000'000 + time.tv_usec;
  };
  return microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
}

// Serves the empty relay until `stop_fd` is closed; writes its address to `address_fd` first.
void ServeRelay(const Arguments& arguments, const Party& any, int address_fd, int stop_fd) {
  v1::TlsFiles tls = any.config.tls();
  tls.set_certificate(arguments.gateway_tls + ".crt");
  tls.set_private_key(arguments.gateway_tls + ".key");
  const auto verifier = PeerVerifier::Create(tls.authority(), tls.revocation_list(), SystemClock());
  if (!verifier.ok()) Fail(verifier.status().message());
  const auto self = ParseServerName(any.config.gateway_name());
  if (!self.ok()) Fail(self.status().message());
  EmptyRelay relay;
  const auto server =
      StartServer({.listen = "127.0.0.1:0", .self = *self, .tls = tls}, verifier->get(), {&relay});
  if (!server.ok()) Fail(server.status().message());
  const std::string address = (*server)->address() + "\n";
  if (write(address_fd, address.data(), address.size()) < 0) Fail("pipe");
  char byte;
  while (read(stop_fd, &byte, 1) > 0) {
  }
  relay.Stop();
  (*server)->Shutdown(absl::Seconds(2));
}

struct Result {
  double messages_per_second = 0;
  Percentiles submit, acknowledged;
  int64_t sender_cpu = 0, receiver_cpu = 0;
};

Result Measure(const Party& sender, const Party& receiver, const Stage& stage, size_t messages) {
  Journeys journeys(messages);
  const int64_t start = MonotonicNanoseconds();
  const pid_t receiving = Fork([&] { RunReceiver(receiver, stage, journeys); });
  const pid_t sending = Fork([&] { RunSender(sender, receiver, stage, journeys); });
  const int64_t sender_cpu = Join(sending);
  // What was answered is delivered; a receiver that makes no progress for a minute has failed.
  uint64_t seen = 0;
  int64_t progress = MonotonicNanoseconds();
  while (journeys.acknowledged() + journeys.failed() < messages) {
    usleep(2000);
    if (journeys.acknowledged() != seen) {
      seen = journeys.acknowledged();
      progress = MonotonicNanoseconds();
    }
    if (MonotonicNanoseconds() - progress > 60'000'000'000) break;
  }
  if (journeys.acknowledged() < messages) kill(receiving, SIGKILL);
  Result result;
  result.sender_cpu = sender_cpu;
  result.receiver_cpu = Join(receiving);
  if (journeys.failed() > 0 || journeys.acknowledged() < messages) {
    Fail(absl::StrCat(journeys.acknowledged().load(), " of ", messages, " acknowledged, ",
                      journeys.failed().load(), " failed"));
  }
  int64_t first = INT64_MAX, last = start;
  std::vector<int64_t> submit, acknowledged;
  for (const Journey& journey : journeys.all()) {
    first = std::min<int64_t>(first, journey.sent_ns);
    last = std::max<int64_t>(last, journey.acknowledged_ns);
    submit.push_back(journey.answered_ns - journey.sent_ns);
    acknowledged.push_back(journey.acknowledged_ns - journey.sent_ns);
  }
  result.messages_per_second =
      static_cast<double>(messages) * 1e9 / static_cast<double>(last - first);
  result.submit = InMilliseconds(std::move(submit));
  result.acknowledged = InMilliseconds(std::move(acknowledged));
  return result;
}

Result MeasureRelay(const Arguments& arguments, const Party& sender, const Party& receiver) {
  int address[2], stop[2];
  if (pipe(address) != 0 || pipe(stop) != 0) Fail("pipe failed");
  const pid_t relay = Fork([&] {
    close(stop[1]);
    ServeRelay(arguments, sender, address[1], stop[0]);
  });
  close(stop[0]);
  char text[64] = {};
  if (read(address[0], text, sizeof(text) - 1) <= 0) Fail("the relay did not start");
  Stage stage{.address = text, .sealed = false, .in_flight = arguments.in_flight};
  stage.address.resize(stage.address.find('\n'));
  const Result result = Measure(sender, receiver, stage, arguments.messages * 2);
  close(stop[1]);
  Join(relay);
  return result;
}

nlohmann::ordered_json Json(const Result& result) {
  const auto pair = [](const Percentiles& values) {
    return nlohmann::ordered_json{{"p50", values.p50}, {"p99", values.p99}};
  };
  return {{"messages_per_second", result.messages_per_second},
          {"submit_ms", pair(result.submit)},
          {"submit_to_acknowledge_ms", pair(result.acknowledged)}};
}

// No receiver: the messages stay in the gateway's queue.
void RunQueue(const Arguments& arguments) {
  const Party sender = Load(arguments.sender);
  const Party receiver = Load(arguments.receiver);
  Journeys journeys(arguments.messages);
  const int64_t cpu_before = CpuMicroseconds(arguments.gateway_pid);
  const int64_t start = MonotonicNanoseconds();
  Join(Fork([&] {
    RunSender(sender, receiver,
              {.address = sender.config.gateway_address(),
               .consent = arguments.consent,
               .in_flight = arguments.in_flight},
              journeys);
  }));
  const double seconds = static_cast<double>(MonotonicNanoseconds() - start) / 1e9;
  if (journeys.failed() > 0) Fail(absl::StrCat(journeys.failed().load(), " messages failed"));
  const nlohmann::ordered_json out = {
      {"queued", arguments.messages},
      {"submitted_per_second", static_cast<double>(arguments.messages) / seconds},
      {"gateway_cpu_us_per_message",
       static_cast<double>(CpuMicroseconds(arguments.gateway_pid) - cpu_before) /
           static_cast<double>(arguments.messages)},
      {"gateway_resident_mb", ResidentBytes(arguments.gateway_pid) / 1e6}};
  std::cout << out.dump() << std::endl;
}

void Run(const Arguments& arguments) {
  const Party sender = Load(arguments.sender);
  const Party receiver = Load(arguments.receiver);
  const double fdatasync = FdatasyncRate(arguments.disk_dir);
  const int64_t gateway_before = CpuMicroseconds(arguments.gateway_pid);
  const int64_t keyholder_before = CpuMicroseconds(arguments.keyholder_pid);
  const Result whole = Measure(sender, receiver,
                               {.address = sender.config.gateway_address(),
                                .consent = arguments.consent,
                                .in_flight = arguments.in_flight},
                               arguments.messages);
  const auto per_message = [&](int64_t microseconds) {
    return static_cast<double>(microseconds) / static_cast<double>(arguments.messages);
  };
  nlohmann::ordered_json out = Json(whole);
  out["messages"] = arguments.messages;
  out["in_flight"] = arguments.in_flight;
  out["cpu_us_per_message"] = {
      {"gateway", per_message(CpuMicroseconds(arguments.gateway_pid) - gateway_before)},
      {"keyholder", per_message(CpuMicroseconds(arguments.keyholder_pid) - keyholder_before)},
      {"sender", per_message(whole.sender_cpu)},
      {"receiver", per_message(whole.receiver_cpu)}};
  out["gateway_resident_mb"] = ResidentBytes(arguments.gateway_pid) / 1e6;
  out["fdatasync_per_second"] = fdatasync;
  const Result relay = MeasureRelay(arguments, sender, receiver);
  out["empty_relay"] = Json(relay);
  out["ratio_to_empty_relay"] = whole.messages_per_second / relay.messages_per_second;
  std::cout << out.dump() << std::endl;
}

}  // namespace
}  // namespace sluss

int main(int argc, char** argv) {
  CLI::App app("Drives a whole exchange and prints one JSON line");
  sluss::Arguments arguments;
  app.add_option("--sender", arguments.sender, "adapter configuration, child psychiatry")
      ->required();
  app.add_option("--receiver", arguments.receiver, "adapter configuration, social services")
      ->required();
  app.add_option("--gateway-tls", arguments.gateway_tls, "prefix of the gateway's .crt and .key")
      ->required();
  app.add_option("--gateway-pid", arguments.gateway_pid)->required();
  app.add_option("--keyholder-pid", arguments.keyholder_pid)->required();
  app.add_option("--disk", arguments.disk_dir, "directory on the gateway's disk")->required();
  app.add_option("--messages", arguments.messages)->check(CLI::PositiveNumber);
  app.add_flag("--queue-only", arguments.queue_only,
               "without a receiver: what the gateway holds while nobody fetches");
  app.add_flag("--consent", arguments.consent, "every message cites a consent");
  app.add_option("--in-flight", arguments.in_flight)->check(CLI::Range(1, 256));
  CLI11_PARSE(app, argc, argv);
  arguments.queue_only ? sluss::RunQueue(arguments) : sluss::Run(arguments);
  return 0;
}
