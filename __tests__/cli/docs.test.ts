import { type Block, readDocument } from '../readme/markdown.js';
import { protectedApi, tokenServer } from '../support/world.js';
import { cli, ERASED } from './cli.js';

// The sessions in the documentation are typed in, against servers that stand for those of the documentation.

const TOKEN = '2YotnFZFEjr1zCsicMWpAA';
const { blocks } = readDocument('docs/command-line.md');
const sessions = blocks.filter(({ language }) => language === 'console');

test('the commands of the documentation print what it shows', async () => {
  let issued = 0;
  const server = await tokenServer({
    clients: [{ clientId: 'my-service', clientSecret: 'kept by the environment' }],
    answer: (_request, token) => ({ ...token, access_token: issued++ === 0 ? TOKEN : `${TOKEN}${issued}` }),
  });
  const api = await protectedApi({ accepts: (token) => token.startsWith(TOKEN) });
  const places: [string, string][] = [
    ['https://auth.example.com', server.url],
    ['https://api.example.com', api.url],
  ];
  const there = (text: string): string => places.reduce((all, [shown, real]) => all.replaceAll(shown, real), text);
  const here = (text: string): string => places.reduce((all, [shown, real]) => all.replaceAll(real, shown), text);

  for (const session of sessions) {
    const env: Record<string, string> = { CLIENT_SECRET: 'kept by the environment', NO_COLOR: '1' };
    let exit = 0;
    let played = '';
    issued = 0;
    for (const { typed, argv } of commandsIn(session)) {
      played += typed;
      if (argv[0] === 'echo') played += `${exit}\n`;
      if (argv[0] !== 'npx') continue;
      const { code, output } = await cli(argv.slice(2).map(there), { env, terminal: ['stdout', 'stderr'] });
      played += here(output.replace(ERASED, '')); // what is gone when the command has ended
      exit = code;
    }
    expect({ session: session.title, text: timeless(played) }).toEqual({
      session: session.title,
      text: timeless(session.code),
    });
  }
}, 20_000);

test('the other blocks are commands for a shell, whose options there are', async () => {
  const others = blocks.filter((block) => !sessions.includes(block));
  expect(others.map(({ language }) => language)).toEqual(others.map(() => 'sh'));
  const { stdout } = await cli('token --help');
  for (const { code } of others)
    for (const flag of code.match(/ --[a-z-]+/g) ?? []) expect(stdout).toContain(`${flag} `);
});

function commandsIn({ code }: Block): { typed: string; argv: string[] }[] {
  return [...code.matchAll(/^\$ (.*)\n/gm)].map(([typed, command]) => ({
    typed,
    argv: [...command!.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!),
  }));
}

/** What no two runs have in common. */
function timeless(text: string): string[] {
  return text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z|within [\d.]+ s/g, '(time)').split('\n');
}
