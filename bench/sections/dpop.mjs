import { createHash } from 'node:crypto';
import axios from 'axios';
import { generateKeyPair, generateProof } from 'dpop';
import { attachToken, clientCredentials, entry } from '../contenders/ours.mjs';
import { compareInRounds } from '../support/rounds.mjs';
import { fixed, printTable } from '../support/table.mjs';

const { dpop } = await import(new URL('dpop.js', entry));

const algorithms = ['ES256', 'Ed25519'];
const baseURL = 'https://api.example.com';
const token = 'a'.repeat(64);

/** What DPoP (RFC 9449) adds to an API call, beside a call for which `dpop` makes the proof and both headers are written by hand. */
export async function run({ quick }) {
  const calls = 25;
  const rounds = quick ? 150 : 800;
  const rows = [];
  const measurements = [];
  for (const algorithm of algorithms) {
    const proofAlone = await proofContestant(algorithm);
    const byHand = await Promise.all(['by hand', 'by hand again'].map((name) => handWritten(name, algorithm)));
    const plugin = withPlugin(algorithm);
    for (const { api, call } of [...byHand, plugin]) await checkProofs(api, call, algorithm);

    const contestants = [proofAlone, byHand[0], { ...byHand[1], less: 1 }, { ...plugin, less: 1 }].map(
      ({ call, ...contestant }) => ({
        ...contestant,
        async run() {
          for (let count = 0; count < calls; count += 1) await call();
        },
      }),
    );
    const results = await compareInRounds(contestants, { rounds, warmUps: 200 });
    await plugin.auth.close();

    const [added, again] = [results[3], results[2]].map(({ ratio }) => inPercent(ratio));
    const microseconds = ({ roundMs }) => fixed(1)((roundMs * 1000) / calls);
    rows.push([
      algorithm,
      ...[0, 1, 3].map((index) => microseconds(results[index])),
      ...[added, again].map(withInterval),
    ]);
    measurements.push({ id: `dpop.${algorithm}`, ...added, noise: Math.abs(again.value) });
  }
  printTable(
    'DPoP in process: cached token, no-op adapter',
    ['algorithm', 'proof alone: µs', 'call by hand: µs', 'ours: µs', 'added, % of the proof', 'by hand again: %'],
    rows,
    {
      note:
        `${rounds} rounds of ${calls} calls each, in random order. The proof alone is generateProof() of \`dpop\`, with the hash of the\n` +
        'token; by hand, its result and the token are given to axios as headers. Added: (ours − by hand) / proof alone, round by\n' +
        'round (95 % interval). "again" is a second instance of the same: noise.',
    },
  );
  return measurements;
}

async function proofContestant(algorithm) {
  const keyPair = await generateKeyPair(algorithm);
  return { name: 'proof alone', call: () => generateProof(keyPair, `${baseURL}/things`, 'GET', undefined, token) };
}

async function handWritten(name, algorithm) {
  const keyPair = await generateKeyPair(algorithm);
  const api = axios.create({ baseURL, adapter: nothing });
  const call = async () => {
    const proof = await generateProof(keyPair, `${baseURL}/things`, 'GET', undefined, token);
    return api.request({ url: '/things', headers: { Authorization: `DPoP ${token}`, DPoP: proof } });
  };
  return { name, api, call };
}

function withPlugin(algorithm) {
  const api = axios.create({ baseURL, adapter: nothing });
  const source = clientCredentials({
    tokenUrl: 'https://auth.example.com/token',
    clientId: 'bench',
    clientSecret: 'secret',
    dpop: dpop({ algorithm }),
  });
  const auth = attachToken(api, source, { http: { adapter: issuing } });
  return { name: 'ours', api, auth, call: () => api.request({ url: '/things' }) };
}

const answer = (config, data) =>
  Promise.resolve({ data, status: 200, statusText: 'OK', headers: {}, config, request: null });
const nothing = (config) => answer(config, '');
const issuing = (config) =>
  answer(config, JSON.stringify({ access_token: token, token_type: 'DPoP', expires_in: 86_400 }));

/** Fast because it does nothing would be no result: every call has a proof of its own, for this call and this token. */
async function checkProofs(api, call, algorithm) {
  const sent = [];
  api.defaults.adapter = (config) => {
    sent.push(config.headers);
    return nothing(config);
  };
  const ath = createHash('sha256').update(token).digest('base64url');
  await call();
  await call();
  api.defaults.adapter = nothing;
  const proofs = sent.map(({ DPoP }) => String(DPoP).split('.').slice(0, 2).map(decoded));
  const [first, second] = proofs.map(([, claims]) => claims.jti);
  const isRight = ([header, claims]) =>
    header.alg === algorithm && claims.htm === 'GET' && claims.htu === `${baseURL}/things` && claims.ath === ath;
  const carriesToken = sent.every(({ Authorization }) => Authorization === `DPoP ${token}`);
  if (sent.length !== 2 || first === second || !carriesToken || !proofs.every(isRight)) {
    throw new Error(`not a call with a DPoP proof by ${algorithm}: ${JSON.stringify(proofs)}`);
  }
}

const decoded = (part) => JSON.parse(Buffer.from(part, 'base64url').toString());
const inPercent = ({ value, low, high }) => ({ value: 100 * value, low: 100 * low, high: 100 * high });
const withInterval = ({ value, low, high }) => `${value.toFixed(1)} (${low.toFixed(1)}–${high.toFixed(1)})`;
