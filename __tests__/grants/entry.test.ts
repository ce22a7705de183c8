import { build } from 'esbuild';
import { join } from 'node:path';

// What the entry costs before it is used.

test('what signs is loaded when something is signed: no static import of the entry leads to it', async () => {
  const { metafile } = await build({
    entryPoints: [join(__dirname, '../../lib/grants/index.ts')],
    bundle: true,
    splitting: true,
    format: 'esm',
    write: false,
    metafile: true,
    outdir: 'none',
    external: ['axios', 'lru-cache', 'node:*'],
    logLevel: 'silent',
  });
  const loaded = new Set<string>();
  const load = (name: string): void => {
    if (loaded.has(name)) return;
    loaded.add(name);
    for (const { path, kind, external } of metafile.outputs[name]?.imports ?? [])
      if (kind === 'import-statement' && external !== true) load(path);
  };
  const [entry] = Object.entries(metafile.outputs).find(([, { entryPoint }]) =>
    entryPoint?.endsWith('grants/index.ts'),
  )!;
  load(entry);
  const inputs = [...loaded].flatMap((name) => Object.keys(metafile.outputs[name]!.inputs));
  const bundled = Object.keys(metafile.inputs);
  expect(inputs.some((input) => input.endsWith('grants/refresh-token.ts'))).toBe(true);
  expect(bundled.some((input) => input.includes('node_modules/jose/'))).toBe(true);
  expect(inputs.filter((input) => input.includes('node_modules/'))).toEqual([]);
});
