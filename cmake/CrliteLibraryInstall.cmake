# What of the C libraries is installed where, in four components:
#
#   libcrlite          libcrlite.so.1, which needs libc alone
#   libcrlite-openssl  libcrlite-openssl.so.1, which needs OpenSSL, too
#   libcrlite-upki     the libraries with upki's names, in a folder that no linker looks into by itself
#   libcrlite-dev      what programs are built with: headers, links, pkg-config and CMake files
#
# Whatever finds its own place (pkg-config, CMake) works wherever the tree is moved to.
include(CMakePackageConfigHelpers)
set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/crlite)

install(TARGETS crlite_library EXPORT crliteTargets
  LIBRARY COMPONENT libcrlite NAMELINK_COMPONENT libcrlite-dev)
install(TARGETS crlite_library_openssl EXPORT crliteOpensslTargets
  LIBRARY COMPONENT libcrlite-openssl NAMELINK_COMPONENT libcrlite-dev)
# The archives are for static programs and for those with an OpenSSL of their own, so they are found
# without one.
install(TARGETS crlite_library_static crlite_library_openssl_static EXPORT crliteTargets
  ARCHIVE COMPONENT libcrlite-dev)
install(TARGETS crlite_upki crlite_upki_openssl
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/crlite-upki COMPONENT libcrlite-upki)

install(DIRECTORY ${CMAKE_SOURCE_DIR}/include/crlite
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT libcrlite-dev)

# CMake's.
configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/crliteConfig.cmake.in
  ${CMAKE_BINARY_DIR}/crliteConfig.cmake INSTALL_DESTINATION ${config_folder})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/crliteConfigVersion.cmake
  COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_BINARY_DIR}/crliteConfig.cmake ${CMAKE_BINARY_DIR}/crliteConfigVersion.cmake
  DESTINATION ${config_folder} COMPONENT libcrlite-dev)
foreach(targets crliteTargets crliteOpensslTargets)
  install(EXPORT ${targets} NAMESPACE crlite:: DESTINATION ${config_folder} COMPONENT libcrlite-dev)
endforeach()

# pkg-config's. A package is not moved, and pkg-config knows /usr: its flags need no -I and no -L.
if(CRLITE_PACKAGE)
  set(pc_prefix ${CMAKE_INSTALL_PREFIX})
else()
  file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  string(REGEX REPLACE "/$" "" up "${up}")
  set(pc_prefix "\${pcfiledir}/${up}")
endif()
foreach(name crlite crlite-openssl)
  configure_file(${CMAKE_SOURCE_DIR}/cmake/${name}.pc.in ${CMAKE_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${CMAKE_BINARY_DIR}/${name}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT libcrlite-dev)
endforeach()
