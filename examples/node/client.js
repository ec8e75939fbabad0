// An https client that refuses revoked certificates, for a node that does not read openssl.cnf:
//   cc ... (see crlite.c)
//   node client.js https://localhost/ /etc/ssl/certs/ca-certificates.crt [SNAPSHOT]
// Exit status: 0 served, 1 not.
'use strict';
const { X509Certificate } = require('node:crypto');
const { readFileSync } = require('node:fs');
const https = require('node:https');
const tls = require('node:tls');
const crlite = require('./crlite.node');

const [url, bundle, snapshot = '/var/lib/crlite/snapshot'] = process.argv.slice(2);
const ca = readFileSync(bundle, 'latin1').match(/-----BEGIN CERT[^]*?-----END CERTIFICATE-----/g);
const roots = ca.map((pem) => new X509Certificate(pem));
const store = crlite.open(snapshot);

// What node links by `issuerCertificate` are certificates that the server sent, in which no more
// than the names fit: the second may be forged, and who chooses the issuer chooses the answer. That
// its key verifies the leaf proves nothing: from an ECDSA signature anybody can compute another key
// that does. An issuer is proved by signatures up to one of our roots.
function provedIssuer(chain) {
  const signs = (ca, issued) => issued.checkIssued(ca) && issued.verify(ca.publicKey);
  for (let i = 0; i < chain.length; ++i) {
    const root = roots.find((root) => signs(root, chain[i]));
    if (root) return i === 0 ? root : chain[1];
    if (!chain[i + 1]?.ca || !signs(chain[i + 1], chain[i])) break;
  }
  throw new Error('crlite: the issuer of the certificate is not proved');
}

// node calls this when it has verified the chain, and before it sends anything. What it returns (an
// Error) ends the connection; it must not throw.
function checkServerIdentity(host, peer) {
  try {
    const chain = [new X509Certificate(peer.raw)];
    for (let at = peer; at.issuerCertificate && at.issuerCertificate !== at;) {
      at = at.issuerCertificate;
      chain.push(new X509Certificate(at.raw));
    }
    const why = crlite.refusal(store, chain[0].raw, provedIssuer(chain).raw);
    if (why) return new Error(`crlite: certificate refused: ${why}`);
  } catch (error) {
    return error;
  }
  return tls.checkServerIdentity(host, peer);
}

const agent = new https.Agent({ ca, checkServerIdentity, maxCachedSessions: 0 }); // no resumption
https.get(url, { agent }, (answer) => answer.pipe(process.stdout)).on('error', (error) => {
  console.error(`client: ${error.message}`);
  process.exitCode = 1;
});
