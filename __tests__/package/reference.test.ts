import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inflateSync } from 'node:zlib';
import { compile, type Compiled } from '../readme/compile.js';
import { type Block, root } from '../readme/markdown.js';

const folder = mkdtempSync(join(tmpdir(), 'reference-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command of `npm run reference`; answers what it printed, and how it ended. */
function typedoc(...options: string[]): Promise<{ printed: string; failed: boolean }> {
  return new Promise((done) => {
    execFile(
      'node_modules/.bin/typedoc',
      options,
      { cwd: root, env: { ...process.env, NO_COLOR: '1' } },
      (error, ...printed) => done({ printed: printed.join(''), failed: error !== null }),
    );
  });
}

const filesIn = (dir: string, ending: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(dir, file));
const textOf = (file: string): string => readFileSync(file, 'utf8');

describe('the site', () => {
  const site = join(folder, 'site');
  let pages: Map<string, string>;
  const page = (path: string): string => textOf(join(site, path));

  beforeAll(async () => {
    const { printed, failed } = await typedoc('--out', site);
    if (failed) throw new Error(printed);
    pages = new Map(filesIn(site, '.html').map((file) => [file, textOf(file)]));
  }, 60_000);

  test('there is a module for every entry of the package, and for nothing else', () => {
    const { name, exports } = JSON.parse(textOf(join(root, 'package.json'))) as { name: string; exports: object };
    const entries = Object.keys(exports).filter((path) => path !== './package.json');
    const modules = readdirSync(join(site, 'modules')).map((file) => file.replace('.html', ''));
    expect(modules.sort()).toEqual(entries.map((path) => path.replace('.', name).replace('/', '_')).sort());
  });

  test('the front page is the README, and the guides are pages of their own', () => {
    expect(page('index.html')).toContain('One line after <code>axios.create()</code>');
    expect(page('documents/Describe_any_token_endpoint.html')).toContain('<h1 id="describe-any-token-endpoint"');
  });

  test('what is added to a request of axios is shown, and nothing of axios beside it', () => {
    const members = page('interfaces/axios-client-credentials.AxiosRequestConfig.html').matchAll(
      /<h3 class="tsd-anchor-link" id="(\w+)"/g,
    );
    expect([...members].map(([, id]) => id)).toEqual(['token']);
  });

  test('only what is exported has a page, and parameters have names', () => {
    expect([...pages.keys()].filter((file) => /TokenManager|OpaqueToken|createToken\b/.test(file))).toEqual([]);
    expect([...pages].filter(([, text]) => text.includes('__namedParameters'))).toEqual([]);
  });

  test('nothing is loaded from elsewhere', () => {
    const loads = /<(?:script|img|iframe|source|video)\b[^>]*\ssrc="([^"]+)"|<link\b[^>]*\shref="([^"]+)"/g;
    const assets = [...pages].flatMap(([, text]) => [...text.matchAll(loads)].map(([, src, href]) => src ?? href!));
    expect(assets.length).toBeGreaterThan(pages.size);
    expect(assets.filter((asset) => /^([a-z]+:)?\/\//i.test(asset))).toEqual([]);
    const styles = [...filesIn(site, '.css').map(textOf), ...pages.values()].join('\n');
    expect(styles.match(/(@import\s|url\()\s*["']?(https?:)?\/\/[^)\s]*/g)).toBeNull();
    const scripts = filesIn(join(site, 'assets'), '.js').map(textOf).join('\n');
    expect(scripts.match(/(fetch|import|open)\(\s*["'`](https?:)?\/\//g)).toBeNull();
  });

  test('every link inside it leads to a page, and to a place on it', () => {
    const ids = new Map(
      [...pages].map(([file, text]) => [file, [...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id!)]),
    );
    const isThere = (from: string, link: string): boolean => {
      const [path = '', anchor = ''] = link.split('#').map(decodeURIComponent);
      const target = path === '' ? from : join(dirname(from), path);
      return (
        statSync(target, { throwIfNoEntry: false })?.isFile() === true &&
        (anchor === '' || ids.get(target)?.includes(anchor) === true)
      );
    };
    const broken = [...pages].flatMap(([file, text]) =>
      [...text.matchAll(/<a\b[^>]*\shref="([^"]*)"/g)]
        .map(([, href]) => href!.replaceAll('&amp;', '&'))
        .filter((href) => !/^(https?|mailto):/.test(href) && !isThere(file, href))
        .map((href) => `${relative(site, file)}: ${href}`),
    );
    expect(broken).toEqual([]);
    expect(
      navigation(join(site, 'assets/navigation.js')).filter((path) => !isThere(join(site, 'index.html'), path)),
    ).toEqual([]);
  });
});

/** Where the sidebar leads to: it is made in the browser. */
function navigation(file: string): string[] {
  const [, data] = /"([^"]+)"/.exec(textOf(file))!;
  const found: string[] = [];
  JSON.parse(inflateSync(Buffer.from(data!, 'base64')).toString(), (key, value: unknown) => {
    if (key === 'path') found.push(value as string);
    return value;
  });
  if (found.length < 100) throw new Error('no navigation was found');
  return found;
}

test('the command fails for what is not documented or not exported, and for a link to nothing', async () => {
  const flawed = `export function bare(): void {}
/** A function. */
export function half(parameter: string): Hidden {
  return { parameter };
}
/** A type, see {@link nothing}. */
export interface Shown {
  member: string;
  /** A method. */
  whole(): void;
}
interface Hidden {
  parameter: string;
}
`;
  const config = `import options from '${pathToFileURL(join(root, 'typedoc.config.mjs')).href}';

export default {
  ...options,
  entryPoints: ['entry.ts'],
  tsconfig: 'tsconfig.json',
  plugin: ['${join(root, 'scripts/reference.mjs')}'],
  readme: 'none',
  projectDocuments: [],
  intentionallyNotDocumented: [],
};
`;
  writeFileSync(join(folder, 'entry.ts'), flawed);
  writeFileSync(join(folder, 'typedoc.config.mjs'), config);
  writeFileSync(join(folder, 'package.json'), '{ "name": "axios-client-credentials" }');
  writeFileSync(join(folder, 'tsconfig.json'), '{ "files": ["entry.ts"], "compilerOptions": { "types": [] } }');
  const { printed, failed } = await typedoc('--options', folder, '--emit', 'none');
  expect(failed).toBe(true);
  for (const fault of [
    /bare \(CallSignature\).* does not have any documentation/,
    /half\.parameter \(Parameter\).* does not have any documentation/,
    /Shown\.member \(Property\).* does not have any documentation/,
    /Hidden, .* is referenced by half but not included in the documentation/,
    /Failed to resolve link to "nothing" in comment for Shown/,
  ])
    expect(printed).toMatch(fault);
  expect(printed).toContain('Found 0 errors and 5 warnings');
});

describe('an example in a doc comment type-checks', () => {
  const examples = filesIn(join(root, 'lib'), '.ts').flatMap((file) => examplesIn(relative(root, file), textOf(file)));
  let compiled: Compiled;
  beforeAll(() => {
    compiled = compile(examples);
  }, 60_000);

  test.each(examples.map((example): [string, Block] => [example.title, example]))('%s', (_title, example) => {
    expect(compiled.faults(example)).toEqual([]);
  });

  test('the functions that people begin with have one', () => {
    const imported = examples.map(({ code }) => code).join('\n');
    const main = [
      ...[
        'attachToken',
        'clientCredentials',
        'isTokenError',
        'clientSecretBasic',
        'privateKeyJwt',
        'clientSecretJwt',
        'mutualTls',
      ],
      ...[
        'dpop',
        'tokenExchange',
        'jwtBearer',
        'refreshToken',
        'redisStore',
        'instrument',
        'auth0',
        'startTokenServer',
        'startProtectedApi',
      ],
    ];
    expect(main.filter((name) => !new RegExp(`^import .*\\b${name}\\b`, 'm').test(imported))).toEqual([]);
  });
});

/** The fenced blocks behind each `@example`. */
function examplesIn(file: string, text: string): Block[] {
  return [...text.matchAll(/\/\*\*(?:(?!\*\/)[^])*?@example(?:(?!\*\/)[^])*\*\//g)].flatMap(({ 0: comment, index }) => {
    const line = text.slice(0, index).split('\n').length;
    const [, ...tags] = comment.replace(/^ *\* ?/gm, '').split(/^@example\b/m);
    return tags.map((tag, nth) => {
      const code = /```ts\n([^]*?)\n```/.exec(tag)?.[1];
      if (code === undefined) throw new Error(`${file}:${line}: an @example without a block of ts`);
      const title = `${file}:${line}${nth > 0 ? ` (${nth + 1})` : ''}`;
      return { title, file, section: '', language: 'ts', info: '', code, notRun: undefined, output: undefined };
    });
  });
}
