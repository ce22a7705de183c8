import { startBff } from './start.js';

// npm run example:bff. Ends with 0 after SIGTERM or SIGINT, once the calls under way are answered.

const { PORT = '3000' } = process.env;
const page = 'examples/bff/public'; // npm runs scripts in the folder of the package
const patienceMs = 20_000; // more than a call may take; Kubernetes waits for 30 s

async function main(): Promise<void> {
  if (!/^\d{1,5}$/.test(PORT) || Number(PORT) > 65_535) {
    fail('PORT must be a number from 0 (any free port) to 65535.');
    return;
  }
  const bff = await startBff({ port: Number(PORT), page, logLevel: 'warn' });
  console.log(`The BFF is at ${bff.url}, its health at ${bff.url}/healthz. Ctrl+C ends it.`);

  let ending = false;
  const end = (signal: string): void => {
    if (ending) return; // Ctrl+C comes twice, once by npm
    ending = true;
    console.log(`${signal}: no more connections; the calls under way are answered.`);
    setTimeout(() => fail(`After ${patienceMs / 1000} s something is still under way.`), patienceMs).unref();
    bff.close().then(
      () => console.log('All is closed.'),
      (error: unknown) => fail(String(error)),
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

function fail(message: string): void {
  console.error(message);
  process.exit(1);
}

main().catch((error: unknown) => {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') fail(`Port ${PORT} is taken. Choose another: PORT=3001 npm run example:bff`);
  else if (code === 'EACCES') fail(`Port ${PORT} may not be used here. Choose another: PORT=3001 npm run example:bff`);
  else fail(`The BFF cannot start: ${message}`);
});
