import { join, relative } from 'node:path';
import ts from 'typescript';
import { type Block, root } from './markdown.js';
import { declarations, foreign } from './prelude.js';

/** One program for all blocks, and for questions about our own types. */
export interface Compiled {
  /** What is wrong with a block; empty: it type-checks. */
  faults(block: Block): string[];
  /** Names of the members of an exported interface. */
  members(type: string): string[];
  /** The texts of an exported union of them. */
  texts(type: string): string[];
}

const entry = join(root, 'lib/index.ts');

/** Imports of the package are those of lib/, as they will be once it is built. */
const entries: Record<string, string> = {
  'axios-client-credentials': entry,
  'axios-client-credentials/presets': join(root, 'lib/presets/index.ts'),
  'axios-client-credentials/client-auth': join(root, 'lib/client-auth/index.ts'),
  'axios-client-credentials/dpop': join(root, 'lib/dpop/index.ts'),
  'axios-client-credentials/grants': join(root, 'lib/grants/index.ts'),
  'axios-client-credentials/opentelemetry': join(root, 'lib/opentelemetry/index.ts'),
  'axios-client-credentials/redis': join(root, 'lib/redis/index.ts'),
  'axios-client-credentials/testing': join(root, 'lib/testing/index.ts'),
};

export function compile(blocks: readonly Block[]): Compiled {
  const virtual = new Map<string, string>([
    [join(root, '__tests__/readme/blocks/prelude.ts'), declarations],
    [join(root, '__tests__/readme/blocks/foreign.d.ts'), foreign],
  ]);
  const fileOf = new Map<Block, string>();
  for (const [index, block] of blocks.entries()) {
    const place = /^\/\/ (lib\/\S+\.ts)\n/.exec(block.code)?.[1]; // a block that shows a new file is checked where it would be
    const file = join(root, place ?? `__tests__/readme/blocks/${index}.ts`);
    fileOf.set(block, file);
    virtual.set(file, `${block.code}\nexport {};\n`);
  }
  const options = compilerOptions();
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => virtual.has(file) || fileExists(file);
  host.readFile = (file) => virtual.get(file) ?? readFile(file);
  host.getSourceFile = (file, language, ...rest) => {
    const text = virtual.get(file);
    return text === undefined ? getSourceFile(file, language, ...rest) : ts.createSourceFile(file, text, language);
  };
  const program = ts.createProgram([...virtual.keys(), entry], options, host);
  const checker = program.getTypeChecker();

  const exported = (name: string): ts.Type => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(entry)!)!;
    const symbol = checker.getExportsOfModule(module).find((one) => one.name === name);
    if (!symbol) throw new Error(`lib/index.ts exports no ${name}`);
    const original = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    return checker.getDeclaredTypeOfSymbol(original);
  };
  return {
    faults(block) {
      const source = program.getSourceFile(fileOf.get(block)!)!;
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return found.map(({ messageText, start = 0 }) => {
        const { line } = source.getLineAndCharacterOfPosition(start);
        return `line ${line + 1} of the block: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
      });
    },
    members: (name) =>
      checker.getPropertiesOfType(exported(name)).map((one) => one.name.replace(/^__@(\w+)@\d+$/, '[Symbol.$1]')),
    texts(name) {
      const type = exported(name);
      return (type.isUnion() ? type.types : [type]).map((one) => (one as ts.StringLiteralType).value);
    },
  };
}

function compilerOptions(): ts.CompilerOptions {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file));
  const { options } = ts.parseJsonConfigFileContent(config.config, { ...ts.sys, readDirectory: () => [] }, root);
  const paths = Object.fromEntries(
    Object.entries(entries).map(([name, file]) => [name, [`./${relative(root, file)}`]]),
  );
  return { ...options, paths, pathsBasePath: root, noUnusedLocals: false, noUnusedParameters: false };
}

/** The same block as Jest can run it: CommonJS, and without what Node 20 does not know (`await using`). */
export function toCommonJs(code: string): string {
  return ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
  }).outputText;
}
