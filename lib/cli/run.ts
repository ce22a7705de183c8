import { CommanderError } from 'commander';
import { oneLine } from '../errors.js';
import { exits, Interrupted, UsageError } from './exit.js';
import { type Context, explain } from './explain.js';
import type { Io } from './io.js';
import { NAME, programFor } from './program.js';
import { optionIn, NO_SECRET_ARGUMENT, secretIn, soundsSecret, splitOnce } from './secret-arguments.js';
import { Terminal } from './terminal.js';

/**
 * The whole command line: reads the arguments, does what they say, tells what went wrong.
 *
 * @param argv without node and the script
 * @returns the exit code; it never rejects
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const terminal = new Terminal(io);
  const context: Context = { env: io.env };
  terminal.hide(io.env.CLIENT_SECRET);
  try {
    const secret = secretIn(argv);
    if (secret !== undefined) throw new UsageError(secret);
    const program = programFor(io, terminal);
    program.hook('preAction', (_program, command) => {
      context.options = command.opts();
    });
    await Promise.race([program.parseAsync(separated(argv), { from: 'user' }), io.crash]);
    return exits.ok[0];
  } catch (error) {
    if (error instanceof CommanderError) return toldByCommander(error, argv, terminal);
    const { exit, paragraph } = explain(io.signal.aborted ? new Interrupted() : error, context);
    terminal.fail(paragraph);
    if (context.options?.debug === true) terminal.say(traceOf(error));
    return exits[exit][0];
  }
}

/** `--name=value` → `--name value`: what commander says of an unknown option would repeat the value, too. */
function separated(argv: readonly string[]): string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  return argv.flatMap((argument, index) =>
    index < end && argument.startsWith('--') ? splitOnce(argument).filter((part) => part !== undefined) : argument,
  );
}

function toldByCommander(
  { code, exitCode, message }: CommanderError,
  argv: readonly string[],
  terminal: Terminal,
): number {
  if (exitCode === 0) return exits.ok[0]; // help, version
  if (code === 'commander.help') {
    if (argv[0] === 'help' && argv.length > 1) terminal.fail('There is no such command.'); // below the help
  } else {
    const words = withoutValues(message.replace(/^error: /, ''), argv).replace(/\n\((.*)\)$/, '. $1');
    const command = /^[a-z]/.test(argv[0] ?? '') && code !== 'commander.unknownCommand' ? `${argv[0] ?? ''} ` : '';
    const sentence = words.charAt(0).toUpperCase() + words.slice(1);
    terminal.fail(`${sentence}${/[.?]$/.test(sentence) ? '' : '.'} \`${NAME} ${command}--help\` shows what there is.`);
  }
  return exits.usage[0];
}

/** Commander repeats what it does not know or take: that may be, or hold, a secret (`-shush`, `--client-auth id:hush`). */
function withoutValues(message: string, argv: readonly string[]): string {
  const [, option, choices] =
    /^option '(--[\w-]+)[^']*' argument '[^]*' is invalid\. Allowed choices are (.*)\.$/.exec(message) ?? [];
  if (option !== undefined) return `\`${option}\` must be one of ${choices ?? ''}.`;
  const unknown = separated(argv).find((argument) => message.startsWith(`unknown option '${argument}'`));
  if (unknown === undefined) return message;
  const name = optionIn(unknown);
  if (soundsSecret(name)) return `unknown option '${name}'. ${NO_SECRET_ARGUMENT}`;
  return message.replace(`'${unknown}'`, () => `'${name}'`);
}

/** Where an error comes from, and what it comes from. */
function traceOf(error: unknown): string {
  const lines: string[] = [];
  for (let one = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth++) {
    const frames = one.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
    lines.push(`${depth === 0 ? '' : 'caused by '}${oneLine(one)}`, ...frames);
  }
  return lines.join('\n');
}
