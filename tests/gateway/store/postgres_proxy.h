// A way to a PostgreSQL server that can be cut at a chosen moment: what a network does to a COMMIT.
#ifndef SLUSS_TESTS_GATEWAY_STORE_POSTGRES_PROXY_H_
#define SLUSS_TESTS_GATEWAY_STORE_POSTGRES_PROXY_H_

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gateway/base/mutex.h"

namespace sluss::testing {

// What becomes of the next thing that a client says.
enum class Fault {
  kNone,
  kLoseRequest,  // it never reaches the server: both sides are cut
  kLoseAnswer,   // it is carried out, and the client is cut before it hears so
  kHoldRequest,  // it reaches the server when Release is called; nothing is cut
};

// Listens in a directory of its own and hands on to the server's socket. Thread-safe.
class PostgresProxy {
 public:
  explicit PostgresProxy(const std::string& server_directory);
  // No client may be connected any more.
  ~PostgresProxy();

  const std::string& directory() const { return directory_; }
  void Arm(Fault fault) { fault_ = fault; }
  void Release() { released_ = true; }

 private:
  void Accept();
  void Serve(int client);

  const std::string server_;
  std::string directory_;
  int listener_ = -1;
  std::atomic<Fault> fault_ = Fault::kNone;
  std::atomic<bool> released_ = false;
  std::atomic<bool> stopping_ = false;

  Mutex mutex_;
  std::vector<std::thread> connections_ ABSL_GUARDED_BY(mutex_);
  std::thread accepting_;
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_STORE_POSTGRES_PROXY_H_
