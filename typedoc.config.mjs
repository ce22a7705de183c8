import { readFileSync } from 'node:fs';
import { OptionDefaults } from 'typedoc';
import { codeInHeadings } from './scripts/reference.mjs';

const { name, exports } = JSON.parse(readFileSync('package.json', 'utf8'));
const entries = Object.keys(exports).filter((path) => path !== './package.json');

/** Members of a JWK (RFC 7518 §6, RFC 8037 §2), which a mapped type declares. */
const jwk = ['alg', 'use', 'kid', 'crv', 'x', 'y', 'd', 'n', 'e', 'p', 'q', 'dp', 'dq', 'qi'];

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name,
  includeVersion: true,
  entryPoints: entries.map((path) => `lib/${path}/index.ts`),
  tsconfig: 'scripts/reference.tsconfig.json',
  plugin: ['./scripts/reference.mjs'],
  skipErrorChecking: true, // `npm run typecheck` does it
  excludeExternals: true, // what comes from Error, and from the types of other packages
  excludeInternal: true,
  excludePrivate: true,

  // A doc comment is missing, a link leads nowhere, or a public type needs one that nobody can import: the run fails.
  treatWarningsAsErrors: true,
  validation: {
    notDocumented: true,
    notExported: true,
    invalidLink: true,
    invalidPath: true,
    rewrittenLink: true,
    unusedMergeModuleWith: true,
  },
  requiredToBeDocumented: [
    'Module',
    'Function',
    'Class',
    'Interface',
    'TypeAlias',
    'Variable',
    'Property',
    'Method',
    'Accessor',
    'CallSignature',
  ],
  intentionallyNotDocumented: jwk.map((member) => `${name}/client-auth.PrivateJwk.${member}`),

  // A folder of files that link to one another: it works under any path, and from a disk.
  out: 'reference',
  customCss: 'scripts/reference.css',
  readme: 'README.md',
  projectDocuments: ['docs/*.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  markdownItLoader: codeInHeadings,
  highlightLanguages: [...OptionDefaults.highlightLanguages, 'http'],
  disableSources: true,
  disableGit: true,
  hideGenerator: true,
  includeHierarchySummary: false,
  githubPages: false,
  sortEntryPoints: false,
  kindSortOrder: ['Document', 'Module', 'Function', 'Variable', 'Interface', 'TypeAlias', 'Class'],
  groupOrder: ['Documents', 'Modules', 'Functions', 'Variables', 'Interfaces', 'Type Aliases', 'Classes', '*'],
  sort: ['kind', 'required-first', 'alphabetical'],
  useFirstParagraphOfCommentAsSummary: true,
  navigation: { includeFolders: false },
};
