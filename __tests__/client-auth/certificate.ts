import { randomBytes, sign } from 'node:crypto';
import type { Pair } from './keys.js';

// X.509 certificates for tests, made without any tool: DER by hand (RFC 5280 §4.1), signed by node:crypto.

type Bytes = Buffer;

function tlv(tag: number, ...parts: Bytes[]): Bytes {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: Bytes[]): Bytes => tlv(0x30, ...parts);
const oid = (hex: string): Bytes => tlv(0x06, Buffer.from(hex, 'hex'));
const utcTime = (date: Date): Bytes => tlv(0x17, Buffer.from(`${date.toISOString().replace(/\D/g, '').slice(2, 14)}Z`));
const commonName = (name: string): Bytes => sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(name)))));
const extension = (id: string, critical: boolean, value: Bytes): Bytes =>
  sequence(oid(id), ...(critical ? [tlv(0x01, Buffer.from([0xff]))] : []), tlv(0x04, value));

const ECDSA_WITH_SHA256 = sequence(oid('2a8648ce3d040302'));
const DAY_MS = 86_400_000;

export interface Issuer {
  pair: Pair;
  name: string;
}

/** A certificate for this key, by this authority (an EC pair); without one it is its own. For a server: good for 127.0.0.1. */
export function certificateFor(pair: Pair, name: string, issuer: Issuer = { pair, name }): string {
  const ownsItself = issuer.pair === pair;
  const extensions = [
    extension('551d13', true, sequence(...(ownsItself ? [tlv(0x01, Buffer.from([0xff]))] : []))), // basicConstraints
    extension('551d11', false, sequence(tlv(0x87, Buffer.from([127, 0, 0, 1])))), // subjectAltName: an IP address
  ];
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))), // version 3
    tlv(0x02, Buffer.from([0x01]), randomBytes(8)), // serial number, positive
    ECDSA_WITH_SHA256,
    commonName(issuer.name),
    sequence(utcTime(new Date(Date.now() - DAY_MS)), utcTime(new Date(Date.now() + DAY_MS))),
    commonName(name),
    pair.publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, issuer.pair.privateKey);
  const der = sequence(body, ECDSA_WITH_SHA256, tlv(0x03, Buffer.from([0]), signature));
  const lines = der.toString('base64').match(/.{1,64}/g)!;
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
