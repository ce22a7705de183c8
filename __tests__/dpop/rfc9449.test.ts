import axios from 'axios';
import { dpop } from '../../lib/dpop/index.js';
import { athOf, faultOfProof, type Proof, readProof } from './proofs.js';

// The examples of RFC 9449: our reading of a proof accepts them, and ours are like them.

const JWK =
  'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19';
const ACCESS_TOKEN = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU';
const THUMBPRINT = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'; // §6.1

const examples = [
  {
    section: '§4.1 and §5, figures 2 and 4: token request',
    proof: `${JWK}.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg`,
    method: 'POST',
    url: 'https://server.example.com/token',
    accessToken: undefined,
    iat: 1562262616,
  },
  {
    section: '§5, figure 6: refresh',
    proof: `${JWK}.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjY1Mjk2fQ.pAqut2IRDm_De6PR93SYmGBPXpwrAk90e8cP2hjiaG5QsGSuKDYW7_X620BxqhvYC8ynrrvZLTk41mSRroapUA`,
    method: 'POST',
    url: 'https://server.example.com/token',
    accessToken: undefined,
    iat: 1562265296,
  },
  {
    section: '§7.1, figure 13: API request',
    proof: `${JWK}.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA`,
    method: 'GET',
    url: 'https://resource.example.org/protectedresource',
    accessToken: ACCESS_TOKEN,
    iat: 1562262618,
  },
];

async function ours({ method, url, accessToken }: (typeof examples)[number]): Promise<Proof> {
  const binding = dpop();
  if (accessToken === undefined) return readProof(await binding.proof({ url: new URL(url), method }));
  const headers = new axios.AxiosHeaders();
  await binding.sendAs(
    { url: `${url}?page=2#end`, method: method.toLowerCase(), headers } as never,
    { accessToken } as never,
  );
  expect(headers.Authorization).toBe(`DPoP ${accessToken}`);
  return readProof(String(headers.DPoP));
}

describe.each(examples)('$section', (example) => {
  const sent = { method: example.method, address: example.url, accessToken: example.accessToken };

  test('the example is a proof for this request at its time', async () => {
    const proof = await readProof(example.proof);
    expect(proof.thumbprint).toBe(THUMBPRINT);
    const now = jest.spyOn(Date, 'now').mockReturnValue(example.iat * 1000);
    try {
      expect(faultOfProof(proof, sent)).toBeUndefined();
      expect(faultOfProof(proof, { ...sent, method: 'PUT' })).toMatch('htm');
      expect(faultOfProof(proof, { ...sent, address: `${sent.address}/` })).toMatch('htu');
      expect(faultOfProof(proof, { ...sent, accessToken: 'another' })).toMatch('ath');
    } finally {
      now.mockRestore();
    }
  });

  test('what we send for it has the same header parameters and claims, and says the same', async () => {
    const [{ header, claims }, mine] = [await readProof(example.proof), await ours(example)];
    expect(faultOfProof(mine, sent)).toBeUndefined();
    expect(Object.keys(mine.header).sort()).toEqual(Object.keys(header).sort());
    expect(Object.keys(mine.header.jwk).sort()).toEqual(Object.keys(header.jwk).sort());
    expect(Object.keys(mine.claims).sort()).toEqual(Object.keys(claims).sort());
    const { htm, htu, ath } = claims;
    expect(mine.claims).toMatchObject({ htm, htu, ...(ath !== undefined && { ath }) });
  });
});

test('§7.1: the hash of the access token', () => {
  expect(athOf(ACCESS_TOKEN)).toBe('fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo');
});
