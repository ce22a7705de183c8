import axios from 'axios';
import { compareInRounds } from './rounds.mjs';

const token = 'a'.repeat(64);
const requestToken = async () => ({ access_token: token, expires_in: 86_400 });
const adapter = (config) =>
  Promise.resolve({ data: '', status: 200, statusText: 'OK', headers: {}, config, request: null });

const create = (defaults) => axios.create({ baseURL: 'https://api.example.com', adapter, ...defaults });

/** A bare instance with the header in its defaults, and the same again as a control: what it shows is noise. */
export const bareContestants = () =>
  ['bare axios', 'bare axios again'].map((name) => ({
    name,
    api: create({ headers: { Authorization: `Bearer ${token}` } }),
  }));

export function contestantOf(contender) {
  const api = create();
  return { name: contender.name, api, close: contender.attachFunction(api, requestToken) };
}

/** Every contestant makes `calls` calls one after the other in each round. */
export async function compareInProcess(contestants, { rounds, calls }) {
  for (const contestant of contestants) await checkToken(contestant);
  return compareInRounds(
    contestants.map(({ name, api }) => ({
      name,
      async run() {
        for (let call = 0; call < calls; call += 1) await api.get('/things');
      },
    })),
    { rounds, warmUps: 20 },
  );
}

/** Fast because it does nothing would be no result. */
async function checkToken({ name, api }) {
  let sent;
  const check = (config) => {
    sent = config.headers.Authorization;
    return adapter(config);
  };
  await api.get('/warm-up', { adapter: check });
  await api.get('/warm-up', { adapter: check });
  if (sent !== `Bearer ${token}`) throw new Error(`${name} does not send the token`);
}
