// Zips byte by byte, so that a test can write what no library would.
#ifndef SLUSS_TESTS_GATEWAY_VERIFY_RAW_ZIP_H_
#define SLUSS_TESTS_GATEWAY_VERIFY_RAW_ZIP_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sluss::testing {

struct RawFile {
  std::string name;
  std::string bytes;
  uint16_t flags = 0;            // 1: encrypted
  uint32_t unix_mode = 0100600;  // 0120777: a link
  int64_t claimed_size = -1;     // -1: what it is
};

inline uint32_t Crc32(absl::string_view bytes) {
  uint32_t crc = 0xFFFFFFFF;
  for (const unsigned char byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

inline void Put(std::string* zip, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) zip->push_back(static_cast<char>(value >> (8 * i)));
}

// What local header and directory say alike, from the version that is needed to the extra length.
inline void PutCommon(const RawFile& file, std::string* zip) {
  Put(zip, 20, 2);
  Put(zip, file.flags, 2);
  Put(zip, 0, 2);  // stored
  Put(zip, 0, 2);
  Put(zip, 0x21, 2);  // 1 January 1980
  Put(zip, Crc32(file.bytes), 4);
  Put(zip, file.bytes.size(), 4);
  Put(zip, file.claimed_size < 0 ? file.bytes.size() : file.claimed_size, 4);
  Put(zip, file.name.size(), 2);
  Put(zip, 0, 2);
}

inline std::string RawZip(const std::vector<RawFile>& files) {
  std::string zip, directory;
  for (const RawFile& file : files) {
    const size_t at = zip.size();
    Put(&zip, 0x04034b50, 4);
    PutCommon(file, &zip);
    zip += file.name + file.bytes;
    Put(&directory, 0x02014b50, 4);
    Put(&directory, (3 << 8) | 20, 2);  // made on Unix
    PutCommon(file, &directory);
    Put(&directory, 0, 2);
    Put(&directory, 0, 2);
    Put(&directory, 0, 2);
    Put(&directory, uint64_t{file.unix_mode} << 16, 4);
    Put(&directory, at, 4);
    directory += file.name;
  }
  const size_t at = zip.size();
  zip += directory;
  Put(&zip, 0x06054b50, 4);
  Put(&zip, 0, 4);
  Put(&zip, files.size(), 2);
  Put(&zip, files.size(), 2);
  Put(&zip, directory.size(), 4);
  Put(&zip, at, 4);
  Put(&zip, 0, 2);
  return zip;
}

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_VERIFY_RAW_ZIP_H_
