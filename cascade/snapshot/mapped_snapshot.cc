#include "cascade/snapshot/mapped_snapshot.h"

#include <boost/interprocess/exceptions.hpp>
#include <boost/interprocess/file_mapping.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <cerrno>
#include <filesystem>

namespace crlite {

namespace ipc = boost::interprocess;

struct MappedSnapshot::Impl {
  ipc::mapped_region region;
};

MappedSnapshot::MappedSnapshot() : impl_(std::make_unique<Impl>()) {}
MappedSnapshot::MappedSnapshot(MappedSnapshot&&) noexcept = default;
MappedSnapshot& MappedSnapshot::operator=(MappedSnapshot&&) noexcept = default;
MappedSnapshot::~MappedSnapshot() = default;

Result<MappedSnapshot> MappedSnapshot::Open(const std::string& path) {
  MappedSnapshot mapped;
  std::error_code error_code;
  // Opening a FIFO would wait for a writer.
  const std::filesystem::file_status status = std::filesystem::status(path, error_code);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    return Error{ErrorCode::kIo,
                 path + ": cannot map: not a regular file; name the snapshot itself"};
  }
  try {
    const ipc::file_mapping file(path.c_str(), ipc::read_only);
    ipc::mapped_region(file, ipc::read_only).swap(mapped.impl_->region);
  } catch (const ipc::interprocess_exception& e) {
    if (std::filesystem::file_size(path, error_code) == 0) {
      return MalformedError(path + ": empty file, not a snapshot");
    }
    const int error = static_cast<int>(e.get_native_error());
    return IoError(path, "cannot map", error != 0 ? error : EINVAL);
  }
  const Bytes bytes(static_cast<const uint8_t*>(mapped.impl_->region.get_address()),
                    mapped.impl_->region.get_size());
  const SnapshotError error = Snapshot::Open(bytes, &mapped.snapshot_);
  if (error != SnapshotError::kNone) {
    return MalformedError(path + ": " + SnapshotErrorText(error) +
                          "; 'crlite-sync publish' writes a new one");
  }
  return mapped;
}

}  // namespace crlite
