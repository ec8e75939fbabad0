# Debian packages, made by cpack: one for each install component listed in CPACK_COMPONENTS_ALL. What is
# installed without naming a component belongs to `crlite`.
#
# For a tree configured as the preset `package` does it, since a package puts files into /etc, too.
# docs/packages.md tells what the package does to a system.

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

# Files that only a package installs.
install(FILES ${CMAKE_SOURCE_DIR}/conf/config.yaml DESTINATION /etc/crlite)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/conf/apparmor/abstractions DESTINATION /etc/apparmor.d)
string(TIMESTAMP CRLITE_PACKAGE_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)
configure_file(${debian}/changelog.in debian/changelog.Debian @ONLY)
install(FILES ${debian}/copyright ${CMAKE_BINARY_DIR}/debian/changelog.Debian
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${CMAKE_SOURCE_DIR}/CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME changelog)
# Runs last, when all pages are installed.
install(CODE [[
  set(share "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/share")
  file(GLOB texts "${share}/man/man*/*.[1-8]" "${share}/doc/crlite/changelog*")
  execute_process(COMMAND gzip --best --no-name --force ${texts} COMMAND_ERROR_IS_FATAL ANY)
]])

set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL crlite)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)

set(CPACK_DEBIAN_CRLITE_PACKAGE_NAME crlite)
set(CPACK_DEBIAN_CRLITE_PACKAGE_SECTION net)
set(CPACK_DEBIAN_CRLITE_PACKAGE_PRIORITY optional)
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

include(CPack)
