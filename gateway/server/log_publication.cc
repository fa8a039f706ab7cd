#include "gateway/server/log_publication.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/store/sqlite_view.h"

namespace sluss {
namespace {

constexpr std::chrono::milliseconds kLook(250);
constexpr int kReaders = 2;

}  // namespace

LogPublication::LogPublication(const PublicationParts& parts)
    : parts_(parts), publisher_(parts.ledger, parts.store) {}

absl::StatusOr<std::unique_ptr<LogPublication>> LogPublication::Start(
    const PublicationParts& parts, const v1::GatewayConfig& config) {
  std::unique_ptr<LogPublication> publication(new LogPublication(parts));
  const v1::PublishedLog& published = config.published_log();
  if (!published.directory().empty()) {
    publication->directory_ =
        std::make_unique<PublishedDirectory>(published.directory(), parts.verifier_key);
  }
  if (!published.listen().empty()) {
    ASSIGN_OR_RETURN(publication->readers_, OpenSqliteView(config.database(), kReaders));
    ASSIGN_OR_RETURN(publication->listener_,
                     LogListener::Start(published, publication->readers_.get(), NewestPublished,
                                        parts.verifier_key, parts.clock));
    parts.events->Write("log-served", {{"address", publication->listener_->address()}});
  }
  publication->thread_ = std::thread([raw = publication.get()] { raw->Loop(); });
  return publication;
}

LogPublication::~LogPublication() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

std::string LogPublication::address() const {
  return listener_ == nullptr ? "" : listener_->address();
}

void LogPublication::Tell(const char* what, const absl::Status& status, bool* works) {
  if (status.ok() != *works) {
    parts_.events->Write(absl::StrCat(what, status.ok() ? "-resumed" : "-stopped"),
                         {{"cause", std::string(status.message())}});
  }
  *works = status.ok();
}

void LogPublication::Loop() {
  bool publishing = true, writing = true, changed = true;
  MutexLock lock(&mutex_);
  while (!stopping_) {
    mutex_.Unlock();
    const absl::StatusOr<bool> published = publisher_.Publish();
    Tell("publication", published.status(), &publishing);
    changed = changed || (published.ok() && *published);
    if (directory_ != nullptr && changed) {
      const absl::Status written = directory_->Update(*parts_.store, NewestPublished);
      Tell("published-directory", written, &writing);
      changed = !written.ok();
    }
    mutex_.Lock();
    if (!stopping_) changed_.WaitFor(&mutex_, kLook);
  }
}

}  // namespace sluss
