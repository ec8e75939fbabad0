# Debian packages, made by cpack: one for each install component. What is installed without naming a
# component belongs to `crlite`.
#
# For a tree configured as the preset `package` does it, since a package puts files into /etc, too.
# docs/packages.md tells what the packages do to a system.

set(debian ${CMAKE_CURRENT_LIST_DIR}/debian)

# The system whose libraries it is linked with: a package of Debian 12 sorts before one of 13, so that
# an upgrade of the system replaces it.
file(STRINGS /etc/os-release id REGEX "^ID=")
file(STRINGS /etc/os-release version_id REGEX "^VERSION_ID=")
string(REGEX REPLACE "(VERSION_)?ID=|\"" "" release "${id}${version_id}")
string(REPLACE "debian" "deb" release "${release}")
set(CPACK_DEBIAN_PACKAGE_RELEASE "1~${release}")
set(CPACK_PACKAGE_CONTACT "crlite-provider developers <crlite-provider@example.org>"
    CACHE STRING "Maintainer of the package: Name <address>")

# Libraries are named after their soname, so that two that differ in it can be installed at a time.
get_target_property(soversion crlite_library SOVERSION) # libcrlite-openssl's is the same
set(components crlite libcrlite libcrlite-openssl libcrlite-upki libcrlite-dev)
set(packages crlite libcrlite${soversion} libcrlite-openssl${soversion} crlite-upki libcrlite-dev)

# Files that only a package installs.
install(FILES ${CMAKE_SOURCE_DIR}/conf/config.yaml DESTINATION /etc/crlite)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/conf/apparmor/abstractions DESTINATION /etc/apparmor.d)
string(TIMESTAMP CRLITE_PACKAGE_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)
configure_file(${debian}/changelog.in debian/changelog.Debian @ONLY)
foreach(component package IN ZIP_LISTS components packages)
  set(folder ${CMAKE_INSTALL_DATADIR}/doc/${package})
  install(FILES ${debian}/copyright ${CMAKE_BINARY_DIR}/debian/changelog.Debian
    DESTINATION ${folder} COMPONENT ${component})
  install(FILES ${CMAKE_SOURCE_DIR}/CHANGELOG.md
    DESTINATION ${folder} RENAME changelog COMPONENT ${component})
endforeach()
foreach(library libcrlite libcrlite-openssl)
  install(FILES ${debian}/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides
    RENAME ${library}${soversion} COMPONENT ${library})
endforeach()
# cpack strips programs and shared libraries alone.
install(CODE [[
  file(GLOB archives "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/lib/*/*.a")
  execute_process(COMMAND strip --strip-debug ${archives} COMMAND_ERROR_IS_FATAL ANY)
]] COMPONENT libcrlite-dev)
# Runs last, when all pages are installed.
install(CODE [[
  set(share "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/share")
  file(GLOB texts "${share}/man/man*/*.[1-8]" "${share}/doc/*/changelog*")
  execute_process(COMMAND gzip --best --no-name --force ${texts} COMMAND_ERROR_IS_FATAL ANY)
]] ALL_COMPONENTS)

set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL ${components})
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)

# postinst; sensible-editor, which messages name. Everything else comes from shlibdeps.
set(CPACK_DEBIAN_CRLITE_PACKAGE_DEPENDS "adduser, sensible-utils")
set(CPACK_DEBIAN_CRLITE_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_CRLITE_DESCRIPTION "certificate revocation for every program that uses OpenSSL
An OpenSSL module that makes unmodified programs (curl, Python, apt, nginx
and others) refuse revoked server certificates. It answers from CRLite data,
which Mozilla compiles from all public CAs and signs: no certificate is asked
about over the network, and no handshake waits.

crlite-sync brings the data and a timer keeps it fresh. Nothing is checked
until the administrator runs 'crlite enable'. crlite looks into the data and
the machine's state, and crlite-mirror serves the data to other machines.")
set(CPACK_DEBIAN_CRLITE_PACKAGE_CONTROL_EXTRA
    ${debian}/conffiles ${debian}/postinst ${debian}/prerm ${debian}/postrm)

# The libraries. Each brings what programs that are linked with it will depend on (shlibs).
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY >=)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})
foreach(component package IN ZIP_LISTS components packages)
  string(TOUPPER ${component} name)
  set(CPACK_DEBIAN_${name}_PACKAGE_NAME ${package})
  set(CPACK_DEBIAN_${name}_PACKAGE_SECTION libs)
endforeach()
set(CPACK_DEBIAN_CRLITE_PACKAGE_SECTION net)
set(CPACK_DEBIAN_LIBCRLITE-DEV_PACKAGE_SECTION libdevel)
foreach(name LIBCRLITE LIBCRLITE-OPENSSL LIBCRLITE-UPKI LIBCRLITE-DEV)
  set(CPACK_DEBIAN_${name}_PACKAGE_MULTIARCH same) # CMake before 3.31 does not write it
endforeach()
set(CPACK_DEBIAN_LIBCRLITE_PACKAGE_CONTROL_EXTRA ${debian}/triggers)
set(CPACK_DEBIAN_LIBCRLITE-OPENSSL_PACKAGE_CONTROL_EXTRA ${debian}/triggers)

set(CPACK_DEBIAN_LIBCRLITE_PACKAGE_RECOMMENDS crlite)
# The format of the snapshot is theirs alone, and the one finds no data in what the other's older
# version writes or expects: they are upgraded together.
set(CPACK_DEBIAN_LIBCRLITE_PACKAGE_BREAKS "crlite (<< ${PROJECT_VERSION})")
set(CPACK_DEBIAN_CRLITE_PACKAGE_BREAKS "libcrlite${soversion} (<< ${PROJECT_VERSION})")
set(CPACK_DEBIAN_LIBCRLITE_DESCRIPTION "certificate revocation from CRLite data, for programs that ask
The C library with which a program asks whether a certificate is revoked: by
the certificate and its issuer, or by their hashes and serial. It answers from
the data that crlite-sync (package crlite) keeps on the machine, and obeys the
machine's policy. No network, no thread, libc alone.

Programs that use OpenSSL need not be changed: see package crlite.")
set(CPACK_COMPONENT_LIBCRLITE-OPENSSL_DEPENDS libcrlite)
set(CPACK_DEBIAN_LIBCRLITE-OPENSSL_DESCRIPTION "revocation checks for programs that use OpenSSL without openssl.cnf
A verify function and a verify callback for OpenSSL, with which a program that
cannot load a module (it does not read openssl.cnf, for instance) checks server
certificates against the machine's CRLite data.")
set(CPACK_COMPONENT_LIBCRLITE-UPKI_DEPENDS libcrlite)
set(CPACK_DEBIAN_LIBCRLITE-UPKI_DESCRIPTION "libupki's interface, answered from the machine's CRLite data
Libraries with the names and functions of upki's C interface. A program that
was built with upki asks the machine's one copy of CRLite data instead of its
own when it is started with LD_LIBRARY_PATH=/usr/lib/<triplet>/crlite-upki; no
other program finds them.")
set(CPACK_COMPONENT_LIBCRLITE-DEV_DEPENDS libcrlite libcrlite-openssl)
set(CPACK_DEBIAN_LIBCRLITE-DEV_PACKAGE_RECOMMENDS libssl-dev)
set(CPACK_DEBIAN_LIBCRLITE-DEV_PACKAGE_SUGGESTS pkgconf)
set(CPACK_DEBIAN_LIBCRLITE-DEV_DESCRIPTION "certificate revocation from CRLite data (development files)
Headers for C and C++, links, files for pkg-config and CMake, and manual pages
of libcrlite and libcrlite-openssl. The latter's header needs libssl-dev.")

include(CPack)
