import { readFileSync } from 'node:fs';
import process from 'node:process';
import { hiddenPrompt } from './prompt.js';
import { run } from './run.js';

const interruption = new AbortController();
process.once('SIGINT', () => {
  interruption.abort(); // a second one ends the process at once
});
const crash = new Promise<never>((_resolve, reject) => {
  process.on('uncaughtException', reject); // unhandled rejections, too
});
crash.catch(() => undefined);
// Whoever reads what we write may leave when they have read enough: `… presets | head -1`.
for (const output of [process.stdout, process.stderr])
  output.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') return;
    if (output === process.stdout) process.stderr.write(`error: Writing failed: ${code ?? 'for an unknown reason'}.\n`);
    process.exitCode = 1;
  });

const { stdin, stdout, stderr, env } = process;
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const code = await run(process.argv.slice(2), {
  stdin,
  stdout,
  stderr,
  env,
  version,
  signal: interruption.signal,
  crash,
  prompt: (message) => hiddenPrompt(message, interruption.signal),
  load: (url) => import(url) as Promise<unknown>,
});
// What a user's source file left open must not keep the command from ending; what is written has to be out before.
await Promise.all([stdout, stderr].map((output) => new Promise((written) => output.write('', written))));
process.exit(process.exitCode ?? code);
