/**
 * Why a server was not reached, by the system's code for it, and what to change.
 *
 * @param where printable: a host, or an address
 * @param otherwise what there is to say about any other code
 */
export function unreachable(
  code: string | undefined,
  where: string,
  env: Readonly<Record<string, string | undefined>>,
  otherwise = `No complete answer from ${where}${code === undefined ? '' : ` (${code})`}.`,
): string {
  const words = reasonFor(code)?.(where) ?? otherwise;
  const proxy = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].find((name) => env[name]);
  return proxy === undefined ? words : `${words} The environment variable ${proxy} is set: a proxy stands between.`;
}

function reasonFor(code = ''): ((where: string) => string) | undefined {
  return Object.hasOwn(REASONS, code) ? REASONS[code] : /^ERR_(SSL|TLS)|CERT/.test(code) ? CERTIFICATE : undefined;
}

const TRUST =
  'If that is right (a test system, a company of your own), give the certificate of the authority that signed it: `NODE_EXTRA_CA_CERTS=ca.pem`; in code `httpsAgent: new https.Agent({ ca })`. Do not turn the check off: a secret would go to whoever answers.';

const own = (where: string): string =>
  `${where} shows a certificate that it has signed itself, which nobody vouches for. ${TRUST}`;
const unknownAuthority = (where: string): string =>
  `${where} shows a certificate from an authority that is not known here, or leaves out the certificates between. ${TRUST}`;
const name = (where: string): string =>
  `${where}: there is no host of that name. Is it spelt right, and is the network (a VPN?) up?`;
const dead = (where: string): string =>
  `${where} cannot be reached from here. Is the network (a VPN, a firewall) right?`;
const silent = (where: string): string =>
  `${where} did not answer in time. Is it up, and may this machine speak to it (firewall, proxy)?`;
const noTls = (where: string): string =>
  `${where} does not speak TLS there, as https wants. Is it the right port, or is it plain http?`;
const broken = (where: string): string =>
  `${where} took the connection and ended it without an answer. Is it the right port and protocol?`;
const CERTIFICATE = (where: string): string => `The certificate of ${where} was not accepted. ${TRUST}`;

const REASONS: Record<string, (where: string) => string> = {
  ENOTFOUND: name,
  EAI_AGAIN: (where) =>
    `The name of ${where} could not be looked up: the name server (DNS) does not answer. Is the network up?`,
  ECONNREFUSED: (where) =>
    `Nothing listens at ${where}: the connection was refused. Is the server up, and is the port right?`,
  ECONNRESET: broken,
  EPIPE: broken,
  EHOSTUNREACH: dead,
  ENETUNREACH: dead,
  ETIMEDOUT: silent,
  ECONNABORTED: silent,
  DEPTH_ZERO_SELF_SIGNED_CERT: own,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  CERT_HAS_EXPIRED: (where) =>
    `The certificate of ${where} has expired. Its owner must renew it; or is the clock here wrong?`,
  CERT_NOT_YET_VALID: (where) => `The certificate of ${where} is not valid yet. Is the clock here wrong?`,
  ERR_TLS_CERT_ALTNAME_INVALID: (where) =>
    `The certificate of ${where} is for another name. Use the name that it was made for; an IP address has to stand in it, too.`,
  EPROTO: noTls,
  ERR_SSL_WRONG_VERSION_NUMBER: noTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: noTls,
};
