import { endStages, Program, SECRET, type Stage, startStage } from './project.js';

let { server, upstream, dir } = {} as Stage;

beforeAll(async () => {
  ({ server, upstream, dir } = await startStage());
});
afterAll(endStages);

test.each([
  { title: 'a job that is done', fault: false, code: 0, printed: 'daily 200\nweekly 200\n' },
  { title: 'a job that failed', fault: true, code: 1, printed: expect.stringContaining('status code 500') },
])('$title ends by itself with exit code $code; its token is good for nothing then, nor is it printed', async (end) => {
  upstream.resetStats();
  upstream.intercept((_request, response) => end.fault && Boolean(response.writeHead(500).end()));
  const job = new Program(dir, ['job.js']);
  const code = await job.ended;
  const tokens = new Set(upstream.requests.map(({ token }) => token!));

  expect({ code, printed: job.printed }).toEqual({ code: end.code, printed: end.printed });
  expect([...tokens].map((token) => [server.isActive(token), job.printed.includes(token)])).toEqual([[false, false]]);
  expect(job.printed).not.toContain(SECRET);
});
