// Files that only their owner may read: where secrets lie on disk.
#ifndef SLUSS_GATEWAY_CRYPTO_PRIVATE_FILE_H_
#define SLUSS_GATEWAY_CRYPTO_PRIVATE_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/secret.h"

namespace sluss {

// Writes "<directory>/<name>" with mode 0600, the directory made with 0700 where it is missing. The
// file appears whole and durable or not at all. ALREADY_EXISTS rather than overwrite.
absl::Status WritePrivateFile(const std::string& directory, const std::string& name,
                              absl::string_view content);

// The same, in the place of a file that has the name: whoever reads sees the one or the other
// whole.
absl::Status ReplacePrivateFile(const std::string& directory, const std::string& name,
                                absl::string_view content);

// Adds to the end of a file that is there; durable when it returns OK. After an error the file is
// as it was, unless the disk failed that too: then it ends with a part of `content`.
absl::Status AppendPrivateFile(const std::string& directory, const std::string& name,
                               absl::string_view content);

// NOT_FOUND, or PERMISSION_DENIED with the command that cures it when directory or file belong to
// someone else, can be reached by others, or are symbolic links. At most 1 MiB.
absl::StatusOr<SecretBytes> ReadPrivateFile(const std::string& directory, const std::string& name);

// With mode 0700 where it is missing, durable; checked where it is there, as by ReadPrivateFile.
absl::Status MakePrivateDirectory(const std::string& directory);

// Removes what a crash within one of the above left of the file under a temporary name.
absl::Status RemoveHalfWritten(const std::string& directory, const std::string& name);

// Overwrites the file with zeros, then removes it: durable when it returns OK, which it does too
// where there is none. A disk that keeps old blocks (copy-on-write, flash) may hold the bytes on.
absl::Status DestroyPrivateFile(const std::string& directory, const std::string& name);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_PRIVATE_FILE_H_
