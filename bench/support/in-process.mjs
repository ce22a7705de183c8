import axios from 'axios';
import { compareInRounds } from './rounds.mjs';

const token = 'a'.repeat(64);
const requestToken = async () => ({ access_token: token, expires_in: 86_400 });
const nothing = (config) =>
  Promise.resolve({ data: '', status: 200, statusText: 'OK', headers: {}, config, request: null });

const create = (defaults) => axios.create({ baseURL: 'https://api.example.com', adapter: nothing, ...defaults });

/** Where a token goes: what a bare instance has in its defaults for that, and how an adapter finds it. */
export const places = {
  authorization: {
    defaults: { headers: { Authorization: `Bearer ${token}` } },
    isSent: ({ headers }) => headers.Authorization === `Bearer ${token}`,
  },
  header: { defaults: { headers: { 'X-Token': token } }, isSent: ({ headers }) => headers['X-Token'] === token },
  query: { defaults: { params: { access_token: token } }, isSent: ({ params }) => params?.access_token === token },
};

/** A bare instance with the token in its defaults. */
export const bareContestant = (name, { defaults, isSent } = places.authorization) => ({
  name,
  api: create(defaults),
  isSent,
});

/** One, and the same again as a control: what it shows is noise. */
export const bareContestants = () => ['bare axios', 'bare axios again'].map((name) => bareContestant(name));

/** @param options for ours: a `dialect`, the place that it leads to, the instance's `defaults` */
export function contestantOf(contender, { place = places.authorization, dialect, defaults } = {}) {
  const api = create(defaults);
  const close = contender.attachFunction(api, requestToken, dialect);
  return { name: contender.name, api, isSent: place.isSent, close };
}

/** Every contestant makes `calls` calls one after the other in each round. */
export async function compareInProcess(contestants, { rounds, calls }) {
  for (const contestant of contestants) await checkToken(contestant);
  return compareInRounds(
    contestants.map(({ name, api, against }) => ({
      name,
      against,
      async run() {
        for (let call = 0; call < calls; call += 1) await api.get('/things');
      },
    })),
    { rounds, warmUps: 20 },
  );
}

/** Fast because it does nothing would be no result. */
async function checkToken({ name, api, isSent }) {
  let sent;
  const check = (config) => {
    sent = isSent(config);
    return nothing(config);
  };
  await api.get('/warm-up', { adapter: check });
  await api.get('/warm-up', { adapter: check });
  if (!sent) throw new Error(`${name} does not send the token`);
}
