// Two copies of libcrypto in one process, as when an interpreter brings its own: the module is
// loaded once and hooks both.
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/hook/host.h"

namespace crlite::hook {
namespace {

// A second libcrypto: a copy of the program's own file, which calls itself and not the program's.
class OtherLibcrypto {
 public:
  OtherLibcrypto() {
    Dl_info ours = {};
    EXPECT_NE(dladdr(reinterpret_cast<void*>(&X509_verify_cert), &ours), 0);
    const std::string path = directory_.path() + "/libother.so";
    std::filesystem::copy_file(ours.dli_fname, path);
    handle_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    EXPECT_NE(handle_, nullptr) << dlerror();
  }

  template <typename Function>
  Function* Find(const char* name, Function* ours) const {
    auto* const found = reinterpret_cast<Function*>(dlsym(handle_, name));
    EXPECT_NE(found, nullptr) << name;
    EXPECT_NE(found, ours) << name << " is the program's own";
    return found;
  }

 private:
  TemporaryDirectory directory_;
  void* handle_ = nullptr;
};
#define FIND(copy, function) (copy).Find(#function, &function)

// Verifies `leaf` with the other copy alone; nothing is freed, as the child ends soon.
int ErrorThere(const OtherLibcrypto& other, const Certificate& root, const Certificate& leaf) {
  const auto decode = [&](const ByteVector& der) {
    const uint8_t* p = der.data();
    return FIND(other, d2i_X509)(nullptr, &p, static_cast<long>(der.size()));
  };
  X509_STORE* const store = FIND(other, X509_STORE_new)();
  FIND(other, X509_STORE_add_cert)(store, decode(root.Der()));
  X509_STORE_CTX* const ctx = FIND(other, X509_STORE_CTX_new)();
  FIND(other, X509_STORE_CTX_init)(ctx, store, decode(leaf.Der()), nullptr);
  FIND(other, X509_verify_cert)(ctx);
  return FIND(other, X509_STORE_CTX_get_error)(ctx);
}

void LoadThere(const OtherLibcrypto& other, const Host& host) {
  FIND(other, OPENSSL_init_crypto)(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  EXPECT_EQ(FIND(other, OSSL_LIB_CTX_load_config)(nullptr, host.config().c_str()), 1);
}

TEST(TwoCopies, AreHookedEachByItself) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizers do not let a library be bound to itself first";
#endif
  InChild([] {
    World world;
    world.Publish();
    world.host.Configure();
    const OtherLibcrypto other;
    LoadThere(other, world.host);
    EXPECT_EQ(ErrorThere(other, world.root, world.revoked), X509_V_ERR_CERT_REVOKED);
    EXPECT_EQ(ErrorThere(other, world.root, world.good), X509_V_OK);
    world.ExpectNoRefusal();  // this copy has not loaded the module yet
    world.host.Load();
    world.ExpectRefusal();
    EXPECT_EQ(ErrorThere(other, world.root, world.revoked), X509_V_ERR_CERT_REVOKED);
    EXPECT_EQ(ErrorThere(other, world.root, world.good), X509_V_OK);
    EXPECT_EQ(MappedSnapshots(world.host.state()), 1) << "the data is there once";
  });
}

}  // namespace
}  // namespace crlite::hook
