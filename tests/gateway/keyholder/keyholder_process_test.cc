// The program itself: starts, serves, stops, is killed, refuses to start.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/base/hex.h"
#include "gateway/base/text_file.h"
#include "gateway/crypto/enrol.h"
#include "gateway/crypto/key_files.h"
#include "gateway/rpc/channel.h"
#include "gateway/rpc/status.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "proto/keyholder.grpc.pb.h"
#include "tests/gateway/rpc/test_certificates.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::kChild;
using ::sluss::testing::kSchool;
using ::sluss::testing::Must;
using ::sluss::testing::Number;
using ::sluss::testing::ReplaceFile;
using ::sluss::testing::StatusIs;
using ::sluss::testing::TestAuthority;
using ::sluss::testing::TestDirectory;
using ::testing::HasSubstr;

// A running key holder whose standard output is read line by line.
class Program {
 public:
  Program(const std::string& config, const std::string& errors) {
    int pipes[2];
    EXPECT_EQ(pipe2(pipes, O_CLOEXEC), 0);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(pipes[1], STDOUT_FILENO);
      dup2(open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
      execl(SLUSS_KEYHOLDER, SLUSS_KEYHOLDER, config.c_str(), nullptr);
      _exit(127);
    }
    close(pipes[1]);
    output_ = fdopen(pipes[0], "r");
  }
  ~Program() {
    if (pid_ > 0) Stop(SIGKILL);
    fclose(output_);
  }

  // The next line's fields; an empty object at the end of the output.
  nlohmann::json NextLine() {
    std::string line;
    for (int c = std::fgetc(output_); c != EOF && c != '\n'; c = std::fgetc(output_)) line += c;
    return line.empty() ? nlohmann::json::object() : nlohmann::json::parse(line);
  }
  // The exit code, or minus the signal that ended it.
  int Stop(int signal) {
    kill(pid_, signal);
    return Wait();
  }
  int Wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t pid_ = 0;
  FILE* output_ = nullptr;
};

class KeyHolderProcessTest : public ::testing::Test {
 protected:
  KeyHolderProcessTest() : agency_(Must(AgencySecrets::Generate(kSchool, 1))) {
    HolderSecrets gateway = Must(HolderSecrets::Generate("gateway/gw1", 1, {kSchool}));
    const HolderSecrets own = Must(HolderSecrets::Generate("keyholder/kh1", 1, {kSchool}));
    v1::KeyDirectory keys;
    keys.set_key_set(1);
    *keys.mutable_gateway() = Must(gateway.PublicKeys());
    *keys.mutable_keyholder() = Must(own.PublicKeys());
    *keys.add_agency() = Must(agency_.PublicKeys());
    keys_ = Must(KeyDirectory::Activate(keys));
    gateway_ = Must(Holder::Create(HolderRole::kGateway, std::move(gateway), keys_));
    EXPECT_OK(SaveSecrets(own, directory_.Path("keys")));
    std::string text;
    google::protobuf::TextFormat::PrintToString(keys, &text);
    ReplaceFile(directory_.Path("directory.txtpb"), text);
    ReplaceFile(directory_.Path("ca.crt"), authority_.pem());
    ReplaceFile(directory_.Path("ca.crl"), authority_.RevocationList());
    WriteTlsFiles(directory_, "kh1", authority_.Issue({.uris = {"sluss://keyholder/kh1"}}));
    WriteConfig(/*gateway=*/"gateway/gw1");
  }

  void WriteConfig(const std::string& gateway) {
    ReplaceFile(directory_.Path("keyholder.txtpb"), absl::StrCat(R"(
        name: "keyholder/kh1"
        listen: "127.0.0.1:)",
                                                                 20000 + getpid() % 20000, R"("
        tls { certificate: "kh1.crt" private_key: "kh1.key" authority: "ca.crt"
              revocation_list: "ca.crl" }
        keys_dir: "keys"
        key_directory: "directory.txtpb"
        database: "counters.db"
        gateway: ")",
                                                                 gateway, R"("
        evaluations_per_day: 2)"));
  }

  Program Start() {
    return Program(directory_.Path("keyholder.txtpb"), directory_.Path("errors.txt"));
  }
  // What it says when it serves; before that, by which keys.
  nlohmann::json Ready(Program& program) {
    EXPECT_EQ(program.NextLine().value("directory", ""), ToHex(keys_->short_name())) << Errors();
    return program.NextLine();
  }
  std::string Errors() { return Must(ReadFile(directory_.Path("errors.txt"))); }

  // One evaluation, asked for as the gateway does.
  absl::Status EvaluateOne(const std::string& address) {
    const EnrolmentBatch batch = Must(EnrolmentBatch::Start({Number(kChild)}, agency_, keys_));
    const ChannelOptions options{
        .address = address,
        .server_name = "keyholder/kh1",
        .self = {PeerKind::kGateway, "gateway/gw1"},
        .tls =
            WriteTlsFiles(directory_, "gw1", authority_.Issue({.uris = {"sluss://gateway/gw1"}})),
    };
    grpc::ClientContext context;
    v1::EvaluateResponse response;
    return FromGrpc(v1::KeyHolder::NewStub(Must(Connect(options, SystemClock())))
                        ->Evaluate(&context,
                                   Must(EvaluateAtGateway(*gateway_, kSchool, batch.request())),
                                   &response));
  }

  TestDirectory directory_;
  TestAuthority authority_;
  AgencySecrets agency_;
  std::shared_ptr<const KeyDirectory> keys_;
  std::unique_ptr<const Holder> gateway_;
};

TEST_F(KeyHolderProcessTest, ServesUntilItIsToldToStop) {
  Program program = Start();
  const nlohmann::json listening = Ready(program);
  ASSERT_EQ(listening["event"], "ready") << Errors();
  EXPECT_OK(EvaluateOne(listening["address"]));
  EXPECT_EQ(program.NextLine()["event"], "evaluate");
  EXPECT_EQ(program.Stop(SIGTERM), 0);
  EXPECT_EQ(program.NextLine()["event"], "stopped");
}

TEST_F(KeyHolderProcessTest, RemembersBudgetsWhenKilled) {
  {
    Program program = Start();
    EXPECT_OK(EvaluateOne(Ready(program)["address"]));
    EXPECT_EQ(program.Stop(SIGKILL), -SIGKILL);
  }
  Program program = Start();
  const std::string address = Ready(program)["address"];
  EXPECT_OK(EvaluateOne(address));
  EXPECT_THAT(EvaluateOne(address),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("0 of 2 evaluations left")));
}

TEST_F(KeyHolderProcessTest, RefusesToStartAndSaysWhy) {
  const struct {
    const char* reason;
    std::function<void()> spoil;
  } cases[] = {
      {"`gateway`: write gateway/NAME", [this] { WriteConfig("keyholder/kh1"); }},
      {"is for `keyholder/kh1` and `gateway/gw1`, not for the names configured",
       [this] { WriteConfig("gateway/gw2"); }},
      {"chmod",
       [this] {
         WriteConfig("gateway/gw1");
         std::filesystem::permissions(directory_.Path("keys"), std::filesystem::perms::all);
       }},
      {"counters.db` is damaged",
       [this] {
         std::filesystem::permissions(directory_.Path("keys"), std::filesystem::perms::owner_all);
         ReplaceFile(directory_.Path("counters.db"), std::string(8192, 'x'));
       }},
  };
  for (const auto& c : cases) {
    c.spoil();
    Program program = Start();
    EXPECT_EQ(program.Wait(), 1);
    EXPECT_THAT(Errors(), HasSubstr(c.reason));
  }
}

}  // namespace
}  // namespace sluss
