import axios from 'axios';
import { anyOf, attachToken, bodyCode, ours, unauthorized } from '../contenders/ours.mjs';
import { compareInProcess, contestantOf } from '../support/in-process.mjs';
import { fixed, printTable, ratioWithInterval, signed } from '../support/table.mjs';

/** 60 kB is about the largest body that a detector is shown; of larger ones it sees the status and the headers only. */
const sizes = [
  { id: '1kB', name: '1 kB', bytes: 1_000, calls: 100, isLookedInto: true },
  { id: '60kB', name: '60 kB', bytes: 60_000, calls: 8, isLookedInto: true },
  { id: '100kB', name: '100 kB', bytes: 100_000, calls: 4, isLookedInto: false },
  { id: '1MB', name: '1 MB', bytes: 1_000_000, calls: 1, isLookedInto: false },
];

/** axios parses JSON by default; with `text` it leaves the answer as it came, so that the detector alone parses it. */
const responseTypes = [undefined, 'text'];

const looksAtStatus = unauthorized();
const looksAtCode = anyOf(unauthorized(), bodyCode('errcode', [40_001, 42_001]));

/** What it costs to look for a code in the body of every successful answer, beside looking at its status alone. */
export async function run(options) {
  const rows = [];
  const measurements = [];
  for (const size of sizes) {
    const text = answerOf(size.bytes);
    await checkDetection(text.replace('"errcode":0', '"errcode":40001'), size);
    for (const responseType of responseTypes) {
      const { row, measured } = await compare(text, { ...size, responseType }, options);
      rows.push(row);
      measurements.push(measured);
    }
  }
  printTable(
    'Detectors in process: looking for a code in the body beside looking at the status, successful JSON answers',
    [
      'answer',
      'responseType',
      'status: ms per answer',
      'body code: ms',
      'added ms',
      'ratio (95 % interval)',
      'status again',
    ],
    rows,
    {
      note:
        "status: unauthorized(); body code: anyOf(unauthorized(), bodyCode('errcode', [40001, 42001])). ms are those of the whole\n" +
        'call, in which axios parses the answer, unless `responseType` is text. Bodies over 64 KiB are not parsed for a detector.\n' +
        '"again" is a second instance of the same: noise.',
    },
  );
  return measurements;
}

async function compare(text, { id, name, calls, responseType }, { quick }) {
  const defaults = { adapter: answering(text), responseType };
  const contestants = [looksAtStatus, looksAtStatus, looksAtCode].map((rejectedWhen) =>
    contestantOf(ours, { dialect: { rejectedWhen }, defaults }),
  );
  const results = await compareInProcess(contestants, { rounds: quick ? 60 : 300, calls });
  await Promise.all(contestants.map(({ close }) => close()));

  const [plain, again, looking] = results;
  const [plainMs, lookingMs] = [plain, looking].map(({ roundMs }) => roundMs / calls);
  const ms = fixed(4);
  return {
    row: [
      name,
      responseType ?? 'default',
      ...[plainMs, lookingMs].map(ms),
      signed(4)(lookingMs - plainMs),
      ...[looking, again].map(({ ratio }) => ratioWithInterval(ratio)),
    ],
    measured: {
      id: `detectors.${id}${responseType ? `.${responseType}` : ''}`,
      ...looking.ratio,
      noise: Math.abs(again.ratio.value - 1),
    },
  };
}

/** Fast because nothing is found would be no result. */
async function checkDetection(text, { name, isLookedInto }) {
  const api = axios.create({ baseURL: 'https://api.example.com', adapter: answering(text) });
  const fetchToken = async () => ({ accessToken: 'token', expiresInMs: 3_600_000 });
  const auth = attachToken(api, { id: 'check', fetchToken, rejectedWhen: looksAtCode });
  let isFound = false;
  auth.on('token:rejected', () => (isFound = true));
  await api.get('/things');
  await auth.close();
  if (isFound !== isLookedInto) throw new Error(`a code in ${name} is ${isFound ? '' : 'not '}found`);
}

/** A successful answer of an API that reports its errors by code inside HTTP 200, of the given size. */
function answerOf(bytes) {
  const item = (id) => ({ id, name: `thing ${id}`, price: id * 1.25, tags: ['red', 'round'], owner: { id: id % 97 } });
  const textOf = (count) =>
    JSON.stringify({ errcode: 0, errmsg: 'ok', items: Array.from({ length: count }, (_, id) => item(id + 1000)) });
  const perItem = textOf(1).length - textOf(0).length;
  return textOf(Math.round((bytes - textOf(0).length) / perItem));
}

/** Answers as axios's http adapter does: the text is not parsed yet, and the headers are an AxiosHeaders. */
function answering(text) {
  const sent = { 'content-type': 'application/json; charset=utf-8', 'content-length': String(text.length) };
  return (config) =>
    Promise.resolve({
      data: text,
      status: 200,
      statusText: 'OK',
      headers: new axios.AxiosHeaders(sent),
      config,
      request: null,
    });
}
